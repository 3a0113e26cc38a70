"""Sets one line as dots, for the terminals without images: a pixel face made from the same fonts.

Latin letters come from strikes that were made beforehand where there is one for the size, are spaced by whole dots and
never touch; other scripts are shaped word by word.
"""

from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from kiosk.type.faces import LATIN, inkless
from kiosk.type.fitting import leans
from kiosk.type.glyph import SHORT, Glyph, Measure
from kiosk.type.pieces import Piece, cut
from kiosk.type.strikes import strike

_ROOMY = 12
"""Dots of a capital from which letters keep the space that their drawing gives them."""
_SPARE = 10
"""Dots of a capital from which there may be more than one dot between letters."""


class Dots(NamedTuple):
    """Rows of dots, the lowest bit of each the leftmost dot."""

    width: int
    rows: tuple[int, ...]


def width_of(text: str, sizes: Measure, weight: str, base: int) -> int:
    """The width of the line in dots."""
    return sum(glyph.advance for glyph in _glyphs(text, sizes, weight, base))


def draw(text: str, width: int, sizes: Measure, weight: str, align: str, base: int) -> Dots:
    """The line in a box of that many dots."""
    glyphs = list(_glyphs(text, sizes, weight, base))
    slack = width - sum(glyph.advance for glyph in glyphs)
    pen = {"left": 0, "center": slack // 2, "right": slack}[align]
    rows = [0] * sizes.high
    for glyph in glyphs:
        _stamp(rows, _squeezed(glyph, sizes), pen, sizes.baseline)
        pen += glyph.advance
    edge = (1 << width) - 1
    return Dots(width, tuple(row & edge for row in rows))


def _stamp(rows: list[int], glyph: Glyph, pen: int, baseline: int) -> None:
    at = pen + glyph.left
    for index, bits in enumerate(glyph.rows, baseline - glyph.top):
        if 0 <= index < len(rows):
            rows[index] |= bits << at if at >= 0 else bits >> -at


def _glyphs(text: str, sizes: Measure, weight: str, base: int) -> Iterator[Glyph]:
    for piece in cut(text, base):
        if piece.family is not LATIN or not piece.rightward:
            yield _made(piece, sizes, weight)
            continue
        for before, cluster, after in _clusters(piece.text):
            glyph = _letter(cluster, sizes, weight)
            raised = cluster == ":" and before.isdecimal() and after.isdecimal()
            yield glyph._replace(top=glyph.top + round(sizes.capital * (1 - SHORT) / 2)) if raised else glyph


def _clusters(text: str) -> Iterator[tuple[str, str, str]]:
    """Every letter with its marks, between its neighbours."""
    starts = [at for at in range(len(text)) if not at or not leans(text[at - 1], text[at])]
    stretches = (text[start:end] for start, end in pairwise([*starts, len(text)]))
    found = [cluster for cluster in stretches if not inkless(cluster)]
    return zip(["", *found], found, [*found[1:], ""], strict=False)


@lru_cache(maxsize=512)
def _letter(cluster: str, sizes: Measure, weight: str) -> Glyph:
    """A Latin letter with a dot of space behind it, digits all of one width."""
    glyph = _spaced(cluster, _struck(cluster, sizes, weight), sizes)
    if not cluster.isdecimal():
        return glyph
    widest = max(_spaced(digit, _struck(digit, sizes, weight), sizes).advance for digit in "0123456789")
    return glyph._replace(left=glyph.left + (widest - glyph.advance) // 2, advance=widest)


def _struck(cluster: str, sizes: Measure, weight: str) -> Glyph:
    """The letter from its strike, or made now."""
    return strike(sizes, weight).get(cluster) or _made(Piece(cluster, LATIN), sizes, weight)


def _made(piece: Piece, sizes: Measure, weight: str) -> Glyph:
    from kiosk.type import raster

    return raster.glyph(piece, sizes, weight)


def _spaced(letter: str, glyph: Glyph, sizes: Measure) -> Glyph:
    """At least one dot between letters and in small type hardly more, but words well apart."""
    if not glyph.rows:
        return glyph._replace(advance=max(glyph.advance, round(0.45 * sizes.capital)))
    wide = glyph.right - glyph.left
    spare = glyph.advance - wide
    left = max(glyph.left, 0) if sizes.capital >= _ROOMY else max(0, (spare - 1) // 2)
    gap = max(1, spare - left)
    if letter.isalnum() and sizes.capital < _ROOMY:
        left, gap = 0, min(gap, 1 if sizes.capital < _SPARE else 2)
    return glyph._replace(left=left, advance=left + wide + gap)


def _squeezed(glyph: Glyph, sizes: Measure) -> Glyph:
    """The glyph made to fit: above and below the line it loses those rows that are most like their neighbours."""
    below = len(glyph.rows) - glyph.top
    upper = _thinned(list(glyph.rows[: glyph.top]), glyph.top - sizes.baseline) if glyph.top > sizes.baseline else None
    lower = _thinned(list(glyph.rows[glyph.top :]), below - (sizes.high - sizes.baseline)) if glyph.top >= 0 else None
    if upper is None and not (lower is not None and len(lower) < below):
        return glyph
    kept = list(glyph.rows[: glyph.top]) if upper is None else upper
    return glyph._replace(rows=(*kept, *(lower or ())), top=len(kept))


def _thinned(rows: list[int], surplus: int) -> list[int]:
    for _ in range(min(max(surplus, 0), len(rows) - 1)):
        alike = min(range(len(rows) - 1), key=lambda index: ((rows[index] ^ rows[index + 1]).bit_count(), index))
        del rows[alike]
    return rows
