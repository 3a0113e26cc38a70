"""What Google has given out: to whom, for which scopes, and which of it is still good."""

import base64
import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

from device.emulator.directory import App
from device.emulator.tokens import TokenDesk
from device.model.clock import Clock
from device.model.value import Value

PREFIX = "ya29."
CODE_LIFE = timedelta(minutes=10)
AUTH = "https://www.googleapis.com/auth/"
"""How the names of scopes begin."""


class Grant(Value):
    """Access to some scopes, for one account."""

    account: str
    """The address for which the access is: a person's, or the service account's own."""
    scopes: frozenset[str]
    delegated: bool = True
    """Whether a person stands behind it, and not a service account for itself."""

    def allows(self, scopes: frozenset[str]) -> bool:
        """Whether any of `scopes`, named without their beginning, is among those that were granted."""
        return any(f"{AUTH}{scope}" in self.scopes for scope in scopes)


class Consent(Value):
    """What an administrator consented to, until the code for it is redeemed."""

    grant: Grant
    client_id: str
    redirect_uri: str
    challenge: str
    offline: bool
    expires_at: datetime

    def fits(self, verifier: str) -> bool:
        """Whether whoever redeems is who asked (RFC 7636, S256); a request without a challenge needs no verifier."""
        if not self.challenge:
            return not verifier
        digest = hashlib.sha256(verifier.encode()).digest()
        made = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        return hmac.compare_digest(made.encode(), self.challenge.encode())


class GrantDesk:
    """Gives out access tokens, refresh tokens and codes. They run out by the office's time.

    Args:
        tokens: the office's desk, so that whatever expires all tokens expires these, too.
        app: who the desk writes down as their owner.
        clock: the office's.
    """

    def __init__(self, tokens: TokenDesk, app: App, clock: Clock) -> None:
        self._tokens, self._app, self._clock = tokens, app, clock
        self._grants: dict[str, Grant] = {}
        self._refresh: dict[str, Grant] = {}
        self._codes: dict[str, Consent] = {}

    @property
    def life(self) -> int:
        """Seconds that an access token is good for."""
        return int(self._tokens.life.total_seconds())

    def access(self, grant: Grant) -> str:
        """A new access token."""
        token = self._tokens.issue(self._app, "google", "https://www.googleapis.com")
        self._grants[token] = grant
        return f"{PREFIX}{token}"

    def of_access(self, token: str) -> Grant | None:
        """What an access token that is still good is for."""
        inner = token.removeprefix(PREFIX)
        return self._grants.get(inner) if self._tokens.client_of(inner) else None

    def refresh(self, grant: Grant) -> str:
        """A new refresh token."""
        token = f"1//{secrets.token_urlsafe(32)}"
        self._refresh[token] = grant
        return token

    def of_refresh(self, token: str) -> Grant | None:
        """What a refresh token that was not revoked is for."""
        return self._refresh.get(token)

    def revoke(self, token: str) -> bool:
        """Take back a token of either kind; whether there was one."""
        inner = token.removeprefix(PREFIX)
        return bool(self._refresh.pop(token, None) or self._grants.pop(inner, None))

    def code(self, grant: Grant, client_id: str, redirect_uri: str, challenge: str, *, offline: bool) -> str:
        """A code to be redeemed once."""
        code = f"4/{secrets.token_urlsafe(32)}"
        self._codes[code] = Consent(
            grant=grant,
            client_id=client_id,
            redirect_uri=redirect_uri,
            challenge=challenge,
            offline=offline,
            expires_at=self._clock.read().now + CODE_LIFE,
        )
        return code

    def take(self, code: str) -> Consent | None:
        """What a code stands for, once and while it is good."""
        consent = self._codes.pop(code, None)
        return consent if consent and self._clock.read().now < consent.expires_at else None
