"""Busy times of other calendars, without words: `freeBusy.query`."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from device.calendars.google.api import Api
from device.calendars.google.options import Options
from device.calendars.google.view import utc
from device.calendars.http import Answer
from device.model.errors import MalformedAnswer
from device.model.window import Window

CALENDARS = 50
"""The most that one question takes."""


class _Period(msgspec.Struct, gc=False):
    start: datetime
    end: datetime


async def read_busy(
    api: Api, options: Options, rooms: Sequence[str], window: Window
) -> dict[str, tuple[Window, ...] | None]:
    """When each of `rooms` is taken within `window`; None for one that could not be read, and so might be taken."""
    found: dict[str, tuple[Window, ...] | None] = {}
    for at in range(0, len(rooms), CALENDARS):
        some = rooms[at : at + CALENDARS]
        wanted = {
            "timeMin": utc(window.start),
            "timeMax": utc(window.end),
            "timeZone": "UTC",
            "items": [{"id": room} for room in some],
        }
        told = _calendars(await api.ask("POST", f"{options.endpoint.rstrip('/')}/freeBusy", None, wanted))
        found |= {room: _busy(told.get(room), window) for room in some}
    return found


def _calendars(answer: Answer) -> Mapping[str, Any]:
    plain = answer.json()
    calendars = plain.get("calendars") if isinstance(plain, dict) else None
    if not isinstance(calendars, dict):
        raise MalformedAnswer("JSON that holds no calendars")
    return calendars


def _busy(told: Any, window: Window) -> tuple[Window, ...] | None:
    """The busy times of one calendar; None where there are errors in their place, or anything unreadable."""
    if not isinstance(told, dict) or told.get("errors"):
        return None
    try:
        periods = msgspec.convert(told.get("busy", []), list[_Period])
        spans = [(_in_utc(one.start), _in_utc(one.end)) for one in periods]
    except (ValueError, OverflowError):  # msgspec's own error is a ValueError, too
        return None
    return tuple(_merged((start, end) for start, end in spans if start < end and window.overlaps(start, end)))


def _in_utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a time without an offset")
    return moment.astimezone(UTC)


def _merged(spans: Iterable[tuple[datetime, datetime]]) -> list[Window]:
    """The spans by start, with those that touch made one."""
    merged: list[Window] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1].end:
            merged[-1] = Window(start=merged[-1].start, end=max(merged[-1].end, end))
        else:
            merged.append(Window(start=start, end=end))
    return merged
