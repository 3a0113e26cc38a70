"""The first words on a device's line: a challenge, and the judgement on what the device answers. No input or output.

A proof is good once: for this challenge, within a minute, at the address that the hub is known by, with the key that it
names. Whose key it is, and what it may, is for the registry to say.
"""

import secrets
from datetime import datetime

import msgspec

from device.model.value import Value, decode
from device.wire.hub import CHALLENGE_LIFE, PROTOCOL, Challenge, FromDevice, Hello
from device.wire.proof import is_signed_by, spelled, statement

NONCE = 32
KEY_LENGTH = 43
LONGEST_FIELD = 200


class Rejected(Exception):
    """What came was no proof; the text is the reason that the device is told."""


class Proved(Value):
    """A device that holds the private key to `hello.key`."""

    hello: Hello


class Greeting:
    """One line's first words.

    Args:
        hub: the hub's public key.
        origins: the addresses at which devices reach this hub, as `https://host[:port]`.
    """

    def __init__(self, hub: str, origins: tuple[str, ...], now: datetime) -> None:
        self._hub, self._origins, self._began = hub, origins, now
        self._nonce = spelled(secrets.token_bytes(NONCE))
        self._spent = False

    def challenge(self) -> Challenge:
        """What to say first."""
        return Challenge(nonce=self._nonce, hub=self._hub, now=self._began)

    def judge(self, message: str | bytes, now: datetime) -> Proved:
        """What the answer proves.

        Raises:
            Rejected: nothing.
        """
        if self._spent or not timedelta_ok(self._began, now):
            raise Rejected("proof-refused")
        self._spent = True
        try:
            hello = decode(message, FromDevice)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise Rejected("proof-refused") from error
        if not isinstance(hello, Hello):
            raise Rejected("proof-refused")
        if hello.protocol != PROTOCOL:
            raise Rejected("protocol")
        if not _is_bounded(hello) or not self._is_signed(hello):
            raise Rejected("proof-refused")
        return Proved(hello=hello)

    def _is_signed(self, hello: Hello) -> bool:
        return any(
            is_signed_by(
                hello.key,
                hello.signature,
                statement(
                    hub=self._hub,
                    origin=origin,
                    key=hello.key,
                    hub_nonce=self._nonce,
                    device_nonce=hello.nonce,
                    claim=hello.claim,
                ),
            )
            for origin in self._origins
        )


def timedelta_ok(began: datetime, now: datetime) -> bool:
    """Whether a challenge of `began` may still be answered."""
    return began <= now <= began + CHALLENGE_LIFE


def _is_bounded(hello: Hello) -> bool:
    texts = (hello.nonce, hello.version, hello.model, hello.serial, hello.claim)
    return len(hello.key) == KEY_LENGTH and len(hello.nonce) >= 22 and all(len(text) <= LONGEST_FIELD for text in texts)
