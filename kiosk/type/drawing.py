"""How one written line becomes a drawing for this glass: an image, lines of block characters, or plain text.

Everything is worked out from two values, so the same line is set once however often it is painted.
"""

from functools import lru_cache
from typing import NamedTuple, TypeAlias

from rich.cells import cell_len

from kiosk.type import bidi, joining, packing, pieces
from kiosk.type.capability import Glass
from kiosk.type.faces import LATIN, drawable, spans
from kiosk.type.fitting import ELLIPSIS, fitted
from kiosk.type.glyph import measure
from kiosk.type.ink import Ink
from kiosk.type.packing import Cells

FEWEST_DOTS = 8
"""A line with fewer dots is better left to the terminal's own letters."""
FEWEST_DOTS_ELSEWHERE = 11
"""The same for the scripts that are finer than Latin."""


Line: TypeAlias = tuple[Cells, ...]


LEAST_KEPT = 8
"""Letters of a shortened line below which it is better whole and small than large and cut off."""


class Writing(NamedTuple):
    """What is to be written, in a box of whole cells."""

    text: str
    columns: int
    rows: int
    weight: str = "regular"
    align: str = "start"
    fit: str = "ellipsis"
    smallest: float = 0.6
    direction: str = "auto"


class Drawing(NamedTuple):
    """The line as an image, or as lines of characters as wide as the box."""

    lines: tuple[Line, ...] = ()
    bold: bool = False
    """Whether the characters are the text itself and want the terminal's bold face."""
    picture: Ink | None = None


@lru_cache(maxsize=64)
def draw(writing: Writing, glass: Glass) -> Drawing:
    """The drawing that this glass can show."""
    if not writing.text or writing.columns < 1 or writing.rows < 1:
        return Drawing(lines=((Cells(" " * writing.columns),),) * writing.rows)
    writing = _resolved(writing)
    if glass.pictures:
        return _picture(writing, glass)
    deep = packing.ROWS.get(glass.means, 0)
    blocks = None if _too_fine(writing.text, deep * writing.rows) else _blocks(writing, glass, deep)
    if blocks is None:
        return Drawing(lines=_plain(writing, glass), bold=writing.rows > 1 or writing.weight != "regular")
    return Drawing(lines=blocks)


@lru_cache(maxsize=64)
def columns_of(writing: Writing, glass: Glass) -> int:
    """The cells that the whole line takes at that height."""
    base = pieces.base_of(writing.text, writing.direction)
    if glass.pictures:
        from kiosk.type import typesetter

        wide = typesetter.width_of(drawable(writing.text), writing.rows * glass.cell_height, writing.weight, base)
        return -int(-wide // glass.cell_width)
    deep = packing.ROWS.get(glass.means, 0)
    if _too_fine(writing.text, deep * writing.rows):
        return cell_len(writing.text)
    from kiosk.type import dots

    sizes = measure(deep * writing.rows, glass.aspect(deep))
    return -(-dots.width_of(writing.text, sizes, writing.weight, base) // 2)


def _resolved(writing: Writing) -> Writing:
    base = pieces.base_of(writing.text, writing.direction)
    sides = ("right", "left") if base else ("left", "right")
    align = {"start": sides[0], "end": sides[1]}.get(writing.align, writing.align)
    return writing._replace(align=align, direction="rtl" if base else "ltr")


def _fewest(text: str) -> int:
    return FEWEST_DOTS if all(family is LATIN for _, _, family in spans(text)) else FEWEST_DOTS_ELSEWHERE


def _too_fine(text: str, high: int) -> bool:
    """Whether the terminal's own letters are better: too few dots, or a script that only the terminal may have."""
    return high < FEWEST_DOTS or high < _fewest(text) or drawable(text) != text


HINTED = 0.99
"""Hinted letters do not shrink in proportion, so a line that is still too long is made smaller by this much again."""


def _picture(writing: Writing, glass: Glass) -> Drawing:
    from kiosk.type import typesetter

    box = (writing.columns * glass.cell_width, writing.rows * glass.cell_height)
    base = pieces.base_of(writing.text, writing.direction)
    height = float(box[1])
    least = height * (writing.smallest if writing.fit == "shrink" else 1)
    text = drawable(writing.text)
    while height > least and (wide := typesetter.width_of(text, height, writing.weight, base)) > box[0]:
        height = max(least, height * min(HINTED, box[0] / wide))
    text = fitted(text, box[0] + 0.5, lambda part: typesetter.width_of(part, height, writing.weight, base))
    return Drawing(picture=typesetter.draw(text, box, height, writing.weight, writing.align, base))


def _blocks(writing: Writing, glass: Glass, deep: int) -> tuple[Line, ...] | None:
    """The line in dots; None where so little of it would be seen that plain letters, which fit, say more."""
    from kiosk.type import dots

    high, width = deep * writing.rows, 2 * writing.columns
    base = pieces.base_of(writing.text, writing.direction)
    sizes = measure(high, glass.aspect(deep))
    least = max(_fewest(writing.text), round(high * writing.smallest)) if writing.fit == "shrink" else high
    while sizes.high > least and dots.width_of(writing.text, sizes, writing.weight, base) > width:
        sizes = measure(sizes.high - 1, sizes.aspect)
    text = fitted(writing.text, width, lambda part: dots.width_of(part, sizes, writing.weight, base))
    too_few = len(text.rstrip(ELLIPSIS)) < min(LEAST_KEPT, 0.7 * len(writing.text))
    if too_few and cell_len(writing.text) <= writing.columns:
        return None
    drawn = dots.draw(text, width, sizes, writing.weight, writing.align, base)
    above = (high - sizes.high) // 2
    rows = (*(0,) * above, *drawn.rows, *(0,) * (high - sizes.high - above))
    return tuple(packing.pack(rows, writing.columns, glass.means, glass.lacking))


def _plain(writing: Writing, glass: Glass) -> tuple[Line, ...]:
    """The text itself in the middle row; in the order of the glass unless the terminal turns and joins letters."""
    base = pieces.base_of(writing.text, writing.direction)
    text = _cut_to(writing.text, writing.columns)
    shown = text if glass.reorders else visual(text, base)
    slack = writing.columns - cell_len(shown)
    before = {"left": 0, "center": slack // 2, "right": slack}[writing.align]
    lines = [" " * writing.columns] * writing.rows
    lines[(writing.rows - 1) // 2] = " " * before + shown + " " * (slack - before)
    return tuple((Cells(line),) for line in lines)


def visual(text: str, base: int) -> str:
    """The characters from left to right."""
    shown = []
    for start, end, level in bidi.visual_runs(bidi.levels(text, base)):
        shown.append(joining.turned(text[start:end]) if level % 2 else text[start:end])
    return "".join(shown)


def _cut_to(text: str, columns: int) -> str:
    if cell_len(text) <= columns:
        return text
    kept = text
    while kept and cell_len(kept) > columns - 1:
        kept = kept[:-1]
    return kept.rstrip() + "…" if columns else ""
