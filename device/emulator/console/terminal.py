"""The person's terminal: lent to the console, and given back exactly as it was whatever happened in between."""

import contextlib
import fcntl
import os
import select
import struct
import sys
import termios
import tty
from collections.abc import Iterator

from device.emulator.console.layout import Grid
from device.model.errors import SettingsError

_ENTER = b"\x1b[?1049h\x1b[?25l\x1b[0m\x1b[H\x1b[2J"
_ABORT = b"\x18\x1b\\"
"""Ends whatever sequence may be under way."""
_LEAVE = (
    b"\x1b[?2026l"  # no half-drawn frame is waited for
    b"\x1b[r\x1b[?6l\x1b[0m"  # whole screen, no colours
    b"\x1b[<9u\x1b[>4;0m"  # the extended keyboards of kitty and xterm
    b"\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1005l\x1b[?1006l\x1b[?1015l\x1b[?1016l"  # the mouse
    b"\x1b[?1004l\x1b[?2004l\x1b[?2048l"  # focus, pasting, sizes in the stream
    b"\x1b[?1l\x1b>\x1b[?7h"  # cursor keys, keypad, wrapping
    b"\x1b[?1049l\x1b[?25h"
)
_UNKNOWN_SIZE = (80, 24)


def grid_of(descriptor: int) -> Grid:
    """The size of a terminal, in cells and, where it tells, in pixels."""
    packed = fcntl.ioctl(descriptor, termios.TIOCGWINSZ, b"\0" * 8)
    rows, columns, width, height = struct.unpack("HHHH", packed)
    if not rows or not columns:
        columns, rows = _UNKNOWN_SIZE
    return Grid(columns=columns, rows=rows, width=width, height=height)


def set_grid(descriptor: int, grid: Grid) -> None:
    """Give a pseudo-terminal its size."""
    packed = struct.pack("HHHH", grid.rows, grid.columns, grid.width, grid.height)
    fcntl.ioctl(descriptor, termios.TIOCSWINSZ, packed)


class Terminal:
    """The terminal behind standard input and output, opened once more so that the shell's own end stays as it is."""

    def __init__(self) -> None:
        if not (sys.stdin.isatty() and sys.stdout.isatty()):
            raise SettingsError(
                "This is no terminal, so there is nothing to draw the door on.",
                "Run it in a terminal, or use --web for a door in a browser.",
            )
        try:
            self.descriptor = os.open(os.ttyname(sys.stdout.fileno()), os.O_RDWR | os.O_NOCTTY)
        except OSError:  # a container may know its terminal by descriptor only
            self.descriptor = os.dup(sys.stdin.fileno())

    @property
    def grid(self) -> Grid:
        """Its size now."""
        return grid_of(self.descriptor)

    @contextlib.contextmanager
    def lent(self) -> Iterator[None]:
        """Every key raw and another screen, until left in whatever way."""
        before = termios.tcgetattr(self.descriptor)
        keeper = os.dup(self.descriptor)
        try:
            tty.setraw(self.descriptor, termios.TCSADRAIN)
            _write_bounded(keeper, _ENTER)
            yield
        finally:
            with contextlib.suppress(OSError, termios.error):  # a terminal that has gone away needs nothing back
                _write_bounded(keeper, _ABORT + _LEAVE)
                termios.tcflush(keeper, termios.TCIFLUSH)
                termios.tcsetattr(keeper, termios.TCSANOW, before)
            os.set_blocking(keeper, True)
            os.close(keeper)


def _write_bounded(descriptor: int, data: bytes) -> None:
    """Write all of it to a terminal that takes it within a second; one that does not is not waited for."""
    os.set_blocking(descriptor, False)
    while data and select.select((), (descriptor,), (), 1.0)[1]:
        data = data[os.write(descriptor, data) :]
