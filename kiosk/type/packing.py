"""Block characters as a grid of dots: octants (2×4 a cell), sextants (2×3) and quarter blocks (2×2).

A pattern is a number whose lowest bit is the upper left dot, row by row. The octants of Unicode 16 fill U+1CD00–U+1CDE5
in that order, leaving out the 26 patterns that had a character already; sextants fill U+1FB00–U+1FB3B, without four.
"""

from collections.abc import Sequence
from functools import cache

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


@cache
def table(means: Means, lacking: frozenset[str] = frozenset()) -> Sequence[str]:
    """The character of every pattern, a lacking one replaced by the nearest that there is."""
    made = list(_QUARTERS) if means is Means.BLOCKS else _sextants() if means is Means.SEXTANTS else _octants()
    there = [pattern for pattern, character in enumerate(made) if character not in lacking]
    return [made[min(there, key=lambda near: _distance(pattern, near))] for pattern in range(len(made))]


def pack(rows: Sequence[int], width: int, means: Means, lacking: frozenset[str] = frozenset()) -> list[str]:
    """Rows of dots (the lowest bit is the leftmost dot) as lines of `width` cells."""
    characters = table(means, lacking)
    deep = ROWS[means]
    lines = []
    for top in range(0, len(rows), deep):
        cell = [*rows[top : top + deep], *[0] * deep][:deep]
        lines.append("".join(characters[_pattern(cell, 2 * column)] for column in range(width)))
    return lines


def _pattern(rows: Sequence[int], column: int) -> int:
    pattern = 0
    for index, row in enumerate(rows):
        pattern |= (row >> column & 3) << 2 * index
    return pattern


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


def _distance(pattern: int, other: int) -> tuple[int, int]:
    """How far each dot that only one of them has stands from the other's ink; then the fewer dots, the better."""
    return sum(_away(index, other) for index in _dots(pattern)) + sum(
        _away(index, pattern) for index in _dots(other)
    ), other


def _dots(pattern: int) -> list[int]:
    return [index for index in range(8) if pattern >> index & 1]


def _away(index: int, pattern: int) -> int:
    return min((abs(index // 2 - dot // 2) + abs(index % 2 - dot % 2) for dot in _dots(pattern)), default=8)
