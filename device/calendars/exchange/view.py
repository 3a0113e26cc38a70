"""A window of the room's calendar as the whole truth: Exchange's calendar view, halved where it does not tell all.

Such a view has no pages. What does not fit is left out at its end, and whoever wants it must ask for less at a time
(facts: providers C4). The earlier half is asked for first, so that what is kept in the end is the earliest.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any

from exchangelib.ewsdatetime import UTC, EWSDateTime
from exchangelib.items import ID_ONLY, SHALLOW
from exchangelib.properties import CalendarView

from device.calendars.exchange.desk import this_turn
from device.calendars.exchange.item import READ
from device.calendars.exchange.meetings import Meeting, read_items
from device.calendars.exchange.refusals import TOO_MANY
from device.calendars.exchange.services import Entries, calendar_of
from device.calendars.interface import OCCURRENCE_LIMIT, PAGE_LIMIT, Skipped
from device.model.errors import MalformedAnswer
from device.model.window import Window

MOST = 500
"""Entries that are asked for at once; a server gives a thousand at most."""
SHORTEST = timedelta(minutes=15)
"""A window that is not halved any more."""
LONGEST = timedelta(days=366)
"""A window that is not asked for whole: two years are refused."""


@dataclass(slots=True)
class View:
    """What a window holds now."""

    meetings: list[Meeting] = field(default_factory=list)
    """By start, each once, at most `OCCURRENCE_LIMIT`."""
    skipped: list[Skipped] = field(default_factory=list)
    server_date: datetime | None = None
    truncated: bool = False


def read_view(account: Any, window: Window, zone: str) -> View:
    """Everything that touches `window` for a room in `zone`. Blocks.

    Raises:
        MalformedAnswer: it cannot be had in so many questions.
    """
    view, found, skipped = View(), dict[str, tuple[datetime, Meeting]](), dict[str, Skipped]()
    waiting = [window]
    for _ in range(PAGE_LIMIT):
        part = waiting.pop()
        entries = None if part.end - part.start > LONGEST else _entries(account, part)
        if entries is not None:
            meetings, bad = read_items(entries.elements, zone)
            for meeting in meetings:
                bounds = meeting.occurrence.bounds(zone)
                if window.overlaps(bounds.start, bounds.end):
                    found[meeting.occurrence.id] = bounds.start, meeting
            skipped |= {one.id: one for one in bad}
        if entries is None or (not entries.complete and part.end - part.start > SHORTEST):
            half = part.start + (part.end - part.start) / 2
            waiting += [Window(start=half, end=part.end), Window(start=part.start, end=half)]
        elif not entries.complete:
            view.truncated = True
        if len(found) > OCCURRENCE_LIMIT or not waiting:
            view.truncated = view.truncated or len(found) > OCCURRENCE_LIMIT
            by_start = sorted(found.values(), key=itemgetter(0))
            view.meetings = [meeting for _, meeting in by_start[:OCCURRENCE_LIMIT]]
            answer = this_turn().answer
            view.server_date = answer.server_date if answer else None
            view.skipped = list(skipped.values())[:OCCURRENCE_LIMIT]
            return view
    raise MalformedAnswer(f"more than {PAGE_LIMIT} parts of a window")


@dataclass(slots=True)
class _Told:
    elements: list[Any]
    complete: bool


def _entries(account: Any, part: Window) -> _Told | None:
    """What is told of a part; None where it is too much to be told at all."""
    service = Entries(account=account)
    start, end = (EWSDateTime.from_datetime(moment).astimezone(UTC) for moment in (part.start, part.end))
    try:
        elements = list(
            service.call(
                folders=[calendar_of(account)],
                additional_fields=READ,
                restriction=None,
                order_fields=None,
                shape=ID_ONLY,
                query_string=None,
                depth=SHALLOW,
                calendar_view=CalendarView(start=start, end=end, max_items=MOST),
                max_items=MOST,
                offset=0,
            )
        )
    except TOO_MANY:
        if part.end - part.start <= SHORTEST:
            raise
        return None
    return _Told(elements=elements, complete=service.complete and len(elements) < MOST)
