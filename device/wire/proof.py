"""What a device signs to prove its key, and how people compare keys: pure functions that both sides use.

The statement names the hub, the address that was dialled, both nonces and the key, so that a proof is good for one
connection to one hub and for nothing else.
"""

import base64
import hashlib
from functools import cache
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

WORDS = 3
_PURPOSE = b"doorlight device proof 1"
_LIST = Path(__file__).with_name("words.txt")


def statement(*, hub: str, origin: str, key: str, hub_nonce: str, device_nonce: str, claim: str = "") -> bytes:
    """The bytes to be signed: every part with its length before it, so that no two sets of parts are alike."""
    parts = (_PURPOSE, *(part.encode() for part in (hub, origin, key, hub_nonce, device_nonce, claim)))
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def wipe_statement(*, hub: str, key: str, counter: int, receipt: bool) -> bytes:
    """What a hub signs to have a device wiped, and what the device signs when it has done it."""
    purpose = b"doorlight wipe receipt 1" if receipt else b"doorlight wipe 1"
    parts = (purpose, hub.encode(), key.encode(), str(counter).encode())
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def is_signed_by(key: str, signature: str, signed: bytes) -> bool:
    """Whether `signature` over `signed` is by the owner of the public `key`; rubbish is not."""
    try:
        Ed25519PublicKey.from_public_bytes(_read(key)).verify(_read(signature), signed)
    except (ValueError, InvalidSignature):
        return False
    return True


def spelled(raw: bytes) -> str:
    """Bytes as keys, nonces and signatures are written: base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _read(text: str) -> bytes:
    """The bytes of such a text, which has one spelling only.

    Raises:
        ValueError: it is none.
    """
    raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if spelled(raw) != text:
        raise ValueError("not the one spelling")
    return raw


def fingerprint_words(key: str) -> tuple[str, ...]:
    """Three words of a public key, for a person who compares the glass with the portal: 33 bits."""
    number = int.from_bytes(hashlib.sha256(key.encode()).digest(), "big")
    words, found = _words(), []
    for _ in range(WORDS):
        number, at = divmod(number, len(words))
        found.append(words[at])
    return tuple(found)


@cache
def _words() -> tuple[str, ...]:
    return tuple(line for line in _LIST.read_text(encoding="ascii").splitlines() if line and not line.startswith("#"))
