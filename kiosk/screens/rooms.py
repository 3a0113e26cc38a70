"""Which other room is free: asked, then listed."""

from collections.abc import Mapping

from textual.app import ComposeResult
from textual.geometry import Region, Size

from device.wire.panel import NeighboursShown
from kiosk.layout import Flow
from kiosk.patience import Patience
from kiosk.screens.dialog import Dialog
from kiosk.telling.neighbours import tell_neighbours
from kiosk.widgets.lines import Lines
from kiosk.words.speech import Speech


class RoomsScreen(Dialog):
    """The other rooms, the free ones first."""

    def __init__(self, speech: Speech, ground: str, key: str, *, patience: Patience) -> None:
        words = speech.words
        super().__init__(words, ground, words.find_room, (), line=words.rooms_asking, patience=patience)
        self.key = key
        """The request whose answer this screen waits for."""
        self._speech = speech
        self._answer_within = patience.answer
        self._answered = False
        self._lines = Lines(id="lines")

    def compose(self) -> ComposeResult:
        """A dialog with a list in the middle."""
        yield from super().compose()
        yield self._lines

    def on_mount(self) -> None:
        """Wait for the answer, and for a touch."""
        super().on_mount()
        self.set_timer(self._answer_within, self.no_answer)

    def on_resize(self) -> None:
        """Take the measures of the glass."""
        super().on_resize()
        self._lines.turn(self.words, self.measures)

    def answer(self, shown: NeighboursShown) -> None:
        """The list is there."""
        if shown.key == self.key:
            self._answered, self._line.text = True, ""
            self._lines.write(tell_neighbours(shown.rooms, self._speech))
            self.replan()

    def no_answer(self) -> None:
        """There will be none."""
        if not self._answered:
            self._line.text = self.words.no_answer

    def plan(self, size: Size) -> Mapping[str, Region]:
        """The list between the heading and the button that closes."""
        of = self.measures
        flow = Flow(of, top=of.top + 1)
        flow.put("heading", of.beside)
        flow.put("line", of.line if self._line.text else 0)
        flow.gap(1)
        flow.put("lines", size.height - flow.y - of.action - 2)
        flow.gap(1)
        flow.put("grid", of.action)
        return flow.regions
