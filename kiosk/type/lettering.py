"""The one widget for written words that a visitor must read from afar."""

from itertools import count
from typing import Any, Literal, TypeAlias

from textual.dom import NoScreen
from textual.errors import NoWidget
from textual.geometry import Region, Size
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from device.model.safetext import SafeText
from kiosk.type.capability import Glass, glass_of
from kiosk.type.drawing import Writing, columns_of, draw
from kiosk.type.painting import Frame, has_picture, strips

Weight: TypeAlias = Literal["regular", "semibold", "bold"]
Align: TypeAlias = Literal["start", "left", "center", "right", "end"]
Fit: TypeAlias = Literal["ellipsis", "shrink"]
Direction: TypeAlias = Literal["auto", "ltr", "rtl"]

_numbers = count(1)


class Lettering(Widget):
    """One line of text as high as the widget's content box, in the stylesheet's colours."""

    DEFAULT_CSS = """
    Lettering { width: 1fr; height: 3; }
    """
    ALLOW_SELECT = False

    text: reactive[str] = reactive("", repaint=False)
    """What is written, literally; cleaned as `SafeText` on the way in."""
    weight: reactive[Weight] = reactive("regular", layout=True)
    """How heavy the letters are."""
    align: reactive[Align] = reactive("start")
    """Where the line stands; `start` and `end` follow the direction of the text."""
    fit: reactive[Fit] = reactive("ellipsis")
    """What happens to a line that is too long: an ellipsis, or first smaller letters (to `smallest`), then one."""
    smallest: reactive[float] = reactive(0.6)
    """The least share of the full size that `fit="shrink"` may go to."""
    direction: reactive[Direction] = reactive("auto")
    """The base direction; `auto` takes the first strong character's."""
    plain: reactive[bool] = reactive(False)  # noqa: FBT003 -- a reactive's default is positional
    """Whether the terminal's own letters are used where there are no images, so that neighbours look alike."""

    def __init__(
        self,
        text: str = "",
        *,
        weight: Weight = "regular",
        align: Align = "start",
        fit: Fit = "ellipsis",
        direction: Direction = "auto",
        **widget: Any,
    ) -> None:
        super().__init__(**widget)
        self._number = next(_numbers)
        self._painted: tuple[object, ...] = ()
        self._strips: list[Strip] = []
        self.set_reactive(Lettering.text, SafeText(text))
        self.set_reactive(Lettering.weight, weight)
        self.set_reactive(Lettering.align, align)
        self.set_reactive(Lettering.fit, fit)
        self.set_reactive(Lettering.direction, direction)

    def validate_text(self, text: str) -> str:
        """Whatever is written is clean, even if the caller forgot."""
        return SafeText(text)

    def watch_text(self) -> None:
        """Repaint the cells that differ, and lay out again where the width follows the text."""
        if not self.is_mounted or self.styles.width is None or self.styles.width.is_auto:
            self.refresh(layout=True)
            return
        before, after = self._strips, self._paint()
        if len(before) != len(after) or has_picture(before) or has_picture(after):
            self.refresh()
            return
        rows = enumerate(zip(before, after, strict=True))
        changed = [differing(old, new, y) for y, (old, new) in rows if old != new]
        if changed:
            self.refresh(*changed)

    def get_content_width(self, container: Size, viewport: Size) -> int:  # noqa: ARG002 -- Textual's signature
        """The cells that the whole line takes (`width: auto`)."""
        height = self.styles.height
        rows = int(height.value) - self.gutter.height if height is not None and height.is_cells else container.height
        writing = Writing(self.text, container.width, max(1, rows), weight=self.weight, direction=self.direction)
        return columns_of(writing, self._glass())

    def render_lines(self, crop: Region) -> list[Strip]:
        """The rows of the widget inside `crop`."""
        return [strip.crop(crop.x, crop.right) for strip in self._paint()[crop.y : crop.bottom]]

    def _paint(self) -> list[Strip]:
        """The strips of the whole widget, made anew only when something that shows has changed."""
        glass, place = self._glass(), self._place()
        content = Region(*self.gutter.top_left, *self.content_size)
        writing = Writing(self.text, *content.size, self.weight, self.align, self.fit, self.smallest, self.direction)
        _, _, ground, colour = self.colors
        frame = Frame(place, content, (ground + colour).rgb, ground.rgb, self._number)
        if self._painted != (writing, frame, glass):
            self._painted = (writing, frame, glass)
            self._strips = strips(draw(writing, glass), frame, glass)
        return self._strips

    @property
    def glass(self) -> Glass:
        """What this widget is drawn on when nothing is in the way."""
        return glass_of(self.app).plainly() if self.plain else glass_of(self.app)

    def _glass(self) -> Glass:
        """What this widget is drawn on now: no images under another screen or half out of sight."""
        glass = self.glass
        try:
            shown = self.screen.is_active and not self._clipped()
        except (NoScreen, NoWidget):
            return glass.without_images()
        return glass if shown else glass.without_images()

    def _clipped(self) -> bool:
        found = self.screen.find_widget(self)
        return found.visible_region != found.region

    def _place(self) -> Region:
        """The widget on the screen."""
        return Region(*self.region.offset, *self.outer_size)


def differing(old: Strip, new: Strip, y: int) -> Region:
    """The cells of row `y` from the first that differs to the last; all where a character is wider than one."""
    before, after = ([(each, part.style) for part in strip for each in part.text] for strip in (old, new))
    if not old.cell_length == len(before) == len(after) == new.cell_length:
        return Region(0, y, max(old.cell_length, new.cell_length), 1)
    places = [x for x, (one, other) in enumerate(zip(before, after, strict=True)) if one != other]
    first, last = (places[0], places[-1]) if places else (0, len(after) - 1)
    return Region(first, y, last - first + 1, 1)
