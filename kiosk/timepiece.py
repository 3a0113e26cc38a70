"""The time as the agent told it, counted on by a clock that does not step."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from device.wire.panel import TimeShown

_LEAST_WAIT = 0.02
"""Machine seconds; no rate makes the kiosk spin."""


class Timepiece:
    """Counts on from the last `TimeShown`, at its rate.

    Args:
        monotonic: seconds from anywhere, never stepping back.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._shown: TimeShown | None = None
        self._heard_at = monotonic()
        self._counted = timedelta()

    def heard(self, shown: TimeShown, at: float | None = None) -> None:
        """Take the time from the agent; `at` is the monotonic second of its arrival, if that is past."""
        moment = self._monotonic() if at is None else at
        self._counted += self._since(moment)
        self._shown, self._heard_at = shown, moment

    @property
    def rate(self) -> float:
        """Seconds of the door's time in one of the machine's."""
        return self._shown.rate if self._shown else 1.0

    @property
    def now(self) -> datetime | None:
        """The time, or None while nobody has told it."""
        return self._shown.now + self._since(self._monotonic()) if self._shown else None

    @property
    def elapsed(self) -> timedelta:
        """The door's time that has passed since the start; it never steps, whatever the agent says the time is."""
        return self._counted + self._since(self._monotonic())

    def machine_seconds(self, span: timedelta) -> float:
        """How long the machine has to wait for a span of the door's time."""
        return max(span.total_seconds() / self.rate, _LEAST_WAIT) if self.rate > 0 else 60.0

    def wait_for_minute(self) -> float:
        """Machine seconds until the wall clock shows another minute."""
        now = self.now
        if now is None:
            return 60.0
        return self.machine_seconds(timedelta(minutes=1) - timedelta(seconds=now.second, microseconds=now.microsecond))

    def _since(self, moment: float) -> timedelta:
        return timedelta(seconds=(moment - self._heard_at) * self.rate)
