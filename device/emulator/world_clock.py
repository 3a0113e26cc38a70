"""The office's clock: it starts at any instant, runs at any pace, jumps, and may be wrong for the device alone.

The office itself (its tokens, its `Date` headers, its meetings) always goes by the right time. What a device is told
over the clock's socket may be another: that is how a Raspberry Pi without a battery clock wakes up.
"""

import asyncio
import math
from collections.abc import Awaitable
from datetime import datetime, timedelta

import msgspec

from device.model.clock import Clock, ClockReading, ClockTrust, SystemClock

FASTEST = 3600.0
"""An hour in a second; beyond that nothing at a door can be seen."""
SLOWEST = 0.01
LONGEST_JUMP = timedelta(days=400)


class WorldClock:
    """Time in the emulated world. It is a `device.model.clock.Clock`, and always the right one.

    Args:
        start: the first instant, aware.
        rate: seconds that pass in the office in one second of the machine.
        machine: what really passes; the machine's own clock unless a test counts for itself.
    """

    def __init__(self, start: datetime, *, rate: float = 1.0, machine: Clock | None = None) -> None:
        self._machine = machine or SystemClock()
        self._since = self._machine.read().elapsed
        self._reading = ClockReading(now=start, elapsed=timedelta(), rate=_checked(rate))
        self._device_offset = timedelta()
        self._device_trust = ClockTrust.TRUSTED
        self._change = asyncio.Event()

    def read(self) -> ClockReading:
        """The right time in the office."""
        passed = (self._machine.read().elapsed - self._since) * self._reading.rate
        return msgspec.structs.replace(
            self._reading, now=self._reading.now + passed, elapsed=self._reading.elapsed + passed
        )

    def read_device(self) -> ClockReading:
        """What the device's own clock says, and how far it may be believed."""
        right = self.read()
        return msgspec.structs.replace(right, now=right.now + self._device_offset, trust=self._device_trust)

    @property
    def now(self) -> datetime:
        """The right time in the office, in UTC."""
        return self.read().now

    @property
    def rate(self) -> float:
        """How many times as fast as the machine's the office's time runs."""
        return self._reading.rate

    @property
    def device_offset(self) -> timedelta:
        """How far the device's clock is ahead of the office's."""
        return self._device_offset

    @property
    def device_trust(self) -> ClockTrust:
        """How far the device may believe its clock."""
        return self._device_trust

    def set_rate(self, rate: float) -> None:
        """Let the time run at another pace from now on.

        Raises:
            ValueError: the pace is no number between `SLOWEST` and `FASTEST`.
        """
        self._settle(rate=_checked(rate))

    def jump(self, by: timedelta) -> None:
        """Be at another time at once. Forwards, all that counts time counts it; backwards, only the wall clock moves.

        Raises:
            ValueError: further than `LONGEST_JUMP`.
        """
        if abs(by) > LONGEST_JUMP:
            raise ValueError("a jump of more than 400 days")
        right = self.read()
        self._settle(now=right.now + by, elapsed=right.elapsed + max(by, timedelta()))

    def set_device(self, offset: timedelta = timedelta(), trust: ClockTrust = ClockTrust.TRUSTED) -> None:
        """Make the device's clock wrong by `offset`, believed as far as `trust`; the office stays right."""
        self._device_offset, self._device_trust = offset, trust
        self._settle()

    def changed(self) -> Awaitable[object]:
        """Wait for the next change, from this call on, of pace, place or the device's clock (not for each tick)."""
        return self._change.wait()

    async def reach(self, instant: datetime) -> None:
        """Return once the office's time is at or past `instant`, however it got there."""
        while (remaining := instant - self.now) > timedelta():
            waiting = asyncio.ensure_future(self._change.wait())
            await asyncio.wait((waiting,), timeout=remaining.total_seconds() / self.rate)
            waiting.cancel()

    def _settle(self, **changes: object) -> None:
        """Take the present reading, with `changes`, as the base that time is counted from."""
        reading = self.read()
        self._since = self._machine.read().elapsed
        self._reading = msgspec.structs.replace(reading, **changes)
        self._change.set()
        self._change = asyncio.Event()


def _checked(rate: float) -> float:
    if not math.isfinite(rate) or not SLOWEST <= rate <= FASTEST:
        raise ValueError(f"a pace of {rate:g} is not between {SLOWEST:g} and {FASTEST:g}")
    return rate
