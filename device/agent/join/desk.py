"""The join desk: looks ahead, joins when it is told to or when it is time, leaves, and tells the door how things stand.

What is joined is always the meeting that was meant: a press carries the revision of the meeting as it was drawn, and
before anything is dialled the calendar is asked once more. Where that now leads elsewhere, nothing is joined.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import timedelta

import msgspec

from device.agent.clock import Timekeeper
from device.agent.faults import log_fault
from device.agent.join.attempt import Attempt
from device.agent.join.plan import Plan, Planner
from device.agent.join.settings import JoinSettings, Start
from device.agent.knowledge import Knowledge
from device.join.interface import CannotJoin, Progress, RoomSystem, Target
from device.model.availability import DoorState
from device.model.clock import ClockReading
from device.model.errors import CalendarError, OccurrenceGone
from device.model.joining import Call, Cause, JoinRequested, JoinShown, LeaveRequested, PasscodeRequested
from device.model.occurrence import Occurrence
from device.model.requests import Outcome
from device.model.state import RoomState
from device.model.window import Window
from device.wire.panel import ActEnded, ActStarted, FromAgent

log = logging.getLogger(__name__)

LOOK_AGAIN = timedelta(minutes=2)
"""How old a look at the calendar and the room system may be while a meeting waits to be joined."""
REST = 3600.0
"""Seconds between two looks of a room that never joins."""
MOST_WAITING = 8
REMEMBERED = 64
JoinAct = JoinRequested | LeaveRequested | PasscodeRequested
Reply = Callable[[FromAgent], object]


class JoinDesk:
    """One room's joins. `run` must be running for anything to be done.

    Args:
        state: the room as it is at a reading of the clock.
    """

    def __init__(
        self,
        planner: Planner,
        system: RoomSystem,
        knowledge: Knowledge,
        clock: Timekeeper,
        settings: JoinSettings,
        state: Callable[[ClockReading], RoomState],
    ) -> None:
        self._planner, self._system, self._knowledge = planner, system, knowledge
        self._clock, self._settings, self._state = clock, settings, state
        self._acts: asyncio.Queue[tuple[JoinAct, Reply]] = asyncio.Queue()
        self._ended: dict[str, ActEnded] = {}
        self._subject: Occurrence | None = None
        self._plan: Plan | None = None
        self._trouble: Cause | None = None
        """Why the room system could not join, when it was looked at last."""
        self._looked_at: timedelta | None = None
        self._attempt: Attempt | None = None
        self._tried: str = ""
        """The meeting that was joined by itself, or was to be: it is not joined so twice."""

    def ask(self, request: JoinAct, reply: Reply) -> None:
        """Say that it is under way, and later how it ended."""
        reply(ActStarted(key=request.key))
        if self._acts.qsize() >= MOST_WAITING:
            reply(ActEnded(key=request.key, outcome=Outcome.NOT_NOW))
        else:
            self._acts.put_nowait((request, reply))

    async def run(self) -> None:
        """Look ahead, and do what is asked, until cancelled."""
        act: asyncio.Task[tuple[JoinAct, Reply]] = asyncio.ensure_future(self._acts.get())
        try:
            while True:
                changes = [asyncio.ensure_future(one.changed()) for one in (self._knowledge, self._clock)]
                try:
                    wait = await self._look()
                    await asyncio.wait({act, *changes}, timeout=wait, return_when=asyncio.FIRST_COMPLETED)
                finally:
                    for change in changes:
                        change.cancel()
                if act.done():
                    await self._answer(*act.result())
                    act = asyncio.ensure_future(self._acts.get())
        finally:
            act.cancel()
            if self._attempt is not None:
                await self._attempt.close()

    async def _look(self) -> float:
        """Do what it is time for; machine seconds until the next."""
        if self._settings.start is Start.OFF:
            return REST
        try:
            await self._follow()
            await self._leave_at_end()
            await self._prepare()
            await self._start_by_itself()
        except Exception as error:  # noqa: BLE001 - a fault of ours in one join must not end the agent
            log_fault("the join desk", error)
        self._show()
        reading = self._clock.read()
        return max(0.05, min(self._waits(reading), LOOK_AGAIN.total_seconds()) / reading.rate)

    def _waits(self, reading: ClockReading) -> float:
        """Seconds of the clock until something is due."""
        settings, now = self._settings, reading.now
        due = [LOOK_AGAIN.total_seconds()]
        for one in self._knowledge.occurrences:
            bounds = self._bounds(one)
            edges = (bounds.start - settings.ready_before, bounds.start - settings.lead, bounds.start, bounds.end)
            due += [(edge - now).total_seconds() for edge in edges if edge > now]
        return min(due)

    async def _follow(self) -> None:
        """Which meeting it is about now."""
        reading = self._clock.read()
        answer = self._state(reading).availability
        if answer.state is DoorState.UNKNOWN:
            return
        shown = answer.current
        if shown is None and answer.next is not None:
            early = self._bounds(answer.next).start - self._settings.ready_before
            shown = answer.next if early <= reading.now else None
        subject = self._knowledge.find(shown.id) if shown is not None else None
        if _essence(subject) != _essence(self._subject):
            self._plan = self._looked_at = self._trouble = None
        self._subject = subject

    async def _prepare(self) -> None:
        """Look at the invitation and the room system, unless that was done a moment ago."""
        subject, elapsed = self._subject, self._clock.read().elapsed
        fresh = self._looked_at is not None and elapsed - self._looked_at < LOOK_AGAIN
        if subject is None or fresh or (self._attempt is not None and self._attempt.alive):
            return
        self._looked_at = elapsed
        self._plan = await self._planned(subject)
        if self._plan is not None and self._plan.targets:
            try:
                self._trouble = Cause.IN_CALL if (await self._system.probe()).in_call else None
            except CannotJoin as error:
                self._trouble = error.cause

    async def _planned(self, subject: Occurrence) -> Plan | None:
        try:
            return await self._planner.plan(subject, self._bounds(subject))
        except OccurrenceGone:
            return Plan(targets={}, cause=Cause.CHANGED)
        except CalendarError as error:
            log.info("the invitation could not be read: %s", type(error).__name__)
            reading = self._clock.read()
            sure = self._plan is not None and self._knowledge.freshness(reading).is_fresh(reading.now)
            return self._plan if sure else Plan(targets={}, cause=Cause.CALENDAR)

    async def _start_by_itself(self) -> None:
        subject, plan, reading = self._subject, self._plan, self._clock.read()
        if self._settings.start is not Start.AUTOMATIC or subject is None or plan is None:
            return
        state = self._state(reading)
        bounds = self._bounds(subject)
        due = bounds.start - self._settings.lead <= reading.now < bounds.end
        sure = reading.trust.proves and state.fresh and not state.availability.overlapping
        if not (due and sure) or self._tried == subject.id or len(plan.targets) != 1:
            return
        if self._attempt is not None and self._attempt.alive:
            return
        self._tried = subject.id
        (revision,) = plan.targets
        await self._join(subject, revision, automatic=True)

    async def _leave_at_end(self) -> None:
        """The meeting's time is over, or it was ended at the door."""
        attempt = self._attempt
        if attempt is None or not attempt.alive or not self._settings.leave_at_end:
            return
        meeting = self._knowledge.find(attempt.occurrence)
        if meeting is None or self._bounds(meeting).end > self._clock.read().now:
            return
        try:
            await attempt.leave()
        except CannotJoin as error:
            log.warning("the room system did not leave: %s", error.cause.value)

    async def _answer(self, request: JoinAct, reply: Reply) -> None:
        ended = self._ended.get(request.key)
        if ended is None:
            try:
                outcome = await self._perform(request)
            except Exception as error:  # noqa: BLE001 - a fault of ours in one join must not end the agent
                log_fault("a join", error)
                outcome = Outcome.NO_JOIN
            ended = self._ended[request.key] = ActEnded(key=request.key, outcome=outcome)
            while len(self._ended) > REMEMBERED:
                del self._ended[next(iter(self._ended))]
        self._show()
        reply(ended)

    async def _perform(self, request: JoinAct) -> Outcome:
        attempt, subject = self._attempt, self._subject
        if isinstance(request, JoinRequested):
            if subject is None or subject.id != request.occurrence or not self._may_touch(subject):
                return Outcome.NOT_NOW
            return await self._join(subject, request.revision)
        if attempt is None or not attempt.alive or attempt.occurrence != request.occurrence:
            return Outcome.NOT_NOW
        try:
            if isinstance(request, PasscodeRequested):
                await attempt.enter(request.passcode)
            else:
                await attempt.leave()
        except CannotJoin:
            return Outcome.NO_JOIN
        return Outcome.DONE

    async def _join(self, subject: Occurrence, revision: str, *, automatic: bool = False) -> Outcome:
        """Join that meeting by that way, if both are still what they were."""
        attempt = self._attempt
        if attempt is not None and attempt.alive:
            return Outcome.DONE if attempt.revision == revision else self._refused(Cause.IN_CALL)
        self._plan = await self._planned(subject)
        target = self._plan.targets.get(revision) if self._plan else None
        if target is None:
            self._trouble = Cause.CHANGED
            return Outcome.GONE
        self._attempt = attempt = Attempt(self._system, subject.id, revision, self._stepped)
        self._show()
        try:
            await attempt.begin(_marked(target, automatic=automatic))
        except CannotJoin as error:
            return self._refused(error.cause)
        self._trouble = None
        return Outcome.DONE

    def _refused(self, cause: Cause) -> Outcome:
        self._trouble = cause
        return Outcome.NO_JOIN

    def _may_touch(self, subject: Occurrence) -> bool:
        """Whether it is the time for it: a door that has not heard of its calendar may still show what is over."""
        rule, now, bounds = self._settings.start, self._clock.read().now, self._bounds(subject)
        begins = bounds.start - (timedelta() if rule is Start.BOOKED else self._settings.ready_before)
        return rule is not Start.OFF and begins <= now < bounds.end

    def _stepped(self) -> None:
        self._looked_at = None
        self._show()

    def _show(self) -> None:
        """Tell the door how things stand, if that is news."""
        shown = self._shown()
        if shown != self._knowledge.join:
            self._knowledge.joining(shown)

    def _shown(self) -> JoinShown | None:
        attempt, subject, plan = self._attempt, self._subject, self._plan
        if attempt is not None and attempt.alive:
            return JoinShown(occurrence=attempt.occurrence, call=attempt.progress.call, cause=attempt.progress.cause)
        if subject is None or plan is None:
            return None
        ended = attempt.progress if attempt is not None and attempt.occurrence == subject.id else _NOTHING
        several = Cause.SEVERAL if len(plan.targets) > 1 else None
        cause = plan.cause or self._trouble or ended.cause or several
        return JoinShown(
            occurrence=subject.id,
            choices=plan.choices(private=subject.private) if self._may_touch(subject) else (),
            ready=bool(plan.targets) and self._trouble is None,
            call=None if ended is _NOTHING else ended.call,
            cause=cause,
        )

    def _bounds(self, occurrence: Occurrence) -> Window:
        return occurrence.bounds(self._knowledge.room.zone)


_NOTHING = Progress(call=Call.ENDED)


def _essence(occurrence: Occurrence | None) -> tuple[str, object] | None:
    return None if occurrence is None else (occurrence.id, occurrence.when)


def _marked(target: Target, *, automatic: bool) -> Target:
    return msgspec.structs.replace(target, automatic=automatic)
