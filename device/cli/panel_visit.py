"""A short visit to the agent's panel socket: what it tells a kiosk that connects."""

import asyncio
from pathlib import Path

from device.model.value import Value
from device.wire.framing import MAX_FRAME, BadFrame, read_frame
from device.wire.panel import FaultShown, FromAgent, PairingShown, RoomShown, TimeShown

PATIENCE = 3.0
"""Seconds for the whole visit."""


class Visit(Value):
    """What was told."""

    scene: RoomShown | FaultShown | PairingShown
    time: TimeShown | None = None


async def visit(runtime: Path) -> Visit:
    """What the agent shows now.

    Raises:
        OSError: nobody is there, or may not be spoken to.
        TimeoutError: nobody speaks.
        BadFrame: whoever is there is no agent.
    """
    async with asyncio.timeout(PATIENCE):
        reader, writer = await asyncio.open_unix_connection(runtime / "panel.sock", limit=MAX_FRAME)
        try:
            time: TimeShown | None = None
            while (frame := await read_frame(reader, FromAgent)) is not None:
                if isinstance(frame, TimeShown):
                    time = frame
                elif isinstance(frame, (RoomShown, FaultShown, PairingShown)):
                    return Visit(scene=frame, time=time)
            raise BadFrame("it hung up without a word")
        finally:
            writer.close()
