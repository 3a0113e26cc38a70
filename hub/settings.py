"""The settings of a hub, from one TOML file or from flags, checked to the last key before anything is opened.

folder = "/var/lib/doorlight-hub"
database = "postgresql://hub@db.example/doorlight"      # default: hub.db in the folder
keyring = "postgresql://hub@keys.example/doorlight"     # default: keyring.db in the folder; never the database's
[key]                                                   # the hub's own key-encryption key
provider = "file"
[keys.contoso]                                          # a customer's, by name
provider = "aws_kms"
key_id = "arn:aws:kms:…"
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from device.model.document import LIMIT, convert, parse_toml, table
from device.model.errors import SettingsError
from device.model.secret import Secret
from device.model.value import Value
from hub.audit.log import KEPT
from hub.secret_files import with_contents
from hub.store import Address, address_of
from hub.vault.cache import LIFE, LONGEST
from hub.vault.choice import HUB_KEY, ChosenKey, chosen_key
from hub.vault.owner import opaque

DEFAULT = Path("/etc/doorlight/hub.toml")
FOLDER = "/var/lib/doorlight-hub"
_KEY_FILE = "hub.key"


class ClockSettings(Value):
    """The keys of `[clock]`."""

    source: str = "system"
    """`system`, or `unix:PATH` for a clock that is told over a Unix socket (an emulated office's)."""


class _Document(Value):
    """Everything but `[key]` and `[keys.…]`, whose keys are their providers'."""

    folder: str = FOLDER
    database: Secret = Secret("")
    keyring: Secret = Secret("")
    key_cache: timedelta = LIFE
    """How long a connection's key is used after its KEK last unwrapped it: 0 to 300 s."""
    audit_kept: timedelta = KEPT
    clock: ClockSettings = ClockSettings()


@dataclass(frozen=True, slots=True, kw_only=True)
class HubSettings:
    """All that the foundations of a hub need to know."""

    folder: Path
    database: Address
    keyring: Address
    keys: Mapping[str, ChosenKey]
    """KEKs by name; `hub` is the hub's own."""
    key_cache: timedelta = LIFE
    audit_kept: timedelta = KEPT
    told_clock: Path | None = None
    """The socket at which the time is told; None: the machine's own clock."""

    @property
    def backups(self) -> Path:
        """Where backups go unless somebody says otherwise."""
        return self.folder / "backups"


@dataclass(frozen=True, slots=True, kw_only=True)
class Flags:
    """What the command line says in place of the file."""

    folder: str | None = None
    database: str | None = None
    keyring: str | None = None
    key_provider: str | None = None


def load(path: Path | None, flags: Flags) -> HubSettings:
    """The settings in a file, with what the flags say in place of it. Without a file, flags and defaults are all.

    Raises:
        SettingsError: one sentence that names the key, and one hint.
    """
    return build(document_of(path, flags))


def document_of(path: Path | None, flags: Flags) -> dict[str, Any]:
    """The document in a file, with what the flags say in place of it.

    Raises:
        SettingsError: the file cannot be read, or is no TOML.
    """
    document = _read(path) if path is not None else {}
    given = {"folder": flags.folder, "database": flags.database, "keyring": flags.keyring}
    for key, value in given.items():
        if value is not None:
            document.pop(f"{key}_file", None)
            document[key] = value
    if flags.key_provider is not None:
        kept = document.get("key", {})
        same = isinstance(kept, dict) and kept.get("provider") == flags.key_provider
        document["key"] = kept if same else {"provider": flags.key_provider}
    return document


def build(document: Mapping[str, Any]) -> HubSettings:
    """The settings in a document."""
    rest = {key: value for key, value in document.items() if key not in ("key", "keys", "server")}
    read = convert(with_contents(rest, _Document, "settings"), _Document)
    folder = Path(read.folder)
    database = address_of(read.database.reveal(), folder / "hub.db", "database")
    keyring = address_of(read.keyring.reveal(), folder / "keyring.db", "keyring")
    if str(database) == str(keyring):
        raise SettingsError(
            "database and keyring are one place.", "Give the keyring a file, database or schema of its own."
        )
    if not timedelta() <= read.key_cache <= LONGEST:
        raise SettingsError("key_cache is out of bounds.", 'Write a span from "0s" to "300s".')
    return HubSettings(
        folder=folder,
        database=database,
        keyring=keyring,
        keys=_keys(document, folder),
        key_cache=read.key_cache,
        audit_kept=read.audit_kept,
        told_clock=_told_clock(read.clock.source),
    )


def _told_clock(source: str) -> Path | None:
    if source == "system":
        return None
    if not source.startswith("unix:/"):
        raise SettingsError("clock.source is no clock.", 'Write "system", or "unix:" and the path of a socket.')
    return Path(source.removeprefix("unix:"))


def _keys(document: Mapping[str, Any], folder: Path) -> dict[str, ChosenKey]:
    own = table(document, "key") if "key" in document else {"provider": "file"}
    if own.get("provider") == "file":
        own = {"path": str(folder / _KEY_FILE), **own}
    named = table(document, "keys") if "keys" in document else {}
    chosen = {HUB_KEY: chosen_key(own, "key")}
    for name in named:
        if name == HUB_KEY:
            raise SettingsError("keys.hub is the hub's own key.", "Write it as [key].")
        _check_name(name)
        chosen[name] = chosen_key(table(named, name), f"keys.{name}")
    return chosen


def _check_name(name: str) -> None:
    try:
        opaque(name)
    except ValueError as error:
        raise SettingsError(f"keys.{name} is no name for a key.", "Write letters, digits, - and _.") from error


def _read(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            text = file.read(LIMIT + 1)
    except OSError as error:
        raise SettingsError(
            f"The settings file {path} cannot be read: {error.strerror}.", "Name an existing file with --settings."
        ) from error
    return parse_toml(text, path)
