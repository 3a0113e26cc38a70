"""What lies over every other screen: darkness at night, and one sentence where the glass is too small for a door."""

from collections.abc import Mapping

from textual.app import ComposeResult
from textual.content import Content
from textual.geometry import Region, Size
from textual.widgets import Static

from device.model.safetext import SafeText
from kiosk.palette import NEUTRAL
from kiosk.screens.glass import Glass
from kiosk.type import Lettering


class DarkScreen(Glass[None]):
    """Nothing, until somebody touches it."""


class IdentifyScreen(Glass[None]):
    """The name of the door, large and flashing, for whoever looks for it."""

    FLASH = 0.5

    def __init__(self, name: str) -> None:
        super().__init__()
        self._word = Lettering(name, id="name", weight="bold", align="center", fit="shrink")
        self._word.smallest = 0.2
        self.ground(NEUTRAL)

    def compose(self) -> ComposeResult:
        """The name alone."""
        yield self._word

    def on_mount(self) -> None:
        """Begin to flash."""
        self.set_interval(self.FLASH, self._flash)

    def plan(self, size: Size) -> Mapping[str, Region]:
        """The middle half of the glass."""
        return {"name": Region(self.measures.edge, size.height // 4, self.measures.inner, size.height // 2)}

    def _flash(self) -> None:
        self.ground("starting" if self.has_class(f"-{NEUTRAL}") else NEUTRAL)
        self.paint()


class TinyScreen(Glass[None]):
    """The state in as many plain characters as there are."""

    def __init__(self) -> None:
        super().__init__()
        self._line = Static(id="line")

    def compose(self) -> ComposeResult:
        """One sentence."""
        yield self._line

    def plan(self, size: Size) -> Mapping[str, Region]:
        """All of it."""
        return {"line": size.region}

    def show(self, sentence: str, ground: str) -> None:
        """Say another sentence, on the ground of the state."""
        self.ground(ground)
        self._line.update(Content(SafeText(sentence)))
