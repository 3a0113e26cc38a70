"""An office with a hub between it and its doors: devices know their hub, and nothing of any calendar."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from device.cli.emulated_hub import EmulatedHub, open_hub
from device.emulator.control import Control
from device.emulator.world import HubHands, OfficeWorld, OpenWorld, World
from device.emulator.world_clock import WorldClock
from device.model.room import Room


class HubWorld:
    """The office of another world, reached through a hub."""

    def __init__(self, world: OfficeWorld, hub: EmulatedHub) -> None:
        self._world, self._hub = world, hub
        self.title = world.title
        self.rooms: Sequence[Room] = world.rooms
        self.first = world.first
        self.clock: WorldClock = world.clock
        self.control: Control | None = world.control
        self.hub: HubHands | None = hub

    def settings(self, room: Room) -> dict[str, Any]:
        """The hub's address, and the card's claim for this room."""
        told = self._world.settings(room)
        return {"hub": {"url": self._hub.url, "claim": self._hub.claims[room.id]}, "clock": told["clock"]}

    def jump(self, by: timedelta) -> str:
        """As without a hub."""
        return self._world.jump(by)

    def set_rate(self, rate: float) -> str:
        """As without a hub."""
        return self._world.set_rate(rate)


def with_hub(open_world: OpenWorld, look: Mapping[str, Any]) -> OpenWorld:
    """The same office, with a hub; `look` is set for the whole organisation."""

    @asynccontextmanager
    async def open_with_hub(directory: Path) -> AsyncIterator[World]:
        async with open_world(directory) as world, open_hub(directory / "hub", world.office, look) as hub:
            yield HubWorld(world, hub)

    return open_with_hub
