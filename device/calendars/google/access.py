"""Short-lived access from a service account's key or a refresh token, spoken by google-auth in a thread.

google-auth keeps the protocol (assertion, grants, scopes) and none of the line: its requests come back to our event
loop and go out through the same bounded `Client` as everything else, to the token endpoint of the settings and to no
other address. It is loaded only here, and only when access is wanted.
"""

import asyncio
import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import msgspec

from device.calendars.google.options import Options
from device.calendars.google.scopes import WRITE
from device.calendars.http import Answer, Client, open_client
from device.calendars.interface import AccessToken
from device.model.clock import Clock
from device.model.errors import CalendarError, CalendarUnreachable, CredentialRefused, MalformedAnswer
from device.model.secret import Secret

_SCOPES = frozenset(("unauthorized_client", "invalid_scope", "access_denied", "admin_policy_enforced"))
"""Errors that are about what was asked for, and not about who asks."""
_LONGEST = 86_400
"""Seconds that are believed of a lifetime."""
_TRANSIENT = frozenset(("temporarily_unavailable", "server_error", "internal_failure"))
_GRACE = 5.0
"""Seconds that the thread waits longer than the request may take."""
_WORDS: tuple[tuple[str, str, str], ...] = (
    ("invalid_grant", "signature", "the key is not the service account's, or not any more"),
    ("invalid_grant", "account not found", "there is no such service account"),
    ("invalid_grant", "email or user id", "the domain knows no such subject"),
    ("invalid_grant", "expired or revoked", "the refresh token has expired or was revoked"),
    ("invalid_grant", "reauth", "the account must sign in again"),
    ("invalid_grant", "", "the key or the refresh token is not good (any more)"),
    ("unauthorized_client", "", "domain-wide delegation does not grant these scopes to the service account"),
    ("access_denied", "", "the account may not have this access"),
    ("invalid_client", "", "the OAuth client or its secret is wrong"),
    ("deleted_client", "", "the OAuth client was deleted"),
    ("disabled_client", "", "the OAuth client is disabled"),
    ("invalid_scope", "", "the scopes are not valid, or were not consented to"),
    ("admin_policy_enforced", "", "a policy of the domain blocks these scopes"),
)
"""What an error means, by its code and a piece of its description; the first that fits."""


class ScopesRefused(CredentialRefused):
    """The credential is good, and not for these scopes: what needs no more than others may still be had."""


async def mint(options: Options, room: str, clock: Clock) -> AccessToken:
    """Access to the calendars of the account, for reading and writing events; Google cannot narrow it to one `room`.

    Raises:
        CredentialRefused: Google does not accept the credential, or there is none.
        CalendarUnreachable: Google cannot be asked.
    """
    del room
    return await obtain(options, WRITE, clock, subject=options.subject)


async def obtain(options: Options, scopes: Sequence[str], clock: Clock, *, subject: str = "") -> AccessToken:
    """Access to what `scopes` name, for `subject` where a service account may stand for somebody.

    Raises:
        CredentialRefused: Google does not accept the credential, or there is none.
        CalendarUnreachable: Google cannot be asked.
    """
    asked_at = clock.read().now
    async with open_client(options) as client:
        line = _Line(client, asyncio.get_running_loop(), options)
        token = await asyncio.to_thread(_ask, options, scopes, subject, line)
    if not isinstance(token, str) or not token:
        raise MalformedAnswer("an answer of Google's with neither access nor error")
    lifetime = line.told.get("expires_in")
    if not isinstance(lifetime, int) or isinstance(lifetime, bool):
        return AccessToken(token=Secret(token))
    return AccessToken(token=Secret(token), expires_at=asked_at + timedelta(seconds=min(max(lifetime, 0), _LONGEST)))


def key_of(options: Options) -> dict[str, Any]:
    """The service account's key, as far as it can be one.

    Raises:
        CredentialRefused: it is none.
    """
    try:
        key = msgspec.json.decode(options.service_account.reveal())
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise CredentialRefused("service_account is not the JSON of a key") from None  # which the error may quote
    if not isinstance(key, dict) or not all(isinstance(key.get(part), str) for part in ("client_email", "private_key")):
        raise CredentialRefused("service_account is not the key of a service account")
    return key


def _ask(options: Options, scopes: Sequence[str], subject: str, line: "_Line") -> Any:
    """Runs in a thread. New credentials each time: what they would remember is just what was refused a moment ago."""
    from google.auth.exceptions import GoogleAuthError, RefreshError

    credentials = _credentials(options, scopes, subject)
    try:
        credentials.refresh(line)
    except RefreshError:
        raise refusal_of(line.told) from None  # its text and its arguments quote the answer
    except (GoogleAuthError, ValueError, TypeError, KeyError, AttributeError, OverflowError):
        raise MalformedAnswer("google-auth can make nothing of Google's answer") from None
    return credentials.token


def _credentials(options: Options, scopes: Sequence[str], subject: str) -> Any:
    """The settings' credential as google-auth has it.

    Raises:
        CredentialRefused: there is none, or it cannot be one.
    """
    if options.service_account:
        return _of_service_account(options, scopes, subject)
    if not options.refresh_token:
        raise CredentialRefused("the settings hold no service_account and no refresh_token")
    if not options.client_id or not options.client_secret:
        raise CredentialRefused("a refresh_token needs client_id and client_secret")
    from google.oauth2.credentials import Credentials

    return Credentials(  # type: ignore[no-untyped-call]
        None,
        refresh_token=options.refresh_token.reveal(),
        token_uri=options.token_endpoint,
        client_id=options.client_id,
        client_secret=options.client_secret.reveal(),
        scopes=list(scopes),
    )


def _of_service_account(options: Options, scopes: Sequence[str], subject: str) -> Any:
    from google.auth.exceptions import GoogleAuthError
    from google.oauth2.service_account import Credentials

    key = key_of(options)
    _check_rsa(key["private_key"])
    known = {part: key[part] for part in ("client_email", "private_key", "private_key_id") if part in key}
    try:
        return Credentials.from_service_account_info(  # type: ignore[no-untyped-call]
            {**known, "token_uri": options.token_endpoint}, scopes=list(scopes), subject=subject or None
        )
    except (GoogleAuthError, ValueError, TypeError, AttributeError):
        raise CredentialRefused("the private key in service_account cannot be used") from None


def _check_rsa(pem: str) -> None:
    """Refuse a key that google-auth could not sign with, before anybody is asked."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise CredentialRefused("the private key in service_account cannot be read") from None
    if not isinstance(key, RSAPrivateKey):
        raise CredentialRefused("the private key in service_account is not an RSA key")


def refusal_of(told: Mapping[str, Any]) -> CalendarError:
    """What an error of the token endpoint's means. Only its description tells a wrong clock from a wrong key."""
    error, description = told.get("error"), told.get("error_description")
    if not isinstance(error, str) or not error:
        return MalformedAnswer("an answer of Google's with neither access nor error")
    said = f"{description} {told.get('error_subtype')}".lower()
    label = re.sub(r"[^a-z_]", "", error)[:40]
    if error == "invalid_grant" and ("reasonable timeframe" in said or "short-lived token" in said):
        return CalendarUnreachable(f"Google's clock and ours differ ({label})", cause="server")
    words = next((words for code, piece, words in _WORDS if code == error and piece in said), None)
    kind = ScopesRefused if error in _SCOPES else CredentialRefused
    return kind(f"{words or 'Google refused the credential'} ({label})")


class _Reply:
    """An answer as google-auth reads it."""

    def __init__(self, answer: Answer) -> None:
        self.status = answer.status
        self.headers = dict(answer.headers)
        self.data = answer.body


class _Line:
    """google-auth's `Request`, called in a thread; the requests happen in the event loop."""

    def __init__(self, client: Client, loop: asyncio.AbstractEventLoop, options: Options) -> None:
        self._client, self._loop = client, loop
        self._address, self._timeout = options.token_endpoint, options.timeout
        self.told: Mapping[str, Any] = {}
        """What was answered last."""

    def __call__(
        self,
        url: str,
        method: str = "GET",
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        **_: Any,
    ) -> _Reply:
        """One request. What is not an answer of the token endpoint's is told here, so that it is not tried again."""
        if url != self._address:
            raise CredentialRefused("the credential leads to another address than the settings' token_endpoint")
        asking = self._client.request(method, url, headers=headers, content=body)
        future = asyncio.run_coroutine_threadsafe(asking, self._loop)
        try:
            answer = future.result(self._timeout + _GRACE)
        except TimeoutError as error:
            future.cancel()
            raise CalendarUnreachable("Google did not answer in time", cause="timeout") from error
        answer.raise_for_server()
        told = answer.json()
        if not isinstance(told, dict):
            raise MalformedAnswer("JSON that is no answer of the token endpoint's")
        self.told = told
        if answer.status >= 400 and told.get("error") in _TRANSIENT:
            raise CalendarUnreachable(f"Google has trouble ({told['error']})", cause="server")
        return _Reply(answer)
