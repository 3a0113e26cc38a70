"""A calendar object as it is stored, and what a door does to it: make one, move its end, note a check-in, take one out.

Everything else in the object stays as its writer left it. A change to one instance of a series becomes an exception
with a RECURRENCE-ID in the form of its DTSTART, which is what clients match by (RFC 5545 §3.8.4.4).
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
from icalendar import Event
from icalendar.prop import vDDDLists, vDDDTypes, vText

from device.calendars.ical.event import BOOKED_AT, CHECKED_IN, KEY
from device.calendars.ical.times import written
from device.calendars.ical.wall import Wall
from device.calendars.ical.watchdog import RanTooLong, Watchdog
from device.calendars.ical.zones import own_zones
from device.calendars.interface import Booking
from device.model.errors import MalformedAnswer, OccurrenceGone, ReadOnlyCalendar
from device.model.occurrence import Occurrence
from device.model.window import Dates

PRODUCT = "-//Doorlight//Door//EN"
REWRITE_LIMIT = 5.0
"""Seconds of processor time; an event may bring a time zone that never ends."""
_OF_THE_SERIES = ("RRULE", "RDATE", "EXDATE", "EXRULE", "DURATION")


def booked(booking: Booking, uid: str, at: datetime) -> bytes:
    """A new object for a booking made at `at`."""
    event = Event()
    event.add("UID", uid)
    event.add("DTSTAMP", at)
    event.add("CREATED", at)
    event.add("DTSTART", booking.start.astimezone(UTC))
    event.add("DTEND", booking.end.astimezone(UTC))
    event.add("SUMMARY", str(booking.title))
    event.add(KEY, vText(booking.key))
    event.add(BOOKED_AT, vText(at.isoformat()))
    calendar = icalendar.Calendar()
    calendar.add("VERSION", "2.0")
    calendar.add("PRODID", PRODUCT)
    calendar.add_component(event)
    return bytes(calendar.to_ical(sorted=False))


def rewritten(body: bytes, zone: str, at: datetime, change: Callable[["StoredObject"], None]) -> bytes | None:
    """The object after `change`; None when nothing is left of it. Blocks while another thread reads calendars.

    Args:
        body: as it is stored.
        zone: the room's.
        at: when it is changed.
        change: what to do to it.

    Raises:
        OccurrenceGone: what is to be changed is not in it.
        MalformedAnswer: it cannot be parsed as a whole, and so cannot be written back.
    """
    with own_zones(), Watchdog() as watchdog:
        try:
            with watchdog.limit(REWRITE_LIMIT):
                stored = StoredObject(body, zone, at)
                change(stored)
                return stored.text()
        except (ValueError, KeyError, AttributeError, TypeError, RanTooLong) as error:
            raise MalformedAnswer("the event is broken and cannot be rewritten") from error


class StoredObject:
    """One calendar object, open for changes. An instance is named by the recurrence of `Occurrence.id`, or nothing."""

    def __init__(self, body: bytes, zone: str, at: datetime) -> None:
        calendar = icalendar.Calendar.from_ical(body)
        if not isinstance(calendar, icalendar.Calendar):
            raise TypeError("no calendar")
        self._calendar = calendar
        self._zone = zone
        self._room = ZoneInfo(zone)
        self._at = at

    def text(self) -> bytes | None:
        """The object as it is to be stored; None when no event is left in it."""
        return bytes(self._calendar.to_ical(sorted=False)) if self._events() else None

    def move_end(self, recurrence: str, occurrence: Occurrence, end: datetime) -> None:
        """Let the instance end at `end`."""
        event = self._of_its_own(recurrence, occurrence)
        start: Any = event["DTSTART"]
        event.pop("DURATION", None)
        if isinstance(start.dt, datetime):
            event["DTEND"] = self._like(start, end)
        else:
            event["DTSTART"] = vDDDTypes(occurrence.bounds(self._zone).start)
            event["DTEND"] = vDDDTypes(end.astimezone(UTC))
        event.pop("X-MICROSOFT-CDO-ALLDAYEVENT", None)
        self._touch(event)

    def check_in(self, recurrence: str, occurrence: Occurrence, at: datetime) -> None:
        """Note on the instance that people came."""
        event = self._of_its_own(recurrence, occurrence)
        event.pop(CHECKED_IN, None)
        event.add(CHECKED_IN, vText(f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"))
        self._touch(event)

    def remove(self, recurrence: str) -> None:
        """Take the instance out."""
        exception, head = self._exception(recurrence), self._head()
        if head is None or not recurrence:
            self._discard(exception or head)
            return
        if exception is not None and not _goes_on(exception):
            self._discard(exception)
        start: Any = head["DTSTART"]
        excluded = vDDDLists([self._rule_start(recurrence, start).dt])
        if "TZID" in start.params:
            excluded.params["TZID"] = start.params["TZID"]
        elif not isinstance(start.dt, datetime):
            excluded.params["VALUE"] = "DATE"
        head.add("EXDATE", excluded, encode=False)
        self._touch(head)

    def _events(self) -> list[Event]:
        return [event for event in self._calendar.subcomponents if isinstance(event, Event)]

    def _head(self) -> Event | None:
        """The event that has the rule, or the only one."""
        heads = [event for event in self._events() if "RECURRENCE-ID" not in event]
        return next((event for event in heads if "RRULE" in event or "RDATE" in event), heads[0] if heads else None)

    def _exception(self, recurrence: str) -> Event | None:
        return next((event for event in self._events() if recurrence and self._recurrence(event) == recurrence), None)

    def _recurrence(self, event: Event) -> str:
        start = written(event, "RECURRENCE-ID")
        return "" if start is None else Wall(self._room, self._room).name(start)

    def _of_its_own(self, recurrence: str, occurrence: Occurrence) -> Event:
        """The VEVENT of this instance alone, made from the series where there is none yet."""
        head, exception = self._head(), self._exception(recurrence)
        if exception is not None and _goes_on(exception):
            raise ReadOnlyCalendar("a change to this and all following cannot be changed for one alone")
        found = exception if recurrence else head
        if found is not None:
            return found
        if head is None:
            raise OccurrenceGone("it is not in its event any more")
        return self._new_exception(head, recurrence, occurrence)

    def _new_exception(self, head: Event, recurrence: str, occurrence: Occurrence) -> Event:
        changes = [event for event in self._events() if _goes_on(event) and self._recurrence(event) < recurrence]
        event = max(changes, key=self._recurrence, default=head).copy(recursive=True)
        for name in _OF_THE_SERIES:
            event.pop(name, None)
        start: Any = head["DTSTART"]
        bounds = occurrence.bounds(self._zone)
        event["RECURRENCE-ID"] = self._rule_start(recurrence, start)
        if isinstance(occurrence.when, Dates) and not isinstance(start.dt, datetime):
            event["DTSTART"], event["DTEND"] = vDDDTypes(occurrence.when.first), vDDDTypes(occurrence.when.until)
        else:
            event["DTSTART"], event["DTEND"] = self._like(start, bounds.start), self._like(start, bounds.end)
        self._calendar.add_component(event)
        return event

    def _rule_start(self, recurrence: str, template: Any) -> vDDDTypes:
        """The start that the rule gives an instance, in the form of the series' own."""
        at = datetime.fromisoformat(recurrence)
        return self._like(template, at) if at.tzinfo is not None else vDDDTypes(at.date())

    def _like(self, template: Any, instant: datetime) -> vDDDTypes:
        """An instant in the form of another time: in its zone, in UTC, or floating."""
        tzid, value = template.params.get("TZID"), template.dt
        if tzid is None and isinstance(value, datetime) and value.tzinfo is None:
            return vDDDTypes(instant.astimezone(self._room).replace(tzinfo=None))
        if tzid is None or value.tzinfo is None:
            return vDDDTypes(instant.astimezone(UTC))
        local = vDDDTypes(instant.astimezone(value.tzinfo).replace(tzinfo=None))
        local.params["TZID"] = tzid
        return local

    def _discard(self, event: Event | None) -> None:
        if event is None:
            raise OccurrenceGone("it is not in its event any more")
        self._calendar.subcomponents = [one for one in self._calendar.subcomponents if one is not event]

    def _touch(self, event: Event) -> None:
        """Tell other clients that this is a newer version."""
        sequence: Any = event.pop("SEQUENCE", 0)
        for name in ("SEQUENCE", "DTSTAMP", "LAST-MODIFIED"):
            event.pop(name, None)
        event.add("SEQUENCE", (sequence if isinstance(sequence, int) else 0) + 1)
        event.add("DTSTAMP", self._at)
        event.add("LAST-MODIFIED", self._at)


def _goes_on(event: Event) -> bool:
    """Whether it changes all that follow as well."""
    return "RECURRENCE-ID" in event and str(event["RECURRENCE-ID"].params.get("RANGE", "")).upper() == "THISANDFUTURE"
