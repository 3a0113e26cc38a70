"""Where the agent's time comes from, how far it may be believed, and who is told when it steps.

Two drivers: `system`, the machine's own clock with evidence from the kernel and from servers; and `unix:PATH`, a clock
that is told over a Unix socket.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

import msgspec

from device.agent.evidence import Evidence
from device.agent.steps import watch_steps
from device.model.clock import Clock, ClockReading, SystemClock
from device.model.errors import SettingsError
from device.model.value import decode

log = logging.getLogger(__name__)

RETRY = 1.0
"""Seconds between two tries to find the clock's socket again."""
FIRST_WORD = 10.0
"""Seconds to wait for it at the start."""


class Timekeeper(Clock, Protocol):
    """A clock that says when it was changed and takes evidence of whether it is right."""

    def changed(self) -> Awaitable[object]:
        """Wait for the next step or change of pace, from this call on (not for each tick)."""
        ...

    def heard(self, server_date: datetime) -> None:
        """A server said what time it is."""
        ...


class _Changes:
    """Tells everybody who waits, once, and starts anew."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def changed(self) -> Awaitable[object]:
        """Wait for the next change."""
        return self._event.wait()

    def tell(self) -> None:
        """There was one."""
        self._event.set()
        self._event = asyncio.Event()


class MachineClock(_Changes):
    """The machine's own clock, believed as far as the evidence goes."""

    def __init__(self, evidence: Evidence) -> None:
        super().__init__()
        self._system = SystemClock()
        self._evidence = evidence

    def read(self) -> ClockReading:
        """The time, and how far it may be believed now."""
        reading = self._system.read()
        return msgspec.structs.replace(reading, trust=self._evidence.trust(reading))

    def heard(self, server_date: datetime) -> None:
        """Take a server's date as evidence."""
        reading = self._system.read()
        before = self._evidence.trust(reading)
        self._evidence.heard(server_date, reading)
        if self._evidence.trust(reading) is not before:
            self.tell()


class ToldClock(_Changes):
    """A clock that follows what it was told last, counted on by the machine's monotonic clock."""

    def __init__(self, told: ClockReading) -> None:
        super().__init__()
        self._told, self._at = told, time.monotonic()

    def read(self) -> ClockReading:
        """The time as it was told, and what went by since."""
        passed = timedelta(seconds=(time.monotonic() - self._at) * self._told.rate)
        return msgspec.structs.replace(self._told, now=self._told.now + passed, elapsed=self._told.elapsed + passed)

    def told(self, reading: ClockReading) -> None:
        """It was set to another time, pace or trust."""
        self._told, self._at = reading, time.monotonic()
        self.tell()

    def heard(self, server_date: datetime) -> None:
        """Whoever tells this clock also tells how far to believe it, so a server's word changes nothing."""


def open_clock(source: str, stamp: Path) -> AbstractAsyncContextManager[Timekeeper]:
    """The driver that `source` names; `stamp` is the file that remembers a time certainly in the past."""
    if source == "system":
        return _machine(stamp)
    return _follow(Path(source.removeprefix("unix:")))


@asynccontextmanager
async def _machine(stamp: Path) -> AsyncIterator[Timekeeper]:
    clock = MachineClock(Evidence(stamp))
    with watch_steps(clock.tell):
        yield clock


@asynccontextmanager
async def _follow(path: Path) -> AsyncIterator[Timekeeper]:
    try:
        async with asyncio.timeout(FIRST_WORD):
            reader, writer = await asyncio.open_unix_connection(path)
            clock = ToldClock(decode(await reader.readline(), ClockReading))
    except (OSError, TimeoutError, msgspec.DecodeError) as error:
        raise SettingsError(f"Nobody tells the time at {path}.", "Check clock.source.") from error
    following = asyncio.create_task(_listen(clock, path, reader, writer))
    try:
        yield clock
    finally:
        following.cancel()
        with suppress(asyncio.CancelledError):
            await following


async def _listen(clock: ToldClock, path: Path, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Take each word; when the other side is gone, count on and look for it again."""
    while True:
        try:
            while line := await reader.readline():
                clock.told(decode(line, ClockReading))
            log.warning("the clock at its socket is gone; counting on from its last word")
        except (OSError, ValueError, msgspec.DecodeError) as error:
            log.warning("the clock at its socket said what is no time: %s", type(error).__name__)
        finally:
            writer.close()
        reader, writer = await _find(path)
        log.info("the clock at its socket is back")


async def _find(path: Path) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    while True:
        await asyncio.sleep(RETRY)
        with suppress(OSError):
            return await asyncio.open_unix_connection(path)
