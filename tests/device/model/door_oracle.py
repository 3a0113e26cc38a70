"""A second opinion on a door, written from the trust design and the docstrings, not from the code.

It sorts nothing, collects no edges and knows no `fold`: every statement is asked of single instants, three-valued.
`True` and `False` are proved; `None` is "nobody can tell".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from worlds import instant_of

from device.model.availability import Availability, DoorState
from device.model.clock import ClockTrust
from device.model.freshness import Freshness
from device.model.occurrence import FreeBusy, Occurrence, Response
from device.model.room import OpenHours, Room
from device.model.window import Dates

QUARTER = timedelta(minutes=15)


@dataclass(frozen=True)
class Oracle:
    """What can be known at a door."""

    occurrences: Sequence[Occurrence]
    room: Room
    freshness: Freshness
    clock: ClockTrust

    def span(self, meeting: Occurrence) -> tuple[datetime, datetime]:
        if isinstance(meeting.when, Dates):
            first, until = meeting.when.first, meeting.when.until
            return instant_of(first, time(), self.room.zone), instant_of(until, time(), self.room.zone)
        return meeting.when.start, meeting.when.end

    def weighs(self, meeting: Occurrence) -> bool:
        start, end = self.span(meeting)
        policy = self.room.policy
        unsure = meeting.free_busy == FreeBusy.TENTATIVE or meeting.response == Response.TENTATIVE
        gone = meeting.cancelled or meeting.response == Response.DECLINED or meeting.free_busy == FreeBusy.FREE
        day_long = isinstance(meeting.when, Dates)
        allowed = (policy.tentative_occupies or not unsure) and (policy.all_day_occupies or not day_long)
        return end > start and allowed and not gone

    def age(self, at: datetime) -> timedelta | None:
        confirmed = self.freshness.confirmed_at
        return None if confirmed is None or confirmed > at else at - confirmed

    def proved(self, at: datetime) -> bool:
        """Whether what the calendar said decides what is at `at`."""
        age, window = self.age(at), self.freshness.window
        reaches = window is not None and window.start <= at and at + QUARTER < window.end
        return reaches and age is not None and age < self.freshness.fresh_for

    def running(self, at: datetime) -> list[Occurrence]:
        return [
            each for each in self.occurrences if self.weighs(each) and self.span(each)[0] <= at < self.span(each)[1]
        ]

    def occupied(self, at: datetime) -> bool | None:
        age = self.age(at)
        if self.running(at) and age is not None and (self.proved(at) or age < self.freshness.kept_for):
            return True
        return False if self.proved(at) and not self.running(at) else None

    def starts_soon(self, at: datetime) -> bool | None:
        if not self.proved(at):
            return None
        soon = self.room.policy.starts_soon
        return any(self.weighs(each) and at < self.span(each)[0] <= at + soon for each in self.occurrences)

    def open(self, at: datetime) -> bool:
        hours = self.room.policy.hours
        day = at.astimezone(ZoneInfo(self.room.zone)).date()
        near = [day + timedelta(days=offset) for offset in (-2, -1, 0, 1)]
        return not hours or any(
            begins <= at < ends
            for rule in hours
            for each in near
            for begins, ends in _opening(rule, each, self.room.zone)
        )

    def opens(self, at: datetime) -> datetime | None:
        day = at.astimezone(ZoneInfo(self.room.zone)).date()
        week = [day + timedelta(days=offset) for offset in range(-1, 9)]
        openings = (
            span for rule in self.room.policy.hours for each in week for span in _opening(rule, each, self.room.zone)
        )
        return min((begins for begins, _ in openings if begins > at), default=None)

    def awaits_check_in(self, meeting: Occurrence, at: datetime) -> bool:
        rule = self.room.policy.check_in
        start, end = self.span(meeting)
        if rule is None or meeting.own or meeting.checked_in_at or isinstance(meeting.when, Dates):
            return False
        return end - start < rule.exempt_from and start <= at < start + rule.release_after

    def has_the_room(self, at: datetime) -> Occurrence:
        """Of those running: people who came before others, then whoever ends first, started first, by identifier."""
        best = None
        for each in self.running(at):
            came = self.room.policy.check_in is None or each.own or each.checked_in_at is not None
            rank = (0 if came else 1, self.span(each)[1], self.span(each)[0], each.id)
            best = (rank, each) if best is None or rank < best[0] else best
        assert best is not None
        return best[1]

    def state(self, at: datetime) -> DoorState:
        if self.room.policy.out_of_service:
            return DoorState.CLOSED
        if self.clock not in (ClockTrust.TRUSTED, ClockTrust.HOLDOVER):
            return DoorState.UNKNOWN
        occupied, soon = self.occupied(at), self.starts_soon(at)
        if occupied:
            waiting = self.proved(at) and self.awaits_check_in(self.has_the_room(at), at)
            return DoorState.CHECK_IN if waiting else DoorState.IN_USE
        if not soon and not self.open(at):
            return DoorState.CLOSED
        if occupied is None or soon is None:
            return DoorState.UNKNOWN
        return DoorState.STARTING if soon else DoorState.FREE

    def objections(self, said: Availability, at: datetime) -> list[str]:
        """Everything wrong with an answer; nothing for a right one."""
        if said.state != self.state(at):
            return [f"{said.state} where it is {self.state(at)}"]
        starts = [self.span(each)[0] for each in self.occurrences if self.weighs(each)]
        found = [] if said.next_change > at else ["next_change is not ahead"]
        found += self._of_next(said, at, starts)
        if said.state is DoorState.FREE:
            found += self._of_free(said.until, at, starts)
        elif said.state in (DoorState.IN_USE, DoorState.CHECK_IN):
            found += self._of_occupied(said, at)
        elif said.state is DoorState.CLOSED and not self.room.policy.out_of_service:
            found += ["until the opening"] * (said.until != self.opens(at))
        return found

    def _of_next(self, said: Availability, at: datetime, starts: list[datetime]) -> list[str]:
        ahead = [start for start in starts if start > at]
        if said.next is None:
            return ["no next"] * bool(ahead)
        begins = self.span(said.next)[0]
        wrong = ["next is not the next"] * (not ahead or begins != min(ahead) or not self.weighs(said.next))
        return wrong + ["until the start"] * (said.state is DoorState.STARTING and said.until != begins)

    def _of_free(self, until: datetime | None, at: datetime, starts: list[datetime]) -> list[str]:
        if until is None:
            return ["free for ever"] * any(start > at for start in starts)
        begins = any(at < start < until for start in starts)
        closes = not self.open(until - timedelta(microseconds=1))
        why = until in starts or not self.open(until) or (self.freshness.window and until == self.freshness.window.end)
        return ["free while something begins"] * begins + ["free while closed"] * closes + ["until nothing"] * (not why)

    def _of_occupied(self, said: Availability, at: datetime) -> list[str]:
        current, running, free_from = self.has_the_room(at), self.running(at), said.free_from
        release = current.when.start + self.room.policy.check_in.release_after if said.state == "check-in" else None  # type: ignore[union-attr]
        until = min(release, self.span(current)[1]) if release else self.span(current)[1]
        wrong = ["current"] * (said.current != current) + ["until"] * (said.until != until)
        wrong += ["overlapping"] * (said.overlapping != len(running) - 1)
        if free_from is None or self.running(free_from) or not self.running(free_from - timedelta(microseconds=1)):
            return [*wrong, "free_from is not an end"]
        gaps = (
            self.span(each)[1] for each in self.occurrences if self.weighs(each) and at < self.span(each)[1] < free_from
        )
        return [*wrong, *("a gap before free_from" for end in gaps if not self.running(end))]


@cache
def _opening(rule: OpenHours, day: date, zone: str) -> list[tuple[datetime, datetime]]:
    """The opening that begins by this rule on that day's sheet of the calendar."""
    if day.weekday() not in rule.days:
        return []
    next_day = rule.closes <= rule.opens
    begins, ends = _clock(day, rule.opens, zone), _clock(day + timedelta(days=next_day), rule.closes, zone)
    return [(begins, ends)] if begins < ends else []


def _clock(day: date, wall: str, zone: str) -> datetime:
    hour, minute = map(int, wall.split(":"))
    return instant_of(day + timedelta(days=hour // 24), time(hour % 24, minute), zone)
