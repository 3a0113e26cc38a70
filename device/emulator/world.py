"""What stands behind a door of the emulator: the office in a box, or a real calendar with a clock that can be moved."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from device.emulator.clock_socket import serve_clock
from device.emulator.control import Control
from device.emulator.office import Office, open_office
from device.emulator.world_clock import WorldClock
from device.model.clock import SystemClock
from device.model.errors import SettingsError
from device.model.room import Room


class HubHands(Protocol):
    """What a person can do to the hub between the office and its doors."""

    async def toggle(self) -> str:
        """Stop it, or start it again; a sentence."""
        ...

    async def way_in(self) -> str:
        """The address at which an administrator comes in."""
        ...


class World(Protocol):
    """Rooms, the time there, and what an agent at a door must be told."""

    title: str
    rooms: Sequence[Room]
    first: Room
    clock: WorldClock
    control: Control | None
    """The hands on it; None where it is the real one."""
    hub: HubHands | None
    """The hub that tells doors what changed; None where they ask by themselves."""

    def settings(self, room: Room) -> dict[str, Any]:
        """The tables of an agent's settings, but for its paths and look."""
        ...

    def jump(self, by: timedelta) -> str:
        """Let time pass at once; where it led, in a sentence."""
        ...

    def set_rate(self, rate: float) -> str:
        """Let time run at another pace; a sentence."""
        ...


class OfficeWorld:
    """The office in a box."""

    def __init__(self, office: Office, title: str, room: str) -> None:
        self.title = title
        self.office = office
        self.rooms: Sequence[Room] = tuple(entry.room for entry in office.rooms)
        self.first = _chosen(office, room)
        self.clock = office.clock
        self.control: Control | None = office.control
        self.hub: HubHands | None = None

    def settings(self, room: Room) -> dict[str, Any]:
        """As the office has them."""
        return self.office.agent_settings(room.id)

    def jump(self, by: timedelta) -> str:
        """By the office's control."""
        return self.office.control.jump(by)

    def set_rate(self, rate: float) -> str:
        """By the office's control."""
        return self.office.control.set_rate(rate)


def _chosen(office: Office, name: str) -> Room:
    if not name:
        return office.default_room.room
    for entry in office.rooms:
        short = entry.room.id.partition("@")[0]
        if name.casefold() in (short.casefold(), entry.room.id.casefold(), entry.room.name.casefold()):
            return entry.room
    known = ", ".join(entry.room.id.partition("@")[0] for entry in office.rooms)
    raise SettingsError(f"This office has no room “{name}”.", f"It has {known}.")


class RealWorld:
    """One room with a calendar that is not ours. Its time begins as the machine's and can be moved here only."""

    control: Control | None = None
    hub: HubHands | None = None

    def __init__(self, room: Room, calendar: Mapping[str, Any], directory: Path) -> None:
        self.title = f"{calendar['provider']} calendar"
        self.rooms: Sequence[Room] = (room,)
        self.first = room
        self.clock = WorldClock(SystemClock().read().now)
        self.socket = directory / "clock.sock"
        self._calendar = calendar

    def settings(self, room: Room) -> dict[str, Any]:
        """The calendar as it was named on the command line."""
        return {
            "standalone": True,
            "room": {"id": room.id, "name": str(room.name), "zone": room.zone},
            "calendar": dict(self._calendar),
            "clock": {"source": f"unix:{self.socket}"},
        }

    def jump(self, by: timedelta) -> str:
        """By the clock alone."""
        try:
            self.clock.jump(by)
        except (ValueError, OverflowError):
            return "So far the time cannot be moved."
        return f"It is {self.clock.now.astimezone(ZoneInfo(self.first.zone)):%A %H:%M}."

    def set_rate(self, rate: float) -> str:
        """By the clock alone."""
        self.clock.set_rate(rate)
        return "Time runs as it does outside." if rate == 1 else f"Time runs {rate:g} times as fast."


OpenWorld = Callable[[Path], Any]
"""Gives, for a folder, an async context manager of a `World`."""


def office_world(scenario: str, room: str = "") -> OpenWorld:
    """The office of a scenario, with one of its rooms first."""

    @asynccontextmanager
    async def open_world(directory: Path) -> AsyncIterator[World]:
        async with open_office(scenario, directory) as office:
            yield OfficeWorld(office, Path(scenario).stem, room)

    return open_world


def real_world(room: Room, calendar: Mapping[str, Any]) -> OpenWorld:
    """One room with the calendar that these tables name."""

    @asynccontextmanager
    async def open_world(directory: Path) -> AsyncIterator[World]:
        world = RealWorld(room, calendar, directory)
        async with serve_clock(world.clock, world.socket):
            yield world

    return open_world
