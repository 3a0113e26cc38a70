"""When other rooms are busy: what their events say, or a VFREEBUSY where those may not be read."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime

from icalendar.prop import vPeriod

from device.calendars.ical.text import unfolded
from device.model.availability import occupies
from device.model.errors import MalformedAnswer
from device.model.occurrence import Occurrence
from device.model.room import RoomPolicy
from device.model.window import Window


def of_occurrences(occurrences: Iterable[Occurrence], zone: str) -> tuple[Window, ...]:
    """The times that these occupy, run together."""
    policy = RoomPolicy()
    return merged(one.bounds(zone) for one in occurrences if occupies(one, policy))


def of_answer(body: bytes) -> tuple[Window, ...]:
    """The times in a VFREEBUSY (RFC 5545 §3.6.4), run together.

    Raises:
        MalformedAnswer: it is something else, or cannot be read.
    """
    lines = list(unfolded(body))
    if not any(line.upper().startswith("BEGIN:VFREEBUSY") for line in lines):
        raise MalformedAnswer("no free-busy time in it")
    try:
        return merged(window for line in lines for window in _periods(line))
    except (ValueError, TypeError) as error:
        raise MalformedAnswer("its free-busy time cannot be read") from error


def merged(windows: Iterable[Window]) -> tuple[Window, ...]:
    """The same times as few windows, by start."""
    result: list[Window] = []
    for window in sorted(windows, key=lambda one: one.start):
        if result and window.start <= result[-1].end:
            result[-1] = Window(start=result[-1].start, end=max(result[-1].end, window.end))
        elif window.start < window.end:
            result.append(window)
    return tuple(result)


def _periods(line: str) -> Iterator[Window]:
    head, _, values = line.partition(":")
    name, *parameters = head.upper().split(";")
    if name != "FREEBUSY" or "FBTYPE=FREE" in parameters:
        return
    for value in values.split(","):
        period = vPeriod(vPeriod.from_ical(value))  # type: ignore[no-untyped-call]
        yield Window(start=_utc(period.start), end=_utc(period.end))


def _utc(value: date) -> datetime:
    """Free-busy times are always in UTC."""
    if not isinstance(value, datetime):
        raise TypeError("a date where a time must be")
    return value.astimezone(UTC) if value.tzinfo is not None else value.replace(tzinfo=UTC)
