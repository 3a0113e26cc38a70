"""The small print at the foot: how far the answer may be trusted where that is in doubt."""

from collections.abc import Mapping

from textual.app import ComposeResult
from textual.geometry import Region, Size

from kiosk.telling.freshness import tell_freshness
from kiosk.telling.sight import Sight
from kiosk.type import Lettering
from kiosk.widgets.part import Part


class FreshnessPart(Part):
    """One small line, empty as a rule."""

    def compose(self) -> ComposeResult:
        """The line."""
        yield Lettering(id="line", classes="soft")

    def tell(self, sight: Sight) -> None:
        """What is in doubt."""
        line = self.lettering("line")
        line.text, line.align = tell_freshness(sight), "right" if self.rtl else "left"

    def plan(self, size: Size) -> Mapping[str, Region]:
        """The whole of it."""
        return {"line": size.region}
