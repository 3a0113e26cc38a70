"""How old the truth is: when it was last confirmed, for how long that is good, and by which hop."""

from datetime import datetime, timedelta
from enum import StrEnum

from device.model.value import Value
from device.model.window import Window

COVER = timedelta(minutes=15)
"""How far past now the window must reach before anything is called free."""


class Hop(StrEnum):
    """A link in the chain from the calendar to the glass."""

    CLOCK = "clock"
    NETWORK = "network"
    ACCESS = "access"
    CALENDAR = "calendar"
    PUSH = "push"
    HUB = "hub"
    AGENT = "agent"


class HopReport(Value):
    """The last word of one hop."""

    hop: Hop
    healthy: bool
    at: datetime | None = None
    """When it was last healthy."""
    fault: str = ""
    """The name of what is wrong (`device.model.errors`), for `explain` and for the choice of a sentence."""


class Freshness(Value):
    """How far the occurrences may be believed."""

    confirmed_at: datetime | None = None
    """When the provider last confirmed the window, in terms of the present wall clock; None: not since this start."""
    fresh_for: timedelta = timedelta(minutes=5)
    """How long a confirmation proves FREE (longer while push is healthy)."""
    kept_for: timedelta = timedelta(hours=2)
    """How long a known meeting is still shown as running."""
    window: Window | None = None
    """What was read."""

    def is_fresh(self, now: datetime) -> bool:
        """Whether the data proves what is at `now`."""
        return self._younger_than(self.fresh_for, now)

    def is_kept(self, now: datetime) -> bool:
        """Whether the data may still be shown as a known meeting at `now`."""
        return self._younger_than(self.kept_for, now)

    def covers(self, now: datetime) -> bool:
        """Whether the window holds now and the next quarter of an hour."""
        return self.window is not None and self.window.covers(now) and self.window.covers(now + COVER)

    def edges(self) -> tuple[datetime, ...]:
        """The instants at which one of these answers changes."""
        ends = () if self.window is None else (self.window.start, self.window.end - COVER, self.window.end)
        if self.confirmed_at is None:
            return ends
        return (self.confirmed_at, self.confirmed_at + self.fresh_for, self.confirmed_at + self.kept_for, *ends)

    def _younger_than(self, age: timedelta, now: datetime) -> bool:
        return self.confirmed_at is not None and self.confirmed_at <= now < self.confirmed_at + age
