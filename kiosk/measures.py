"""How large everything is, worked out from the size of the glass alone. No import, so that the first paint has it.

One unit is a row of the 7-inch panel (100×30 cells). Larger glasses get larger type, not more detail; a portrait glass
puts the time below the word and the buttons in two rows.
"""

from enum import StrEnum
from typing import NamedTuple

LEAST = (80, 21)
"""The smallest glass that a door fits on, in columns and rows: a plain terminal's 80×24 less the emulator's help."""


class Shape(StrEnum):
    """How the parts stand to each other."""

    TINY = "tiny"
    """Too small for a door: one sentence."""
    LANDSCAPE = "landscape"
    PORTRAIT = "portrait"


class Measures(NamedTuple):
    """Heights in rows, widths in columns."""

    shape: Shape
    columns: int
    rows: int
    edge: int
    """Free columns at either side."""
    top: int
    header: int
    word: int
    beside: int
    title: int
    line: int
    strip: int
    label: int
    """The height of an hour below the strip."""
    service: int
    action: int
    """The height of a button."""
    action_rows: int

    @property
    def actions(self) -> int:
        """The height of the foot with its buttons, a row between theirs."""
        return self.action * self.action_rows + self.action_rows - 1

    @property
    def answer(self) -> int:
        """The height of the answer: word, title and organizer, in portrait with the times below each."""
        return self.word + self.title + self.line + (self.beside + self.line if self.shape is Shape.PORTRAIT else 0)

    @property
    def inner(self) -> int:
        """The columns between the edges."""
        return self.columns - 2 * self.edge


def measures(size: tuple[int, int]) -> Measures:
    """The measures of a glass of this size."""
    columns, rows = size
    portrait = columns < 2 * rows * 0.9
    tiny = columns < LEAST[0] or rows < LEAST[1]

    def rounded(units: float, least: int = 1) -> int:
        return max(least, round(units * unit))

    unit = min(columns / 60, rows / 54) if portrait else min(columns / 100, rows / 30)
    small = unit < 0.9
    label = 1 if small else rounded(2)
    return Measures(
        shape=Shape.TINY if tiny else Shape.PORTRAIT if portrait else Shape.LANDSCAPE,
        columns=columns,
        rows=rows,
        edge=rounded(2),
        top=0 if unit < 1.2 else int(unit),
        header=rounded(3, 2),
        word=rounded(9 if portrait else 7, 6),
        beside=rounded(5 if portrait else 4, 3),
        title=rounded(4 if portrait else 3, 2),
        line=rounded(2, 2),
        strip=1 + rounded(1) + label,
        label=label,
        service=rounded(1),
        action=4 if small else rounded(6),
        action_rows=2 if portrait else 1,
    )
