"""A series' rule: on which days it takes place. A small part of what Exchange knows, enough for an office's week."""

from collections.abc import Iterator
from datetime import date, timedelta
from enum import StrEnum

from device.model.value import Value


class Every(StrEnum):
    """The pattern, in Graph's words."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "absoluteMonthly"


class Rule(Value):
    """Days from `first` on, up to and with `last` (None: without end) or until `count` are reached."""

    first: date
    every: Every = Every.DAILY
    interval: int = 1
    days: tuple[int, ...] = ()
    """Days of the week of a weekly rule, 0 is Monday; empty: the first's."""
    last: date | None = None
    count: int = 0
    """How many in all; 0: as many as fit."""

    def dates(self, earliest: date, latest: date) -> Iterator[date]:
        """The rule's days in `[earliest, latest]`, in order."""
        until = latest if self.last is None else min(latest, self.last)
        # Only a counted series must be walked from its beginning.
        day = self.first if self.count else max(self.first, earliest)
        found = 0
        while day <= until and not (self.count and found >= self.count):
            if self.holds(day):
                found += 1
                if day >= earliest:
                    yield day
            day += timedelta(days=1)

    def holds(self, day: date) -> bool:
        """Whether the pattern, its end left aside, names `day`."""
        if day < self.first:
            return False
        if self.every is Every.DAILY:
            return (day - self.first).days % self.interval == 0
        if self.every is Every.WEEKLY:
            monday = self.first - timedelta(days=self.first.weekday())
            weeks = (day - monday).days // 7
            return weeks % self.interval == 0 and day.weekday() in (self.days or (self.first.weekday(),))
        months = (day.year - self.first.year) * 12 + day.month - self.first.month
        return months % self.interval == 0 and day.day == self.first.day
