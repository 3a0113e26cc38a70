"""Dates and times of iCalendar: with a zone, in UTC, floating, or dates alone; and what they are for a room.

A floating time, one that names no zone, is a time on the wall of the room (or of the calendar, where X-WR-TIMEZONE says
whose). Within a series everything is compared on one wall, that of the series' own zone.
"""

from datetime import UTC, date, datetime, time, timedelta, tzinfo

from icalendar import Event
from icalendar.prop import vDDDTypes, vDuration

from device.model.window import Dates, Window

DAY = timedelta(days=1)


class Unreadable(ValueError):
    """A VEVENT that cannot be shown, and why; it says nothing of the meeting itself."""


def written(event: Event, name: str) -> date | None:
    """A date or a date-time as it is written; a floating one has no zone.

    Raises:
        Unreadable: it is something else, or names a zone that nobody knows.
    """
    found = event.get(name)
    if found is None:
        return None
    value = found.dt if isinstance(found, vDDDTypes) else None
    if not isinstance(found, vDDDTypes) or not isinstance(value, date):
        raise Unreadable(f"its {name} cannot be read")
    if isinstance(value, datetime) and value.tzinfo is None and "TZID" in found.params:
        raise Unreadable("its time zone is not known")
    return value


def span(event: Event, floating: tzinfo) -> tuple[date, date]:
    """From when until when: two dates, or two times with a zone.

    Raises:
        Unreadable: it has no start, or it ends before it.
    """
    start = written(event, "DTSTART")
    if start is None:
        raise Unreadable("it has no start")
    end = written(event, "DTEND")
    if end is None:
        end = _after(start, _duration(event, start), floating)
    if is_day(start) and is_day(end):
        if end < start:
            raise Unreadable("it ends before it starts")
        return start, max(end, start + DAY)
    begins, ends = zoned(start, floating), zoned(end, floating)
    if ends.astimezone(UTC) < begins.astimezone(UTC):
        raise Unreadable("it ends before it starts")
    return begins, ends


def is_day(value: date) -> bool:
    """Whether it is a date without a time."""
    return not isinstance(value, datetime)


def zoned(value: date, zone: tzinfo) -> datetime:
    """The same with a zone: `zone` where it has none of its own; a date is its midnight."""
    moment = value if isinstance(value, datetime) else datetime.combine(value, time())
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)


def when(start: date, end: date, zone: tzinfo, *, room: tzinfo, all_day: bool = False) -> Window | Dates:
    """The span for a room: instants, or dates for what is made of dates or marked `all_day`.

    Args:
        start: a date, or a time with or without a zone.
        end: likewise.
        zone: of times without one.
        room: the room's own zone.
        all_day: Outlook's mark for times from midnight to midnight.
    """
    if is_day(start) and is_day(end):
        return Dates(first=start, until=end)
    begins, ends = zoned(start, zone), zoned(end, zone)
    if all_day:
        for wall in (begins.tzinfo, room):
            first, last = begins.astimezone(wall), ends.astimezone(wall)
            if first.time() == time():
                until = last.date() + (DAY if last.time() > time() else timedelta())
                return Dates(first=first.date(), until=max(until, first.date() + DAY))
    return Window(start=begins.astimezone(UTC), end=ends.astimezone(UTC))


def _duration(event: Event, start: date) -> timedelta:
    found = event.get("DURATION")
    if found is None:
        return DAY if is_day(start) else timedelta()
    length = found.dt if isinstance(found, (vDuration, vDDDTypes)) else None
    if not isinstance(length, timedelta):
        raise Unreadable("its DURATION cannot be read")
    if length < timedelta():
        raise Unreadable("it ends before it starts")
    return length


def _after(start: date, length: timedelta, floating: tzinfo) -> date:
    """Days are counted on the wall, hours exactly (RFC 5545 §3.3.6); 24 of them come as a day from icalendar."""
    days = timedelta(days=length.days)
    if is_day(start) and length == days:
        return start + days
    begins = zoned(start, floating)
    return ((begins + days).astimezone(UTC) + (length - days)).astimezone(begins.tzinfo)
