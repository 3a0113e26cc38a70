"""What signs in: the account's password, or a token made from a client secret; and one that was refused is spared."""

from datetime import timedelta
from urllib.parse import urlencode

from device.calendars.exchange.options import Auth, Options
from device.calendars.http import Answer, open_client
from device.calendars.interface import AccessSource, AccessToken
from device.model.clock import Clock
from device.model.errors import AccessExpired, CalendarUnreachable, CredentialRefused, MalformedAnswer
from device.model.secret import Secret

SPARED = timedelta(seconds=60)
"""How long a refused password is not sent again. Directories lock accounts after five or ten wrong ones in a row."""
_LONGEST = 86_400
"""Seconds that are believed of a lifetime."""
_TRANSIENT = frozenset(("temporarily_unavailable", "server_error"))


async def mint(options: Options, room: str, clock: Clock) -> AccessToken:
    """What the account signs in with; `room` is not asked for, since Exchange cannot narrow it to one mailbox.

    Raises:
        CredentialRefused: there is none, or the token endpoint does not accept it.
        CalendarUnreachable: the token endpoint cannot be asked.
    """
    del room
    if options.auth is Auth.OAUTH:
        return await _token(options, clock)
    if not options.username or not options.password:
        raise CredentialRefused("the settings name no username or no password")
    return AccessToken(token=options.password, username=options.username)


class Spared:
    """An access source that does not give out for a while what was just refused, so that no account is locked."""

    def __init__(self, source: AccessSource, clock: Clock) -> None:
        self._source = source
        self._clock = clock
        self._refused: AccessToken | None = None
        self._until = timedelta()

    async def __call__(self) -> AccessToken:
        """The access, unless it is the one that was refused.

        Raises:
            AccessExpired: it is.
        """
        access = await self._source()
        if access == self._refused and self._clock.read().elapsed < self._until:
            raise AccessExpired("refused a moment ago; not sent again")
        return access

    def refuse(self, access: AccessToken) -> None:
        """The server did not accept it."""
        self._refused, self._until = access, self._clock.read().elapsed + SPARED


async def _token(options: Options, clock: Clock) -> AccessToken:
    """A bearer token by client credentials (RFC 6749 §4.4)."""
    if not options.token_endpoint or not options.client_id or not options.client_secret:
        raise CredentialRefused("the settings name no token_endpoint, client_id or client_secret")
    form = {
        "grant_type": "client_credentials",
        "client_id": options.client_id,
        "client_secret": options.client_secret.reveal(),
        "scope": options.wanted_scope,
    }
    asked_at = clock.read().now
    async with open_client(options, {"Content-Type": "application/x-www-form-urlencoded"}) as client:
        answer = await client.request("POST", options.token_endpoint, content=urlencode(form).encode())
    told = _told(answer)
    token, lifetime = told.get("access_token"), told.get("expires_in")
    if not isinstance(token, str) or not token:
        raise _refusal(answer, told)
    try:
        life = timedelta(seconds=min(max(int(str(lifetime)), 0), _LONGEST))
    except ValueError:
        return AccessToken(token=Secret(token))
    return AccessToken(token=Secret(token), expires_at=asked_at + life)


def _told(answer: Answer) -> dict[str, object]:
    answer.raise_for_server()
    told = answer.json()
    if not isinstance(told, dict):
        raise MalformedAnswer("JSON that is no answer of a token endpoint")
    return told


def _refusal(answer: Answer, told: dict[str, object]) -> Exception:
    """What an error of the token endpoint means (RFC 6749 §5.2)."""
    error = told.get("error")
    if not isinstance(error, str) or not error:
        return MalformedAnswer("neither a token nor an error")
    label = "".join(filter(lambda one: one.isalnum() or one in "_-", error))[:40]
    if error in _TRANSIENT:
        return CalendarUnreachable(f"the token endpoint has trouble ({label})", cause="server")
    return CredentialRefused(f"the token endpoint refused the client (HTTP {answer.status} {label})")
