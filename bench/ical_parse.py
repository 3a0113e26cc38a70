"""F9: a window of 200 meetings out of an .ics feed, and the same out of a feed with years of history.

The floor is what the bare libraries need to parse the text and expand its series: icalendar and recurring-ical-events,
over the whole calendar at once. That way one broken meeting costs all of them, and a rule without measure never ends.
"""

import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import icalendar
import recurring_ical_events

from bench.table import Row, report
from device.calendars.ical.reading import Source, read_sources
from device.calendars.ical.text import cut
from device.model.window import Window

ROUNDS = 7
ZONE = "Europe/Berlin"
START = datetime(2026, 11, 23, 6, tzinfo=UTC)
WINDOW = Window(start=START - timedelta(days=1), end=START + timedelta(days=5))
SINGLE, SERIES = 150, 10
HISTORY = 1800
DESCRIPTION = "Join from your computer or mobile app\\n" * 12


def event(number: int, start: datetime, *rule: str) -> str:
    """A meeting as an Exchange server publishes it."""
    end = start + timedelta(minutes=20)
    lines = [
        "BEGIN:VEVENT",
        f"UID:040000008200E00074C5B7101A82E008{number:08d}",
        "DTSTAMP:20261101T120000Z",
        f"DTSTART;TZID=W. Europe Standard Time:{start:%Y%m%dT%H%M%S}",
        f"DTEND;TZID=W. Europe Standard Time:{end:%Y%m%dT%H%M%S}",
        f"SUMMARY:Kundentermin Stadtwerke – Angebot {number}",
        'ORGANIZER;CN="Carvalho, Inês":mailto:ines@office.example',
        *(f"ATTENDEE;CN=Person {one};PARTSTAT=ACCEPTED:mailto:person{one}@office.example" for one in range(6)),
        f"DESCRIPTION:{DESCRIPTION}",
        "CLASS:PUBLIC",
        "TRANSP:OPAQUE",
        "X-MICROSOFT-CDO-BUSYSTATUS:BUSY",
        *rule,
        "END:VEVENT",
    ]
    return "\r\n".join(lines)


def feed(history: int) -> bytes:
    """The window's meetings, and so many that are over."""
    events = [event(number, START + timedelta(minutes=40 * number)) for number in range(SINGLE)]
    begun = START - timedelta(weeks=40)
    rule = "RRULE:FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR"
    events += [event(1000 + number, begun + timedelta(minutes=30 * number), rule) for number in range(SERIES)]
    events += [event(2000 + number, begun - timedelta(hours=7 * number)) for number in range(history)]
    return "\r\n".join(("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//bench//EN", *events, "END:VCALENDAR", "")).encode()


def ours(body: bytes) -> int:
    """The whole way: cut, parsed, expanded, put into our words, made safe, sorted."""
    found = read_sources([Source(pieces=cut(body, attendee="aurora@office.example"))], WINDOW, ZONE)
    assert not found.skipped
    return len(found.occurrences)


def bare(body: bytes) -> int:
    """Components of the libraries, as they come."""
    calendar = icalendar.Calendar.from_ical(body)
    return len(recurring_ical_events.of(calendar).between(WINDOW.start, WINDOW.end))


def milliseconds(body: bytes, readers: dict[str, Callable[[bytes], int]]) -> dict[str, float]:
    """The median processor time of each, taken in turns, so that the machine's moods hit all alike."""
    assert len({read(body) for read in readers.values()}) == 1, "they do not find the same"
    taken: dict[str, list[float]] = {name: [] for name in readers}
    for _ in range(ROUNDS):
        for name, read in readers.items():
            began = time.process_time()
            read(body)
            taken[name].append((time.process_time() - began) * 1000)
    return {name: statistics.median(times) for name, times in taken.items()}


def main() -> None:
    """Measure and print."""
    rows = []
    for history, beside in ((0, "and no others"), (HISTORY, f"and {HISTORY} that are over")):
        body = feed(history)
        found = milliseconds(body, {"ours": ours, "bare": bare})
        what = f"{ours(body)} meetings {beside}, {len(body) / 1000:.0f} kB"
        rows.append(Row(what, found["ours"], "ms", floor=found["bare"], promise=2.0, floor_is="the bare libraries"))
    report("ical_parse", rows)


if __name__ == "__main__":
    main()
