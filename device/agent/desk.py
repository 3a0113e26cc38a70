"""Takes what people at the door ask for, one act at a time, and tells how each ended.

An act is done when the provider accepted it, and not before. A key stands for one press: asked again, it is the same
act, and its outcome is told again. A booking that finds the calendar unreachable becomes a hold, and is said to be one.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime

from device.agent.acts import Acts, NotOffered, outcome_of
from device.agent.faults import log_fault
from device.agent.holds import Holds
from device.agent.neighbours import Neighbours
from device.agent.poller import Poller
from device.model.errors import CalendarError, CalendarUnreachable
from device.model.requests import ActRequested, BookRequested, EndRequested, Outcome
from device.wire.panel import ActEnded, ActStarted, FindRoomRequested, FromAgent

log = logging.getLogger(__name__)

REMEMBERED = 256
"""Outcomes, the oldest forgotten first."""
MOST_WAITING = 8
"""Acts asked for and not yet ended; nobody presses faster than that."""
Reply = Callable[[FromAgent], object]


class Desk:
    """The acts of one door. `run` must be running for anything to be done.

    Args:
        announce: lets the glass show what an act changed, before anybody hears that it is done.
    """

    def __init__(
        self, acts: Acts, holds: Holds, neighbours: Neighbours, poller: Poller, announce: Callable[[], object]
    ) -> None:
        self._acts, self._holds, self._neighbours, self._poller = acts, holds, neighbours, poller
        self._announce = announce
        self._queue: asyncio.Queue[ActRequested | FindRoomRequested] = asyncio.Queue()
        self._waiting: dict[str, list[Reply]] = {}
        self._ended: OrderedDict[str, ActEnded] = OrderedDict()

    def ask(self, request: ActRequested | FindRoomRequested, reply: Reply) -> None:
        """Say that it is under way, and later how it ended; at once where it has ended already."""
        if (ended := self._ended.get(request.key)) is not None:
            reply(ended)
        elif (waiting := self._waiting.get(request.key)) is not None:
            reply(ActStarted(key=request.key))
            waiting.append(reply)
        elif len(self._waiting) >= MOST_WAITING:
            reply(ActEnded(key=request.key, outcome=Outcome.NOT_NOW))
        else:
            reply(ActStarted(key=request.key))
            self._waiting[request.key] = [reply]
            self._queue.put_nowait(request)

    def remember(self, ended: ActEnded) -> None:
        """Keep the outcome for whoever asks again."""
        self._ended[ended.key] = ended
        self._ended.move_to_end(ended.key)
        while len(self._ended) > REMEMBERED:
            self._ended.popitem(last=False)

    async def run(self) -> None:
        """Do one act after the other, until cancelled."""
        while True:
            request = await self._queue.get()
            answer = await self._answer(request)
            if isinstance(answer, ActEnded):
                self.remember(answer)
                self._announce()
                self._poller.look_soon()
            for reply in self._waiting.pop(request.key, []):
                reply(answer)

    async def _answer(self, request: ActRequested | FindRoomRequested) -> FromAgent:
        if isinstance(request, FindRoomRequested):
            return await self._neighbours.find(request.key)
        outcome, until = Outcome.DONE, None
        try:
            until = await self._perform(request)
        except NotOffered:
            outcome = Outcome.NOT_NOW
        except CalendarUnreachable:
            outcome, until = await self._hold_instead(request)
        except CalendarError as error:
            log.info("an act was not accepted: %s", type(error).__name__)
            outcome = outcome_of(error)
        except Exception as error:  # noqa: BLE001 - a fault of ours in one act must not end the agent
            log_fault("an act", error)
            outcome = Outcome.UNREACHABLE
        return ActEnded(key=request.key, outcome=outcome, until=until)

    async def _perform(self, request: ActRequested) -> datetime | None:
        if isinstance(request, EndRequested) and self._holds.is_hold(request.occurrence):
            await self._holds.give_up()
            return None
        return await self._acts.perform(request)

    async def _hold_instead(self, request: ActRequested) -> tuple[Outcome, datetime | None]:
        """What becomes of an act when the calendar cannot be asked: a booking is held, anything else is left alone."""
        if not isinstance(request, BookRequested):
            return Outcome.UNREACHABLE, None
        try:
            booking = self._acts.booking(request)
        except NotOffered:
            return Outcome.UNREACHABLE, None
        return Outcome.HELD, await self._holds.take(booking)
