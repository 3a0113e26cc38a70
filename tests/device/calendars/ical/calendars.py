"""Small calendars for tests: VEVENTs by their lines, read as a door in Berlin reads them."""

from datetime import UTC, datetime

from device.calendars.ical.reading import Found, Source, read_sources
from device.calendars.ical.text import cut
from device.model.occurrence import Occurrence
from device.model.window import Window

ZONE = "Europe/Berlin"
WEEK = Window(start=datetime(2026, 1, 12, tzinfo=UTC), end=datetime(2026, 1, 19, tzinfo=UTC))


def event(*lines: str, uid: str = "one") -> str:
    """A VEVENT."""
    return "\r\n".join(("BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20260101T000000Z", *lines, "END:VEVENT"))


def calendar(*parts: str) -> bytes:
    """A VCALENDAR."""
    return "\r\n".join(("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//x//EN", *parts, "END:VCALENDAR", "")).encode()


def read(*parts: str, window: Window = WEEK, zone: str = ZONE, attendee: str = "") -> Found:
    """What a door finds in a calendar of these parts."""
    return read_sources([Source(pieces=cut(calendar(*parts), attendee=attendee))], window, zone)


def read_one(*lines: str, window: Window = WEEK, zone: str = ZONE, attendee: str = "") -> Occurrence:
    """The only occurrence of a calendar with one VEVENT."""
    found = read(event(*lines), window=window, zone=zone, attendee=attendee)
    assert found.skipped == ()
    (one,) = found.occurrences
    return one


def starts(found: Found) -> list[str]:
    """When each begins, in UTC."""
    return [f"{one.bounds(ZONE).start:%d %H:%M}" for one in found.occurrences]


def utc(start: str, end: str) -> Window:
    """A window, written out."""
    return Window(start=datetime.fromisoformat(start), end=datetime.fromisoformat(end))


CALENDAR_WITH_EVERYTHING = calendar(
    "X-WR-TIMEZONE:America/New_York",
    "BEGIN:VTIMEZONE",
    "TZID:Our Office",
    "BEGIN:STANDARD",
    "DTSTART:16010101T030000",
    "TZOFFSETFROM:+0200",
    "TZOFFSETTO:+0100",
    "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10",
    "END:STANDARD",
    "BEGIN:DAYLIGHT",
    "DTSTART:16010101T020000",
    "TZOFFSETFROM:+0100",
    "TZOFFSETTO:+0200",
    "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3",
    "END:DAYLIGHT",
    "END:VTIMEZONE",
    event(
        "DTSTART;TZID=Our Office:20260101T090000",
        "DTEND;TZID=Our Office:20260101T093000",
        "RRULE:FREQ=WEEKLY;BYDAY=MO,WE;UNTIL=20261231T000000Z",
        "EXDATE;TZID=Our Office:20260112T090000",
        "RDATE;VALUE=PERIOD:20260116T100000Z/PT1H",
        "SUMMARY:Weekly",
        "ORGANIZER;CN=Jane:mailto:jane@office.example",
    ),
    event(
        "RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Our Office:20260114T090000",
        "DTSTART;TZID=W. Europe Standard Time:20260114T110000",
        "DURATION:PT1H",
        "SEQUENCE:2",
    ),
    event("DTSTART;VALUE=DATE:20260113", "X-MICROSOFT-CDO-BUSYSTATUS:OOF", uid="day"),
    event("DTSTART:20260115T090000", "DTEND:20260115T100000", "CLASS:PRIVATE", "STATUS:TENTATIVE", uid="floating"),
)
"""A bit of all that is understood."""
