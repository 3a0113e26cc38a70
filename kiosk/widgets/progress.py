"""Something that moves while somebody waits, and only then."""

from rich.segment import Segment
from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget

_STEP = 0.12
_SHARE = 5
"""The lit part is a fifth of the bar."""


class Progress(Widget):
    """A bar with a light that walks along it."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._at = 0
        self._timer: Timer | None = None

    def go(self, *, on: bool) -> None:
        """Walk, or stand and cost nothing."""
        if on and self._timer is None:
            self._at, self._timer = 0, self.set_interval(_STEP, self._walk)
        elif not on and self._timer is not None:
            self._timer.stop()
            self._timer = None

    def _walk(self) -> None:
        self._at += max(1, self.size.width // 40)
        self.refresh()

    def render_line(self, y: int) -> Strip:  # noqa: ARG002 - all rows are the same
        """The light at its place, leaving at one end and coming back at the other."""
        width, style = self.size.width, self.rich_style
        lit = max(width // _SHARE, 1)
        start = self._at % (width + lit) - lit
        cells = "".join("━" if start <= column < start + lit else " " for column in range(width))
        return Strip([Segment(cells, style)], width)
