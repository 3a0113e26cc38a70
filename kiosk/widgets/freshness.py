"""The small print at the foot: how far the answer may be trusted where that is in doubt."""

from collections.abc import Mapping

from textual.geometry import Region, Size

from kiosk.telling.freshness import tell_freshness
from kiosk.telling.sight import Sight
from kiosk.type import Lettering
from kiosk.widgets.part import Part


class FreshnessPart(Part):
    """One small line, empty as a rule."""

    def __init__(self) -> None:
        self._line = Lettering(id="line", classes="soft")
        super().__init__(self._line, id="freshness")

    def tell(self, sight: Sight) -> None:
        """What is in doubt."""
        self._line.text, self._line.align = tell_freshness(sight), self.start

    def plan(self, size: Size) -> Mapping[str, Region]:
        """The whole of it."""
        return {"line": size.region}
