"""Access from the application's own credential: OAuth client credentials, spoken by MSAL in a thread.

MSAL keeps the protocol (authority, assertion, scopes) and none of the line: its requests come back to our event loop
and go out through the same bounded `Client` as everything else. So an environment's CA bundle or proxy cannot
interfere, and an unreachable Entra is told in the same words as an unreachable Graph.
"""

import asyncio
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from device.calendars.graph.options import Options
from device.calendars.http import Answer, Client, open_client
from device.calendars.interface import AccessToken
from device.model.clock import Clock
from device.model.errors import CalendarUnreachable, CredentialRefused, MalformedAnswer
from device.model.secret import Secret

_SECRET_WRONG, _SECRET_EXPIRED, _CLOCK_WRONG = 7000215, 7000222, 700024
_WORDS = {
    _SECRET_WRONG: "the client secret is wrong",
    _SECRET_EXPIRED: "the client secret has expired",
    700016: "the tenant knows no such application",
    700027: "the certificate is not registered with the application",
    90002: "there is no such tenant",
    900023: "there is no such tenant",
    7000112: "the application is disabled",
    7000229: "the tenant has not let the application in yet",
    7000218: "the application has no credential of this kind",
    500011: "the tenant does not know Graph at this endpoint",
    1002012: "the scope is not valid",
    53003: "blocked by Conditional Access",
}
_ENDPOINTS = ("authorization_endpoint", "token_endpoint")
_LONGEST = 86_400
"""Seconds that are believed of a lifetime."""
_TRANSIENT = frozenset(("temporarily_unavailable", "server_error"))
_GRACE = 5.0
"""Seconds that the thread waits longer than the request may take."""


async def mint(options: Options, room: str, clock: Clock) -> AccessToken:
    """Access to Graph for this application; `room` is not asked for, since Entra cannot narrow access to one mailbox.

    Raises:
        CredentialRefused: Entra does not accept the credential, or there is none.
        CalendarUnreachable: Entra cannot be asked.
    """
    del room
    credential = _credential(options)
    asked_at = clock.read().now
    async with open_client(options) as client:
        line = _Line(client, asyncio.get_running_loop(), options.timeout)
        outcome = await asyncio.to_thread(_ask, options, credential, line)
    token, lifetime = outcome.get("access_token"), outcome.get("expires_in")
    if not isinstance(token, str) or not token:
        raise _refusal(outcome)
    if not isinstance(lifetime, int):
        return AccessToken(token=Secret(token))
    life = timedelta(seconds=min(max(lifetime, 0), _LONGEST))
    return AccessToken(token=Secret(token), expires_at=asked_at + life)


def _credential(options: Options) -> str | dict[str, str]:
    """The credential as MSAL wants it.

    Raises:
        CredentialRefused: there is none, or it cannot be one.
    """
    if not options.tenant or not options.client_id:
        raise CredentialRefused("the settings name no tenant or no client_id")
    if options.client_secret:
        return options.client_secret.reveal()
    if not options.private_key:
        raise CredentialRefused("the settings hold no client_secret and no certificate")
    _check_pair(options)
    return {"private_key": options.private_key.reveal(), "public_certificate": options.certificate}


def _check_pair(options: Options) -> None:
    """Refuse a certificate or key that MSAL could not use, before anybody is asked."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key
    from cryptography.x509 import load_pem_x509_certificate

    try:
        key = load_pem_private_key(options.private_key.reveal().encode(), password=None)
        certified = load_pem_x509_certificate(options.certificate.encode()).public_key()
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise CredentialRefused("the certificate or its private key cannot be read") from error
    if not isinstance(key, RSAPrivateKey) or key.public_key() != certified:
        raise CredentialRefused("the private key is not the certificate's, or not an RSA key")


def _ask(options: Options, credential: str | dict[str, str], line: "_Line") -> dict[str, Any]:
    """Runs in a thread. A new application each time: what it would cache is just what was refused a moment ago."""
    import msal

    try:
        application = msal.ConfidentialClientApplication(
            options.client_id,
            client_credential=credential,
            authority=f"{options.authority.rstrip('/')}/{options.tenant}",
            instance_discovery=False,
            http_client=line,
        )
        outcome: dict[str, Any] = application.acquire_token_for_client(scopes=[options.scope])
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError) as error:
        raise MalformedAnswer("MSAL can make nothing of Entra's answer") from error
    return outcome


def _refusal(outcome: Mapping[str, Any]) -> Exception:
    """What Entra's error means: programs go by the number behind AADSTS."""
    error, listed = outcome.get("error"), outcome.get("error_codes")
    if not isinstance(error, str) or not error:
        return MalformedAnswer("an answer of Entra's with neither access nor error")
    codes = [code for code in listed if isinstance(code, int)] if isinstance(listed, list) else []
    codes += map(int, re.findall(r"AADSTS(\d{4,9})", str(outcome.get("error_description"))))
    code = next(iter(codes), 0)
    label = f"AADSTS{code}" if code else re.sub(r"[^a-z_]", "", error)[:40]
    if code == _CLOCK_WRONG:
        return CalendarUnreachable(f"Entra's clock and ours differ ({label})", cause="server")
    if error in _TRANSIENT:
        return CalendarUnreachable(f"Entra has trouble ({label})", cause="server")
    return CredentialRefused(f"{_WORDS.get(code, 'Entra refused the credential')} ({label})")


class _Reply:
    """An answer as MSAL reads it."""

    def __init__(self, answer: Answer) -> None:
        self.status_code = answer.status
        self.text = answer.body.decode("utf-8", "replace")
        self.headers = dict(answer.headers)


class _Line:
    """MSAL's `HttpClient`, called in a thread; the requests happen in the event loop."""

    def __init__(self, client: Client, loop: asyncio.AbstractEventLoop, timeout: float) -> None:
        self._client = client
        self._loop = loop
        self._timeout = timeout

    def get(
        self, url: str, params: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None, **_: Any
    ) -> _Reply:
        """GET: the tenant's endpoints."""
        answer, told = self._request("GET", url, params=params, headers=headers)
        if answer.status >= 400:
            raise CredentialRefused(f"there is no such tenant (HTTP {answer.status})")
        if not all(isinstance(told.get(name), str) for name in _ENDPOINTS):
            raise MalformedAnswer("no endpoints of Entra's")
        return _Reply(answer)

    def post(
        self,
        url: str,
        params: Mapping[str, str] | None = None,
        data: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        **_: Any,
    ) -> _Reply:
        """POST: a form."""
        form = urlencode({key: value for key, value in (data or {}).items() if value is not None})
        typed = {**(headers or {}), "Content-Type": "application/x-www-form-urlencoded"}
        answer, _told = self._request("POST", url, params=params, headers=typed, content=form.encode())
        return _Reply(answer)

    def close(self) -> None:
        """The client is closed by its owner."""

    def _request(self, method: str, url: str, **parts: Any) -> tuple[Answer, dict[str, Any]]:
        future = asyncio.run_coroutine_threadsafe(self._client.request(method, url, **parts), self._loop)
        try:
            answer = future.result(self._timeout + _GRACE)
        except TimeoutError as error:
            future.cancel()
            raise CalendarUnreachable("Entra did not answer in time", cause="timeout") from error
        answer.raise_for_server()
        told = answer.json()
        if not isinstance(told, dict):
            raise MalformedAnswer("JSON that is no answer of Entra's")
        return answer, told
