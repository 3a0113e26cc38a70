"""What lies over every other screen: darkness at night, and one sentence where the glass is too small for a door."""

from collections.abc import Mapping

from textual.app import ComposeResult
from textual.content import Content
from textual.geometry import Region, Size
from textual.widgets import Static

from device.model.safetext import SafeText
from kiosk.screens.glass import Glass


class DarkScreen(Glass[None]):
    """Nothing, until somebody touches it."""


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
