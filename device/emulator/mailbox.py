"""One mailbox's calendar: single meetings, series with their exceptions, and a record of every change."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import count
from zoneinfo import ZoneInfo

import msgspec

from device.emulator.event import Event, EventKind, Person
from device.emulator.series import Rule
from device.emulator.wall import instant
from device.model.clock import Clock
from device.model.value import Value
from device.model.window import MARGIN, Dates, Window, local_day


class ChangeType(StrEnum):
    """What happened to an event, in the words of Graph's notifications."""

    CREATED = "created"
    UPDATED = "updated"
    DELETED = "deleted"


class MailboxChange(Value):
    """One entry of the record."""

    sequence: int
    id: str
    type: ChangeType


Listener = Callable[["Mailbox", MailboxChange], None]


class Mailbox:
    """A calendar and its record of changes. Ids are given by the caller for what the scenario placed, else made here.

    Args:
        owner: whose it is.
        zone: IANA zone that its all-day meetings are taken in.
        clock: the office's time, for the stamps of changes.
        listener: told of every change.
    """

    def __init__(self, owner: Person, zone: str, clock: Clock, listener: Listener) -> None:
        self.owner = owner
        self.zone = zone
        self.changes: list[MailboxChange] = []
        self.epoch = 1
        """Cursors of an earlier epoch have expired."""
        self.silent_removals = False
        """An occurrence that is removed leaves no entry among the changes, as Exchange has been seen to do."""
        self._clock = clock
        self._listener = listener
        self._events: dict[str, Event] = {}
        self._exceptions: dict[str, Event] = {}
        self._removed: set[str] = set()
        self._ids = count(1)

    @property
    def address(self) -> str:
        """The mailbox's address."""
        return self.owner.address

    @property
    def sequence(self) -> int:
        """The number of the latest change."""
        return len(self.changes)

    def new_id(self) -> str:
        """An id that no event of this mailbox has had."""
        return f"{self.address}/{next(self._ids)}"

    def stored(self) -> tuple[Event, ...]:
        """Single meetings and masters, as a list of events (not a view) shows them."""
        return tuple(self._events.values())

    def view(self, window: Window) -> list[Event]:
        """Everything that touches `window`, series expanded, by start."""
        found = [event for event in self._concrete(window) if self._touches(event, window)]
        return sorted(found, key=lambda event: (event_bounds(event, self.zone).start, event.id))

    def find(self, key: str) -> Event | None:
        """The event, master, occurrence or exception with this id."""
        if key in self._events:
            return self._events[key]
        if key in self._exceptions:
            return self._exceptions[key]
        master = self._events.get(key.partition("#")[0])
        if master is None or master.rule is None or key in self._removed:
            return None
        try:
            day = date.fromisoformat(key.partition("#")[2])
        except ValueError:
            return None
        return self._occurrence(master, day) if day in master.rule.dates(day, day) else None

    def of_transaction(self, transaction: str) -> Event | None:
        """The event that was created under this idempotency key."""
        return next((event for event in self._events.values() if event.transaction == transaction), None)

    def add(self, event: Event) -> Event:
        """Enter a new single meeting or master."""
        now = self._clock.read().now
        stored = msgspec.structs.replace(event, created=event.created or now, modified=event.modified or now, version=1)
        self._events[event.id] = stored
        self._record(event.id, ChangeType.CREATED)
        return stored

    def replace(self, event: Event) -> Event:
        """Enter a changed event under its id. A changed occurrence becomes an exception."""
        kind = EventKind.EXCEPTION if event.kind is EventKind.OCCURRENCE else event.kind
        stored = msgspec.structs.replace(event, kind=kind, modified=self._clock.read().now, version=event.version + 1)
        if stored.kind is EventKind.EXCEPTION:
            self._exceptions[event.id] = stored
        else:
            self._events[event.id] = stored
        self._record(event.id, ChangeType.UPDATED)
        return stored

    def remove(self, key: str) -> None:
        """Take an event out: a master with its whole series, an occurrence alone."""
        if key in self._events:
            del self._events[key]
            self._exceptions = {other: event for other, event in self._exceptions.items() if event.series != key}
        else:
            self._exceptions.pop(key, None)
            self._removed.add(key)
            if self.silent_removals:
                return
        self._record(key, ChangeType.DELETED)

    def _record(self, key: str, kind: ChangeType) -> None:
        change = MailboxChange(sequence=self.sequence + 1, id=key, type=kind)
        self.changes.append(change)
        self._listener(self, change)

    def _concrete(self, window: Window) -> Iterator[Event]:
        yield from (event for event in self._events.values() if event.rule is None)
        yield from self._exceptions.values()
        for master in self._events.values():
            if master.rule is not None:
                yield from self._expanded(master, master.rule, window)

    def _expanded(self, master: Event, rule: Rule, window: Window) -> Iterator[Event]:
        bounds = event_bounds(master, self.zone)
        reach = MARGIN + (bounds.end - bounds.start)
        earliest, latest = local_day(window.start - reach, master.zone), local_day(window.end + MARGIN, master.zone)
        for day in rule.dates(earliest, latest):
            key = occurrence_id(master, day)
            if key not in self._exceptions and key not in self._removed:
                yield self._occurrence(master, day)

    def _occurrence(self, master: Event, day: date) -> Event:
        return msgspec.structs.replace(
            master,
            id=occurrence_id(master, day),
            kind=EventKind.OCCURRENCE,
            series=master.id,
            rule=None,
            original=day,
            transaction="",
            when=_shifted(master, day),
        )

    def _touches(self, event: Event, window: Window) -> bool:
        bounds = event_bounds(event, self.zone)
        return window.overlaps(bounds.start, bounds.end)


def occurrence_id(master: Event, day: date) -> str:
    """The id of the occurrence of `master` that stands for `day`, whether or not it was changed."""
    return f"{master.id}#{day.isoformat()}"


def event_bounds(event: Event, zone: str) -> Window:
    """When it takes place, all-day meetings taken in `zone`."""
    return event.when.window(zone) if isinstance(event.when, Dates) else event.when


def _shifted(master: Event, day: date) -> Window | Dates:
    """When the occurrence of `day` takes place: at the same time on the wall, for as long."""
    if isinstance(master.when, Dates):
        return Dates(first=day, until=day + (master.when.until - master.when.first))
    start = _on_the_wall(master.when.start, master.zone)
    opening = instant(day, f"{start:%H:%M}", master.zone) + timedelta(seconds=start.second)
    return Window(start=opening, end=opening + (master.when.end - master.when.start))


def _on_the_wall(moment: datetime, zone: str) -> datetime:
    return moment.astimezone(ZoneInfo(zone))
