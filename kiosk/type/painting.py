"""Turns a drawing into the strips that Textual puts on the terminal.

Strips hold nothing but blanks, block characters, cleaned text and the escape codes made here from numbers: no character
of the text itself can become a control.
"""

from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from rich.color import Color
from rich.segment import ControlType, Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip

from kiosk.type.capability import Glass, Means
from kiosk.type.drawing import Drawing
from kiosk.type.ink import Ink
from kiosk.type.packing import Cells

_CONTROL = ((ControlType.CURSOR_FORWARD, 0),)
"""Marks a segment that takes no cells; Textual and Rich ask for no more."""


class Frame(NamedTuple):
    """Where the line stands, and in which colours."""

    region: Region
    """The widget on the screen."""
    content: Region
    """The line's box inside the widget."""
    colour: tuple[int, int, int]
    ground: tuple[int, int, int]
    picture_id: int
    """What the terminal is to know this widget's image by (kitty)."""


def strips(drawing: Drawing, frame: Frame, glass: Glass) -> list[Strip]:
    """One strip for every row of the widget."""
    style = Style.from_color(Color.from_rgb(*frame.colour), Color.from_rgb(*frame.ground))
    made = [Strip([Segment(" " * frame.region.width, style)], frame.region.width)] * frame.region.height
    if drawing.picture is None:
        return _with_lines(made, drawing, frame, style + Style(bold=True) if drawing.bold else style)
    if not drawing.picture.coverage:
        return made
    if glass.means is Means.KITTY:
        return _with_placeholders(made, drawing.picture, frame, glass)
    return _with_sixel(made, drawing.picture, frame, glass)


def has_picture(made: list[Strip]) -> bool:
    """Whether an image hangs on these strips: then they are sent together or not at all."""
    return any(segment.control for strip in made for segment in strip)


def _with_lines(made: list[Strip], drawing: Drawing, frame: Frame, style: Style) -> list[Strip]:
    width, content = frame.region.width, frame.content
    turned = Style.from_color(style.bgcolor, style.color)
    before, after = Cells(" " * content.x), Cells(" " * (width - content.right))
    for y, line in enumerate(drawing.lines, content.y):
        runs = groupby((before, *line, after), key=attrgetter("turned"))
        texts = (("".join(cells.text for cells in run), turned if turn else style) for turn, run in runs)
        made[y] = Strip([Segment(text, colours) for text, colours in texts if text], width)
    return made


def _with_sixel(made: list[Strip], ink: Ink, frame: Frame, glass: Glass) -> list[Strip]:
    """The image rides behind the last row: by then every row below it is blank, which took away what was there."""
    from kiosk.type import sixel

    column, across = divmod(ink.left, glass.cell_width)
    row, down = divmod(ink.top, glass.cell_height)
    image = sixel.encode(ink, (across, down), frame.colour, frame.ground)
    x = frame.region.x + frame.content.x + column + 1
    y = frame.region.y + frame.content.y + row + 1
    made[-1] = _behind(made[-1], f"\x1b7\x1b[{y};{x}H{image}\x1b8")
    return made


def _with_placeholders(made: list[Strip], ink: Ink, frame: Frame, glass: Glass) -> list[Strip]:
    """The image is sent without a place; characters that stand for its cells show it, and vanish like any others."""
    from kiosk.type import kitty

    column, across = divmod(ink.left, glass.cell_width)
    row, down = divmod(ink.top, glass.cell_height)
    columns = -(-(across + ink.width) // glass.cell_width)
    rows = -(-(down + ink.height) // glass.cell_height)
    size = (columns * glass.cell_width, rows * glass.cell_height)
    left = frame.content.x + column
    ground = Color.from_rgb(*frame.ground)
    marked = Style.from_color(Color.from_rgb(*kitty.colour_of(frame.picture_id)), ground)
    blank = Style.from_color(Color.from_rgb(*frame.colour), ground)
    right = frame.region.width - left - columns
    for index in range(rows):
        segments = [(" " * left, blank), (kitty.placeholders(index, columns), marked), (" " * right, blank)]
        made[frame.content.y + row + index] = Strip([Segment(*one) for one in segments if one[0]], frame.region.width)
    first = frame.content.y + row
    made[first] = _behind(
        made[first], kitty.transmit(ink, (across, down), size, (columns, rows), frame.picture_id, frame.colour)
    )
    return made


def _behind(strip: Strip, codes: str) -> Strip:
    return Strip([*strip, Segment(codes, None, _CONTROL)], strip.cell_length)
