"""Time as an argument: what the time is, how far it may be believed, and nothing that blocks.

This module alone may ask the system what time it is.
"""

import time
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Protocol

from device.model.value import Value

_STEADY = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""Never steps and, unlike `time.monotonic` on Linux, goes on while the machine sleeps: what was read before is old."""


class ClockTrust(StrEnum):
    """How far the wall clock may be believed (a Raspberry Pi before the 5 has no battery clock)."""

    TRUSTED = "trusted"
    """The kernel says that it is synchronised, or a server's date agrees within two minutes."""
    HOLDOVER = "holdover"
    """It was trusted since this boot and has only been counted on by the monotonic clock, for seven days at most."""
    FLOOR = "floor"
    """After a cold boot: no earlier than the image or the last time seen, but not confirmed."""
    INVALID = "invalid"
    """Before the floor, or jumped without an explanation."""

    @property
    def proves(self) -> bool:
        """Whether an answer may rest on it."""
        return self in (ClockTrust.TRUSTED, ClockTrust.HOLDOVER)


class ClockReading(Value):
    """One look at a clock."""

    now: datetime
    """The wall clock, aware, in UTC."""
    elapsed: timedelta
    """A clock that never steps back, from an arbitrary start."""
    trust: ClockTrust = ClockTrust.TRUSTED
    rate: float = 1.0
    """Seconds of this clock that pass in one second of the machine's (1 anywhere but in the emulator)."""


class Clock(Protocol):
    """Where a process takes its time from."""

    def read(self) -> ClockReading:
        """The time now; never blocks and never fails."""
        ...


class SystemClock:
    """The machine's own clock. Its trust is what the process learned from the kernel or from a server's date."""

    def __init__(self, trust: ClockTrust = ClockTrust.TRUSTED) -> None:
        self.trust = trust

    def read(self) -> ClockReading:
        """The machine's wall clock and its steady clock."""
        return ClockReading(
            now=datetime.now(UTC), elapsed=timedelta(seconds=time.clock_gettime(_STEADY)), trust=self.trust
        )


HOLDOVER_LIFE = timedelta(days=7)
JUMP = timedelta(seconds=120)
"""How far a clock that counts as right may be wrong, and so may a floor that it wrote down."""


class ClockEvidence(Value):
    """What is known about the wall clock at one moment."""

    synchronised: bool | None
    """The kernel's flag (`adjtimex`), or None where it cannot be read."""
    server_offset: timedelta | None = None
    """The last server date minus our clock, if a server was heard in this boot."""
    trusted_ago: timedelta | None = None
    """Monotonic time since the clock was last trusted in this boot."""
    unexplained_jump: timedelta = timedelta()
    """How far wall and monotonic clock have drifted apart since it was last trusted."""
    floor: datetime | None = None
    """The latest time certainly in the past: the image's build or the last time written down."""


def clock_trust(now: datetime, evidence: ClockEvidence) -> ClockTrust:
    """How far to believe `now` (facts: status machine of the trust design)."""
    if evidence.floor is not None and now < evidence.floor - JUMP:
        return ClockTrust.INVALID
    offset = evidence.server_offset
    if offset is not None and abs(offset) > JUMP:
        return ClockTrust.INVALID
    if evidence.synchronised or offset is not None:
        return ClockTrust.TRUSTED
    if evidence.trusted_ago is None:
        return ClockTrust.FLOOR
    if abs(evidence.unexplained_jump) > JUMP:
        return ClockTrust.INVALID
    return ClockTrust.HOLDOVER if evidence.trusted_ago <= HOLDOVER_LIFE else ClockTrust.FLOOR
