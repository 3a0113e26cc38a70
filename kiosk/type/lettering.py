"""The one widget for written words that a visitor must read from afar."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal, TypeAlias

from rich.segment import Segment
from textual.geometry import Region, Size
from textual.reactive import reactive
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

from device.model.safetext import SafeText

Weight: TypeAlias = Literal["regular", "semibold", "bold"]
Align: TypeAlias = Literal["start", "left", "center", "right", "end"]
Fit: TypeAlias = Literal["ellipsis", "shrink"]
Direction: TypeAlias = Literal["auto", "ltr", "rtl"]


class Lettering(Widget):
    """One line of text as high as the widget's content box, in the stylesheet's colours."""

    DEFAULT_CSS = """
    Lettering { width: 1fr; height: 3; }
    """

    text: reactive[str] = reactive("")
    """What is written, literally; cleaned as `SafeText` on the way in."""
    weight: reactive[Weight] = reactive("regular")
    """How heavy the letters are."""
    align: reactive[Align] = reactive("start")
    """Where the line stands; `start` and `end` follow the direction of the text."""
    fit: reactive[Fit] = reactive("ellipsis")
    """What happens to a line that is too long: an ellipsis, or first smaller letters (down to `smallest`), then an ellipsis."""
    smallest: reactive[float] = reactive(0.6)
    """The least share of the full size that `fit="shrink"` may go to."""
    direction: reactive[Direction] = reactive("auto")
    """The base direction; `auto` takes the first strong character's."""
    images: reactive[bool] = reactive(True)
    """Whether images may be used; False draws cells (see `suspend_images`)."""

    def __init__(
        self,
        text: str = "",
        *,
        weight: Weight = "regular",
        align: Align = "start",
        fit: Fit = "ellipsis",
        direction: Direction = "auto",
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self.set_reactive(Lettering.text, SafeText(text))
        self.set_reactive(Lettering.weight, weight)
        self.set_reactive(Lettering.align, align)
        self.set_reactive(Lettering.fit, fit)
        self.set_reactive(Lettering.direction, direction)

    def validate_text(self, text: str) -> str:
        """Whatever is written is clean, even if the caller forgot."""
        return SafeText(text)

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """The cells that the whole line takes (`width: auto`)."""
        return min(len(self.text), container.width)

    def render_lines(self, crop: Region) -> list[Strip]:
        """The rows of the widget inside `crop`."""
        style = self.rich_style
        middle = (self.size.height + self.gutter.height) // 2
        rows = []
        for y in crop.line_range:
            line = self.text if y == middle else ""
            strip = Strip([Segment(line, style)]).adjust_cell_length(self.outer_size.width, style)
            rows.append(strip.crop(crop.x, crop.right))
        return rows


@contextmanager
def suspend_images(screen: Screen[object]) -> Iterator[None]:
    """While inside, every lettering of this screen is drawn in cells, so that something may lie over it."""
    letterings = list(screen.query(Lettering))
    for lettering in letterings:
        lettering.images = False
    try:
        yield
    finally:
        for lettering in letterings:
            lettering.images = True
