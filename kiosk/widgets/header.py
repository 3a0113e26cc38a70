"""The top of the screen: which room this is, and what time it is."""

import re
from collections.abc import Mapping

from textual.geometry import Region, Size

from kiosk.telling.sight import Sight
from kiosk.type import Lettering
from kiosk.widgets.part import Part, columns

_DIGIT = re.compile(r"\d")


class Header(Part):
    """The room's name, and the clock in a widget as narrow as it can be."""

    def __init__(self) -> None:
        self._room = Lettering(id="name", weight="bold", fit="shrink")
        self._clock = Lettering(id="clock", weight="semibold", align="left")
        self._widest = ""
        super().__init__(self._room, self._clock, id="header")

    def tell(self, sight: Sight) -> None:
        """The name of the room, and the time."""
        self._room.text, self._room.align = sight.state.room.name, self.start
        time = sight.speech.time(sight.now) if sight.timed else ""
        widest = _DIGIT.sub("0", time)
        if widest != self._widest:
            self._widest = widest
            self.replan()
        self._clock.text = time

    def plan(self, size: Size) -> Mapping[str, Region]:
        """The clock takes what the longest time with as many digits needs, the name what is left.

        So the digits before the last stand still, and a minute sends one of them to the terminal.
        """
        gap = self.measures.edge if self.measures else 2
        clock = min(columns(self._clock, self._widest, size.height), size.width // 2)
        return {
            "name": Region(0, 0, size.width - clock - gap, size.height),
            "clock": Region(size.width - clock, 0, clock, size.height),
        }
