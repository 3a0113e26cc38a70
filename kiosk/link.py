"""The kiosk's end of the panel socket: finds the agent, hears it, and finds it again."""

import asyncio
import contextlib
import logging
import random
from collections.abc import Callable
from pathlib import Path

from device.model.value import Value
from device.wire.framing import MAX_FRAME, BadFrame, pack, read_frame
from device.wire.panel import FromAgent

log = logging.getLogger(__name__)

RETRY_WITHIN = 2.0
"""Seconds; the next try comes at a random moment within them (full jitter)."""


class Link:
    """One connection to the agent at a time, for as long as `run` is awaited.

    Args:
        path: the panel socket.
        hear: called with each frame, in order.
        turn: called with True when the agent is there and with False when it is gone.
    """

    def __init__(
        self,
        path: Path,
        hear: Callable[[FromAgent], object],
        turn: Callable[[bool], object],
        *,
        retry_within: float = RETRY_WITHIN,
    ) -> None:
        self._path = path
        self._hear = hear
        self._turn = turn
        self._retry_within = retry_within
        self._writer: asyncio.StreamWriter | None = None
        self._complained = False
        self.lost = False
        """Whether the agent was looked for in vain, or went away, and has not come since."""

    @property
    def up(self) -> bool:
        """Whether the agent is there."""
        return self._writer is not None

    def send(self, frame: Value) -> bool:
        """Say something to the agent; False where nobody is there to hear it."""
        if self._writer is None or self._writer.is_closing():
            return False
        self._writer.write(pack(frame))
        return True

    async def run(self) -> None:
        """Keep the connection, until cancelled."""
        while True:
            try:
                await self._listen()
            except (OSError, BadFrame) as error:
                self._complain(error)
            if not self.lost:
                self.lost = True
                self._turn(False)  # noqa: FBT003 - a callback's only argument
            await asyncio.sleep(random.uniform(0, self._retry_within))  # noqa: S311 - spreads load, guards nothing

    async def _listen(self) -> None:
        reader, writer = await asyncio.open_unix_connection(self._path, limit=MAX_FRAME)
        self._writer, self.lost = writer, False
        try:
            self._turn(True)  # noqa: FBT003 - a callback's only argument
            while (frame := await read_frame(reader, FromAgent)) is not None:
                self._complained = False
                self._hear(frame)
        finally:
            self._writer = None
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    def _complain(self, error: Exception) -> None:
        """Say it once until the agent has been heard again."""
        if not self._complained:
            log.warning("no agent at the panel socket: %s", error)
            self._complained = True
