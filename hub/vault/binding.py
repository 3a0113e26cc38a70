"""A context for key services that know none: the connection key is locked with a throw-away key, together with its
context, and the service wraps the throw-away key.
"""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hub.vault.errors import Corrupt
from hub.vault.framing import framed_mapping
from hub.vault.interface import KEY_BYTES, Context

_NONCE = 12
_LENGTH = 2


def bound(key: bytes, context: Context) -> tuple[bytes, bytes]:
    """A throw-away key for the service to wrap, and the box that it locks."""
    once, nonce = os.urandom(KEY_BYTES), os.urandom(_NONCE)
    return once, nonce + AESGCM(once).encrypt(nonce, key, framed_mapping(context))


def unbound(once: bytes, box: bytes, context: Context) -> bytes:
    """What is in the box.

    Raises:
        Corrupt: it was changed, or belongs to another context.
    """
    try:
        return AESGCM(once).decrypt(box[:_NONCE], box[_NONCE:], framed_mapping(context))
    except (InvalidTag, ValueError) as error:
        raise Corrupt("What was wrapped belongs to something else, or was changed.") from error


def joined(wrapped_once: bytes, box: bytes) -> bytes:
    """Both as one."""
    return len(wrapped_once).to_bytes(_LENGTH, "big") + wrapped_once + box


def parted(blob: bytes) -> tuple[bytes, bytes]:
    """The wrapped throw-away key, and the box."""
    end = _LENGTH + int.from_bytes(blob[:_LENGTH], "big")
    return blob[_LENGTH:end], blob[end:]
