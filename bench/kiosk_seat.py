"""A terminal without a person: runs a program on a pseudo-terminal that never answers, and watches it."""

import asyncio
import fcntl
import os
import pty
import struct
import sys
import termios
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

PATIENCE = 60.0
"""Seconds for anything that is waited for."""
BARE = """
from textual.app import App
from textual.widgets import Static
class Bare(App):
    ENABLE_COMMAND_PALETTE = False
    def compose(self):
        yield Static("PAINTED", id="word")
Bare().run()
"""
"""The floor: Textual with one line of text."""
ONE_WRITE = "import os; os.write(1, b'PAINTED'); import time; time.sleep(60)"
"""The floor of a first frame: Python and one write."""


class Seat:
    """One program on its terminal."""

    def __init__(self, process: asyncio.subprocess.Process, started: float) -> None:
        self.process, self.started = process, started
        self.sent = bytearray()
        self._news = asyncio.Event()

    def hear(self, data: bytes) -> None:
        """The program wrote."""
        self.sent += data
        self._news.set()

    async def until(self, is_it: Callable[[], bool]) -> float:
        """Milliseconds from the start until a condition on what was written holds."""
        async with asyncio.timeout(PATIENCE):
            while not is_it():
                self._news.clear()
                await self._news.wait()
        return (time.monotonic() - self.started) * 1000

    @property
    def cpu(self) -> float:
        """Milliseconds of processor so far, all threads."""
        tasks = Path(f"/proc/{self.process.pid}/task").glob("*/schedstat")
        return sum(int(task.read_text().split()[0]) for task in tasks) / 1e6

    @property
    def wakeups(self) -> int:
        """Times that it was scheduled so far, all threads."""
        tasks = Path(f"/proc/{self.process.pid}/task").glob("*/schedstat")
        return sum(int(task.read_text().split()[2]) for task in tasks)

    @property
    def memory(self) -> tuple[float, float]:
        """Resident and proportional set, in MiB."""
        lines = Path(f"/proc/{self.process.pid}/smaps_rollup").read_text().splitlines()
        sizes = {line.split(":")[0]: int(line.split()[1]) / 1024 for line in lines[1:]}
        return sizes["Rss"], sizes["Pss"]


@asynccontextmanager
async def seated(
    command: Sequence[str], *, means: str = "blocks", size: tuple[int, int] = (100, 30)
) -> AsyncIterator[Seat]:
    """Run a Python program (arguments of the interpreter) on a silent terminal of `size` columns and rows."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], size[0] * 8, size[1] * 16))
    environment = os.environ | {"TERM": "xterm-256color", "COLORTERM": "truecolor", "DOORLIGHT_TYPE": means}
    started = time.monotonic()
    process = await asyncio.create_subprocess_exec(
        sys.executable, *command, stdin=slave, stdout=slave, stderr=slave, env=environment, start_new_session=True
    )
    os.close(slave)
    seat = Seat(process, started)
    loop = asyncio.get_running_loop()

    def readable() -> None:
        try:
            seat.hear(os.read(master, 1 << 16))
        except OSError:
            loop.remove_reader(master)

    loop.add_reader(master, readable)
    try:
        yield seat
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        loop.remove_reader(master)
        os.close(master)
