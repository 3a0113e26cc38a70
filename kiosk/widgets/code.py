"""A QR code: an image where the terminal has them, else half blocks, which make square modules in any terminal."""

from rich.segment import Segment
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from kiosk.qr import Matrix, qr
from kiosk.type import Glass, glass_of
from kiosk.type.drawing import Drawing
from kiosk.type.ink import Ink
from kiosk.type.painting import Frame, strips

_QUIET = 4
"""Light modules around the code, as its standard asks for."""
_HALVES = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}
_PICTURE_ID = 0xC0DE


class Code(Widget):
    """The code of an address, as large as the widget allows; nothing where the address is too long for one."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._rows: Matrix = []

    def show(self, text: str) -> None:
        """Draw the code of another address."""
        code = qr(text) or []
        size = len(code) + 2 * _QUIET if code else 0
        blank = [[False] * size for _ in range(_QUIET)]
        self._rows = [*blank, *([False] * _QUIET + row + [False] * _QUIET for row in code), *blank] if code else []
        self.refresh()

    def render_lines(self, crop: Region) -> list[Strip]:
        """The rows of the widget inside `crop`."""
        glass = glass_of(self.app)
        if not (glass.pictures and self.screen.is_active and self._rows):
            return super().render_lines(crop)
        place = Region(*self.region.offset, *self.size)
        frame = Frame(place, self.size.region, self.colors[3].rgb, self.colors[2].rgb, _PICTURE_ID)
        made = strips(Drawing(picture=_ink(self._rows, self.size.width, self.size.height, glass)), frame, glass)
        return [strip.crop(crop.x, crop.right) for strip in made[crop.y : crop.bottom]]

    def render_line(self, y: int) -> Strip:
        """Two rows of modules in one of cells, in the middle."""
        width, height, style = self.size.width, 2 * self.size.height, self.rich_style
        scale = max(1, min(width, height) // len(self._rows)) if self._rows else 1
        left, top = ((whole - len(self._rows) * scale) // 2 for whole in (width, height))
        cells = "".join(
            _HALVES[self._module(x - left, 2 * y - top, scale), self._module(x - left, 2 * y + 1 - top, scale)]
            for x in range(width)
        )
        return Strip([Segment(cells, style)]).adjust_cell_length(width, style)

    def _module(self, x: int, y: int, scale: int) -> bool:
        row, column = y // scale, x // scale
        return 0 <= row < len(self._rows) and 0 <= column < len(self._rows) and self._rows[row][column]


def _ink(rows: Matrix, columns: int, lines: int, glass: Glass) -> Ink:
    """The code in as large modules as whole pixels allow."""
    box = columns * glass.cell_width, lines * glass.cell_height
    scale = max(1, min(box) // len(rows))
    side = len(rows) * scale
    wide = [b"".join((b"\xff" if dark else b"\0") * scale for dark in row) for row in rows]
    coverage = b"".join(row for row in wide for _ in range(scale))
    return Ink((box[0] - side) // 2, (box[1] - side) // 2, side, side, coverage)
