"""Makes letters of dots from the fonts, with Pillow.

Square dots are hinted to one bit by the font engine. Where dots are taller than wide a letter is drawn large and
reduced, after it has been made to stand on the grid.
"""

from functools import lru_cache
from itertools import pairwise

from PIL import Image, ImageDraw

from kiosk.type import typesetter
from kiosk.type.faces import JAPANESE, LATIN
from kiosk.type.glyph import SHORT, Glyph, Measure
from kiosk.type.pieces import Piece

_EDGES = (1.25, 0.955, 0.795, 0.745, 0.615, 0.55, 0.0)
"""Where accents, the free space below them, capitals, dots and small letters end, in ems above the line."""
_SMALL_PARTS = (1, 3)
"""The bands of accents and dots, which may fall between two columns of dots and must not vanish."""
_BOLDER = [min(255, level * 4 // 3) for level in range(256)]
_UNEVEN = range(7, 10)
"""Dots of a capital at which the semibold's stems fall between one dot and two."""
_READABLE = 16
"""Dots that an ideograph wants."""
_FINE = 8
_KEEN = 114
"""How much of a dot (of 255) must be covered for it to be set."""
_MARGIN = 4


@lru_cache(maxsize=64)
def glyph(piece: Piece, sizes: Measure, weight: str) -> Glyph:
    """The letter or word as dots."""
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
    """Ideographs need every dot there is, and thin strokes until there are enough.

    Stems of the semibold would come out one dot here and two there at some sizes: bold ones are all two.
    """
    if piece.family is not JAPANESE:
        uneven = weight == "semibold" and sizes.aspect == 1.0 and sizes.capital in _UNEVEN
        return sizes.em, "bold" if uneven else weight
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
    for index, (band, (top, bottom)) in enumerate(zip(rows, pairwise(edges), strict=True)):
        if band:
            part = canvas.resize((columns, band), Image.Resampling.BOX, (0, top, canvas.width, bottom))
            grid.paste(part.point(_BOLDER) if index in _SMALL_PARTS else part, (0, at))
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
