"""The top of the screen: which room this is, and what time it is."""

from collections.abc import Mapping

from textual.geometry import Region, Size

from kiosk.telling.sight import Sight
from kiosk.type import Lettering
from kiosk.widgets.part import Part, columns


class Header(Part):
    """The room's name, and the clock in a widget as narrow as it can be."""

    def __init__(self) -> None:
        self._room = Lettering(id="name", weight="bold", fit="shrink")
        self._clock = Lettering(id="clock", weight="semibold")
        self._widest = ""
        super().__init__(self._room, self._clock, id="header")

    def tell(self, sight: Sight) -> None:
        """The name of the room, and the time."""
        speech = sight.speech
        widest = "00:00" if speech.hour24 else speech.words.time12.format(hour=10, minute="00", mark=speech.words.pm)
        if widest != self._widest:
            self._widest = widest
            self.replan()
        self._room.text, self._room.align = sight.state.room.name, self.start
        self._clock.text = speech.time(sight.now) if sight.timed else ""
        self._clock.align = self.end

    def plan(self, size: Size) -> Mapping[str, Region]:
        """The clock takes what the longest time of the day needs, the name what is left."""
        clock = min(columns(self._clock, self._widest, size.height), size.width // 2)
        return {
            "name": Region(0, 0, size.width - clock - 2, size.height),
            "clock": Region(size.width - clock, 0, clock, size.height),
        }
