"""A hold: time kept at this door while the calendar cannot be asked. It outlives a loss of power, and it ends.

It is booked under its own key as soon as the calendar answers, given up where somebody else has the time by then, and
over when its time is over.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime

from device.agent.acts import Acts, outcome_of
from device.agent.cache import Cache
from device.agent.clock import Timekeeper
from device.agent.faults import log_fault
from device.agent.knowledge import Knowledge
from device.calendars.interface import Booking
from device.model.availability import occupies
from device.model.errors import CalendarError
from device.model.requests import Hold, Outcome
from device.wire.panel import ActEnded

log = logging.getLogger(__name__)


class Holds:
    """The hold of one door, of which there is one at most.

    Args:
        ended: called once with how the hold that was acknowledged came to its end.
    """

    def __init__(
        self, acts: Acts, knowledge: Knowledge, cache: Cache, clock: Timekeeper, ended: Callable[[ActEnded], object]
    ) -> None:
        self._acts, self._knowledge, self._cache, self._clock, self._ended = acts, knowledge, cache, clock, ended
        self._tried: object = None
        self._due = asyncio.Event()

    async def take(self, booking: Booking) -> datetime:
        """Hold the time instead of booking it, on the card before anybody is told."""
        hold = Hold(key=booking.key, start=booking.start, end=booking.end, made_at=self._clock.read().now)
        self._tried = self._knowledge.confirmed
        await self._cache.keep_holds([hold])
        self._knowledge.held(hold)
        return hold.end

    def is_hold(self, key: str) -> bool:
        """Whether the room is held under this key."""
        return self._knowledge.hold is not None and self._knowledge.hold.key == key

    async def give_up(self) -> None:
        """There is no hold any longer."""
        self._knowledge.held(None)
        await self._cache.keep_holds([])

    def consider(self, *_: object) -> None:
        """Something was shown: perhaps the calendar answered since the last try, or the hold is over."""
        hold, confirmed = self._knowledge.hold, self._knowledge.confirmed
        if hold is None:
            return
        answered = confirmed is not None and confirmed is not self._tried and self._knowledge.error is None
        if answered or hold.end <= self._clock.read().now:
            self._due.set()

    async def run(self) -> None:
        """Settle the hold whenever that may be possible, until cancelled."""
        while True:
            await self._due.wait()
            self._due.clear()
            if (hold := self._knowledge.hold) is not None:
                self._tried = self._knowledge.confirmed
                await self._settle(hold)

    async def _settle(self, hold: Hold) -> None:
        outcome, until = Outcome.UNREACHABLE, None
        if hold.end > self._clock.read().now:
            try:
                outcome, until = await self._book(hold)
            except CalendarError as error:
                outcome = outcome_of(error)
                if outcome is Outcome.UNREACHABLE:
                    return
            except Exception as error:  # noqa: BLE001 - a fault of ours in one act must not end the agent
                log_fault("booking a hold", error)
                return
        await self.give_up()
        log.info("a hold came to its end: %s", outcome.value)
        self._ended(ActEnded(key=hold.key, outcome=outcome, until=until))

    async def _book(self, hold: Hold) -> tuple[Outcome, datetime | None]:
        if self._taken(hold):
            return Outcome.CONFLICT, None
        booking = Booking(key=hold.key, start=hold.start, end=hold.end)
        return Outcome.DONE, await self._acts.book(booking)

    def _taken(self, hold: Hold) -> bool:
        room, now = self._knowledge.room, self._clock.read().now
        return any(
            occupies(occurrence, room.policy)
            and not occurrence.own
            and occurrence.bounds(room.zone).overlaps(max(now, hold.start), hold.end)
            for occurrence in self._knowledge.occurrences
        )
