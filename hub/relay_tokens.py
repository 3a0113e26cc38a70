"""Short-lived access of a device to the hub's relay: which device, which room, until when, under the hub's own key.

Any process of a hub can judge one. It says who comes and from when it counts; whether that device may still come is
looked up with each use.
"""

import base64
import hashlib
import hmac
from datetime import datetime, timedelta

import msgspec

from device.model.secret import Secret
from device.model.value import Value, decode, encode
from device.wire.hub import TokenGiven
from device.wire.proof import spelled

LIFE = timedelta(minutes=15)
_LABEL = b"doorlight relay 1"


class Bearer(Value):
    """What a token says."""

    device: str
    room: str
    until: datetime


class BadToken(Exception):
    """It is none of ours, or it ran out."""


class RelayTokens:
    """Makes and judges the tokens of one hub."""

    def __init__(self, key: Secret) -> None:
        self._key = bytes.fromhex(key.reveal())

    def give(self, device: str, room: str, now: datetime) -> TokenGiven:
        """A token for one device at one room's door."""
        until = now + LIFE
        said = encode(Bearer(device=device, room=room, until=until))
        return TokenGiven(token=f"{spelled(said)}.{spelled(self._sealed(said))}", expires_at=until)

    def judge(self, token: str, now: datetime) -> Bearer:
        """Who comes with it.

        Raises:
            BadToken: nobody.
        """
        said_text, _, sealed_text = token.partition(".")
        try:
            said, sealed = _read(said_text), _read(sealed_text)
            if not hmac.compare_digest(self._sealed(said), sealed):
                raise BadToken
            bearer: Bearer = decode(said, Bearer)
        except (ValueError, msgspec.DecodeError) as error:
            raise BadToken from error
        if bearer.until <= now:
            raise BadToken
        return bearer

    def _sealed(self, said: bytes) -> bytes:
        return hmac.new(self._key, _LABEL + said, hashlib.sha256).digest()


def _read(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
