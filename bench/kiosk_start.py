"""How soon a door shows: the first true frame before Textual is imported, Textual's own, and what the process weighs.

Promises F1, F2, F3 and F5. The terminal never answers a query, so a kiosk that waited for one would show here.
"""

import asyncio
import compileall
import os
import statistics
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

from bench.glass.draw import ScriptedAgent
from bench.glass.gallery import scene
from bench.kiosk_seat import BARE, ONE_WRITE, Seat, seated
from bench.table import Row, report
from device.model.value import encode
from device.wire.framing import MAX_FRAME
from device.wire.panel import LookShown, RoomShown

ROUNDS = int(os.environ.get("ROUNDS", "9"))
SETTLE = 1.5
"""Seconds after the first paint before memory is read."""
ROOM = b"Aurora"
"""Written as it is in the first frame; the word of the state is drawn."""
TAKEN_OVER = b"\x1b[?2004h"
"""Textual has begun; the screen itself follows."""
A_SCREEN = 1500
"""Bytes of Textual's first frame at least."""
MEANS = ("blocks", "octants", "pixels")
Figures = dict[str, list[float]]


def drawn(sent: bytearray) -> bool:
    """Whether Textual's first frame has arrived."""
    return TAKEN_OVER in sent and len(sent) - sent.rindex(TAKEN_OVER) > A_SCREEN


async def floors(figures: Figures) -> None:
    """Bare Python and bare Textual."""
    async with seated(["-c", ONE_WRITE]) as seat:
        figures["python"].append(await seat.until(lambda: b"PAINTED" in seat.sent))
    async with seated(["-c", BARE]) as seat:
        figures["textual"].append(await seat.until(lambda: b"PAINTED" in seat.sent))
        figures["textual cpu"].append(seat.cpu)
        await _weigh(seat, "textual", figures)


async def kiosk(means: str, figures: Figures) -> None:
    """The kiosk with its agent alive: the first frame, and the one that Textual drew."""
    shown = scene("in-use")
    with tempfile.TemporaryDirectory() as folder:
        agent = ScriptedAgent(shown)
        server = await asyncio.start_unix_server(agent.serve, Path(folder, "panel.sock"), limit=MAX_FRAME)
        async with server, seated(["-m", "kiosk", "--runtime", folder, "--state", folder], means=means) as seat:
            figures[f"first {means}"].append(await seat.until(lambda: ROOM in seat.sent))
            figures[means].append(await seat.until(lambda: drawn(seat.sent)))
            figures[f"{means} cpu"].append(seat.cpu)
            await _weigh(seat, means, figures)


async def kiosk_alone(figures: Figures) -> None:
    """The kiosk without an agent: the first frame from what the agent left in its runtime folder."""
    frames = scene("in-use").frames
    state = next(frame.state for frame in frames if isinstance(frame, RoomShown))
    look = next((frame for frame in frames if isinstance(frame, LookShown)), LookShown())
    with tempfile.TemporaryDirectory() as folder:
        left = b'{"look":' + encode(look) + b',"state":' + encode(state) + b"}"
        await asyncio.to_thread(Path(folder, "state.json").write_bytes, left)
        async with seated(["-m", "kiosk", "--runtime", folder, "--state", folder]) as seat:
            figures["first alone"].append(await seat.until(lambda: ROOM in seat.sent))


async def _weigh(seat: Seat, name: str, figures: Figures) -> None:
    await asyncio.sleep(SETTLE)
    resident, proportional = seat.memory
    figures[f"{name} rss"].append(resident)
    figures[f"{name} pss"].append(proportional)


async def measure() -> Figures:
    """Interleaved rounds, so that all kinds meet the same machine."""
    figures: Figures = defaultdict(list)
    for _ in range(ROUNDS):
        await floors(figures)
        for means in MEANS:
            await kiosk(means, figures)
        await kiosk_alone(figures)
    return figures


def ship_compiled() -> None:
    """Compile our modules as an image has them, so that both sides start from bytecode."""
    for package in ("device", "kiosk"):
        compileall.compile_dir(Path(__file__).parents[1] / package, quiet=1)


def main() -> None:
    """Measure and print."""
    ship_compiled()
    figures = {name: statistics.median(values) for name, values in asyncio.run(measure()).items()}
    bare = "bare Textual"
    rows = [
        Row("first true frame, agent alive", figures["first blocks"], "ms", figures["python"], 2.0, floor_is="Python"),
        Row("first true frame, no agent", figures["first alone"], "ms", figures["python"], 2.0, floor_is="Python"),
    ]
    for means in MEANS:
        limit, memory = (1.6, 1.6) if means == "pixels" else (1.25, 1.15)
        rows += [
            Row(f"Textual's first paint, {means}", figures[means], "ms", figures["textual"], limit, floor_is=bare),
            Row(f"processor until then, {means}", figures[f"{means} cpu"], "ms", figures["textual cpu"], floor_is=bare),
            Row(f"memory, {means}", figures[f"{means} rss"], "MiB", figures["textual rss"], memory, floor_is=bare),
            Row(f"proportional memory, {means}", figures[f"{means} pss"], "MiB", figures["textual pss"], floor_is=bare),
        ]
    report("kiosk_start", rows)


if __name__ == "__main__":
    sys.exit(main())
