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
