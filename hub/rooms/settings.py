"""What a door is told: rules and looks, set for the organisation, a site, a floor or a room, with locks. Pure.

What is set nearer to the room wins, except where something further away is locked. Each scope holds a JSON object of
sections (`policy`, `look`, `night`), in the words of the agent's settings file; durations are written `10m`.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from device.model.document import convert
from device.model.door import Look, Night
from device.model.errors import SettingsError
from device.model.room import RoomPolicy
from device.model.value import Value

ORGANISATION = "organisation"
SECTIONS: Mapping[str, type[Value]] = {"policy": RoomPolicy, "look": Look, "night": Night}


class Scope(Value):
    """What one scope says."""

    name: str
    values: dict[str, dict[str, Any]]
    locks: tuple[str, ...] = ()
    """Dotted keys, such as `policy.shown`, or a whole section."""


class DoorSettings(Value):
    """What results for one door."""

    policy: RoomPolicy = RoomPolicy()
    look: Look = Look()
    night: Night = Night()


class Origin(Value):
    """Where a value comes from, for whoever wonders."""

    key: str
    value: str
    scope: str
    locked: bool


def scopes_of(site: str, floor: str, room: str) -> tuple[str, ...]:
    """The names of the scopes of a room, the furthest first."""
    names = [ORGANISATION]
    if site:
        names.append(f"site:{site}")
    if site and floor:
        names.append(f"floor:{site}/{floor}")
    return (*names, f"room:{room}")


def settled(scopes: Sequence[Scope]) -> DoorSettings:
    """The settings of the door whose scopes these are, the furthest first.

    Raises:
        SettingsError: a value is of no use; the text names its key.
    """
    merged: dict[str, dict[str, Any]] = {}
    for section, key, value, _ in _effective(scopes):
        merged.setdefault(section, {})[key] = value
    found: dict[str, Any] = {name: convert(values, SECTIONS[name], name) for name, values in merged.items()}
    return DoorSettings(**found)


def origins(scopes: Sequence[Scope]) -> tuple[Origin, ...]:
    """Every value that is set, and by whom."""
    locked = {lock for scope in scopes for lock in scope.locks}
    return tuple(
        Origin(
            key=f"{section}.{key}",
            value=json.dumps(value, ensure_ascii=False),
            scope=name,
            locked=f"{section}.{key}" in locked or section in locked,
        )
        for section, key, value, name in _effective(scopes)
    )


def check_scope(scope: Scope) -> Scope:
    """The scope, if every value in it is good by itself.

    Raises:
        SettingsError: one is not; or a section or lock is unknown.
    """
    for section in (*scope.values, *(lock.partition(".")[0] for lock in scope.locks)):
        if section not in SECTIONS:
            raise SettingsError(f"There is no section {section!r}.", f"One of: {', '.join(SECTIONS)}.")
    for section, values in scope.values.items():
        convert(values, SECTIONS[section], section)
    return scope


def _effective(scopes: Sequence[Scope]) -> Iterator[tuple[str, str, Any, str]]:
    """Section, key, value and scope of everything that holds."""
    held: dict[tuple[str, str], tuple[Any, str]] = {}
    locked: set[str] = set()
    for scope in scopes:
        for section, values in scope.values.items():
            for key, value in values.items():
                if section not in locked and f"{section}.{key}" not in locked:
                    held[section, key] = (value, scope.name)
        locked.update(scope.locks)
    for (section, key), (value, name) in sorted(held.items()):
        yield section, key, value, name
