"""The rows below the door: what the office said last, and which key does what."""

import unicodedata
from collections.abc import Sequence

from device.emulator.console.layout import Place
from device.emulator.knobs import Knob

_BOLD, _DIM, _PLAIN = "\x1b[1m", "\x1b[2m", "\x1b[0m"
_GAP = "  "


def width_of(text: str) -> int:
    """How many cells a text takes."""
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )


def shortened(text: str, columns: int) -> str:
    """The text, cut with an ellipsis where it is wider than `columns`."""
    if width_of(text) <= columns:
        return text
    kept = ""
    for character in text:
        if width_of(kept + character) > columns - 1:
            break
        kept += character
    return (kept + "…")[: max(columns, 0)]


class HelpRows:
    """All that stands below the door, for one set of keys."""

    def __init__(self, knobs: Sequence[Knob]) -> None:
        self.knobs = knobs
        self.explained = False
        """Whether each key has a row of its own that explains it."""
        self._spans: list[tuple[int, int, int, str]] = []

    def count(self, columns: int, rows: int) -> int:
        """How many rows it takes on a terminal of this size; a small one keeps more for the door."""
        wanted = 1 + len(self._key_lines(columns))
        return min(wanted, max(rows // 2 if self.explained else rows // 5, 1))

    def draw(self, place: Place, columns: int, rows: int, said: str, facts: str) -> bytes:
        """The escape codes that draw it, leaving cursor and colours as they were."""
        first = rows - place.help_rows
        lines = [self._said_line(columns, place.lacking or said, facts), *self._key_texts(columns, first)]
        drawn = "".join(
            f"\x1b[{first + offset + 1};1H{_PLAIN}\x1b[2K{line}" for offset, line in enumerate(lines[: place.help_rows])
        )
        return f"\x1b7\x1b[1;{max(first, 1)}r{drawn}{_PLAIN}\x1b8".encode()

    def key_at(self, column: int, row: int) -> str | None:
        """The key whose label stands in this cell."""
        return next((key for y, left, right, key in self._spans if y == row and left <= column < right), None)

    def _said_line(self, columns: int, said: str, facts: str) -> str:
        said = shortened(said, columns - 2)
        facts = shortened(facts, max(columns - width_of(said) - 4, 0))
        gap = " " * max(columns - width_of(said) - width_of(facts) - 2, 1)
        return f" {_BOLD}{said}{_PLAIN}{gap}{_DIM}{facts}{_PLAIN} "

    def _key_lines(self, columns: int) -> list[list[Knob]]:
        if self.explained:
            return [[knob] for knob in self.knobs]
        lines: list[list[Knob]] = [[]]
        used = 1
        for knob in self.knobs:
            cells = width_of(_plain(knob)) + len(_GAP)
            if used + cells > columns and lines[-1]:
                lines.append([])
                used = 1
            lines[-1].append(knob)
            used += cells
        return lines

    def _key_texts(self, columns: int, first: int) -> list[str]:
        self._spans = []
        texts = []
        for offset, line in enumerate(self._key_lines(columns)):
            left, text = 1, " "
            for knob in line:
                plain = _plain(knob)
                self._spans.append((first + 1 + offset, left, left + width_of(plain), knob.key))
                left += width_of(plain) + len(_GAP)
                text += f"{_BOLD}{knob.key}{_PLAIN} {knob.label}{_GAP}"
            if self.explained:
                room = columns - left - 20
                text += " " * max(20 - left, 0) + _DIM + shortened(line[0].help, room + left) + _PLAIN
            texts.append(text)
        return texts


def _plain(knob: Knob) -> str:
    return f"{knob.key} {knob.label}"
