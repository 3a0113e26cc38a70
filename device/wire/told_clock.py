"""A clock that is told over a Unix socket: the emulated office's time, for every process that lives in it."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from device.model.clock import ClockReading
from device.model.errors import SettingsError
from device.model.value import decode

log = logging.getLogger(__name__)

RETRY = 1.0
"""Seconds between two tries to find the clock's socket again."""
FIRST_WORD = 10.0
"""Seconds to wait for it at the start."""


class Changes:
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


class ToldClock(Changes):
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


@asynccontextmanager
async def told_clock(path: Path) -> AsyncIterator[ToldClock]:
    """Follow the clock at that socket.

    Raises:
        SettingsError: nobody tells the time there.
    """
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
