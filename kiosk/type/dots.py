"""Sets one line as dots, for the terminals without images: a pixel face made from the same fonts.

Octants have square dots, so the fonts are hinted to one bit. The dots of sextants and quarter blocks are taller than
wide: there a letter is drawn large and reduced. Latin letters are spaced by whole dots and never touch; other scripts
are shaped word by word.
"""

from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from PIL import Image, ImageDraw

from kiosk.type import typesetter
from kiosk.type.faces import JAPANESE, LATIN
from kiosk.type.pieces import Piece, cut

CAP = 0.7275
"""The height of a capital of the Latin family for an em of 1."""
SHORT = 0.75
"""The height of a small x for a capital of 1."""

_EDGES = (1.25, 0.955, 0.795, 0.745, 0.615, 0.55, 0.0)
"""Where accents, the free space below them, capitals, dots and small letters end, in ems above the line."""
_ROOMY = 12
"""Dots of a capital from which letters keep the space that their drawing gives them."""
_READABLE = 16
"""Dots that an ideograph wants."""
_FINE = 8
_KEEN = 114
"""How much of a dot (of 255) must be covered for it to be set."""
_MARGIN = 4


class Dots(NamedTuple):
    """Rows of dots, the lowest bit of each the leftmost dot."""

    width: int
    rows: tuple[int, ...]


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
            yield _glyph(piece, sizes, weight)
            continue
        for before, cluster, after in _clusters(piece.text):
            glyph = _letter(cluster, sizes, weight)
            raised = cluster == ":" and before.isdecimal() and after.isdecimal()
            yield glyph._replace(top=glyph.top + round(sizes.capital * (1 - SHORT) / 2)) if raised else glyph


def _clusters(text: str) -> Iterator[tuple[str, str, str]]:
    """Every letter with its marks, between its neighbours."""
    starts = [at for at in range(len(text)) if not at or not typesetter.leans(text[at - 1], text[at])]
    found = [text[start:end] for start, end in pairwise([*starts, len(text)])]
    return zip(["", *found], found, [*found[1:], ""], strict=False)


@lru_cache(maxsize=512)
def _letter(cluster: str, sizes: Measure, weight: str) -> Glyph:
    """A Latin letter with a dot of space behind it, digits all of one width."""
    glyph = _spaced(_glyph(Piece(cluster, LATIN), sizes, weight), sizes)
    if not cluster.isdecimal():
        return glyph
    widest = max(_spaced(_glyph(Piece(digit, LATIN), sizes, weight), sizes).advance for digit in "0123456789")
    return glyph._replace(left=glyph.left + (widest - glyph.advance) // 2, advance=widest)


def _spaced(glyph: Glyph, sizes: Measure) -> Glyph:
    """At least one dot between letters, and in small type hardly more."""
    if not glyph.rows:
        return glyph
    wide = glyph.right - glyph.left
    left = max(glyph.left, 0) if sizes.capital >= _ROOMY else 0
    gap = max(1, round(glyph.advance - wide - left - 0.25))
    return glyph._replace(left=left, advance=left + wide + gap)


@lru_cache(maxsize=64)
def _glyph(piece: Piece, sizes: Measure, weight: str) -> Glyph:
    """The letter or word, hinted to one bit where dots are square, else drawn large and reduced."""
    em, weight = _size(piece, sizes, weight)
    tall, wide = (1, 1) if sizes.aspect == 1.0 else (_FINE, round(_FINE * sizes.aspect))
    font = typesetter.font_for(piece, em * tall, weight)
    content, layout = typesetter.shaped(piece)
    advance = round(font.getlength(content, **layout) / wide)  # type: ignore[arg-type]
    columns = (advance + 2 * _MARGIN + 7) // 8 * 8
    canvas = Image.new("L", (columns * wide, 3 * sizes.high * tall))
    pen = ImageDraw.Draw(canvas)
    pen.fontmode = "1" if tall == 1 else "L"
    pen.text((_MARGIN * wide, 2 * sizes.high * tall), content, fill=255, font=font, anchor="ls", **layout)  # type: ignore[arg-type]
    above = 2 * sizes.high
    if tall > 1 and piece.family is LATIN:
        canvas, above = _on_grid(canvas, columns, sizes)
    elif tall > 1:
        canvas = canvas.reduce((wide, tall))
    return _trimmed(_bits(canvas), above, advance)


def _size(piece: Piece, sizes: Measure, weight: str) -> tuple[float, str]:
    """Ideographs need every dot there is, and thin strokes until there are enough."""
    if piece.family is not JAPANESE:
        return sizes.em, weight
    em = max(sizes.em, min(sizes.high, _READABLE))
    return em, weight if em > 1.2 * _READABLE else "regular"


def _on_grid(canvas: Image.Image, columns: int, sizes: Measure) -> tuple[Image.Image, int]:
    """A Latin letter reduced so that x, capital and accent each end on a row, and a row stays free below a dot."""
    small = round(sizes.capital * SHORT)
    free = max(1, round(0.065 * sizes.em))
    rows = (round(0.3 * sizes.em), max(1, round(0.16 * sizes.em)), 1, max(1, sizes.capital - small - free), free, small)
    line = 2 * sizes.high * _FINE
    edges = [line - share * sizes.em * _FINE for share in _EDGES]
    grid = Image.new("L", (columns, sum(rows) + sizes.high))
    at = 0
    for band, (top, bottom) in zip(rows, pairwise(edges), strict=True):
        if band:
            grid.paste(canvas.resize((columns, band), Image.Resampling.BOX, (0, top, canvas.width, bottom)), (0, at))
        at += band
    below = (0, line, canvas.width, line + sizes.high * _FINE)
    grid.paste(canvas.resize((columns, sizes.high), Image.Resampling.BOX, below), (0, at))
    return grid, at


def _bits(canvas: Image.Image) -> list[int]:
    """The rows as numbers; turned round first because Pillow packs the leftmost pixel highest."""
    packed = (
        canvas.transpose(Image.Transpose.FLIP_LEFT_RIGHT).point([level >= _KEEN for level in range(256)], "1").tobytes()
    )
    stride = canvas.width // 8
    return [int.from_bytes(packed[start : start + stride]) for start in range(0, len(packed), stride)]


def _trimmed(rows: list[int], above: int, advance: int) -> Glyph:
    inked = [index for index, row in enumerate(rows) if row]
    if not inked:
        return Glyph((), 0, 0, advance)
    rows = rows[inked[0] : inked[-1] + 1]
    together = 0
    for row in rows:
        together |= row
    left = (together & -together).bit_length() - 1
    return Glyph(tuple(row >> left for row in rows), above - inked[0], left - _MARGIN, advance)


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
