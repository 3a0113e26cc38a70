"""What the hub says to the agent of a door, and what follows from it."""

import asyncio
import logging
from collections.abc import Callable, Sequence

from device.agent.access import Access
from device.agent.clock import Timekeeper
from device.agent.hub.assignment import AssignmentFile
from device.agent.hub.line import Line
from device.agent.hub.orders import Orders
from device.agent.knowledge import Knowledge
from device.agent.poller import Poller
from device.model.errors import HubUnreachable
from device.wire.hub import Assigned, Dropped, FromDevice, Order, Waiting

log = logging.getLogger(__name__)


class Reassigned(Exception):
    """The device is another door's from now on, or nobody's: the agent of this one ends."""


class Tidings:
    """The ear of one door's agent. `run` ends it by `Reassigned` when its door is no longer this one."""

    def __init__(
        self,
        line: Line,
        file: AssignmentFile,
        poller: Poller,
        knowledge: Knowledge,
        clock: Timekeeper,
        accesses: Sequence[Access],
        orders: Orders,
        revoked: Callable[[], object],
    ) -> None:
        self._line, self._file, self._poller, self._knowledge = line, file, poller, knowledge
        self._clock, self._accesses, self._orders, self._revoked = clock, accesses, orders, revoked
        self._over = asyncio.Event()
        self._words: asyncio.Queue[FromDevice] = asyncio.Queue(16)

    async def run(self) -> None:
        """Say what is to be said, until the door is another.

        Raises:
            Reassigned: it is.
        """
        saying = asyncio.create_task(self._say())
        try:
            await self._over.wait()
        finally:
            saying.cancel()
        raise Reassigned

    def turned(self, *, up: bool) -> None:
        """The line stands, or does not."""
        self._knowledge.hub_turned(self._clock.read().now, up=up)
        if not up:
            self._poller.push_turned(healthy=False)

    def assigned(self, frame: Assigned) -> None:
        """The door, told again on each connection."""
        news = frame.assignment != self._file.kept.assignment
        self._file.keep(
            assignment=frame.assignment, generation=max(frame.generation, self._file.kept.generation), claim_used=True
        )
        if news:
            self._over.set()
            return
        for access in self._accesses:
            access.renew()  # whoever greets us anew may have put right what was refused before
        self._poller.push_turned(healthy=frame.notified)

    def waiting(self, frame: Waiting) -> None:
        """The device was taken from its door."""
        del frame
        self._unassign()

    def turned_away(self, reason: str) -> None:
        """The hub refuses the device. Revoked, it forgets all it knows, its key too; else it keeps what it knows."""
        if reason == "revoked":
            self._forget()
            self._revoked()
            self._unassign()

    def look_again(self) -> None:
        """Something may have changed."""
        self._poller.hint()

    def notified(self, *, healthy: bool) -> None:
        """Whether the hub hears of changes."""
        self._poller.push_turned(healthy=healthy)

    def drop(self, reason: str) -> None:
        """Forget all access, show nothing as proved, and say so."""
        log.warning("the hub has all access forgotten: %s", reason)
        self._forget()
        self._knowledge.locked()
        self._queue(Dropped())

    def ordered(self, order: Order) -> None:
        """An administrator asks for something."""
        self._orders.take(order)

    def leave(self) -> None:
        """End the agent of this door."""
        self._over.set()

    def _forget(self) -> None:
        for access in self._accesses:
            access.forget()

    def _unassign(self) -> None:
        self._file.forget()
        self.leave()

    def _queue(self, frame: FromDevice) -> None:
        if not self._words.full():
            self._words.put_nowait(frame)

    async def _say(self) -> None:
        while True:
            try:
                await self._line.send(await self._words.get())
            except HubUnreachable as error:
                log.debug("the hub did not hear it: %s", error)
