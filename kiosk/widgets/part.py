"""What all parts of the screen have in common: told from above, placed by a plan, and never a danger to the others."""

import logging
from collections.abc import Mapping

from textual.content import Content
from textual.geometry import Region, Size
from textual.widget import Widget

from kiosk.layout import ByPlan, Measures, mirrored
from kiosk.telling.sight import Sight
from kiosk.type import Lettering

log = logging.getLogger(__name__)


class Part(Widget):
    """A region of the screen. If it fails, a plain sentence takes its place and the rest stays."""

    DEFAULT_CSS = """
    Part { width: 1fr; height: 1fr; overflow: hidden hidden; }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id, classes=classes)
        self.measures: Measures | None = None
        self.rtl = False
        self._placeholder = ""
        self.styles.layout = ByPlan(self._planned)

    def show(self, sight: Sight, measures: Measures) -> None:
        """Draw what has changed since the last look."""
        turned = (self.measures, self.rtl) != (measures, sight.words.rtl)
        self.measures, self.rtl = measures, sight.words.rtl
        try:
            self.tell(sight)
        except Exception as error:  # noqa: BLE001 - the boundary: one broken part must not take the door down
            self.fail(error, sight.words.broken_part)
            return
        if turned or self._placeholder:
            self._placeholder = ""
            self.refresh(layout=True)

    def tell(self, sight: Sight) -> None:
        """Give the children their texts."""

    def plan(self, size: Size) -> Mapping[str, Region]:
        """Where the children stand, by id, as for a language written from left to right."""
        return {}

    def render(self) -> Content:
        """Nothing but the ground, or the sentence in place of a part that failed."""
        return Content(self._placeholder)

    def fail(self, error: Exception, sentence: str) -> None:
        """Say `sentence` in place of the children."""
        log.error("part %s failed: %s", self.id, type(error).__name__)
        self._placeholder = sentence
        self.refresh(layout=True)

    def lettering(self, name: str) -> Lettering:
        """A child by its id."""
        return self.get_child_by_id(name, Lettering)

    def _planned(self, size: Size) -> Mapping[str, Region]:
        if self.measures is None or self._placeholder:
            return {}
        plan = self.plan(size)
        return mirrored(plan, size.width) if self.rtl else plan


def columns(lettering: Lettering, text: str, rows: int) -> int:
    """The columns that a text takes as a line of that many rows."""
    return len(text)
