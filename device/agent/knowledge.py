"""All that the agent knows of its room now, in memory: the meetings as the calendar told them, and how sure that is.

The poller and the desk put in what they learn; whoever shows something waits for `changed`. Meetings are kept here as
the provider gave them, for acts; whatever leaves this process is redacted first.
"""

import asyncio
from collections.abc import Awaitable, Iterable
from datetime import datetime, timedelta

import msgspec

from device.agent.cache_file import Cached
from device.agent.diagnosis import hop_of
from device.calendars.interface import Skipped, WindowRead
from device.model.changes import Change, changes
from device.model.clock import ClockReading
from device.model.errors import CalendarError, CredentialLocked, name_of
from device.model.freshness import Freshness, Hop, HopReport
from device.model.joining import JoinShown
from device.model.occurrence import Occurrence
from device.model.redaction import redact_day
from device.model.requests import Hold
from device.model.room import Room
from device.model.value import Value, encode
from device.model.window import Window, day_window, local_day

FRESH_FOR = timedelta(minutes=5)
STEPPED = timedelta(seconds=1)
"""The two clocks are not read at one instant, so less than this is no step."""
CHAIN = (Hop.NETWORK, Hop.ACCESS, Hop.CALENDAR)
"""What an answer of the calendar has passed, nearest the glass first."""


class Confirmed(Value):
    """When the calendar last confirmed what is known, by both clocks."""

    now: datetime
    elapsed: timedelta


class Knowledge:
    """What is known of one room."""

    def __init__(self, room: Room) -> None:
        self.room = room
        self.occurrences: tuple[Occurrence, ...] = ()
        self.window: Window | None = None
        self.skipped: tuple[Skipped, ...] = ()
        self.confirmed: Confirmed | None = None
        self.fresh_for = FRESH_FOR
        self.hops: dict[Hop, HopReport] = {}
        self.error: CalendarError | None = None
        """What went wrong with the calendar last, None once it answered."""
        self.retry_at: datetime | None = None
        self.notices: tuple[Change, ...] = ()
        self.hold: Hold | None = None
        self.join: JoinShown | None = None
        self.card_fault = ""
        self.acts = 0
        """How many acts of ours the calendar accepted: a reading that began before the last of them is out of date."""
        self._change = asyncio.Event()

    def changed(self) -> Awaitable[object]:
        """Wait for the next thing learnt, from this call on."""
        return self._change.wait()

    def tell(self) -> None:
        """Something was learnt."""
        self._change.set()
        self._change = asyncio.Event()

    @property
    def ever_known(self) -> bool:
        """Whether there is anything to show."""
        return self.window is not None

    def freshness(self, reading: ClockReading) -> Freshness:
        """How far the meetings may be believed; their age is counted by the clock that does not step."""
        if self.confirmed is None:
            return Freshness(window=self.window, fresh_for=self.fresh_for)
        counted = reading.now - (reading.elapsed - self.confirmed.elapsed)
        stepped = abs(counted - self.confirmed.now) > STEPPED
        return Freshness(
            confirmed_at=counted if stepped else self.confirmed.now, window=self.window, fresh_for=self.fresh_for
        )

    def redacted(self, now: datetime) -> tuple[Occurrence, ...]:
        """The meetings as the glass and the card may have them, without what only writing needs: a provider's version
        changes with every guest's answer, and would be drawn and written each time.
        """
        return tuple(
            msgspec.structs.replace(occurrence, etag="", series="")
            for occurrence in redact_day(self.occurrences, self.room, now)
        )

    def find(self, occurrence: str) -> Occurrence | None:
        """A meeting by its identifier."""
        return next((known for known in self.occurrences if known.id == occurrence), None)

    def remember(self, cached: Cached, confirmed: Confirmed | None) -> None:
        """Begin with what was known before this start; `confirmed` where that is still within reach."""
        self.occurrences, self.window, self.confirmed = cached.occurrences, cached.window, confirmed
        self.hold = next(iter(cached.holds), None)
        self.tell()

    def answered(self, read: WindowRead, reading: ClockReading) -> None:
        """The calendar told its window: the whole truth about it."""
        occurrences, unsayable = sayable(read.occurrences)
        if self.freshness(reading).is_kept(reading.now):
            self._notice(occurrences, reading.now)
        self.occurrences, self.window = occurrences, read.window
        self.skipped = (*read.skipped, *unsayable)
        self.confirmed = Confirmed(now=reading.now, elapsed=reading.elapsed)
        self.error = self.retry_at = None
        self.hops |= {hop: HopReport(hop=hop, healthy=True, at=reading.now) for hop in CHAIN}
        self.tell()

    def recovered(self) -> None:
        """The calendar answered, be it only that nothing changed."""
        if self.error is not None:
            self.error = self.retry_at = None
            self.hops |= {hop: HopReport(hop=hop, healthy=True) for hop in CHAIN}
            self.tell()

    def failed(self, error: CalendarError, retry_at: datetime | None = None) -> None:
        """The calendar did not tell: what is known stays, and so does the time of its confirmation."""
        hop = hop_of(error)
        last = self.hops.get(hop)
        for passed in CHAIN[: CHAIN.index(hop)] if hop in CHAIN else ():
            self.hops[passed] = msgspec.structs.replace(
                self.hops.get(passed, HopReport(hop=passed, healthy=True)), healthy=True, fault=""
            )
        self.hops[hop] = HopReport(hop=hop, healthy=False, at=last.at if last else None, fault=name_of(error))
        self.error, self.retry_at = error, retry_at
        self.tell()

    def hub_turned(self, now: datetime, *, up: bool) -> None:
        """The line to the hub stands, or does not: a hop beside the way to the calendar."""
        last = self.hops.get(Hop.HUB)
        at = now if up or last is None else last.at
        self.hops[Hop.HUB] = HopReport(hop=Hop.HUB, healthy=up, at=at, fault="" if up else "HubUnreachable")
        self.tell()

    def locked(self) -> None:
        """The organisation took the calendar's key away: what is known may be shown as past, and proves nothing."""
        self.confirmed = None
        self.failed(CredentialLocked("the key to this calendar was withdrawn"))

    def accepted(self, occurrence: Occurrence) -> None:
        """The calendar accepted an act of ours: this is how the meeting stands now."""
        self.acts += 1
        kept = tuple(known for known in self.occurrences if known.id != occurrence.id)
        self.occurrences = (*kept, occurrence)
        self.tell()

    def removed(self, occurrence: str) -> None:
        """The calendar accepted that a meeting is no more."""
        self.acts += 1
        self.occurrences = tuple(known for known in self.occurrences if known.id != occurrence)
        self.tell()

    def held(self, hold: Hold | None) -> None:
        """A hold was taken, or is no more."""
        self.hold = hold
        self.tell()

    def joining(self, shown: JoinShown | None) -> None:
        """Joining the meeting stands otherwise now."""
        self.join = shown
        self.tell()

    def _notice(self, after: Iterable[Occurrence], now: datetime) -> None:
        today = day_window(local_day(now, self.room.zone), self.room.zone)
        found = changes(self.redacted(now), redact_day(after, self.room, now), now=now, zone=self.room.zone, span=today)
        self.notices = (*(notice for notice in self.notices if not notice.expired(now)), *found)


def sayable(occurrences: Iterable[Occurrence]) -> tuple[tuple[Occurrence, ...], tuple[Skipped, ...]]:
    """The occurrences that can be written as text, one of each identifier, and those that cannot."""
    good: dict[str, Occurrence] = {}
    bad: list[Skipped] = []
    for occurrence in occurrences:
        try:
            encode(occurrence)
        except UnicodeEncodeError:
            bad.append(Skipped(id=occurrence.id.encode("ascii", "replace").decode(), why="its identifier is no text"))
        else:
            good[occurrence.id] = occurrence
    return tuple(good.values()), tuple(bad)
