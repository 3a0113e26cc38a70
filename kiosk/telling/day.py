"""The day as a strip: which part of it is shown, where now is, and which spans are taken."""

from datetime import datetime, timedelta

from device.model.hours import hours_edges
from device.model.value import Value
from device.model.window import day_window, local_day
from kiosk.telling.sight import Sight, is_tentative

DAWN, DUSK = 8, 18
"""The hours shown of a day that has no hours of its own."""
_LABELS = 7
"""The most hours that are written."""


class Span(Value):
    """A part of the strip, as fractions of its length."""

    start: float
    end: float
    tentative: bool = False


class Tick(Value):
    """An hour written below the strip."""

    at: float
    label: str


class Day(Value):
    """What the strip shows."""

    now: float | None
    """Where now is; outside of 0 to 1 where the strip does not reach it, None where nobody told the time."""
    taken: tuple[Span, ...]
    ticks: tuple[Tick, ...]


def tell_day(sight: Sight) -> Day:
    """The strip for the local day of the state."""
    first, last = _shown(sight)
    length = (last - first).total_seconds()

    def at(instant: datetime) -> float:
        return (instant - first).total_seconds() / length

    taken = []
    for each in sight.state.day:
        start, end = sight.start(each), sight.end(each)
        if end > first and start < last:
            taken.append(Span(start=max(0.0, at(start)), end=min(1.0, at(end)), tentative=is_tentative(each)))
    hold = sight.state.hold
    if hold is not None and hold.end > first and hold.start < last:
        taken.append(Span(start=max(0.0, at(hold.start)), end=min(1.0, at(hold.end)), tentative=True))
    now = at(sight.now) if sight.timed else None
    return Day(now=now, taken=tuple(taken), ticks=_ticks(sight, first, last))


def _shown(sight: Sight) -> tuple[datetime, datetime]:
    """The hours of the day that the strip covers: those of the room, and all that is planned."""
    zone, speech = sight.state.room.zone, sight.speech
    day = day_window(local_day(sight.state.as_of, zone), zone)
    edges = [
        edge for edge in hours_edges(sight.now, sight.state.room.policy.hours, zone) if day.start <= edge <= day.end
    ]
    if not edges:
        edges = [instant for instant in _hours(day.start, day.end) if speech.local(instant).hour in (DAWN, DUSK)]
    for each in sight.state.day:
        if not each.all_day and day.overlaps(sight.start(each), sight.end(each)):
            edges += [max(sight.start(each), day.start), min(sight.end(each), day.end)]
    if day.covers(sight.now):
        edges += [sight.now, sight.now + timedelta(minutes=1)]
    first, last = min(edges, default=day.start), max(edges, default=day.end)
    first = max(day.start, first - timedelta(minutes=speech.local(first).minute))
    spare = -speech.local(last).minute % 60
    last = min(day.end, last + timedelta(minutes=spare))
    return (first, last) if last - first >= timedelta(hours=1) else (day.start, day.end)


def _hours(first: datetime, last: datetime) -> list[datetime]:
    """Every whole hour from `first` to `last`."""
    count = int((last - first).total_seconds() // 3600)
    return [first + timedelta(hours=hour) for hour in range(count + 1)]


def _ticks(sight: Sight, first: datetime, last: datetime) -> tuple[Tick, ...]:
    hours = _hours(first, last)
    step = next(step for step in (1, 2, 3, 4, 6) if len(hours) / step <= _LABELS or step == 6)
    length = (last - first).total_seconds()
    return tuple(
        Tick(at=(hour - first).total_seconds() / length, label=sight.speech.hour(hour)) for hour in hours[::step]
    )
