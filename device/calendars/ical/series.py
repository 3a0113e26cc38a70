"""One UID at a time: its VEVENTs parsed, its rules expanded on the wall of its own zone, its instances named."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events
from icalendar import Event
from icalendar.prop import vInt

from device.calendars.ical.event import is_marked_all_day
from device.calendars.ical.text import RawEvent
from device.calendars.ical.times import Unreadable, span, when, written, zoned
from device.calendars.ical.wall import Wall, params
from device.model.value import Value
from device.model.window import Dates, Window

INSTANCE_LIMIT = 2000
"""Of one series in one window."""
WALLS_APART = timedelta(hours=26)
"""How far two clocks on the walls of this world may be apart; a floating day is each wall's own."""

_RULES = ("RRULE", "RDATE", "RECURRENCE-ID")


class Walls(Value):
    """Whose clocks count."""

    zone: str
    """The room's, an IANA name."""
    floating: tzinfo
    """That of times which name none."""

    @property
    def room(self) -> tzinfo:
        """The room's zone."""
        return ZoneInfo(self.zone)


class Instance(Value):
    """One concrete meeting of a UID."""

    event: Event
    """The VEVENT that describes it; its times are those of the series."""
    when: Window | Dates
    recurrence: str = ""
    """Which of its UID: the RECURRENCE-ID in UTC, or a date; empty for the only one."""
    recurs: bool = False


def parse(raw: RawEvent, uid: str) -> Event:
    """The VEVENT in a text. Its zones must be known already.

    Raises:
        ValueError: it cannot be parsed.
    """
    event = Event.from_ical("\r\n".join(("BEGIN:VEVENT", *raw.lines, "END:VEVENT")))
    if not isinstance(event, Event):
        raise Unreadable("it is no event")
    event["UID"] = uid
    sequence = event.pop("SEQUENCE", 0)
    event["SEQUENCE"] = vInt(sequence if isinstance(sequence, int) else 0)
    return event


def instances(events: Sequence[Event], window: Window, walls: Walls, note: Callable[[str], None]) -> Iterator[Instance]:
    """What of one UID touches `window`.

    Args:
        events: all its VEVENTs; they are changed.
        window: what is wanted.
        walls: whose clocks count.
        note: told why a part of it cannot be read.

    Raises:
        Unreadable: the UID as a whole cannot be.
    """
    for group in _groups([event for event in events if _is_readable(event, walls, note)]):
        alone = len(group) == 1 and not any(name in group[0] for name in _RULES)
        found = _single(group[0], walls, named=len(events) > 1) if alone else _expanded(group, window, walls, note)
        for instance in found:
            bounds = instance.when.window(walls.zone) if isinstance(instance.when, Dates) else instance.when
            if window.overlaps(bounds.start, bounds.end):
                yield instance


def _is_readable(event: Event, walls: Walls, note: Callable[[str], None]) -> bool:
    try:
        span(event, walls.floating)
        written(event, "RECURRENCE-ID")
    except Unreadable as error:
        note(str(error))
        return False
    return True


def _groups(events: Sequence[Event]) -> Iterator[list[Event]]:
    """The VEVENTs that belong together: a series with its exceptions, and alone whatever shares its UID by mistake."""
    exceptions = [event for event in events if "RECURRENCE-ID" in event]
    heads = [event for event in events if "RECURRENCE-ID" not in event]
    newest = max((_sequence(event) for event in heads), default=0)
    heads = [event for event in heads if _sequence(event) == newest]
    heads.sort(key=lambda event: not ("RRULE" in event or "RDATE" in event))
    if heads or exceptions:
        yield heads[:1] + exceptions
    for event in heads[1:]:
        yield [event]


def _single(event: Event, walls: Walls, *, named: bool) -> Iterator[Instance]:
    start, end = span(event, walls.floating)
    marked = is_marked_all_day(event)
    yield Instance(
        event=event,
        when=when(start, end, walls.floating, room=walls.room, all_day=marked),
        recurrence=Wall(walls.floating, walls.floating).name(start) if named else "",
    )


def _expanded(group: list[Event], window: Window, walls: Walls, note: Callable[[str], None]) -> Iterator[Instance]:
    start, _ = span(group[0], walls.floating)
    wall = Wall((start.tzinfo if isinstance(start, datetime) else None) or walls.floating, walls.floating)
    calendar = icalendar.Calendar()
    for event in group:
        wall.rewrite(event, note)
        calendar.add_component(event)
    moved = {_time(event, "RECURRENCE-ID"): _time(event, "DTSTART") for event in group if "RECURRENCE-ID" in event}
    first, last = (edge.astimezone(wall.zone).replace(tzinfo=None) for edge in (window.start, window.end))
    found = recurring_ical_events.of(calendar).between(first - WALLS_APART, last + WALLS_APART)
    if len(found) > INSTANCE_LIMIT:
        raise Unreadable(f"it repeats more than {INSTANCE_LIMIT} times")
    for event in found:
        marked = is_marked_all_day(event)
        yield Instance(
            event=event,
            when=when(_time(event, "DTSTART"), _time(event, "DTEND"), wall.zone, room=walls.room, all_day=marked),
            recurrence=wall.name(_original_start(event, moved)),
            recurs=True,
        )


def _original_start(event: Event, moved: dict[date, date]) -> date:
    """The start that the rule gives the instance, before THISANDFUTURE moved it."""
    recurrence, start = _time(event, "RECURRENCE-ID"), _time(event, "DTSTART")
    if "RANGE" not in params(event, "RECURRENCE-ID"):
        return recurrence
    return start - (zoned(moved[recurrence], UTC) - zoned(recurrence, UTC))


def _time(event: Event, name: str) -> date:
    found: date = getattr(event[name], "dt")  # noqa: B009 - icalendar's types know too many kinds of values
    return found


def _sequence(event: Event) -> int:
    sequence = event["SEQUENCE"]
    return sequence if isinstance(sequence, int) else 0
