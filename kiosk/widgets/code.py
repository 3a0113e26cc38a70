"""A QR code in half blocks: square modules in any terminal."""

from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

from kiosk.qr import Matrix, qr

_QUIET = 4
"""Light modules around the code, as its standard asks for."""
_HALVES = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}


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

    def render_line(self, y: int) -> Strip:
        """Two rows of modules in one of cells."""
        width, style = self.size.width, self.rich_style
        scale = max(1, min(width, 2 * self.size.height) // len(self._rows)) if self._rows else 1
        cells = "".join(
            _HALVES[self._module(x // scale, 2 * y // scale), self._module(x // scale, (2 * y + 1) // scale)]
            for x in range(min(width, len(self._rows) * scale))
        )
        return Strip([Segment(cells, style)]).adjust_cell_length(width, style)

    def _module(self, x: int, y: int) -> bool:
        return y < len(self._rows) and self._rows[y][x]
