"""What an administrator may ask of a device through its hub. Each order ends in a report."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Mapping

from device.agent.faults import log_fault
from device.agent.hub.line import Line
from device.model.errors import HubUnreachable
from device.wire.hub import Order, OrderKind, Report

log = logging.getLogger(__name__)

PART = 24 << 10
"""Characters of a text in one report."""
LINES = 400
WAITING = 8


class LogRing(logging.Handler):
    """The last lines of this process's log, in memory, for a bundle. What is logged holds no words of a meeting."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.lines: deque[str] = deque(maxlen=LINES)
        self.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a line."""
        self.lines.append(self.format(record)[:500])


RING = LogRing()


class Refused(Exception):
    """The order cannot be carried out, and why."""


class Orders:
    """Carries out one order after the other.

    Args:
        deeds: what carries out each kind; it returns the report's text, or raises `Refused`.
    """

    def __init__(self, line: Line, deeds: Mapping[OrderKind, Callable[[Order], Awaitable[str]]]) -> None:
        self._line, self._deeds = line, deeds
        self._queue: asyncio.Queue[Order] = asyncio.Queue(WAITING)

    def take(self, order: Order) -> None:
        """Do it soon; more than a few at a time are let fall, and the hub asks again."""
        if not self._queue.full():
            self._queue.put_nowait(order)

    async def run(self) -> None:
        """Carry out what is ordered, until cancelled."""
        while True:
            order = await self._queue.get()
            log.info("the hub orders: %s", order.kind.value)
            await self._report(order, *await self._done(order))

    async def _done(self, order: Order) -> tuple[str, bool]:
        try:
            return await self._deeds[order.kind](order), True
        except (KeyError, Refused) as error:
            return str(error), False
        except OSError as error:
            return error.strerror or "refused", False
        except Exception as error:  # noqa: BLE001 - a fault of ours in one order must not end the agent
            log_fault("an order", error)
            return type(error).__name__, False

    async def _report(self, order: Order, text: str, done: bool) -> None:
        parts = [text[at : at + PART] for at in range(0, len(text), PART)] or [""]
        try:
            for number, part in enumerate(parts, 1):
                await self._line.send(Report(order=order.id, done=done, text=part, more=number < len(parts)))
        except HubUnreachable as error:
            log.info("a report did not reach the hub: %s", error)
