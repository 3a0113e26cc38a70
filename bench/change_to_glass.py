"""How soon a change is on the glass: from the agent's word on the panel socket to the last byte at the terminal.

Promise F6. The floor is a Textual app that hears a line on the same kind of socket and updates one large `Static`.
"""

import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from msgspec.structs import replace

from bench.glass.gallery import scene
from bench.kiosk_seat import PATIENCE, Seat, seated
from bench.table import Row, report
from device.model.safetext import SafeText
from device.wire.framing import pack
from device.wire.panel import RoomShown

CHANGES = int(os.environ.get("ROUNDS", "60"))
QUIET = 0.12
"""Seconds without a byte after which a change is over."""
FLOOR = """
import asyncio, sys
from textual.app import App
from textual.widgets import Static
class Floor(App):
    CSS = "Static { height: 1fr; background: darkred; }"
    ENABLE_COMMAND_PALETTE = False
    def compose(self):
        yield Static("PAINTED " * 300)
    async def on_mount(self):
        self.run_worker(self.hear())
    async def hear(self):
        reader, writer = await asyncio.open_unix_connection(sys.argv[1])
        word = self.query_one(Static)
        while line := await reader.readline():
            word.update(line.decode().strip() * 300, layout=False)
Floor().run()
"""


class Speaker:
    """The agent's end of the socket, for one listener."""

    def __init__(self, greeting: bytes) -> None:
        self._greeting = greeting
        self.writer: asyncio.StreamWriter | None = None
        self.here = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Greet, and stay."""
        writer.write(self._greeting)
        self.writer = writer
        self.here.set()
        while await reader.read(1 << 16):
            pass


async def timed(command: Sequence[str], path: Path, greeting: bytes, words: Sequence[bytes]) -> list[float]:
    """Milliseconds of each change in turn; `words` are said one after another, again and again."""
    speaker = Speaker(greeting)
    server = await asyncio.start_unix_server(speaker.serve, path)
    took: list[float] = []
    async with server, seated(command) as seat:
        async with asyncio.timeout(PATIENCE):
            await speaker.here.wait()
        await _quiet(seat, 1.5)
        for turn in range(CHANGES):
            took.append(await _change(seat, speaker, words[turn % len(words)]))
        if speaker.writer is not None:
            speaker.writer.close()
    return took


async def _change(seat: Seat, speaker: Speaker, word: bytes) -> float:
    before, said = len(seat.sent), time.monotonic()
    if speaker.writer is not None:
        speaker.writer.write(word)
    await seat.until(lambda: len(seat.sent) > before)
    last = await _quiet(seat, QUIET)
    return (last - said) * 1000


async def _quiet(seat: Seat, seconds: float) -> float:
    """Wait until nothing has been written for so long; when the last byte came."""
    length, last = len(seat.sent), time.monotonic()
    while time.monotonic() - last < seconds:
        await asyncio.sleep(0.001)
        if len(seat.sent) != length:
            length, last = len(seat.sent), time.monotonic()
    return last


def states() -> tuple[bytes, list[bytes]]:
    """What the kiosk is greeted with, and the changes: the running meeting's name, again and again another."""
    frames = scene("in-use").frames
    shown = next(frame for frame in frames if isinstance(frame, RoomShown))
    words = []
    for title in ("Design review", "Budget, second reading"):
        answer = shown.state.availability
        assert answer.current is not None
        current = replace(answer.current, title=SafeText(title))
        words.append(pack(RoomShown(state=replace(shown.state, availability=replace(answer, current=current)))))
    return b"".join(map(pack, frames)), words


async def measure() -> tuple[list[float], list[float]]:
    """The kiosk's changes and the floor's."""
    greeting, words = states()
    with tempfile.TemporaryDirectory() as folder:
        kiosk = ["-m", "kiosk", "--runtime", folder, "--state", folder]
        ours = await timed(kiosk, Path(folder, "panel.sock"), greeting, words)
        path = Path(folder, "floor.sock")
        floor = await timed(["-c", FLOOR, str(path)], path, b"", [b"FREE\n", b"BUSY\n"])
    return ours, floor


def main() -> None:
    """Measure and print."""
    ours, floor = asyncio.run(measure())
    middle, worst = statistics.median, lambda took: statistics.quantiles(took, n=100)[98]
    report(
        "change_to_glass",
        [
            Row("title changed, p50", middle(ours), "ms", middle(floor), 1.5, floor_is="Textual's own update"),
            Row("title changed, p99", worst(ours), "ms", worst(floor), 3.0, floor_is="Textual's own update"),
        ],
    )


if __name__ == "__main__":
    sys.exit(main())
