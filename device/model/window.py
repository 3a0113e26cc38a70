"""Spans of time: instants, floating dates, and the window of a calendar that a door keeps."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from device.model.value import Value

MARGIN = timedelta(days=1)
_FIRST_DAY, _LAST_DAY = date(2, 1, 1), date(9998, 12, 31)
_FIRST = datetime(_FIRST_DAY.year, 1, 1, tzinfo=UTC)
_LAST = datetime(_LAST_DAY.year, 12, 31, tzinfo=UTC)
"""An invitation may begin in the year 1 or end in 9999; a year inside, no zone and no margin overflows."""


@lru_cache(maxsize=1024)
def midnight(day: date, zone: str) -> datetime:
    """The instant, in UTC, at which `day` begins in the IANA `zone` (days of 23 and 25 hours included).

    Raises:
        ZoneInfoNotFoundError: there is no such zone.
    """
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


def local_day(instant: datetime, zone: str) -> date:
    """The date on a wall calendar in `zone` at `instant`."""
    return instant.astimezone(ZoneInfo(zone)).date()


class Window(Value, tag="instants", tag_field="kind"):
    """A half-open span of instants `[start, end)` in UTC."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if not (_FIRST <= self.start <= self.end <= _LAST):
            _clamp(self, "start", _FIRST, _LAST)
            _clamp(self, "end", _FIRST, _LAST)

    def covers(self, instant: datetime) -> bool:
        """Whether `instant` lies inside."""
        return self.start <= instant < self.end

    def overlaps(self, start: datetime, end: datetime) -> bool:
        """Whether `[start, end)` touches the window; a span of no length counts where it lies inside."""
        return (start < self.end and end > self.start) or (start == end and self.covers(start))


class Dates(Value, tag="dates", tag_field="kind"):
    """An all-day span: floating dates `[first, until)`, instants only once a room's zone is known."""

    first: date
    until: date

    def __post_init__(self) -> None:
        _clamp(self, "first", _FIRST_DAY, _LAST_DAY)
        _clamp(self, "until", _FIRST_DAY, _LAST_DAY)

    def window(self, zone: str) -> Window:
        """The instants of these dates in the room's zone."""
        return Window(start=midnight(self.first, zone), end=midnight(self.until, zone))


def _clamp(span: Value, field: str, first: Any, last: Any) -> None:
    value = getattr(span, field)
    if not first <= value <= last:
        msgspec.structs.force_setattr(span, field, min(max(value, first), last))


def day_window(day: date, zone: str) -> Window:
    """The instants of one local day: 23, 24 or 25 hours."""
    return Window(start=midnight(day, zone), end=midnight(day + timedelta(days=1), zone))


def window_around(now: datetime, zone: str, days: int = 2) -> Window:
    """What to ask a provider for: today and `days` more, and a day's margin on both sides.

    The margin is there because providers evaluate windows of all-day meetings in zones of their own.
    """
    today = local_day(now, zone)
    return Window(start=midnight(today, zone) - MARGIN, end=midnight(today + timedelta(days=days), zone) + MARGIN)
