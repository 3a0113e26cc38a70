"""How the device is, told to its hub once a minute, and at once when what is on the glass changes."""

import asyncio
import os
import random
import time
from collections.abc import Callable
from pathlib import Path

from device.agent.clock import Timekeeper
from device.agent.hub.line import Line
from device.agent.knowledge import Knowledge
from device.model.errors import HubUnreachable
from device.model.state import RoomState
from device.wire.hub import Beat, GlassSeen
from device.wire.panel import Painted

EVERY = 60.0
APART = 2.0
"""Seconds between two beats at least."""
THERMAL = Path("/sys/class/thermal/thermal_zone0/temp")


class Pulse:
    """The beats of one device."""

    def __init__(
        self,
        line: Line,
        knowledge: Knowledge,
        clock: Timekeeper,
        state: Path,
        rng: random.Random,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._line, self._knowledge, self._clock, self._state = line, knowledge, clock, state
        self._rng, self._monotonic, self._began = rng, monotonic, monotonic()
        self._told: RoomState | None = None
        self._glass: GlassSeen | None = None
        self._due = asyncio.Event()

    def shown(self, state: RoomState) -> None:
        """The kiosks were told this."""
        if self._told is None or self._told.availability.state is not state.availability.state:
            self._due.set()
        self._told = state

    def painted(self, frame: Painted) -> None:
        """A kiosk says what is on its glass."""
        before = self._glass
        self._glass = GlassSeen(state=frame.state, at=self._clock.read().now, digest=frame.digest)
        if before is None or before.state is not frame.state:
            self._due.set()

    async def run(self) -> None:
        """Beat, until cancelled."""
        while True:
            try:
                async with asyncio.timeout(EVERY * self._rng.uniform(0.9, 1.1)):
                    await self._due.wait()
            except TimeoutError:
                pass
            self._due.clear()
            if self._line.up:
                try:
                    await self._line.send(self.beat())
                except HubUnreachable:
                    continue
            await asyncio.sleep(APART)

    def beat(self) -> Beat:
        """How the device is now."""
        reading, known = self._clock.read(), self._knowledge
        return Beat(
            told=self._told.availability.state if self._told else None,
            glass=self._glass,
            trust=reading.trust,
            confirmed_at=known.freshness(reading).confirmed_at,
            fault=type(known.error).__name__ if known.error else known.card_fault,
            temperature=_temperature(),
            disk_free=_disk_free(self._state),
            uptime=self._monotonic() - self._began,
        )


def _temperature() -> float | None:
    try:
        return int(THERMAL.read_text(encoding="ascii")) / 1000
    except (OSError, ValueError):
        return None


def _disk_free(folder: Path) -> int | None:
    try:
        found = os.statvfs(folder)
    except OSError:
        return None
    return found.f_bavail * found.f_frsize
