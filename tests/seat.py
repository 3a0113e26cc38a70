"""A person at a terminal, for tests: a program on a pseudo-terminal, its screen as pyte sees it, and keys to press."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pyte

ROOT = Path(__file__).parents[1]
PATIENCE = 30.0 * float(os.environ.get("DOORLIGHT_TEST_PATIENCE", "1"))
"""Seconds for which anything is waited for; the one constant that all waits scale by."""
_NOT_PYTES = re.compile(rb"\x1b\[[<>=][0-9;:]*[a-zA-Z]|\x1bP.*?\x1b\\|\x1b_.*?\x1b\\", re.DOTALL)
_MODE = re.compile(rb"\x1b\[\?([0-9;]+)([hl])")
_OURS = ("CI", "DOORLIGHT", "NO_COLOR", "FORCE_COLOR", "TEXTUAL", "COLUMNS", "LINES")


class _Screen(pyte.Screen):
    """pyte's screen, and the other one that full-screen programs draw on."""

    def set_mode(self, *modes: int, **how: bool) -> None:
        if 1049 in modes and how.get("private"):
            self._main = {row: dict(line) for row, line in self.buffer.items()}
            self.erase_in_display(2)
        super().set_mode(*modes, **how)

    def reset_mode(self, *modes: int, **how: bool) -> None:
        super().reset_mode(*modes, **how)
        if 1049 in modes and how.get("private"):
            self.erase_in_display(2)
            for row, line in getattr(self, "_main", {}).items():
                self.buffer[row].update(line)


class Seat:
    """One program on one terminal; use it as a context manager."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        columns: int = 100,
        rows: int = 36,
        environment: Mapping[str, str] | None = None,
        cwd: Path = ROOT,
    ) -> None:
        self.screen = _Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self.raw = bytearray()
        """Everything that the program has written."""
        self._ours, self._its = pty.openpty()
        self._set_size(columns, rows)
        self._before = termios.tcgetattr(self._its)
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
        self.process = subprocess.Popen(
            command,
            stdin=self._its,
            stdout=self._its,
            stderr=self._its,
            env={**inherited, "TERM": "xterm-256color", "COLORTERM": "truecolor", **(environment or {})},
            cwd=cwd,
            start_new_session=True,
            preexec_fn=_take_terminal,  # noqa: PLW1509 - no thread of ours runs while it forks
        )

    def __enter__(self) -> "Seat":
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        os.close(self._ours)
        os.close(self._its)

    @property
    def text(self) -> str:
        """The screen as lines of text."""
        return "\n".join(line.rstrip() for line in self.screen.display)

    def line(self, row: int) -> str:
        """One row of it; negative ones count from the bottom."""
        return str(self.screen.display[row]).rstrip()

    def press(self, keys: str | bytes) -> None:
        """Type."""
        os.write(self._ours, keys.encode() if isinstance(keys, str) else keys)

    def resize(self, columns: int, rows: int) -> None:
        """Make the window another size."""
        self.screen.resize(rows, columns)
        self._set_size(columns, rows)

    def until(self, wanted: str | Callable[[], bool], patience: float = PATIENCE) -> None:
        """Wait until a text stands on the screen, or something is so."""
        so = wanted if callable(wanted) else lambda: wanted in self.text
        deadline = time.monotonic() + patience
        while not so():
            if time.monotonic() > deadline:
                raise AssertionError(f"waited {patience:g} s in vain for {wanted!r}; the screen:\n{self.text}")
            self.read(0.05)

    def read(self, seconds: float) -> bool:
        """Take in what the program writes, waiting at most this long for something; False when there was nothing."""
        if not select.select([self._ours], [], [], seconds)[0]:
            return False
        data = os.read(self._ours, 1 << 16)
        self.raw += data
        self._stream.feed(_NOT_PYTES.sub(b"", data))
        return True

    def settle(self) -> None:
        """Take in everything that has been written so far."""
        while self.read(0.2):
            pass

    def ended(self, patience: float = PATIENCE) -> int:
        """Wait for the end; the exit code."""
        self.until(lambda: self.process.poll() is not None, patience)
        self.settle()
        return self.process.returncode

    def kill(self, number: int = signal.SIGTERM) -> None:
        """Send the program a signal."""
        self.process.send_signal(number)

    def modes(self) -> dict[int, bool]:
        """The terminal's private modes as they were left, by number."""
        return {int(mode): on == b"h" for modes, on in _MODE.findall(self.raw) for mode in modes.split(b";")}

    def assert_given_back(self) -> None:
        """The terminal is as it was: line discipline, screen, cursor, mouse, pasting, keyboard."""
        assert termios.tcgetattr(self._its) == self._before
        modes = self.modes()
        assert modes.pop(25, True), "the cursor is hidden"
        assert modes.pop(7, True), "lines do not wrap"
        assert [mode for mode, on in modes.items() if on] == []
        pushed, popped = self.raw.rfind(b"\x1b[>1u"), self.raw.rfind(b"\x1b[<")
        assert pushed < popped or pushed == -1, "the extended keyboard is still on"

    def _set_size(self, columns: int, rows: int) -> None:
        packed = struct.pack("HHHH", rows, columns, columns * 8, rows * 16)
        fcntl.ioctl(self._ours, termios.TIOCSWINSZ, packed)


def _take_terminal() -> None:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def children_of(pid: int) -> list[int]:
    """The processes below `pid`, all generations."""
    parents: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if fields[0] != "Z":
            parents.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    found, waiting = [], [pid]
    while waiting:
        below = parents.get(waiting.pop(), [])
        found += below
        waiting += below
    return found


def alive(pid: int) -> bool:
    """Whether a process runs (one that only waits to be reaped does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
