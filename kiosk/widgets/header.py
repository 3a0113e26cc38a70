"""The top of the screen: which room this is, and what time it is."""

from collections.abc import Mapping

from textual.app import ComposeResult
from textual.geometry import Region, Size

from kiosk.telling.sight import Sight
from kiosk.type import Lettering
from kiosk.widgets.part import Part, columns


class Header(Part):
    """The room's name and the clock."""

    def compose(self) -> ComposeResult:
        """The name at the start, the clock at the end in a widget as narrow as it can be."""
        yield Lettering(id="name", weight="bold", fit="shrink")
        yield Lettering(id="clock", weight="semibold")

    def tell(self, sight: Sight) -> None:
        """The name of the room, and the time."""
        name, clock = self.lettering("name"), self.lettering("clock")
        name.text, name.align = sight.state.room.name, "right" if self.rtl else "left"
        widest = "00:00" if sight.speech.hour24 else sight.words.time12.format(hour=10, minute="00", mark=sight.words.pm)
        if widest != self._widest:
            self._widest = widest
            self.refresh(layout=True)
        clock.text, clock.align = sight.speech.time(sight.now), "left" if self.rtl else "right"

    _widest = ""
    """The longest time of the day, which the clock's place is made for."""

    def plan(self, size: Size) -> Mapping[str, Region]:
        """The clock takes what it needs, the name what is left."""
        clock = min(columns(self.lettering("clock"), self._widest, size.height), size.width // 2)
        return {
            "name": Region(0, 0, size.width - clock - 2, size.height),
            "clock": Region(size.width - clock, 0, clock, size.height),
        }
