"""Opening hours: wall times on days of the week, turned into instants across both changes of the clock."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from device.model.room import OpenHours
from device.model.window import Window, local_day

_HORIZON = 9
"""Days looked ahead: a week, and one more for a room that opened just before now."""


def is_open(now: datetime, hours: Sequence[OpenHours], zone: str) -> bool:
    """Whether `now` lies in the opening hours; a room without hours is always open."""
    return not hours or any(span.covers(now) for span in _openings(now, hours, zone))


def next_opening(now: datetime, hours: Sequence[OpenHours], zone: str) -> datetime | None:
    """When the room opens next, or None where nothing in the coming week says so."""
    return min((span.start for span in _openings(now, hours, zone) if span.start > now), default=None)


def next_closing(now: datetime, hours: Sequence[OpenHours], zone: str) -> datetime | None:
    """When the opening that holds `now` ends, adjoining ones counted as one; None: it does not end within a week."""
    end: datetime | None = None
    for span in sorted(_openings(now, hours, zone), key=lambda span: span.start):
        if span.covers(now) or (end is not None and span.start <= end):
            end = span.end if end is None else max(end, span.end)
    return end if end is not None and end < now + timedelta(days=7) else None


def hours_edges(now: datetime, hours: Sequence[OpenHours], zone: str) -> Iterator[datetime]:
    """The openings and closings around `now`."""
    for span in _openings(now, hours, zone):
        yield from (span.start, span.end)


def _openings(now: datetime, hours: Sequence[OpenHours], zone: str) -> Iterator[Window]:
    today = local_day(now, zone)
    for offset in range(-1, _HORIZON):
        day = today + timedelta(days=offset)
        for rule in hours:
            if day.weekday() in rule.days:
                overnight = rule.closes <= rule.opens
                closing_day = day + timedelta(days=1) if overnight else day
                span = Window(start=_instant(day, rule.opens, zone), end=_instant(closing_day, rule.closes, zone))
                if span.start < span.end:
                    yield span


def _instant(day: date, wall: str, zone: str) -> datetime:
    hour, minute = int(wall[:2]), int(wall[3:])
    if hour == 24:
        day, hour = day + timedelta(days=1), 0
    return datetime.combine(day, time(hour, minute), ZoneInfo(zone)).astimezone(UTC)
