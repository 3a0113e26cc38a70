"""The door that a command is about: from the settings of a device, or from a calendar named on the command line."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, datetime
from pathlib import Path

import click
import msgspec

from device.agent.access import Access, own_credential
from device.agent.clock import Timekeeper, open_clock
from device.agent.settings import HubDocument, Settings, load
from device.calendars.interface import Connection, Provider, RoomCalendar, WindowRead
from device.cli.calendar_option import ask_at_terminal, chosen_calendar
from device.cli.zones import chosen_zone
from device.model.availability import Availability, availability
from device.model.clock import JUMP, Clock, ClockReading, ClockTrust, SystemClock
from device.model.document import convert
from device.model.errors import SettingsError
from device.model.freshness import Freshness
from device.model.room import Room
from device.model.safetext import SafeText
from device.model.window import MARGIN, Window, day_window, window_around

SETTINGS = Path("/etc/doorlight/agent.toml")
SETTINGS_VARIABLE = "DOORLIGHT_SETTINGS"
_NO_STAMP = Path(os.devnull, "stamp")
"""The agent keeps a file that remembers the time; a command leaves it alone."""


class Door(msgspec.Struct, frozen=True, kw_only=True):
    """A room, its calendar, and where its agent is, if it has one here."""

    room: Room
    provider: Provider
    options: Connection
    settings: Settings | None = None

    @property
    def runtime(self) -> Path | None:
        """Where its agent says what is shown."""
        return Path(self.settings.paths.runtime) if self.settings else None

    @property
    def cache(self) -> Path | None:
        """Where its agent remembers."""
        return Path(self.settings.paths.state, "cache.db") if self.settings else None


class PersonsClock:
    """The clock of the machine that a person sits at: believed like the person does, unless a server contradicts."""

    def __init__(self) -> None:
        self._system = SystemClock()

    def read(self) -> ClockReading:
        """The machine's time."""
        return self._system.read()

    def heard(self, server_date: datetime) -> None:
        """A server said what time it is."""
        wrong = abs(server_date - self._system.read().now) > JUMP
        self._system.trust = ClockTrust.INVALID if wrong else ClockTrust.TRUSTED


AnyClock = Timekeeper | PersonsClock


def settings_file(name: str | None) -> Path:
    """The settings that were meant: as named, as the environment has it, or the device's own."""
    return Path(name or os.environ.get(SETTINGS_VARIABLE) or SETTINGS)


def chosen_door(
    *,
    room: str | None = None,
    calendar: str | None = None,
    settings: str | None = None,
    zone: str | None = None,
    ca_bundle: str = "",
) -> Door:
    """The door that these options mean.

    Raises:
        click.UsageError: they contradict each other.
        SettingsError: the settings cannot be right, or are another room's.
    """
    if not calendar:
        if zone or ca_bundle:
            raise click.UsageError("--zone and --ca-bundle belong to --calendar; the settings have their own.")
        return _of_settings(settings_file(settings), room)
    if settings:
        raise click.UsageError("--calendar and --settings exclude each other.")
    chosen = chosen_calendar(calendar, ca_bundle=ca_bundle, ask=ask_at_terminal)
    provider = chosen.provider.load()
    secret = {"password": chosen.password.reveal()} if chosen.password else {}
    name = room or chosen.name
    return Door(
        room=Room(id=name, name=SafeText(name), zone=chosen_zone(zone)),
        provider=provider,
        options=convert({**chosen.options(), **secret}, provider.options, "calendar"),
    )


def _of_settings(path: Path, name: str | None) -> Door:
    if not path.exists() and path == SETTINGS:
        raise click.UsageError(f"Name a calendar with --calendar, or settings with --settings: there is no {SETTINGS}.")
    told = load(path)
    settings = _assigned(told) if isinstance(told, HubDocument) else told
    room = settings.room
    if name and name.casefold() not in names_of(room):
        raise click.UsageError(f"These settings are those of {room.name} ({room.id}), not of {SafeText(name)}.")
    return Door(room=room, provider=settings.provider.load(), options=settings.options, settings=settings)


def _assigned(told: HubDocument) -> Settings:
    """The door that this device's hub gave it.

    Raises:
        SettingsError: it gave it none yet.
    """
    from device.agent.hub.assignment import AssignmentFile
    from device.agent.hub.door import settings_of

    assignment = AssignmentFile(Path(told.paths.state)).kept.assignment
    if assignment is None:
        raise SettingsError("Nobody has claimed this device yet.", "Enter the code on its glass in the hub's portal.")
    return settings_of(assignment, told)


def names_of(room: Room) -> set[str]:
    """What a person may call a room, without regard to case."""
    return {room.id.casefold(), room.id.partition("@")[0].casefold(), room.name.casefold()}


@asynccontextmanager
async def clock_of(door: Door) -> AsyncIterator[AnyClock]:
    """The clock that the door goes by."""
    if door.settings is None:
        yield PersonsClock()
        return
    async with open_clock(door.settings.clock.source, _NO_STAMP) as clock:
        yield clock


@asynccontextmanager
async def calendar_of(door: Door, clock: Clock) -> AsyncIterator[tuple[RoomCalendar, Access]]:
    """The door's calendar, and the access that its calls go through."""
    access = Access(own_credential(door.provider, door.options, door.room.id, clock), clock)
    async with door.provider.open_room(door.room, door.options, access, clock) as calendar:
        yield calendar, access


async def read_now(door: Door, clock: AnyClock, window: Window) -> WindowRead:
    """The window as the calendar holds it now.

    Raises:
        CalendarError: it does not tell.
    """
    async with calendar_of(door, clock) as (calendar, access):
        read = await access.using(lambda: calendar.read(window))
    if read.server_date:
        clock.heard(read.server_date)
    return read


def window_for(day: date, now: datetime, zone: str) -> Window:
    """What to read for a day: what an agent reads, if that holds it, else that day and a margin."""
    usual, wanted = window_around(now, zone), day_window(day, zone)
    if usual.start + MARGIN <= wanted.start and wanted.end <= usual.end - MARGIN:
        return usual
    return Window(start=wanted.start - MARGIN, end=wanted.end + MARGIN)


def answer_of(door: Door, read: WindowRead, reading: ClockReading) -> Availability:
    """What the door says at this reading of the clock, just read as it was."""
    freshness = Freshness(confirmed_at=reading.now, window=read.window)
    return availability(reading.now, read.occurrences, door.room, freshness, reading.trust)
