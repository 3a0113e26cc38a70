"""The one place that says Free, In use, Starting, Check in, Closed or Unknown.

FREE is a proof: the clock is trusted, the data is fresh, and its window holds now and the next quarter of an hour.
Whatever cannot be proved is UNKNOWN. The answer holds until `next_change`, so nothing polls the clock.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from enum import StrEnum

from device.model.clock import ClockTrust
from device.model.freshness import Freshness
from device.model.hours import hours_edges, is_open, next_closing, next_opening
from device.model.occurrence import FreeBusy, Occurrence, Response
from device.model.room import Room, RoomPolicy
from device.model.value import Value
from device.model.window import local_day, midnight


class DoorState(StrEnum):
    """The word on the door."""

    FREE = "free"
    STARTING = "starting"
    CHECK_IN = "check-in"
    IN_USE = "in-use"
    CLOSED = "closed"
    UNKNOWN = "unknown"


class Reason(StrEnum):
    """The rule that decided, for `explain`."""

    NOTHING_AHEAD = "nothing-ahead"
    FREE_UNTIL_NEXT = "free-until-next"
    STARTS_SOON = "starts-soon"
    AWAITING_CHECK_IN = "awaiting-check-in"
    OCCUPIED = "occupied"
    NO_SHOW = "no-show"
    OCCUPIED_UNCONFIRMED = "occupied-unconfirmed"
    OUT_OF_SERVICE = "out-of-service"
    OUTSIDE_HOURS = "outside-hours"
    CLOCK_UNTRUSTED = "clock-untrusted"
    NEVER_READ = "never-read"
    STALE = "stale"
    OUTSIDE_WINDOW = "outside-window"
    AGENT_SILENT = "agent-silent"
    """Said by a kiosk that has not heard from its agent for as long as the last answer was good."""


class Availability(Value):
    """What the door says, why, and until when that can stand."""

    state: DoorState
    reason: Reason
    next_change: datetime
    """The first instant after now at which the answer may be another."""
    until: datetime | None = None
    """FREE: the next start or closing time, or where today's window ends; STARTING: the start; CHECK_IN: the release;
    IN_USE: the end; CLOSED: the opening.
    """
    free_from: datetime | None = None
    """IN_USE and CHECK_IN: when the meetings that follow without a gap are over, as far as the window tells."""
    current: Occurrence | None = None
    next: Occurrence | None = None
    """The next occurrence that will occupy the room after now."""
    overlapping: int = 0
    """How many more occurrences occupy the room now."""


def occupies(occurrence: Occurrence, policy: RoomPolicy) -> bool:
    """Whether an occurrence keeps the room from others."""
    if occurrence.cancelled or occurrence.response is Response.DECLINED:
        return False
    if occurrence.free_busy is FreeBusy.FREE or (occurrence.all_day and not policy.all_day_occupies):
        return False
    tentative = FreeBusy.TENTATIVE is occurrence.free_busy or Response.TENTATIVE is occurrence.response
    return policy.tentative_occupies or not tentative


def release_at(occurrence: Occurrence, room: Room) -> datetime | None:
    """When nobody's having checked in releases a meeting; None where no check-in is asked for."""
    rule = room.policy.check_in
    if rule is None or occurrence.checked_in_at is not None or occurrence.all_day or occurrence.own:
        return None
    bounds = occurrence.bounds(room.zone)
    return None if bounds.end - bounds.start >= rule.exempt_from else min(bounds.start + rule.release_after, bounds.end)


def availability(
    now: datetime,
    occurrences: Iterable[Occurrence],
    room: Room,
    freshness: Freshness,
    clock: ClockTrust,
) -> Availability:
    """What the door of `room` says at `now`.

    Args:
        now: the wall clock, aware; how far to believe it is `clock`.
        occurrences: what the calendar held when `freshness` was taken, in any order.
        room: the room with its zone and policy.
        freshness: how far the occurrences may be believed.
        clock: how far `now` may be believed.
    """
    return _Door(now, occurrences, room, freshness, clock).answer()


class _Busy(Value):
    """An occurrence that occupies the room, with its instants worked out once."""

    start: datetime
    end: datetime
    occurrence: Occurrence


class _Door:
    """One question to a door, split into the rules that answer it."""

    def __init__(
        self, now: datetime, occurrences: Iterable[Occurrence], room: Room, freshness: Freshness, clock: ClockTrust
    ) -> None:
        self.now = now
        self.room = room
        self.policy = room.policy
        self.freshness = freshness
        self.clock = clock
        self.busy = sorted(self._occupying(occurrences), key=lambda busy: (busy.start, busy.end, busy.occurrence.id))
        self.running = [busy for busy in self.busy if busy.start <= now < busy.end]
        self.ahead = next((busy for busy in self.busy if busy.start > now), None)

    def _occupying(self, occurrences: Iterable[Occurrence]) -> Iterator[_Busy]:
        for occurrence in occurrences:
            bounds = occurrence.bounds(self.room.zone)
            if bounds.start < bounds.end and occupies(occurrence, self.policy):
                yield _Busy(start=bounds.start, end=bounds.end, occurrence=occurrence)

    def answer(self) -> Availability:
        """The first rule that applies."""
        if self.policy.out_of_service:
            return self._say(DoorState.CLOSED, Reason.OUT_OF_SERVICE)
        if not self.clock.proves:
            return self._say(DoorState.UNKNOWN, Reason.CLOCK_UNTRUSTED)
        fresh = self.freshness.is_fresh(self.now) and self.freshness.covers(self.now)
        if self.running and (fresh or self.freshness.is_kept(self.now)):
            return self._occupied(fresh)
        starts_soon = self.ahead is not None and self.ahead.start - self.now <= self.policy.starts_soon
        if not (fresh and starts_soon) and not is_open(self.now, self.policy.hours, self.room.zone):
            return self._say(
                DoorState.CLOSED, Reason.OUTSIDE_HOURS, until=next_opening(self.now, self.policy.hours, self.room.zone)
            )
        if not fresh:
            return self._say(DoorState.UNKNOWN, self._doubt())
        if starts_soon:
            return self._say(DoorState.STARTING, Reason.STARTS_SOON, until=self.ahead.start if self.ahead else None)
        return self._free()

    def _doubt(self) -> Reason:
        if self.freshness.confirmed_at is None:
            return Reason.NEVER_READ
        return Reason.STALE if not self.freshness.is_fresh(self.now) else Reason.OUTSIDE_WINDOW

    def _free(self) -> Availability:
        closing = next_closing(self.now, self.policy.hours, self.room.zone)
        known = self.freshness.window.end if self.freshness.window else None
        if known is not None and known >= self._tomorrow():
            known = None
        ends = [instant for instant in (self.ahead.start if self.ahead else None, closing, known) if instant]
        reason = Reason.FREE_UNTIL_NEXT if self.ahead else Reason.NOTHING_AHEAD
        return self._say(DoorState.FREE, reason, until=min(ends, default=None))

    def _occupied(self, fresh: bool) -> Availability:
        current = min(self.running, key=self._precedence)
        release = self._release_at(current)
        state, reason, until = DoorState.IN_USE, Reason.OCCUPIED, current.end
        if not fresh:
            reason = Reason.OCCUPIED_UNCONFIRMED
        elif release is not None and self.now < release:
            state, reason, until = DoorState.CHECK_IN, Reason.AWAITING_CHECK_IN, release
        elif release is not None:
            reason = Reason.NO_SHOW
        return self._say(
            state,
            reason,
            until=until,
            current=current.occurrence,
            free_from=self._free_from(),
            overlapping=len(self.running) - 1,
        )

    def _precedence(self, busy: _Busy) -> tuple[bool, datetime, datetime, str]:
        """Of several at once, the one whose people have checked in has the room; else the one that ends first."""
        came = busy.occurrence.own or busy.occurrence.checked_in_at is not None
        return self.policy.check_in is not None and not came, busy.end, busy.start, busy.occurrence.id

    def _release_at(self, busy: _Busy) -> datetime | None:
        return release_at(busy.occurrence, self.room)

    def _free_from(self) -> datetime:
        """The end of the meetings that follow one another without a gap."""
        end = max(busy.end for busy in self.running)
        for busy in self.busy:
            if busy.start <= end:
                end = max(end, busy.end)
        return end

    def _say(
        self,
        state: DoorState,
        reason: Reason,
        *,
        until: datetime | None = None,
        current: Occurrence | None = None,
        free_from: datetime | None = None,
        overlapping: int = 0,
    ) -> Availability:
        return Availability(
            state=state,
            reason=reason,
            until=until,
            current=current,
            free_from=free_from,
            next=self.ahead.occurrence if self.ahead else None,
            overlapping=overlapping,
            next_change=min(instant for instant in self._edges() if instant > self.now),
        )

    def _tomorrow(self) -> datetime:
        return midnight(local_day(self.now, self.room.zone) + timedelta(days=1), self.room.zone)

    def _edges(self) -> Iterator[datetime]:
        """Every instant at which any rule above may answer otherwise."""
        yield self._tomorrow()
        yield from self.freshness.edges()
        yield from hours_edges(self.now, self.policy.hours, self.room.zone)
        for busy in self.busy:
            yield from (busy.start, busy.end, busy.start - self.policy.starts_soon)
            release = self._release_at(busy)
            if release is not None and self.policy.check_in is not None:
                yield from (release, busy.start - self.policy.check_in.opens_before)
