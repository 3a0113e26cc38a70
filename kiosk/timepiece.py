"""The time as the agent told it, counted on by a clock that does not step."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from device.wire.panel import TimeShown


class Timepiece:
    """Counts on from the last `TimeShown`, at its rate.

    Args:
        monotonic: seconds from anywhere, never stepping back.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.monotonic = monotonic
        self._shown: TimeShown | None = None
        self._heard_at = 0.0

    def heard(self, shown: TimeShown, at: float | None = None) -> None:
        """Take the time from the agent; `at` is the monotonic second of its arrival, if that is past."""
        self._shown, self._heard_at = shown, self.monotonic() if at is None else at

    @property
    def rate(self) -> float:
        """Seconds of the door's time in one of the machine's."""
        return self._shown.rate if self._shown else 1.0

    @property
    def now(self) -> datetime | None:
        """The time, or None while nobody has told it."""
        if self._shown is None:
            return None
        return self._shown.now + self.passed(since=self._heard_at)

    @property
    def trusted(self) -> bool:
        """Whether the agent vouches for the time."""
        return self._shown is not None and self._shown.trusted

    def passed(self, *, since: float) -> timedelta:
        """How much of the door's time went by since a monotonic second."""
        return timedelta(seconds=(self.monotonic() - since) * self.rate)

    def wait_for_minute(self) -> float:
        """Machine seconds until the wall clock shows another minute (at least a fiftieth, so that no rate spins)."""
        now = self.now
        if now is None or self.rate <= 0:
            return 60.0
        into = now.second + now.microsecond / 1e6
        return max((60.0 - into) / self.rate, 0.02)
