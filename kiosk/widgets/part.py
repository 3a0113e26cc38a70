"""What all parts of the screen have in common: told from above, placed by a plan, and never a danger to the others."""

import logging
from collections.abc import Iterable, Mapping
from typing import Any, Literal, TypeAlias

from textual.app import ComposeResult
from textual.content import Content
from textual.geometry import Region, Size
from textual.layout import Layout
from textual.screen import Screen
from textual.widget import Widget

from device.model.safetext import SafeText
from kiosk.layout import ByPlan, mirrored
from kiosk.measures import Measures
from kiosk.telling.sight import Sight
from kiosk.type import Lettering
from kiosk.type.drawing import Writing, columns_of
from kiosk.words import Words

Side: TypeAlias = Literal["left", "right"]

log = logging.getLogger(__name__)


class Part(Widget):
    """A region of the screen. If it fails, a plain sentence takes its place and the rest stays."""

    DEFAULT_CSS = """
    Part { width: 1fr; height: 1fr; overflow: hidden hidden; }
    """

    def __init__(self, *parts: Widget, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id, classes=classes)
        self._parts = list(parts)
        self.measures: Measures | None = None
        self.rtl = False
        self.start: Side = "left"
        """The side at which a line begins in the language of the screen, whatever language the line is in."""
        self.end: Side = "right"
        self._placeholder = ""
        self._by_plan = ByPlan(self._planned)

    @property
    def layout(self) -> Layout:
        """The children stand where `plan` says."""
        return self._by_plan

    def compose(self) -> ComposeResult:
        """The children, which can be told their texts before they are on the screen."""
        yield from needed(self, self._parts)

    @property
    def idle(self) -> bool:
        """Whether nothing would be seen of it."""
        return bool(self._parts) and all(map(_idle, self._parts))

    def adopt(self, *parts: Widget) -> None:
        """Take more children, on the screen or before."""
        self._parts += parts
        if self.is_mounted:
            self.mount(*parts)

    def complete(self) -> None:
        """Take in the children that had to wait for the first paint."""
        waiting = [part for part in self._parts if not part.is_attached]
        if waiting:
            self.mount(*waiting)

    def show(self, sight: Sight, measures: Measures) -> None:
        """Draw what has changed since the last look."""
        self.turn(sight.words, measures)
        try:
            self.tell(sight)
        except Exception as error:  # noqa: BLE001 - the boundary: one broken part must not take the door down
            self.fail(error, sight.words.broken_part)
            return
        if self._placeholder:
            self._placeholder = ""
            self.replan()

    def turn(self, words: Words, measures: Measures) -> None:
        """Take the direction of the language and the size of the glass."""
        if (self.measures, self.rtl) != (measures, words.rtl):
            self.measures, self.rtl = measures, words.rtl
            self.start, self.end = ("right", "left") if words.rtl else ("left", "right")
            self.replan()

    def tell(self, sight: Sight) -> None:
        """Give the children their texts."""

    def replan(self) -> None:
        """Ask for the children's places anew."""
        self.refresh()
        replan(self)

    def plan(self, size: Size) -> Mapping[str, Region]:  # noqa: ARG002 - for those that need it
        """Where the children stand, by id, as for a language written from left to right."""
        return {}

    def render(self) -> Content:
        """Nothing but the ground, or the sentence in place of a part that failed."""
        return Content(self._placeholder)

    def fail(self, error: Exception, sentence: str) -> None:
        """Say `sentence` in place of the children."""
        log.error("part %s failed: %s", self.id, type(error).__name__)
        self._placeholder = sentence
        self.replan()

    def _planned(self, size: Size) -> Mapping[str, Region]:
        if self.measures is None or self._placeholder:
            return {}
        plan = self.plan(size)
        return mirrored(plan, size.width) if self.rtl else plan


def needed(parent: Widget, parts: Iterable[Widget]) -> Iterable[Widget]:
    """The children to begin with: all, or before the first paint of the app those that will be seen in it."""
    hurried = getattr(parent.app, "hurried", False)
    return [part for part in parts if not (hurried and _idle(part))]


def complete(screen: Screen[Any]) -> None:
    """After the first paint: take in what was left out of it."""
    for part in screen.query(Part):
        part.complete()


def _idle(widget: Widget) -> bool:
    return widget.idle if isinstance(widget, Part) else isinstance(widget, Lettering) and not widget.text


def replan(parent: Widget) -> None:
    """Have the children of a widget placed anew: Textual forgets a plan when a child asks for another place."""
    for child in parent.children[:1]:
        child.refresh(layout=True)
    if parent.is_attached:
        parent.screen.stale = True  # type: ignore[attr-defined]


def columns(lettering: Lettering, text: str, rows: int, *, most: int = 1000) -> int:
    """The columns that a text takes as a line of that many rows, written like that lettering."""
    if not text:
        return 0
    writing = Writing(SafeText(text), most, max(rows, 1), weight=lettering.weight, direction=lettering.direction)
    return columns_of(writing, lettering.glass)
