"""Tokens whose inside is nobody's business: what Graph's next links and delta links carry."""

import base64
from typing import TypeVar

import msgspec

from device.model.value import Value, decode, encode

T = TypeVar("T", bound=Value)


def opaque(content: Value) -> str:
    """The token that stands for a value."""
    return base64.urlsafe_b64encode(encode(content)).decode()


def transparent(token: str, kind: type[T]) -> T | None:
    """The value of this kind inside a token; None where there is none."""
    try:
        content = base64.b64decode(token.encode("ascii"), altchars=b"-_", validate=True)
        value: T = decode(content, kind)
    except (ValueError, msgspec.DecodeError):
        return None
    return value
