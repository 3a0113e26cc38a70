"""How an administrator consents in the browser: OAuth's code with PKCE, and a refresh token that lasts."""

import base64
import hashlib
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import msgspec

from device.calendars.google.access import refusal_of
from device.calendars.google.options import Options
from device.calendars.google.scopes import CONSENTED, WRITE
from device.calendars.http import open_client
from device.calendars.interface import ConsentAsked
from device.model.clock import Clock
from device.model.errors import CredentialRefused, MalformedAnswer
from device.model.secret import Secret

_TEN_YEARS = 315_360_000


class Consent:
    """Google's `WebFlow`: a web application's own client, and whoever consents stays the account."""

    def address(self, options: Options, asked: ConsentAsked) -> str:
        """Google's page. A refresh token comes only where offline access is wanted and consent is asked for anew."""
        query = {
            "client_id": options.client_id,
            "redirect_uri": asked.redirect_uri,
            "response_type": "code",
            "scope": " ".join(CONSENTED),
            "state": asked.state.reveal(),
            "code_challenge": challenge(asked.verifier),
            "code_challenge_method": "S256",
            "access_type": "offline",
            "prompt": "consent",
        }
        return f"{options.consent_endpoint}?{urlencode(query)}"

    async def redeem(self, options: Options, asked: ConsentAsked, answer: Mapping[str, str], clock: Clock) -> Options:
        """The options with the refresh token that the code in `answer` is good for, once.

        Raises:
            CredentialRefused: the administrator or Google declined, or not all was granted that a door lives by.
        """
        asked_at = clock.read().now
        told = await self._exchange(options, asked, _code(answer))
        granted = told.get("scope")
        if not isinstance(granted, str) or not set(WRITE) <= set(granted.split()):
            raise CredentialRefused("not every permission was granted that a door needs")
        refresh_token = told.get("refresh_token")
        if not isinstance(refresh_token, str) or not refresh_token:
            raise CredentialRefused("Google gave no refresh token")
        return msgspec.structs.replace(
            options,
            refresh_token=Secret(refresh_token),
            service_account=Secret(""),
            subject="",
            credential_expires=_expiry(told.get("refresh_token_expires_in"), asked_at),
        )

    async def _exchange(self, options: Options, asked: ConsentAsked, code: str) -> dict[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "client_id": options.client_id,
            "client_secret": options.client_secret.reveal(),
            "redirect_uri": asked.redirect_uri,
            "code_verifier": asked.verifier.reveal(),
        }
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        async with open_client(options, headers) as client:
            reply = await client.request("POST", options.token_endpoint, content=urlencode(form).encode())
        reply.raise_for_server()
        told = reply.json()
        if not isinstance(told, dict):
            raise MalformedAnswer("JSON that is no answer of the token endpoint's")
        if reply.status >= 300:
            raise refusal_of(told)
        return told


def challenge(verifier: Secret) -> str:
    """What a verifier is asked about with (RFC 7636, S256)."""
    digest = hashlib.sha256(verifier.reveal().encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _code(answer: Mapping[str, str]) -> str:
    error, code = answer.get("error", ""), answer.get("code", "")
    if error == "access_denied":
        raise CredentialRefused("the administrator declined")
    if error or not code:
        label = re.sub(r"[^a-z_]", "", error)[:40]
        raise CredentialRefused(f"Google's page gave no consent ({label or 'no code'})")
    return code


def _expiry(seconds: object, now: datetime) -> datetime | None:
    """When a refresh token runs out that was granted for a time only, or comes from an app that is being tested."""
    known = isinstance(seconds, int) and not isinstance(seconds, bool) and 0 < seconds <= _TEN_YEARS
    return now + timedelta(seconds=seconds) if known and isinstance(seconds, int) else None
