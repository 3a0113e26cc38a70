"""What a door costs while nothing happens: bytes to the terminal, processor, wake-ups, and one tick of the minute.

Promise F4. The floor is a bare Textual app with nothing moving. `SECONDS=60` watches for longer.
"""

import asyncio
import os
import sys
import tempfile
from collections.abc import Iterable, Sequence
from datetime import timedelta
from pathlib import Path

from msgspec.structs import replace

from bench.glass.draw import ScriptedAgent
from bench.glass.gallery import scene
from bench.kiosk_seat import BARE, Seat, seated
from bench.table import Row, report
from device.wire.framing import MAX_FRAME, pack
from device.wire.panel import TimeShown

SECONDS = float(os.environ.get("SECONDS", "20"))
SETTLE = 3.0
MEANS = ("octants", "pixels")


async def idle(seat: Seat) -> tuple[float, float, float]:
    """Bytes, processor in per cent of a core, and wake-ups a second, while nothing happens."""
    await asyncio.sleep(SETTLE)
    sent, cpu, wakeups = len(seat.sent), seat.cpu, seat.wakeups
    await asyncio.sleep(SECONDS)
    return len(seat.sent) - sent, (seat.cpu - cpu) / SECONDS / 10, (seat.wakeups - wakeups) / SECONDS


async def door(means: str) -> tuple[float, float, float, float]:
    """The same of a door, and the bytes when the minute turns."""
    shown = scene("in-use")
    agent = ScriptedAgent(shown)
    said: list[asyncio.StreamWriter] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        said.append(writer)
        await agent.serve(reader, writer)

    with tempfile.TemporaryDirectory() as folder:
        server = await asyncio.start_unix_server(serve, Path(folder, "panel.sock"), limit=MAX_FRAME)
        async with server, seated(["-m", "kiosk", "--runtime", folder, "--state", folder], means=means) as seat:
            await asyncio.wait_for(agent.painted.wait(), 60)
            await _turn(said, shown.frames, 1)
            figures = await idle(seat)
            sent = len(seat.sent)
            await _turn(said, shown.frames, 2)
            return *figures, len(seat.sent) - sent


async def _turn(said: Sequence[asyncio.StreamWriter], frames: Iterable[object], minutes: int) -> None:
    """Let it be so many minutes later than in the scene."""
    told = next(frame for frame in frames if isinstance(frame, TimeShown))
    for writer in said:
        if not writer.is_closing():
            writer.write(pack(replace(told, now=told.now + timedelta(minutes=minutes))))
    await asyncio.sleep(SETTLE)


async def measure() -> dict[str, tuple[float, ...]]:
    """One after another: what is idle disturbs nobody."""
    async with seated(["-c", BARE]) as seat:
        await seat.until(lambda: b"PAINTED" in seat.sent)
        figures: dict[str, tuple[float, ...]] = {"bare": await idle(seat)}
    for means in MEANS:
        figures[means] = await door(means)
    return figures


def main() -> None:
    """Measure and print."""
    figures = asyncio.run(measure())
    _, bare_cpu, bare_wakeups = figures["bare"]
    rows = []
    for means in MEANS:
        sent, cpu, wakeups, tick = figures[means]
        rows += [
            Row(f"bytes while nothing happens, {means}", sent, "B", promise=0),
            Row(f"bytes when the minute turns, {means}", tick, "B", promise=6000 if means == "pixels" else 300),
            Row(f"processor, {means}", cpu, "%", bare_cpu, 1.25, floor_is="bare Textual"),
            Row(f"wake-ups a second, {means}", wakeups, "", bare_wakeups, floor_is="bare Textual"),
        ]
    report("kiosk_idle", rows)


if __name__ == "__main__":
    sys.exit(main())
