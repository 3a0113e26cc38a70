"""The settings of one door, from one TOML file, checked to the last key before anything starts.

A key of `[calendar]` that ends in `_file` stands for the content of that file under its name without `_file`;
`"credential:NAME"` is the file NAME among systemd's credentials. So providers see secrets and never their places.
"""

import os
import stat
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from device.agent.hub.settings import HubSettings
from device.agent.hub.settings import check as check_hub
from device.calendars import Providers
from device.calendars.interface import Connection
from device.model.document import LIMIT, convert, parse_toml, table
from device.model.door import Look, NearbyRoom, Night
from device.model.errors import SettingsError
from device.model.room import Room
from device.model.secret import Secret
from device.model.value import Value

DAY = 24 * 60
LONGEST_CALL = 300.0


class Paths(Value):
    """Where the agent keeps its files."""

    state: str = "/var/lib/doorlight"
    """On the card: the cache."""
    runtime: str = "/run/doorlight"
    """In memory: the panel socket and what was shown last."""


class ClockSettings(Value):
    """Where the time comes from."""

    source: str = "system"
    """`system`, or `unix:PATH` for a clock that is told over a Unix socket."""


class Polling(Value):
    """How often the calendar is asked."""

    every: timedelta = timedelta(seconds=60)
    with_push: timedelta = timedelta(minutes=10)
    """While changes are announced anyway."""


class HubDocument(Value):
    """All that a device with a hub needs to know; the hub tells it the rest."""

    hub: HubSettings
    paths: Paths = Paths()
    clock: ClockSettings = ClockSettings()
    polling: Polling = Polling()


class _Document(Value):
    """Everything but `[calendar]`, whose keys are its provider's."""

    room: Room
    standalone: bool = False
    look: Look = Look()
    night: Night = Night()
    paths: Paths = Paths()
    clock: ClockSettings = ClockSettings()
    polling: Polling = Polling()
    neighbours: tuple[NearbyRoom, ...] = ()


class Settings(_Document, kw_only=True):
    """All that a door needs to know."""

    provider: Providers
    options: Connection
    """The provider's own subclass."""
    relay: Connection | None = None
    """Where the hub writes for this door; None: the door writes itself."""
    warnings: tuple[str, ...] = ()
    """What is allowed and unwise, a sentence each; for the log and for `doctor`."""


def load(path: Path) -> Settings | HubDocument:
    """Read and check the settings: of a door that stands alone, or of a device that has a hub.

    Raises:
        SettingsError: one sentence that names the key, and one hint.
    """
    try:
        with path.open("rb") as file:
            text = file.read(LIMIT + 1)
    except OSError as error:
        raise SettingsError(
            f"The settings file {path} cannot be read: {error.strerror}.", _how_to_read(error)
        ) from error
    document = parse_toml(text, path)
    return with_hub(document) if "hub" in document else build(document, path)


def with_hub(document: dict[str, Any]) -> HubDocument:
    """The settings of a device that has a hub."""
    hub = dict(table(document, "hub"))
    _, told = _with_files(hub, HubSettings, "hub")
    rest = convert({key: value for key, value in document.items() if key != "hub"} | {"hub": told}, HubDocument)
    check_hub(rest.hub)
    _check_clock_and_polling(rest.clock, rest.polling)
    return rest


def _how_to_read(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "Name an existing file with --settings."
    return "Let the agent's user read it, for example: chgrp doorlight-agent FILE; chmod 640 FILE."


def build(document: dict[str, Any], path: Path) -> Settings:
    """The settings in a document that was read from `path`."""
    calendar = dict(table(document, "calendar"))
    rest = convert({key: value for key, value in document.items() if key != "calendar"}, _Document)
    _check(rest)
    provider = _provider(calendar.pop("provider", None))
    kind = provider.load().options
    secrets = {field.encode_name for field in msgspec.structs.fields(kind) if _is_secret(field.type)}
    inline = secrets & calendar.keys()
    files, calendar = _with_files(calendar, kind, "calendar")
    options = convert(calendar, kind, "calendar")
    if not 0 < options.timeout <= LONGEST_CALL:
        raise SettingsError("calendar.timeout is no time to wait.", "Write seconds, such as 20.")
    warnings = (*_exposed(path, inline, "holds"), *(w for key in files for w in _exposed(files[key], {key}, "is")))
    plain = {field: getattr(rest, field) for field in rest.__struct_fields__}
    return Settings(**plain, provider=provider, options=options, warnings=warnings)


def _provider(name: object) -> Providers:
    known = ", ".join(provider.value for provider in Providers)
    if name is None:
        raise SettingsError("The setting calendar.provider is missing.", f"Write one of: {known}.")
    try:
        return Providers(name)
    except ValueError as error:
        raise SettingsError("calendar.provider names no provider.", f"Write one of: {known}.") from error


def _is_secret(kind: Any) -> bool:
    return kind is Secret or Secret in getattr(kind, "__args__", ())


def _with_files(plain: dict[str, Any], kind: type[Connection], name: str) -> tuple[dict[str, Path], dict[str, Any]]:
    """The files that a table names, by the key that each stands for; and the table with their contents."""
    files, told = dict(_files(plain, kind, name)), dict(plain)
    for key, file in files.items():
        del told[f"{key}_file"]
        told[key] = _content(file, f"{name}.{key}_file")
    return files, told


def _files(plain: dict[str, Any], kind: type[Connection], where: str) -> Iterator[tuple[str, Path]]:
    """The keys that are to be read from files, and where those are."""
    own = {field.encode_name for field in msgspec.structs.fields(kind)}
    for key, value in plain.items():
        name = key.removesuffix("_file")
        if name == key or key in own or name not in own:
            continue
        if name in plain:
            raise SettingsError(f"{where}.{name} and {where}.{key} are both set.", "Leave one of them out.")
        yield name, _place(value, f"{where}.{key}")


def _place(value: object, key: str) -> Path:
    if not isinstance(value, str) or not value:
        raise SettingsError(f"{key} is no path.", 'Write a path, or "credential:NAME".')
    if not value.startswith("credential:"):
        return Path(value)
    name, folder = value.removeprefix("credential:"), os.environ.get("CREDENTIALS_DIRECTORY")
    if not folder:
        raise SettingsError(
            f"{key} names a credential, and systemd passed none.", "Add LoadCredential= to the unit, or give a path."
        )
    if not name or "/" in name:
        raise SettingsError(
            f"{key} is no name of a credential.", 'Write "credential:NAME" with a name without slashes.'
        )
    return Path(folder, name)


def _content(file: Path, key: str) -> str:
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise SettingsError(f"{key}: the file cannot be read: {reason}.", "Let the agent's user read it.") from error
    if not text.strip():
        raise SettingsError(f"{key}: the file is empty.", "Write the secret into it.")
    return text.rstrip("\r\n")


def _exposed(file: Path, keys: set[str], verb: str) -> Iterator[str]:
    """A warning where a secret may be read by everybody on this machine."""
    if keys and file.exists() and file.stat().st_mode & stat.S_IROTH:
        named = ", ".join(f"calendar.{key}" for key in sorted(keys))
        yield f"{file} {verb} {named} and everybody may read it: chmod o= {file}"


def _check(document: _Document) -> None:
    """What types cannot say."""
    _check_room(document.room)
    night = document.night
    if (night.dim_from is None) != (night.dim_until is None):
        raise SettingsError("night has one of dim_from and dim_until.", "Set both, or neither.")
    _check_clock_and_polling(document.clock, document.polling)


def _check_clock_and_polling(clock: ClockSettings, polling: Polling) -> None:
    source = clock.source
    if min(polling.every, polling.with_push) < timedelta(seconds=1):
        raise SettingsError("polling asks more than once a second.", 'Write at least "1s".')
    if source != "system" and not (source.startswith("unix:") and source != "unix:"):
        raise SettingsError("clock.source is no clock.", 'Write "system", or "unix:" and the path of a socket.')


def _check_room(room: Room) -> None:
    _check_zone(room.zone)
    for key, text in (("room.id", room.id), ("room.name", room.name)):
        if not text.strip():
            raise SettingsError(f"{key} is empty.", "Write what the room is called.")
    for key, lengths in (("book", room.policy.book_minutes), ("extend", room.policy.extend_minutes)):
        if any(not 0 < minutes <= DAY for minutes in lengths):
            raise SettingsError(
                f"room.policy.{key}_minutes has an impossible length.", f"Write minutes from 1 to {DAY}."
            )
    if any(not 0 <= day <= 6 for rule in room.policy.hours for day in rule.days):
        raise SettingsError("room.policy.hours has an impossible day.", "Days are 0 (Monday) to 6 (Sunday).")


def _check_zone(zone: str) -> None:
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError) as error:
        raise SettingsError("room.zone is no time zone.", 'Write an IANA name such as "Europe/Berlin".') from error
