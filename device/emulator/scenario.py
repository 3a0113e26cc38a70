"""What a scenario file says: rooms, people, meetings and what happens when. Decoded strictly, to the last key.

All times are on the wall of the office's zone, on days counted from the day of the start, so that any start will do.
Durations are written `90s`, `10m`, `2h`.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from device.emulator.directory import PLACES, SETTINGS, USERS, WRITE, Rules
from device.emulator.happenings import Happening
from device.model.errors import SettingsError
from device.model.room import Clock24, RoomPolicy
from device.model.value import Value, from_plain

FOLDER = Path(__file__).parent / "scenarios"
DEFAULT = "monday"
_DURATION = re.compile(r"(\d+(?:\.\d+)?)([smhd])")
_DURATIONS = frozenset(("starts_soon", "opens_before", "release_after", "exempt_from", "lasts", "ahead"))
"""The keys that hold a duration."""

Name = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9._-]*$", max_length=64)]
"""What things in a scenario are called by."""


class PersonPlan(Value):
    """Somebody who invites or is invited."""

    id: Name
    name: str
    address: str = ""
    """Of somebody outside the organisation; empty: `<id>@office.example`."""


class AppPlan(Value):
    """What the office's administrator has let the app do."""

    roles: tuple[str, ...] = (WRITE, PLACES, USERS, SETTINGS)
    """In the words of Graph's permissions."""
    consented: bool = False
    """In Entra, instead of by RBAC for Applications."""
    unscoped: bool = False
    """To every mailbox, instead of to the rooms."""


class RoomPlan(Value):
    """A room and its door. Its mailbox is `<id>@office.example`."""

    id: Name
    name: str
    building: str = ""
    floor_label: str = ""
    floor: int = 0
    capacity: int | None = None
    zone: str = ""
    """Empty: the office's."""
    policy: RoomPolicy = RoomPolicy()
    provider: Annotated[str, msgspec.Meta(pattern="^(graph|google|exchange)$")] = "graph"
    """The provider by which its door reaches the calendar: an office may have several."""
    tells_organizer: bool = False
    """Exchange's defaults for rooms: the subject is replaced by the organizer's name and the body is removed."""
    rules: Rules = Rules()
    """What else Exchange does to invitations."""
    mailbox_zone: str | None = None
    """The time zone that the mailbox says it is in, as Exchange spells it; left out: the room's, empty: none."""
    hidden: bool = False
    """The app has no permission on it."""


class Change(Value):
    """One occurrence of a series that is unlike the others."""

    day: int
    starts: Clock24 | None = None
    ends: Clock24 | None = None
    title: str | None = None
    dropped: bool = False
    """It does not take place at all."""


class Repeats(Value):
    """How a meeting repeats."""

    every: Annotated[str, msgspec.Meta(pattern="^(day|weekday|week)$")]
    from_day: int = -14
    to_day: int = 28
    changes: tuple[Change, ...] = ()


class MeetingPlan(Value):
    """A meeting in one or several rooms."""

    rooms: Annotated[tuple[Name, ...], msgspec.Meta(min_length=1)]
    title: str = ""
    organizer: Name = ""
    attendees: tuple[Name, ...] = ()
    day: int = 0
    starts: Clock24 = "00:00"
    ends: Clock24 = "24:00"
    """At or before `starts`: after midnight."""
    all_day: bool = False
    days: Annotated[int, msgspec.Meta(ge=1, le=60)] = 1
    """How many days an all-day meeting lasts."""
    zone: str = ""
    """The zone whose wall `starts` and `ends` are on; empty: the office's."""
    body: str = ""
    join: str = ""
    private: bool = False
    cancelled: bool = False
    declined: bool = False
    tentative: bool = False
    free: bool = False
    show_as: str = ""
    """Any other word for how it weighs on the room, known to Graph or not."""
    repeats: Repeats | None = None
    title_times: Annotated[int, msgspec.Meta(ge=1, le=2_000_000)] = 1
    """The title is so many times as long: for titles that no file should hold."""


class Scenario(Value):
    """An office, whole."""

    title: str
    zone: str
    rooms: Annotated[tuple[RoomPlan, ...], msgspec.Meta(min_length=1)]
    about: str = ""
    start: datetime | None = None
    """On the wall of the office; None: the machine's own time."""
    room: Name = ""
    """The door shown first; empty: the first room's."""
    rate: float = 1.0
    app: AppPlan = AppPlan()
    people: tuple[PersonPlan, ...] = ()
    meetings: tuple[MeetingPlan, ...] = ()
    happenings: tuple[Happening, ...] = ()


def scenario_names() -> tuple[str, ...]:
    """The scenarios that come with Doorlight."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


def load_scenario(name: str = DEFAULT) -> Scenario:
    """The scenario with this name, or in this file.

    Raises:
        SettingsError: there is none, or it says something that cannot be.
    """
    path = FOLDER / f"{name}.toml" if name in scenario_names() else Path(name)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise SettingsError(f"There is no scenario {name!r}.", f"One of: {', '.join(scenario_names())}.") from error
    return read_scenario(text, path.name)


def read_scenario(text: str, source: str = "scenario") -> Scenario:
    """The scenario in a TOML text; `source` is what errors call it.

    Raises:
        SettingsError: it is not TOML, or it says something that cannot be.
    """
    try:
        plain = _durations(msgspec.toml.decode(text))
        scenario: Scenario = msgspec.convert(plain, Scenario, dec_hook=from_plain)
    except (msgspec.DecodeError, msgspec.ValidationError, ValueError) as error:
        raise SettingsError(f"{source}: {error}") from error
    _check(scenario, source)
    return scenario


def _durations(plain: Any, key: str = "") -> Any:
    """The same with `10m` as the ISO 8601 duration that msgspec reads."""
    if isinstance(plain, Mapping):
        return {name: _durations(value, name) for name, value in plain.items()}
    if isinstance(plain, list):
        return [_durations(value, key) for value in plain]
    if key in _DURATIONS and isinstance(plain, str):
        return duration_in_iso(plain)
    return plain


def duration_in_iso(text: str) -> str:
    """`10m` as `PT600S`; a minus stays.

    Raises:
        ValueError: it is no duration.
    """
    match = _DURATION.fullmatch(text.removeprefix("-"))
    if match is None:
        raise ValueError(f"{text!r} is no duration; write 90s, 10m, 2h or 1d")
    seconds = round(float(match[1]) * {"s": 1, "m": 60, "h": 3600, "d": 86400}[match[2]])
    return f"{'-' if text.startswith('-') else ''}PT{seconds}S"


def _check(scenario: Scenario, source: str) -> None:
    """What a type cannot say: that names name something.

    Raises:
        SettingsError: one does not.
    """
    rooms = {room.id for room in scenario.rooms}
    people = {person.id for person in scenario.people}
    if len(rooms) < len(scenario.rooms) or len(people) < len(scenario.people):
        raise SettingsError(f"{source}: two rooms or two people have the same id.")
    named = [(scenario.room, rooms), *((room, rooms) for meeting in scenario.meetings for room in meeting.rooms)]
    named += [(name, people) for meeting in scenario.meetings for name in (meeting.organizer, *meeting.attendees)]
    named += [(happening.room, rooms) for happening in scenario.happenings if hasattr(happening, "room")]
    for name, known in named:
        if name and name not in known:
            raise SettingsError(f"{source}: {name!r} is no id of a room or person in it.")
    for zone in {scenario.zone, *(room.zone for room in scenario.rooms), *(plan.zone for plan in scenario.meetings)}:
        _check_zone(zone or scenario.zone, source)
    if scenario.start is not None and scenario.start.tzinfo is not None:
        raise SettingsError(f"{source}: start is a time on the office's wall, without an offset.")


def _check_zone(zone: str, source: str) -> None:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise SettingsError(f"{source}: {zone!r} is no time zone.", "Use a name like Europe/Berlin.") from error
