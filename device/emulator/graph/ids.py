"""Graph's ids: one inside the office, two spellings outside. Both are case-sensitive and both are taken in requests."""

import base64
import binascii

_MUTABLE = "AAMkADAwATMw"
_IMMUTABLE = "AAkALgAAAAAA"


def graph_id(key: str, *, immutable: bool) -> str:
    """The id that a client sees for the office's own `key`."""
    return (_IMMUTABLE if immutable else _MUTABLE) + base64.urlsafe_b64encode(key.encode()).decode()


def key_of(identifier: str) -> str:
    """The office's own key; empty where the id is none of ours."""
    for prefix in (_MUTABLE, _IMMUTABLE):
        if identifier.startswith(prefix):
            try:
                return base64.b64decode(identifier[len(prefix) :], altchars=b"-_", validate=True).decode()
            except (binascii.Error, UnicodeDecodeError):
                return ""
    return ""
