"""Cuts an iCalendar text into what belongs together, before anything is parsed.

A calendar is read by its UIDs, each for itself, so that one that is broken never costs the others. Only the lines that
a door has a use for are kept, which also spares the parser most of a calendar's bytes.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

import msgspec

from device.model.errors import MalformedAnswer
from device.model.value import Value
from device.model.window import Window

LINE_LIMIT = 8192
"""Characters of one line of text; nobody reads a longer subject on a door."""

_NAME = re.compile(r"[A-Za-z0-9-]+")
_DAY = re.compile(r"[^:]*:(\d{8})")
_UNTIL = re.compile(r"UNTIL=(\d{8})", re.IGNORECASE)
_TIMES = ("DTSTART", "DTEND", "DURATION", "RECURRENCE-ID")
_RULES = ("RRULE", "RDATE", "EXDATE")
_WORDS = ("UID", "SEQUENCE", "SUMMARY", "ORGANIZER", "STATUS", "TRANSP", "CLASS")
_OUTLOOK = ("X-MICROSOFT-CDO-BUSYSTATUS", "X-MICROSOFT-CDO-INTENDEDSTATUS", "X-MICROSOFT-CDO-ALLDAYEVENT")
_OURS = ("X-DOORLIGHT-KEY", "X-DOORLIGHT-BOOKED-AT", "X-DOORLIGHT-CHECKED-IN")
_KEPT = frozenset((*_TIMES, *_RULES, *_WORDS, *_OUTLOOK, *_OURS))
_SLACK = timedelta(days=2)
"""Dates are compared as they are written, so time zones may be off by a day on either side."""


class RawEvent(Value):
    """One VEVENT as it is written: its useful lines, unfolded."""

    lines: tuple[str, ...]

    def line(self, name: str) -> str:
        """The first line of that property, or nothing."""
        return next((line for line in self.lines if _name(line) == name), "")

    @property
    def recurs(self) -> bool:
        """Whether it is part of a series."""
        return any(_name(line) in ("RRULE", "RDATE", "RECURRENCE-ID") for line in self.lines)

    def is_outside(self, window: Window) -> bool:
        """Whether it certainly lies outside, told without parsing it."""
        start = _day(self.line("DTSTART"))
        if start is None or any(_name(line) in ("RDATE", "RECURRENCE-ID") for line in self.lines):
            return False
        if start > window.end.date() + _SLACK:
            return True
        if self.line("DURATION"):
            return False
        length = (_day(self.line("DTEND")) or start) - start
        last = self._last_start(start)
        return last is not None and length >= timedelta() and last + length < window.start.date() - _SLACK

    def _last_start(self, start: date) -> date | None:
        """The last day it may start on; None where it has no end."""
        rules = [line for line in self.lines if _name(line) == "RRULE"]
        untils = [_UNTIL.search(rule) for rule in rules]
        days = [_digits(until[1]) if until else None for until in untils]
        known = [day for day in days if day is not None]
        return max((start, *known)) if len(known) == len(rules) else None


class Cut(Value):
    """A calendar in pieces."""

    events: dict[str, tuple[RawEvent, ...]]
    """The VEVENTs that share a UID, in the order of the text."""
    zones: dict[str, str] = msgspec.field(default_factory=dict)
    """The VTIMEZONE of each TZID that is defined."""
    zone: str = ""
    """X-WR-TIMEZONE: the zone of times that name none."""


def cut(body: bytes, *, attendee: str = "") -> Cut:
    """The pieces of a calendar; of its attendees only `attendee`, an address.

    Raises:
        MalformedAnswer: it is no calendar, or it stops in the middle.
    """
    cutter = _Cutter(attendee.lower())
    for line in unfolded(body):
        cutter.take(line)
    return cutter.done()


def unfolded(body: bytes) -> Iterator[str]:
    """Its logical lines. Unfolding comes before decoding, for folds that split a character."""
    if body[:2] in (b"\xff\xfe", b"\xfe\xff"):
        body = body.decode("utf-16", "replace").encode()
    parts: list[bytes] = []
    for line in body.removeprefix(b"\xef\xbb\xbf").replace(b"\r", b"\n").split(b"\n"):
        if line[:1] in (b" ", b"\t"):
            parts.append(line[1:])
        elif line:
            if parts:
                yield _decoded(b"".join(parts))
            parts = [line]
    if parts:
        yield _decoded(b"".join(parts))


def _decoded(line: bytes) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line.decode("cp1252", "replace")


class _Cutter:
    """Walks over the lines and keeps the useful ones of each component."""

    def __init__(self, attendee: str) -> None:
        self._attendee = attendee
        self._open: list[str] = []
        self._lines: list[str] = []
        self._zone_lines: list[str] = []
        self._seen_calendar = False
        self._events: dict[str, list[RawEvent]] = {}
        self._zones: dict[str, str] = {}
        self._zone = ""

    def take(self, line: str) -> None:
        name = _name(line)
        if name in ("BEGIN", "END"):
            component = line[len(name) + 1 :].strip().upper()
            self._begin(component) if name == "BEGIN" else self._end(component)
        if "VTIMEZONE" in self._open or (name == "END" and self._zone_lines):
            self._take_zone_line(line)
        elif self._open == ["VCALENDAR", "VEVENT"]:
            self._take_event_line(name, line)
        elif self._open == ["VCALENDAR"] and name == "X-WR-TIMEZONE":
            self._zone = self._zone or line.partition(":")[2].strip()

    def done(self) -> Cut:
        if not self._seen_calendar:
            raise MalformedAnswer("no calendar in it")
        if self._open:
            raise MalformedAnswer("the calendar stops in the middle")
        return Cut(
            events={uid: tuple(events) for uid, events in self._events.items()}, zones=self._zones, zone=self._zone
        )

    def _begin(self, component: str) -> None:
        if component in ("VCALENDAR", "VEVENT"):
            self._end(component)  # one that was never closed ends where the next begins
        self._seen_calendar = self._seen_calendar or component == "VCALENDAR"
        if self._seen_calendar:
            self._open.append(component)

    def _end(self, component: str) -> None:
        closed = ""
        while component in self._open and closed != component:
            closed = self._open.pop()
            if closed == "VEVENT" and self._open == ["VCALENDAR"]:
                self._keep_event()

    def _take_event_line(self, name: str, line: str) -> None:
        if name == "ATTENDEE":
            if self._attendee and self._attendee in line.lower():
                self._lines.append(line[:LINE_LIMIT])
        elif name in _KEPT:
            self._lines.append(line if name in _RULES else line[:LINE_LIMIT])

    def _take_zone_line(self, line: str) -> None:
        self._zone_lines.append(line)
        if "VTIMEZONE" not in self._open:
            tzid = next((line.partition(":")[2].strip() for line in self._zone_lines if _name(line) == "TZID"), "")
            self._zones.setdefault(tzid, "\r\n".join(self._zone_lines))
            self._zone_lines = []

    def _keep_event(self) -> None:
        event = RawEvent(lines=tuple(self._lines))
        self._lines = []
        uid = event.line("UID").partition(":")[2].strip() or _nameless(event.lines)
        self._events.setdefault(uid, []).append(event)


def _nameless(lines: Sequence[str]) -> str:
    """A stable stand-in for a UID that is missing."""
    return "nameless-" + hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def _name(line: str) -> str:
    match = _NAME.match(line)
    return match[0].upper() if match else ""


def _day(line: str) -> date | None:
    match = _DAY.match(line)
    return _digits(match[1]) if match else None


def _digits(digits: str) -> date | None:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return None
