"""The door's own bytes on their way to the terminal: passed on as they are, only watched.

Watching tells when the help below may be drawn (never inside an escape sequence, an image or a frame that is still
being drawn) and when it must be (after a clear). A door that does not stand in the terminal's corner has the places
in its cursor movements shifted; nothing else is ever changed.
"""

import re
from collections.abc import Iterator

_STRING_END = re.compile(rb"\x1b\\|\x18|\x1a")
_OSC_END = re.compile(rb"\x1b\\|\x07|\x18|\x1a")
_SEQUENCE = re.compile(
    rb"\x1b\[(?P<private>[<=>?]?)(?P<parameters>[0-9:;]*)(?P<between>[ -/]*)(?P<final>[@-~])"
    rb"|\x1b(?P<string>[P\]X^_])"
    rb"|\x1b[ -/]*(?P<escape>[0-OQ-WYZ\\`-~])"
)
_PARTIAL = re.compile(rb"\x1b(?:\[[0-?]{0,64}[ -/]{0,8}|[ -/]{0,8})\Z")
_CUT_CHARACTER = re.compile(rb"(?:[\xc0-\xff]|[\xe0-\xff][\x80-\xbf]|[\xf0-\xff][\x80-\xbf]{2})\Z")
_TEXT = re.compile(rb"[^\x1b]+")


class Output:
    """One stream of a full-screen program."""

    def __init__(self) -> None:
        self.left = 0
        self.top = 0
        self.rows = 0
        """How many rows are the door's. A door that has not yet heard of a smaller size writes below them."""
        self.damaged = False
        """Whether something outside the door may have been erased since it was last set to False."""
        self._held = b""
        self._end: re.Pattern[bytes] | None = None
        self._drawing = False
        self._saved = False

    @property
    def quiet(self) -> bool:
        """Whether something else may be drawn now without disturbing the program."""
        return not (self._held or self._end or self._drawing or self._saved)

    @property
    def within(self) -> bool:
        """Whether the terminal waits for the rest of a sequence."""
        return self._end is not None

    def feed(self, data: bytes) -> bytes:
        """What to send on; the last few bytes are held back while they are half a sequence or half a character."""
        data, self._held = self._held + data, b""
        return b"".join(self._pieces(data))

    def _pieces(self, data: bytes) -> Iterator[bytes]:
        at = 0
        while at < len(data):
            if self._end is not None:
                piece, at = self._through_string(data, at, self._end)
            elif data[at] == 0x1B:
                piece, at = self._sequence(data, at)
            else:
                piece, at = self._text(data, at)
            yield piece

    def _through_string(self, data: bytes, at: int, end: re.Pattern[bytes]) -> tuple[bytes, int]:
        found = end.search(data, at)
        if found:
            self._end = None
            return data[at : found.end()], found.end()
        stop = len(data) - data.endswith(b"\x1b")
        self._held = data[stop:]
        return data[at:stop], len(data)

    def _sequence(self, data: bytes, at: int) -> tuple[bytes, int]:
        found = _SEQUENCE.match(data, at)
        if found is None:
            if _PARTIAL.match(data, at):
                self._held = data[at:]
                return b"", len(data)
            return data[at : at + 1], at + 1
        if found["string"]:
            self._end = _OSC_END if found["string"] == b"]" else _STRING_END
            return found[0], found.end()
        self._note(found)
        return self._shifted(found), found.end()

    def _text(self, data: bytes, at: int) -> tuple[bytes, int]:
        found = _TEXT.match(data, at)
        text = found[0] if found else b""
        end = at + len(text)
        if end == len(data) and (cut := _CUT_CHARACTER.search(text)):
            self._held = cut[0]
            text = text[: cut.start()]
        if self.left and b"\r" in text:
            text = text.replace(b"\r", b"\r\x1b[%dC" % self.left)
        return text, end

    def _note(self, found: re.Match[bytes]) -> None:
        if found["escape"]:
            self._note_escape(found["escape"])
        elif found["private"] == b"?" and found["final"] in b"hl":
            self._note_modes(found["parameters"].split(b";"), found["final"] == b"h")
        elif not found["private"]:
            self._note_plain(found["final"], found["parameters"])

    def _note_escape(self, final: bytes) -> None:
        if final in b"78":
            self._saved = final == b"7"
        elif final == b"c":
            self.damaged, self._drawing, self._saved = True, False, False

    def _note_modes(self, modes: list[bytes], on: bool) -> None:
        if b"2026" in modes:
            self._drawing = on
        if {b"47", b"1047", b"1049"}.intersection(modes):
            self.damaged = True

    def _note_plain(self, final: bytes, parameters: bytes) -> None:
        if final in b"Jr" or (final in b"Hfd" and int(parameters.partition(b";")[0] or 1) > self.rows > 0):
            self.damaged = True
        elif final in b"su":
            self._saved = final == b"s"

    def _shifted(self, found: re.Match[bytes]) -> bytes:
        """The sequence with its absolute places moved to where the door stands."""
        whole = found[0]
        if not (self.left or self.top) or found["private"] or found["between"] or found["escape"]:
            return whole
        final = found["final"]
        numbers = [int(number or 1) for number in re.split(rb"[;:]", found["parameters"])]
        if final in b"Hf":
            row, column = numbers[0], numbers[1] if len(numbers) > 1 else 1
            return b"\x1b[%d;%d%s" % (max(row, 1) + self.top, max(column, 1) + self.left, final)
        if final == b"d":
            return b"\x1b[%dd" % (max(numbers[0], 1) + self.top)
        if final in b"G`":
            return b"\x1b[%d%s" % (max(numbers[0], 1) + self.left, final)
        if final == b"r" and len(numbers) > 1:
            return b"\x1b[%d;%dr" % (numbers[0] + self.top, numbers[1] + self.top)
        return whole
