"""One room's day for `doorlight schedule`: what the door would show of it, as values for JSON and lines for people."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from device.cli.telling import age, answer, clock, title_of
from device.model.availability import Availability, occupies
from device.model.occurrence import Occurrence
from device.model.redaction import redact_day
from device.model.room import Room
from device.model.value import Value
from device.model.window import day_window, local_day


class MeetingTold(Value, omit_defaults=False):
    """One meeting, in the room's own time."""

    start: datetime
    end: datetime
    all_day: bool
    title: str
    organizer: str
    private: bool
    running: bool


class AnswerTold(Value, omit_defaults=False):
    """What the door says now."""

    state: str
    reason: str
    until: datetime | None
    next_change: datetime
    sentence: str


class DayTold(Value, omit_defaults=False):
    """A room's day."""

    room: str
    name: str
    zone: str
    day: date
    source: str
    """`calendar`, or `cache` where the calendar could not be read."""
    why: str
    """Why it is not from the calendar."""
    read_at: datetime | None
    """When the calendar last said so."""
    now: AnswerTold | None
    """Only where the day is today."""
    meetings: tuple[MeetingTold, ...]
    unreadable: int
    """Meetings that the calendar holds and nobody could read."""


class Known(Value):
    """What was found out about a room, from the calendar or the cache."""

    occurrences: tuple[Occurrence, ...]
    availability: Availability
    read_at: datetime | None
    unreadable: int = 0
    source: str = "calendar"
    why: str = ""


def tell(known: Known, room: Room, day: date, now: datetime) -> DayTold:
    """The day as the door may tell it: redacted, and without what does not occupy the room."""
    today = local_day(now, room.zone) == day
    return DayTold(
        room=room.id,
        name=str(room.name),
        zone=room.zone,
        day=day,
        source=known.source,
        why=known.why,
        read_at=_local(known.read_at, room) if known.read_at else None,
        now=_answer(known.availability, room, now) if today else None,
        meetings=tuple(_meetings(known.occurrences, room, day, now)),
        unreadable=known.unreadable,
    )


def _local(instant: datetime, room: Room) -> datetime:
    return instant.astimezone(ZoneInfo(room.zone))


def _answer(availability: Availability, room: Room, now: datetime) -> AnswerTold:
    return AnswerTold(
        state=availability.state.value,
        reason=availability.reason.value,
        until=_local(availability.until, room) if availability.until else None,
        next_change=_local(availability.next_change, room),
        sentence=answer(availability, room, now),
    )


def _meetings(occurrences: Sequence[Occurrence], room: Room, day: date, now: datetime) -> Iterator[MeetingTold]:
    span = day_window(day, room.zone)
    for occurrence in sorted(redact_day(occurrences, room, now), key=lambda one: one.bounds(room.zone).start):
        bounds = occurrence.bounds(room.zone)
        if occupies(occurrence, room.policy) and span.overlaps(bounds.start, bounds.end):
            yield MeetingTold(
                start=_local(bounds.start, room),
                end=_local(bounds.end, room),
                all_day=occurrence.all_day,
                title=title_of(occurrence),
                organizer=str(occurrence.organizer),
                private=occurrence.private,
                running=bounds.covers(now),
            )


def lines(told: DayTold, now: datetime) -> Iterator[str]:
    """The day as text, one line a meeting."""
    yield f"{told.name}, {told.day:%A %-d %B %Y} ({told.zone})"
    if told.why:
        told_ago = f"what was known {age(now - told.read_at)}" if told.read_at else "what was last known"
        yield f"Not from the calendar: {told.why} This is {told_ago}."
    if told.now:
        yield told.now.sentence
    yield ""
    if not told.meetings:
        yield "No meetings."
    for meeting in told.meetings:
        yield _line(meeting, told)
    if told.unreadable:
        plural = "s" if told.unreadable > 1 else ""
        yield f"{told.unreadable} more meeting{plural} could not be read: doorlight doctor names them."


def _line(meeting: MeetingTold, told: DayTold) -> str:
    reference = datetime.combine(told.day, datetime.min.time(), ZoneInfo(told.zone)).replace(hour=12)
    starts, ends = (clock(instant, told.zone, reference) for instant in (meeting.start, meeting.end))
    when = "all day" if meeting.all_day else f"{starts}–{ends}"
    who = f", {meeting.organizer}" if meeting.organizer and meeting.organizer != meeting.title else ""
    return f"{when:<12} {meeting.title}{who}{' (now)' if meeting.running else ''}"
