"""Secrets in settings: a key that ends in `_file` stands for the content of that file under its name without `_file`;
`"credential:NAME"` is the file NAME among systemd's credentials. Whoever reads the settings sees no place, and whoever
keeps them keeps no secret.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from device.model.errors import SettingsError
from device.model.secret import Secret

_LIMIT = 1 << 16


def with_contents(table: Mapping[str, Any], kind: type[msgspec.Struct], path: str) -> dict[str, Any]:
    """The same table with each secret in place of the file that it lies in.

    Raises:
        SettingsError: a file cannot be read, or a secret is given twice.
    """
    own = {field.encode_name: field.type for field in msgspec.structs.fields(kind)}
    read: dict[str, Any] = {}
    for key, value in table.items():
        name = key.removesuffix("_file")
        if name == key or key in own or own.get(name) is not Secret:
            read[key] = value
        elif name in table:
            raise SettingsError(f"{path}.{name} and {path}.{key} are both set.", "Leave one of them out.")
        else:
            read[name] = _content(_place(value, f"{path}.{key}"), f"{path}.{key}")
    return read


def inline_secrets(table: Mapping[str, Any], kind: type[msgspec.Struct]) -> frozenset[str]:
    """The keys whose secrets stand in the table itself."""
    secret = {field.encode_name for field in msgspec.structs.fields(kind) if field.type is Secret}
    return frozenset(secret & table.keys())


def _place(value: object, key: str) -> Path:
    if not isinstance(value, str) or not value:
        raise SettingsError(f"{key} is no path.", 'Write a path, or "credential:NAME".')
    if not value.startswith("credential:"):
        return Path(value)
    name, folder = value.removeprefix("credential:"), os.environ.get("CREDENTIALS_DIRECTORY")
    if not name or "/" in name:
        raise SettingsError(f"{key} is no name of a credential.", 'Write "credential:NAME".')
    if not folder:
        raise SettingsError(f"{key} names a credential, and systemd passed none.", "Add LoadCredential= to the unit.")
    return Path(folder, name)


def _content(file: Path, key: str) -> str:
    try:
        with file.open("rb") as opened:
            text = opened.read(_LIMIT).decode()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise SettingsError(f"{key}: the file cannot be read: {reason}.", "Let the hub's user read it.") from error
    if not text.strip():
        raise SettingsError(f"{key}: the file is empty.", "Write the secret into it.")
    return text.rstrip("\r\n")
