"""Where the agent's time comes from, how far it may be believed, and who is told when it steps.

Two drivers: `system`, the machine's own clock with evidence from the kernel and from servers; and `unix:PATH`, a clock
that is told over a Unix socket.
"""

from collections.abc import AsyncIterator, Awaitable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Protocol

import msgspec

from device.agent.evidence import Evidence
from device.agent.steps import watch_steps
from device.model.clock import Clock, ClockReading, SystemClock
from device.wire.told_clock import Changes, told_clock


class Timekeeper(Clock, Protocol):
    """A clock that says when it was changed and takes evidence of whether it is right."""

    def changed(self) -> Awaitable[object]:
        """Wait for the next step or change of pace, from this call on (not for each tick)."""
        ...

    def heard(self, server_date: datetime) -> None:
        """A server said what time it is."""
        ...


class MachineClock(Changes):
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


def open_clock(source: str, stamp: Path) -> AbstractAsyncContextManager[Timekeeper]:
    """The driver that `source` names; `stamp` is the file that remembers a time certainly in the past."""
    if source == "system":
        return _machine(stamp)
    return told_clock(Path(source.removeprefix("unix:")))


@asynccontextmanager
async def _machine(stamp: Path) -> AsyncIterator[Timekeeper]:
    clock = MachineClock(Evidence(stamp))
    with watch_steps(clock.tell):
        yield clock
