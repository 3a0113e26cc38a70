"""Busy times of other rooms, without words: `getSchedule`."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from device.calendars.graph.mailbox import Mailbox
from device.calendars.graph.shapes import Moment
from device.calendars.http import Answer
from device.model.errors import MalformedAnswer
from device.model.window import Window

ADDRESSES = 20
"""The most that one call takes."""


class _Item(msgspec.Struct, rename="camel", gc=False):
    start: Moment
    end: Moment
    status: str | None = None


async def read_schedules(
    mailbox: Mailbox, rooms: Sequence[str], window: Window
) -> dict[str, tuple[Window, ...] | None]:
    """When each of `rooms` is taken within `window`; None for one that could not be read, and so might be taken."""
    found: dict[str, tuple[Window, ...] | None] = {}
    for at in range(0, len(rooms), ADDRESSES):
        some = rooms[at : at + ADDRESSES]
        told = _schedules(await mailbox.post("calendar/getSchedule", _wanted(some, window)))
        found |= {room: _busy(told.get(room.lower()), window) for room in some}
    return found


def _wanted(rooms: Sequence[str], window: Window) -> dict[str, object]:
    minutes = int((window.end - window.start).total_seconds() // 60)
    return {
        "schedules": list(rooms),
        "startTime": moment(window.start),
        "endTime": moment(window.end),
        "availabilityViewInterval": max(5, min(30, minutes)),  # may not be longer than the window itself
    }


def moment(instant: datetime) -> dict[str, str]:
    """An instant as `dateTimeTimeZone`."""
    return {"dateTime": instant.astimezone(UTC).replace(tzinfo=None).isoformat(), "timeZone": "UTC"}


def _schedules(answer: Answer) -> Mapping[str, Any]:
    """What was told of each address, by the address in lower case."""
    plain = answer.json()
    value = plain.get("value") if isinstance(plain, dict) else None
    if not isinstance(value, list):
        raise MalformedAnswer("JSON that holds no schedules")
    return {str(told.get("scheduleId", "")).lower(): told for told in value if isinstance(told, dict)}


def _busy(told: Any, window: Window) -> tuple[Window, ...] | None:
    """The busy times in one room's schedule; None where there is an error in its place, or anything unreadable."""
    if not isinstance(told, dict) or told.get("error"):
        return None
    try:
        items = msgspec.convert(told.get("scheduleItems"), list[_Item])
        spans = [(item.start.instant(), item.end.instant()) for item in items if (item.status or "").lower() != "free"]
    except ValueError:  # which msgspec's own error is, too
        return None
    return tuple(_merged((start, end) for start, end in spans if start < end and window.overlaps(start, end)))


def _merged(spans: Iterable[tuple[datetime, datetime]]) -> list[Window]:
    """The spans by start, with those that touch made one."""
    merged: list[Window] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1].end:
            merged[-1] = Window(start=merged[-1].start, end=max(merged[-1].end, end))
        else:
            merged.append(Window(start=start, end=end))
    return merged
