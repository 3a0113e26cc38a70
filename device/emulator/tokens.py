"""The access tokens that the office's Entra has given out, and which of them are still good."""

import base64
import json
import secrets
from datetime import datetime, timedelta

from device.emulator.directory import App
from device.model.clock import Clock
from device.model.value import Value

LIFE = timedelta(seconds=3599)


class Issued(Value):
    """One token: whose, and until when."""

    client_id: str
    expires_at: datetime


class TokenDesk:
    """Gives out and checks tokens. They run out by the office's time."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._issued: dict[str, Issued] = {}
        self.life = LIFE

    def issue(self, app: App, tenant: str, audience: str) -> str:
        """A new token in the shape of a JWT; nobody but this desk can say what it is worth."""
        now = self._clock.read().now
        expires_at = now + self.life
        claims = {
            "aud": audience,
            "appid": app.client_id,
            "tid": tenant,
            "roles": sorted(app.claimed),
            "iat": int(now.timestamp()),
            "exp": int(expires_at.timestamp()),
        }
        token = f"{_part({'typ': 'JWT', 'alg': 'none'})}.{_part(claims)}.{secrets.token_urlsafe(24)}"
        self._issued[token] = Issued(client_id=app.client_id, expires_at=expires_at)
        return token

    def client_of(self, token: str) -> str | None:
        """The app that a token that is still good was given to."""
        issued = self._issued.get(token)
        return issued.client_id if issued and self._clock.read().now < issued.expires_at else None

    def knows(self, token: str) -> bool:
        """Whether the token was ever given out and not withdrawn since."""
        return token in self._issued

    def expire_all(self) -> int:
        """Make every token worth nothing; how many there were."""
        good = [token for token in self._issued if self.client_of(token)]
        now = self._clock.read().now
        for token in good:
            self._issued[token] = Issued(client_id=self._issued[token].client_id, expires_at=now)
        return len(good)


def _part(content: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")
