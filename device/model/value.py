"""The base of every value: frozen, keyword-only, strict when it is decoded.

`msgspec.Struct` rather than a dataclass: the same declaration is the value inside, the strict decoder at the door
(unknown keys are refused by name and path) and the tagged frame on the wire, at a quarter of a dataclass's memory.
"""

from typing import Any, dataclass_transform

import msgspec

from device.model.safetext import SafeText
from device.model.secret import Secret


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(msgspec.field,))
class _KeywordOnly(msgspec.StructMeta):
    """msgspec's `kw_only` holds for one class; this makes it hold for those below it too."""

    def __new__(mcs, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **options: Any) -> Any:
        options.setdefault("kw_only", True)
        return super().__new__(mcs, name, bases, namespace, **options)


class Value(msgspec.Struct, metaclass=_KeywordOnly, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """An immutable value; compare, hash and `replace` it like a number."""


def from_plain(kind: type, plain: object) -> object:
    """Decode what msgspec does not know by itself (a `dec_hook`): text from outside becomes `SafeText` again.

    Raises:
        NotImplementedError: `kind` is no type of ours.
    """
    if kind in (SafeText, Secret):
        if not isinstance(plain, str):
            raise ValueError("Expected `str`")
        return kind(plain)
    raise NotImplementedError(kind)


def to_plain(ours: object) -> str:
    """Encode what msgspec does not know by itself (an `enc_hook`). A `Secret` is refused: it leaves on purpose only.

    Raises:
        NotImplementedError: the type is none of ours, or a secret.
    """
    if isinstance(ours, SafeText):
        return str(ours)
    raise NotImplementedError(type(ours).__name__)


def encode(value: Value) -> bytes:
    """The value as one line of JSON."""
    return msgspec.json.encode(value, enc_hook=to_plain)


def decode(data: bytes | str, kind: Any) -> Any:
    """The value of `kind` in a line of JSON, checked to the last key.

    Raises:
        msgspec.ValidationError: a key is unknown, missing or of the wrong type; the text names its path.
        msgspec.DecodeError: the line is not JSON.
    """
    try:
        return msgspec.json.decode(data, type=kind, dec_hook=from_plain)
    except UnicodeDecodeError as error:
        raise msgspec.DecodeError("not UTF-8") from error
