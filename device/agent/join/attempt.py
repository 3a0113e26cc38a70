"""One attempt to join, from the order to its end, and what the room system says of it meanwhile."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import aclosing

from device.agent.faults import log_fault
from device.join.interface import CannotJoin, Progress, RoomSystem, Target
from device.model.joining import Call, Cause

log = logging.getLogger(__name__)


class Attempt:
    """Of one meeting, by one way.

    Args:
        told: called at each step.
    """

    def __init__(self, system: RoomSystem, occurrence: str, revision: str, told: Callable[[], object]) -> None:
        self.occurrence, self.revision = occurrence, revision
        self.progress = Progress(call=Call.DIALING)
        self._system, self._told = system, told
        self._id = ""
        self._watching: asyncio.Task[None] | None = None

    @property
    def alive(self) -> bool:
        """Whether the system is on its way into the meeting, or there."""
        return not self.progress.call.final

    async def begin(self, target: Target) -> None:
        """Look whether it may be disturbed, wake it, and give the order.

        Raises:
            CannotJoin: it was not given; nothing was dialled.
        """
        try:
            self._id = await self._order(target)
        except CannotJoin as error:
            self.progress = Progress(call=Call.FAILED, cause=error.cause)
            log.warning("the room system did not join: %s %s", error.cause.value, error.detail)
            raise
        self._watching = asyncio.create_task(self._watch())

    async def _order(self, target: Target) -> str:
        if (await self._system.probe()).in_call:
            raise CannotJoin(Cause.IN_CALL)
        await self._system.prepare()
        return await self._system.join(target)

    async def enter(self, passcode: str) -> None:
        """Give a passcode that the system was asked for.

        Raises:
            CannotJoin: it does not take one.
        """
        await self._system.enter(self._id, passcode)

    async def leave(self) -> None:
        """Make it leave.

        Raises:
            CannotJoin: it did not answer; the call may go on.
        """
        await self._system.leave(self._id)

    async def close(self) -> None:
        """Watch no longer; the call goes on."""
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)

    async def _watch(self) -> None:
        try:
            async with aclosing(self._system.watch(self._id)) as steps:
                async for step in steps:
                    self._take(step)
        except CannotJoin as error:
            self._take(Progress(call=Call.FAILED, cause=error.cause))
        except Exception as error:  # noqa: BLE001 - a fault of ours in one driver must not end the agent
            log_fault("watching a call", error)
            self._take(Progress(call=Call.FAILED, cause=Cause.REFUSED))

    def _take(self, step: Progress) -> None:
        self.progress = step
        log.info("the room system: %s%s", step.call.value, f", {step.cause.value}" if step.cause else "")
        self._told()
