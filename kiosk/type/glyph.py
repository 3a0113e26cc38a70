"""What letters made of dots are: the sizes that a line allows, and one letter's dots."""

from typing import NamedTuple

CAP = 0.7275
"""The height of a capital of the Latin family for an em of 1."""
SHORT = 0.75
"""The height of a small x for a capital of 1."""


class Glyph(NamedTuple):
    """One letter or one shaped word: its rows, the first standing `top` dots above the line, from `left` of the pen."""

    rows: tuple[int, ...]
    top: int
    left: int
    advance: int

    @property
    def right(self) -> int:
        """The first column behind the ink."""
        return self.left + max((row.bit_length() for row in self.rows), default=0)


class Measure(NamedTuple):
    """What a line of `high` dots allows: the height of capitals, the row they stand on, and a dot's width by height."""

    high: int
    capital: int
    baseline: int
    aspect: float = 1.0

    @property
    def em(self) -> float:
        """The size of the type, in the heights of a dot."""
        return self.capital / CAP


def measure(high: int, aspect: float = 1.0) -> Measure:
    """Capitals take nearly two thirds of the height, more where there are few dots to spend."""
    capital = round(high * (0.75 if high < 10 else 0.64))
    return Measure(high, capital, high - max(1, round(capital * 0.3)), aspect)
