"""Sets one line with real fonts: measures it, shortens or shrinks it, and draws it as shades of grey.

Pillow is imported here and nowhere else above it, when the first line is set. With raqm (its own part plus the system's
fribidi) the fonts shape every script; without it Arabic still joins, by presentation forms.
"""

from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont

from kiosk.type import joining
from kiosk.type.ink import BLANK, Ink
from kiosk.type.pieces import Piece, cut

LINE = 1.2
"""The height of the line for an em of 1: room for a capital's accent above and a descender below."""
BASELINE = 0.8
"""Where the letters stand, as a share of the line's height."""

_ARROWS = ("->", "<-", "=>", "<=")


def width_of(text: str, height: float, weight: str, base: int) -> float:
    """The width in pixels of the line at that height."""
    return sum(_width(piece, height / LINE, weight) for piece in cut(text, base))


def draw(text: str, box: tuple[int, int], height: float, weight: str, align: str, base: int) -> Ink:
    """The ink of the line in a box of `(width, height)` pixels; what would stick out is moved or made smaller."""
    ink = _drawn(text, box, height, weight, align, base)
    if ink.height > box[1]:
        return draw(text, box, height * box[1] / (ink.height + 1), weight, align, base)
    return ink._replace(top=min(max(ink.top, 0), box[1] - ink.height))


def font_for(piece: Piece, em: float, weight: str) -> ImageFont.FreeTypeFont:
    """The font that draws this piece at this size."""
    return _font(str(piece.family.path(weight)), piece.family.face, round(em * piece.family.scale, 1))


def shaped(piece: Piece) -> tuple[str, dict[str, object]]:
    """The piece as Pillow wants it, and how it is to be laid out."""
    if not ImageFont.core.HAVE_RAQM:
        return (piece.text if piece.rightward else joining.turned(piece.text)), {}
    features = ["tnum"]
    if any(arrow in piece.text for arrow in _ARROWS):
        features.append("-calt")
    return piece.text, {"direction": "ltr" if piece.rightward else "rtl", "features": features}


def _drawn(text: str, box: tuple[int, int], height: float, weight: str, align: str, base: int) -> Ink:
    em = height / LINE
    pieces = cut(text, base)
    widths = [_width(piece, em, weight) for piece in pieces]
    slack = box[0] - sum(widths)
    x = {"left": 0.0, "center": slack / 2, "right": slack}[align]
    margin = box[1] // 2
    canvas = Image.new("L", (box[0], box[1] + 2 * margin))
    pen = ImageDraw.Draw(canvas)
    baseline = margin + (box[1] - height) / 2 + round(BASELINE * height)
    for piece, advance in zip(pieces, widths, strict=True):
        content, layout = shaped(piece)
        pen.text((x, baseline), content, fill=255, font=font_for(piece, em, weight), anchor="ls", **layout)  # type: ignore[arg-type]
        x += advance
    bounds = canvas.getbbox()
    if bounds is None:
        return BLANK
    left, top, right, bottom = bounds
    return Ink(left, top - margin, right - left, bottom - top, canvas.crop(bounds).tobytes())


def _width(piece: Piece, em: float, weight: str) -> float:
    content, layout = shaped(piece)
    return font_for(piece, em, weight).getlength(content, **layout)  # type: ignore[arg-type]


@lru_cache(maxsize=32)
def _font(path: str, index: int, size: float) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(path, size, index)
