"""What comes from the person's terminal, told apart: keys that the console may want, and all else for the door.

All else is more than keys: a terminal also answers questions here (what it is, where the cursor stands, how large a
cell is) and reports the mouse. Answers about the terminal as a whole are changed into answers about the door's part
of it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from device.emulator.console.layout import Place

_BARE_ESCAPE_WAIT = 0.05
_PARTIAL_WAIT = 0.5
_SEQUENCE = re.compile(
    rb"\x1b\[\[[A-E]"  # function keys of Linux' own console
    rb"|\x1b\[M[^\x1b]{3}"  # X10 mouse
    rb"|\x1b\[[0-?]*[ -/]*[@-~]"
    rb"|\x1bO[ -~]"
    rb"|\x1b[P\]X^_](?s:.*?)(?:\x1b\\|\x07)"
    rb"|\x1b(?![\[OP\]X^_\x1b])(?s:.)"
)
_PARTIAL = re.compile(rb"\x1b(?:\[(?:\[|M[^\x1b]{0,2}|[0-?]{0,64}[ -/]{0,8})|O|[P\]X^_](?s:.{0,4096}))?\Z")
_MOUSE = re.compile(rb"\x1b\[<(\d+);(-?\d+);(-?\d+)([Mm])\Z")
_CURSOR = re.compile(rb"\x1b\[(\d+);(\d+)R\Z")
_SIZE = re.compile(rb"\x1b\[([48]);\d+;\d+t\Z")
_IN_BAND = re.compile(rb"\x1b\[\?2048;\d\$y\Z|\x1b\[48;[\d;:]+t\Z")
_EXTENDED = re.compile(rb"\x1b\[(\d+)(?::\d*)*(?:;(\d*)(?::(\d))?(?:;(\d+))?)?u\Z")
_XTERM_CONTROL_C = b"\x1b[27;5;99~"
_CHARACTER = re.compile(rb"[\x00-\x1a\x1c-\x7f]|[\xc0-\xff][\x80-\xbf]*|[\x80-\xbf]")
_PASTE_BEGINS, _PASTE_ENDS = b"\x1b[200~", b"\x1b[201~"
_SHIFT, _CONTROL, _MODIFIERS = 1, 4, 0b111111
_MOTION_OR_WHEEL = 32 | 64


@dataclass(frozen=True, slots=True)
class Key:
    """A printable key, or Control-C."""

    character: str
    data: bytes = field(default=b"", compare=False)
    """How it came, for the door, should it be the door's."""


@dataclass(frozen=True, slots=True)
class Click:
    """A press of the mouse outside the door, in cells of the terminal from 0."""

    column: int
    row: int


@dataclass(frozen=True, slots=True)
class Passed:
    """Bytes for the door."""

    data: bytes


Typed = Key | Click | Passed
INTERRUPT = Key("\x03")


class Input:
    """One stream of a person's terminal."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self._held = b""
        self._pasting = False

    @property
    def wait(self) -> float | None:
        """Seconds after which `settle` is due because half a sequence came; None: nothing is held."""
        if not self._held:
            return None
        return _BARE_ESCAPE_WAIT if self._held == b"\x1b" else _PARTIAL_WAIT

    def feed(self, data: bytes) -> Iterator[Typed]:
        """What `data` means."""
        data, self._held = self._held + data, b""
        at = 0
        while at < len(data):
            found = _SEQUENCE.match(data, at) or _CHARACTER.match(data, at)
            if found is None and _PARTIAL.match(data, at):
                self._held = data[at:]
                return
            piece = found[0] if found else data[at : at + 1]
            at += len(piece)
            yield from self._meaning(piece)

    def settle(self) -> Iterator[Typed]:
        """Nothing more came: what was held is the Escape key, or Alt and a key."""
        held, self._held = self._held, b""
        if held:
            yield Passed(held)

    def _meaning(self, piece: bytes) -> Iterator[Typed]:
        if piece in (_PASTE_BEGINS, _PASTE_ENDS):
            self._pasting = piece == _PASTE_BEGINS
            yield Passed(piece)
        elif self._pasting:
            yield Passed(piece)
        elif piece[:1] == b"\x1b":
            yield from self._sequence(piece)
        elif piece == b"\x03" or b" " < piece < b"\x7f":
            yield Key(piece.decode("ascii"), piece)
        else:
            yield Passed(piece)

    def _sequence(self, piece: bytes) -> Iterator[Typed]:
        grid = self.place.grid
        if mouse := _MOUSE.match(piece):
            yield from self._mouse(mouse)
        elif (character := _extended_key(piece)) is not None:
            yield Key(character, piece)
        elif cursor := _CURSOR.match(piece):
            row, column = int(cursor[1]) - self.place.top, int(cursor[2]) - self.place.left
            yield Passed(b"\x1b[%d;%dR" % (max(row, 1), max(column, 1)))
        elif size := _SIZE.match(piece):
            height, width = (grid.rows, grid.columns) if size[1] == b"8" else (grid.height, grid.width)
            yield Passed(b"\x1b[%s;%d;%dt" % (size[1], height, width))
        elif not _IN_BAND.match(piece):
            yield Passed(piece)
        elif piece.startswith(b"\x1b[?"):
            # The size in the stream would be the whole terminal's. The door learns its own from its pseudo-terminal.
            yield Passed(b"\x1b[?2048;0$y")

    def _mouse(self, mouse: re.Match[bytes]) -> Iterator[Typed]:
        button, pressed = int(mouse[1]), mouse[4] == b"M"
        column, row = int(mouse[2]) - 1, int(mouse[3]) - 1
        grid, left, top = self.place.grid, self.place.left, self.place.top
        inside = left <= column < left + grid.columns and top <= row < top + grid.rows
        if not inside and pressed and not button & _MOTION_OR_WHEEL:
            yield Click(column, row)
        if inside or not pressed:
            shown = (min(max(column - left, 0), grid.columns - 1) + 1, min(max(row - top, 0), grid.rows - 1) + 1)
            yield Passed(b"\x1b[<%d;%d;%d%s" % (button, *shown, mouse[4]))


def _extended_key(piece: bytes) -> str | None:
    """The printable key, or Control-C, as terminals with an extended keyboard send it: its number, the modifiers, and
    the text that it makes. Locks of the keyboard do not matter; a key let go is no key pressed.
    """
    if piece == _XTERM_CONTROL_C:
        return INTERRUPT.character
    found = _EXTENDED.match(piece)
    if found is None or found[3] == b"3":
        return None
    code, modifiers = int(found[4] or found[1]), (int(found[2] or 1) - 1) & _MODIFIERS
    if modifiers == _CONTROL:
        return INTERRUPT.character if int(found[1]) == ord("c") else None
    if modifiers & ~_SHIFT or not 0x20 < code < 0x7F:
        return None
    return chr(code) if found[4] or not modifiers else chr(code).upper()
