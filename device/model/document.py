"""A TOML document turned into a Value, strictly: whatever is wrong is one sentence that names the key, and one hint."""

import difflib
import re
import tomllib
import types
from collections.abc import Iterator, Mapping
from datetime import timedelta
from enum import Enum
from pathlib import PurePath
from typing import Any, TypeVar, get_args, get_origin

import msgspec

from device.model.errors import SettingsError
from device.model.value import Value, from_plain

_UNITS = {"ms": "milliseconds", "s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_DURATION = re.compile(r"([0-9]+(?:\.[0-9]+)?)(ms|s|m|h|d)")
_WHERE = re.compile(r"^(?P<what>.*?)(?: - at `(?P<path>\$[^`]*)`)?$", re.DOTALL)
LIMIT = 1 << 20
"""Bytes of a settings file."""
_KINDS = {
    "str": "text in quotes",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "object": "a table",
    "array": "a list",
    "null": "nothing",
    "text": "text in quotes",
}
AnyValue = TypeVar("AnyValue", bound=Value)


def parse_toml(text: bytes, path: PurePath) -> dict[str, Any]:
    """The document in what was read from `path`.

    Raises:
        SettingsError: it is too large, no text, or no TOML.
    """
    if len(text) > LIMIT:
        raise SettingsError(f"The settings file {path} is larger than a megabyte.", "Name the settings file itself.")
    try:
        return tomllib.loads(text.decode())
    except UnicodeDecodeError as error:
        raise SettingsError(f"The settings file {path} is not UTF-8 text.", "Save it as UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"The settings file {path} is not TOML: {error}.", "Strings stand in quotes.") from error


def duration(text: object, path: str) -> timedelta:
    """A span such as `90s`, `10m` or `1h30m`.

    Raises:
        SettingsError: it is written otherwise.
    """
    parts = _DURATION.findall(text) if isinstance(text, str) else []
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise SettingsError(f"{path} is no duration.", 'Write it with a unit: "90s", "10m" or "1h30m".')
    try:
        return sum((timedelta(**{_UNITS[unit]: float(number)}) for number, unit in parts), timedelta())
    except OverflowError as error:
        raise SettingsError(f"{path} is longer than anything.", 'Write a span such as "10m".') from error


def convert(plain: object, kind: type[AnyValue], path: str = "") -> AnyValue:
    """The value of `kind` that a part of the document at `path` holds.

    Raises:
        SettingsError: a key is unknown, missing or of the wrong type.
    """
    try:
        return msgspec.convert(_with_durations(plain, kind, path), type=kind, dec_hook=from_plain)
    except msgspec.ValidationError as error:
        raise _told(str(error), kind, path) from error


def _with_durations(plain: object, kind: Any, path: str) -> object:
    """The same with its durations read, wherever `kind` has one."""
    for option in _alternatives(kind):
        if option is timedelta:
            return duration(plain, path)
        if isinstance(option, type) and issubclass(option, msgspec.Struct) and isinstance(plain, dict):
            types_of = {field.encode_name: field.type for field in msgspec.structs.fields(option)}
            return {
                key: _with_durations(value, types_of[key], _join(path, key)) if key in types_of else value
                for key, value in plain.items()
            }
    return plain


def _alternatives(kind: Any) -> Iterator[Any]:
    if get_origin(kind) in (types.UnionType,):
        yield from get_args(kind)
    else:
        yield kind


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _told(message: str, kind: type, path: str) -> SettingsError:
    """A decoder's message as a sentence about a key, and a hint."""
    match = _WHERE.match(message)
    what, below = (match["what"], (match["path"] or "$")[1:]) if match else (message, "")
    where = _join(path, below.lstrip(".")).strip(".")
    owner = _type_at(kind, below)
    if unknown := re.search(r"unknown field `(.*)`$", what):
        return SettingsError(f"There is no setting {_join(where, unknown[1])}.", _nearest(unknown[1], owner))
    if missing := re.search(r"missing required field `(.*)`$", what):
        return SettingsError(f"The setting {_join(where, missing[1])} is missing.", "Add it to the settings file.")
    if isinstance(owner, type) and issubclass(owner, Enum):
        return SettingsError(f"{where} cannot be that.", f"Write one of: {', '.join(str(m.value) for m in owner)}.")
    if not what.startswith(("Expected", "Invalid")):  # what a value says of itself
        return SettingsError(f"{where or 'The document'}: {what}.", "Correct it in the settings.")
    if "matching regex" in what:
        return SettingsError(f"{where} is not written as it should be.", 'Write a time of day as "08:30".')
    expected = re.sub(
        r"\w+",
        lambda kind: _KINDS.get(kind[0], kind[0]),
        what.partition(",")[0].partition(" ")[2].replace(" | null", ""),
    )
    return SettingsError(f"{where or 'The document'} is of the wrong kind.", f"Write {expected.strip('`')}.")


def _type_at(kind: Any, below: str) -> Any:
    """The type that `kind` has for a path such as `.policy.hours[0].opens`."""
    for key in re.findall(r"\.(\w+)", below):
        for option in _alternatives(kind):
            inner = (*get_args(option), option)[0] if get_origin(option) is tuple else option
            if isinstance(inner, type) and issubclass(inner, msgspec.Struct):
                kind = {field.encode_name: field.type for field in msgspec.structs.fields(inner)}.get(key)
                break
    return next((option for option in _alternatives(kind) if option is not type(None)), None)


def _nearest(key: str, owner: Any) -> str:
    if get_origin(owner) is tuple:
        owner = get_args(owner)[0]
    known = [field.encode_name for field in msgspec.structs.fields(owner)] if isinstance(owner, type) else []
    close = difflib.get_close_matches(key, known, n=1)
    return f"Did you mean {close[0]}?" if close else f"Known here: {', '.join(known)}."


def table(document: Mapping[str, Any], key: str) -> dict[str, Any]:
    """A table of the document.

    Raises:
        SettingsError: it is missing or something else.
    """
    found = document.get(key)
    if found is None:
        raise SettingsError(f"The settings have no [{key}].", f"Add a table that begins with [{key}].")
    if not isinstance(found, dict):
        raise SettingsError(f"{key} is no table.", f"Begin it with [{key}] on a line of its own.")
    return found
