"""A QR code (ISO/IEC 18004) for a short address: byte mode, error correction L, versions 1 to 5, which need one block.

Larger texts have no code; the address is written beside it anyway.
"""

from collections.abc import Callable, Iterator
from functools import cache
from itertools import groupby, pairwise

_DATA = (19, 34, 55, 80, 108)
"""Data code words of versions 1 to 5 at level L."""
_CHECK = (7, 10, 15, 20, 26)
"""Error-correction code words of the same."""
Matrix = list[list[bool]]
_Plan = list[list[bool | None]]
_MASKS: tuple[Callable[[int, int], bool], ...] = (
    lambda x, y: (x + y) % 2 == 0,
    lambda _x, y: y % 2 == 0,
    lambda x, _y: x % 3 == 0,
    lambda x, y: (x + y) % 3 == 0,
    lambda x, y: (x // 3 + y // 2) % 2 == 0,
    lambda x, y: x * y % 2 + x * y % 3 == 0,
    lambda x, y: (x * y % 2 + x * y % 3) % 2 == 0,
    lambda x, y: ((x + y) % 2 + x * y % 3) % 2 == 0,
)
_FALSE_FINDERS = ("10111010000", "00001011101")


def qr(text: str) -> Matrix | None:
    """The dark modules, row by row without the quiet zone, or None where the text is too long."""
    data = text.encode()
    version = next((number for number, room in enumerate(_DATA, 1) if len(data) + 2 <= room), None)
    if version is None:
        return None
    bits = _bits(data, version)
    plan = _patterns(version)
    candidates = (_masked(plan, bits, mask) for mask in range(len(_MASKS)))
    return min(candidates, key=_penalty)


def _bits(data: bytes, version: int) -> list[bool]:
    """The code words, data and correction, as bits."""
    room = _DATA[version - 1]
    stream = f"0100{len(data):08b}" + "".join(f"{byte:08b}" for byte in data)
    stream += "0" * min(4, room * 8 - len(stream))
    stream += "0" * (-len(stream) % 8)
    words = [int(stream[at : at + 8], 2) for at in range(0, len(stream), 8)]
    words += [(0xEC, 0x11)[number % 2] for number in range(room - len(words))]
    words += _correction(words, _CHECK[version - 1])
    return [bool(word >> shift & 1) for word in words for shift in range(7, -1, -1)]


@cache
def _powers() -> tuple[list[int], list[int]]:
    """Powers of 2 in GF(256) by 0x11d, and their logarithms."""
    powers, logs, value = [0] * 512, [0] * 256, 1
    for exponent in range(255):
        powers[exponent] = powers[exponent + 255] = value
        logs[value] = exponent
        value = value << 1 ^ (0x11D if value & 0x80 else 0)
    return powers, logs


def _correction(words: list[int], count: int) -> list[int]:
    """The remainder of the words divided by the generator of that degree (Reed-Solomon)."""
    powers, logs = _powers()
    generator = [1]
    for exponent in range(count):
        shifted = [*generator, 0]
        for at, factor in enumerate(generator):
            shifted[at + 1] ^= powers[logs[factor] + exponent]
        generator = shifted
    rest = [0] * count
    for word in words:
        lead = word ^ rest.pop(0)
        rest.append(0)
        if lead:
            for at in range(count):
                rest[at] ^= powers[logs[generator[at + 1]] + logs[lead]]
    return rest


def _patterns(version: int) -> _Plan:
    """The modules that every code of this version has; None where data will stand."""
    size = 17 + 4 * version
    plan: _Plan = [[None] * size for _ in range(size)]
    for at in range(size):
        plan[6][at] = plan[at][6] = at % 2 == 0
    if version > 1:
        _square(plan, size - 7, size - 7, 2, light=(1,))
    for row, column in ((3, 3), (3, size - 4), (size - 4, 3)):
        _square(plan, row, column, 4, light=(2, 4))
    for row, column in (*_format_places(size, 0), *_format_places(size, 1)):
        plan[row][column] = False
    plan[size - 8][8] = True
    return plan


def _square(plan: _Plan, row: int, column: int, reach: int, light: tuple[int, ...]) -> None:
    """Rings around a centre, as far as the code reaches."""
    for y in range(max(row - reach, 0), min(row + reach + 1, len(plan))):
        for x in range(max(column - reach, 0), min(column + reach + 1, len(plan))):
            plan[y][x] = max(abs(y - row), abs(x - column)) not in light


def _format_places(size: int, copy: int) -> list[tuple[int, int]]:
    """Where the fifteen bits of the format stand, the lowest first, as (row, column)."""
    if copy:
        return [(8, size - 1 - bit) for bit in range(8)] + [(size - 15 + bit, 8) for bit in range(8, 15)]
    return [(bit, 8) for bit in range(6)] + [(7, 8), (8, 8), (8, 7)] + [(8, 14 - bit) for bit in range(9, 15)]


def _masked(plan: _Plan, bits: list[bool], mask: int) -> Matrix:
    """The whole code under one of the eight masks."""
    size, left = len(plan), iter(bits)
    code = [[bool(module) for module in row] for row in plan]
    for row, column in _data_places(plan):
        code[row][column] = next(left, False) != _MASKS[mask](column, row)
    rest = value = 0b01 << 3 | mask
    for _ in range(10):
        rest = rest << 1 ^ (rest >> 9) * 0x537
    value = (value << 10 | rest) ^ 0x5412
    for copy in range(2):
        for bit, (row, column) in enumerate(_format_places(size, copy)):
            code[row][column] = bool(value >> bit & 1)
    return code


def _data_places(plan: _Plan) -> Iterator[tuple[int, int]]:
    """The way of the bits: pairs of columns from the right, up and down in turn, past the timing column."""
    size, upward = len(plan), True
    for right in (*range(size - 1, 6, -2), 5, 3, 1):
        for row in range(size - 1, -1, -1) if upward else range(size):
            for column in (right, right - 1):
                if plan[row][column] is None:
                    yield row, column
        upward = not upward


def _penalty(code: Matrix) -> int:
    """How hard the code is to read: long runs, blocks, what looks like a corner, too much of one colour."""
    lines = ["".join("01"[module] for module in line) for line in (*code, *zip(*code, strict=True))]
    runs = (len(list(run)) for line in lines for _, run in groupby(line))
    score = sum(run - 2 for run in runs if run >= 5)
    score += 40 * sum(
        line.startswith(false, at) for line in lines for false in _FALSE_FINDERS for at in range(len(line))
    )
    for upper, lower in pairwise(code):
        score += 3 * sum(upper[x] == upper[x + 1] == lower[x] == lower[x + 1] for x in range(len(code) - 1))
    dark = sum(map(sum, code)) * 100 // len(code) ** 2
    return score + 10 * (abs(dark - 50) // 5)
