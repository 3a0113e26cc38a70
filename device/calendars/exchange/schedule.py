"""Busy times of other rooms, without words: `GetUserAvailability`."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any

from exchangelib.ewsdatetime import UTC as EWS_UTC
from exchangelib.ewsdatetime import EWSDateTime
from exchangelib.properties import (
    DaylightTime,
    FreeBusyViewOptions,
    MailboxData,
    StandardTime,
    TimeWindow,
    TimeZone,
)
from lxml.etree import _Element

from device.calendars.exchange.envelope import TYPES
from device.calendars.exchange.services import Availability
from device.model.window import Window

ADDRESSES = 50
"""How many are asked about at once; Exchange takes a hundred."""
LONGEST = timedelta(days=60)
"""How long a time is asked about at once; Exchange takes 62 days."""
_TOLD = ("FreeBusy", "FreeBusyMerged", "Detailed", "DetailedMerged")
"""The views that list times. One that is `None` or only merged leaves the times open."""
_NO_SUMMER = TimeZone(
    bias=0,
    standard_time=StandardTime(bias=0, time=time(), occurrence=1, iso_month=1, weekday=1),
    daylight_time=DaylightTime(bias=0, time=time(), occurrence=5, iso_month=12, weekday=7),
)
"""UTC as this operation wants it: an offset, and two changes of the clock that change nothing."""


def read_schedules(account: Any, rooms: Sequence[str], window: Window) -> dict[str, tuple[Window, ...] | None]:
    """When each of `rooms` is taken within `window`; None for one that could not be read, and so might be. Blocks."""
    found: dict[str, list[Window] | None] = {room: [] for room in rooms}
    for part in _parts(window):
        for at in range(0, len(rooms), ADDRESSES):
            some = rooms[at : at + ADDRESSES]
            told = list(_asked(account, some, part))
            for room, element in zip(some, [*told, *[None] * len(some)], strict=False):
                busy, known = _busy(element, window), found[room]
                found[room] = None if busy is None or known is None else known + busy
    return {room: None if busy is None else tuple(_merged(busy)) for room, busy in found.items()}


def _parts(window: Window) -> Iterable[Window]:
    start = window.start
    while start < window.end:
        end = min(start + LONGEST, window.end)
        yield Window(start=start, end=end)
        start = end


def _asked(account: Any, rooms: Sequence[str], window: Window) -> Any:
    identity = account.identity if account.access_type == "impersonation" else None
    start, end = (EWSDateTime.from_datetime(moment).astimezone(EWS_UTC) for moment in (window.start, window.end))
    return Availability(account.protocol, identity).call(
        tzinfo=EWS_UTC,
        mailbox_data=[MailboxData(email=room, attendee_type="Room", exclude_conflicts=False) for room in rooms],
        timezone=_NO_SUMMER,
        free_busy_view_options=FreeBusyViewOptions(
            time_window=TimeWindow(start=start, end=end), merged_free_busy_interval=30, requested_view="FreeBusy"
        ),
    )


def _busy(view: _Element | Exception | None, window: Window) -> list[Window] | None:
    """The busy times in one room's view; None where there is an error in its place, or anything unreadable."""
    if view is None or isinstance(view, Exception) or view.findtext(f"{TYPES}FreeBusyViewType") not in _TOLD:
        return None
    busy: list[Window] = []
    for event in view.iterfind(f"{TYPES}CalendarEventArray/{TYPES}CalendarEvent"):
        try:
            start, end = (_instant(event.findtext(f"{TYPES}{name}Time") or "") for name in ("Start", "End"))
        except (ValueError, OverflowError):
            return None
        if event.findtext(f"{TYPES}BusyType") != "Free" and start < end and window.overlaps(start, end):
            busy.append(Window(start=start, end=end))
    return busy


def _instant(text: str) -> datetime:
    """A time in the zone that was asked for, which is UTC, unless it brings an offset of its own."""
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


def _merged(spans: Iterable[Window]) -> list[Window]:
    """The spans by start, with those that touch made one."""
    merged: list[Window] = []
    for span in sorted(spans, key=lambda one: (one.start, one.end)):
        if merged and span.start <= merged[-1].end:
            merged[-1] = Window(start=merged[-1].start, end=max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return merged


def has_working_hours(account: Any, now: datetime) -> bool:
    """Whether the mailbox knows when, and in which zone, its room works."""
    day = Window(start=now, end=now + timedelta(days=1))
    (view,) = _asked(account, (account.primary_smtp_address,), day)
    if isinstance(view, Exception):
        raise view
    return view is not None and view.find(f"{TYPES}WorkingHours/{TYPES}TimeZone") is not None
