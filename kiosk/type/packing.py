"""Block characters as a grid of dots: octants (2×4 a cell), sextants (2×3) and quarter blocks (2×2).

A pattern is a number whose lowest bit is the upper left dot, row by row. The octants of Unicode 16 fill U+1CD00–U+1CDE5
in that order, leaving out the 26 patterns that had a character already; sextants fill U+1FB00–U+1FB3B, without four.
"""

from collections.abc import Sequence
from functools import cache
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from kiosk.type.capability import Means

ROWS = {Means.OCTANTS: 4, Means.SEXTANTS: 3, Means.BLOCKS: 2}
"""Dots that a cell is high; every cell is two wide."""

_QUARTERS = " ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█"
_SMALL_OCTANTS = {
    0b00000001: "\U0001cea8",
    0b00000010: "\U0001ceab",
    0b01000000: "\U0001cea3",
    0b10000000: "\U0001cea0",
    0b00010100: "\U0001fbe6",
    0b00101000: "\U0001fbe7",
    0b00000011: "\U0001fb82",
    0b00111111: "\U0001fb85",
    0b11000000: "▂",
    0b11111100: "▆",
}


class Cells(NamedTuple):
    """Some cells beside each other in one line."""

    text: str
    turned: bool = False
    """Whether letter and ground change colours: the way to a pattern whose own character is lacking."""


@cache
def table(means: Means, lacking: frozenset[str] = frozenset()) -> Sequence[Cells]:
    """The cell of every pattern; where its character is lacking, the opposite pattern in turned colours."""
    made = list(_QUARTERS) if means is Means.BLOCKS else _sextants() if means is Means.SEXTANTS else _octants()
    return [Cells(made[~at], turned=True) if one in lacking else Cells(one) for at, one in enumerate(made)]


def pack(
    rows: Sequence[int], width: int, means: Means, lacking: frozenset[str] = frozenset()
) -> list[tuple[Cells, ...]]:
    """Rows of dots (the lowest bit is the leftmost dot) as lines of `width` cells."""
    cells, deep = table(means, lacking), ROWS[means]
    lines = []
    for top in range(0, len(rows), deep):
        runs = groupby(map(cells.__getitem__, _patterns(rows[top : top + deep], width)), key=attrgetter("turned"))
        lines.append(tuple(Cells("".join([cell.text for cell in run]), turned) for turned, run in runs))
    return lines


def _patterns(rows: Sequence[int], width: int) -> bytes:
    """The pattern of every cell of a line, two dots of each row in it."""
    pairs = _pairs()
    edge, octets = (1 << 2 * width) - 1, -(-width // 4)
    line = 0
    for index, row in enumerate(rows):
        spread = b"".join([pairs[octet] for octet in (row & edge).to_bytes(octets, "little")])
        line |= int.from_bytes(spread, "little") << 2 * index
    return line.to_bytes(4 * octets, "little")[:width]


@cache
def _pairs() -> list[bytes]:
    """The four pairs of bits of every octet, the lowest first."""
    return [bytes(octet >> shift & 3 for shift in (0, 2, 4, 6)) for octet in range(256)]


def _octants() -> list[str]:
    made: list[str] = []
    code = 0x1CD00
    for pattern in range(256):
        upper, lower = pattern & 0xF, pattern >> 4
        halves = (upper in (0, 5, 10, 15)) and (lower in (0, 5, 10, 15))
        if halves:
            made.append(_QUARTERS[(upper & 3) | (lower & 3) << 2])
        elif pattern in _SMALL_OCTANTS:
            made.append(_SMALL_OCTANTS[pattern])
        else:
            made.append(chr(code))
            code += 1
    return made


def _sextants() -> list[str]:
    older = {0: " ", 0b010101: "▌", 0b101010: "▐", 0b111111: "█"}
    codes = iter(range(0x1FB00, 0x1FB3C))
    return [older[pattern] if pattern in older else chr(next(codes)) for pattern in range(64)]
