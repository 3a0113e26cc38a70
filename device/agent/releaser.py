"""Frees the room where a meeting asks for a check-in and nobody came, after a last look whether somebody did."""

import asyncio
import logging
from collections.abc import Callable
from datetime import timedelta

from device.agent.acts import Acts, NotOffered
from device.agent.clock import Timekeeper
from device.agent.faults import log_fault
from device.agent.poller import Poller
from device.model.availability import Reason
from device.model.clock import ClockReading
from device.model.errors import CalendarError
from device.model.state import RoomState

log = logging.getLogger(__name__)

AGAIN = timedelta(minutes=1)
"""How long to wait after a release that was not accepted."""


class Releaser:
    """Watches for no-shows.

    Args:
        state: the room as it is at a reading of the clock.
    """

    def __init__(
        self,
        acts: Acts,
        poller: Poller,
        clock: Timekeeper,
        state: Callable[[ClockReading], RoomState],
        *,
        writable: bool,
    ) -> None:
        self._acts, self._poller, self._clock, self._state, self._writable = acts, poller, clock, state, writable
        self._due = asyncio.Event()
        self._tried: tuple[str, timedelta] | None = None

    def consider(self, state: RoomState) -> None:
        """Something was shown: perhaps a no-show."""
        if self._writable and self._no_show(state):
            self._due.set()

    async def run(self) -> None:
        """Release no-shows, until cancelled."""
        while True:
            await self._due.wait()
            self._due.clear()
            occurrence = self._no_show(self._state(self._clock.read()))
            elapsed = self._clock.read().elapsed
            if occurrence and not (self._tried and self._tried[0] == occurrence and elapsed - self._tried[1] < AGAIN):
                self._tried = occurrence, elapsed
                await self._release(occurrence)

    def _no_show(self, state: RoomState) -> str:
        current = state.availability.current
        return current.id if current and state.availability.reason is Reason.NO_SHOW else ""

    async def _release(self, occurrence: str) -> None:
        """Look again, for another door of this room may have been told; then end it, if that is still right."""
        self._poller.distrust()
        answered = await self._poller.look()
        if not answered or self._no_show(self._state(self._clock.read())) != occurrence:
            return
        try:
            await self._acts.release(occurrence)
        except (CalendarError, NotOffered) as error:
            log.warning("a no-show was not released: %s", type(error).__name__)
        except Exception as error:  # noqa: BLE001 - a fault of ours in one act must not end the agent
            log_fault("releasing a no-show", error)
        else:
            log.info("a no-show was released")
