"""Writes meetings as iCalendar, by hand: what a foreign client would send, made by none of the code under test."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import NAMESPACE_URL, uuid5

from story import ROOM, Meeting

from device.model.occurrence import FreeBusy
from device.model.window import Dates, Window


def uid_of(meeting: Meeting) -> str:
    """The same for the same title."""
    return str(uuid5(NAMESPACE_URL, meeting.title))


def calendar(*events: str) -> str:
    """A VCALENDAR around VEVENTs, with the line ends of the RFC."""
    body = "\n".join(("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//A client//EN", *events, "END:VCALENDAR", ""))
    return body.replace("\n", "\r\n")


def vevents(meeting: Meeting) -> Iterable[str]:
    """Its VEVENT, and one for each day of a series that is moved."""
    rules = [f"RRULE:FREQ=DAILY;COUNT={meeting.days}"] if meeting.days else []
    rules += [f"EXDATE{_time(meeting, _on(meeting, day))}" for day in meeting.dropped]
    yield _vevent(meeting, meeting.when, rules)
    for day, when in meeting.moved.items():
        yield _vevent(meeting, when, [f"RECURRENCE-ID{_time(meeting, _on(meeting, day))}"])


def _vevent(meeting: Meeting, when: Window | Dates, more: list[str]) -> str:
    start, end = (when.first, when.until) if isinstance(when, Dates) else (when.start, when.end)
    lines = [
        "BEGIN:VEVENT",
        f"UID:{uid_of(meeting)}",
        "DTSTAMP:20260301T120000Z",
        f"DTSTART{_time(meeting, start)}",
        f"DTEND{_time(meeting, end)}",
        f"SUMMARY:{meeting.title}",
        f'ORGANIZER;CN="{meeting.organizer}":mailto:jane@office.example',
        *more,
    ]
    if meeting.private:
        lines.append("CLASS:PRIVATE")
    if meeting.declined:
        lines.append(f"ATTENDEE;PARTSTAT=DECLINED:mailto:{ROOM.id}")
    if meeting.cancelled:
        lines.append("STATUS:CANCELLED")
    if meeting.free_busy is FreeBusy.FREE:
        lines.append("TRANSP:TRANSPARENT")
    if meeting.free_busy is FreeBusy.TENTATIVE:
        lines.append("STATUS:TENTATIVE")
    return "\n".join((*lines, "END:VEVENT"))


def _on(meeting: Meeting, day: date) -> datetime:
    assert isinstance(meeting.when, Window)
    return datetime.combine(day, meeting.when.start.astimezone(meeting.zone).time(), meeting.zone)


def _time(meeting: Meeting, moment: date) -> str:
    if not isinstance(moment, datetime):
        return f";VALUE=DATE:{moment:%Y%m%d}"
    return f";TZID={meeting.windows_zone or meeting.zone.key}:{moment.astimezone(meeting.zone):%Y%m%dT%H%M%S}"
