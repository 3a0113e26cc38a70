"""The door itself: one room, told and drawn."""

from collections.abc import Mapping
from dataclasses import replace

from textual import on
from textual.app import ComposeResult
from textual.geometry import Region, Size

from kiosk.layout import door
from kiosk.messages import Wanted
from kiosk.screens.glass import Glass
from kiosk.telling.notice import tell_notices
from kiosk.telling.sight import Sight
from kiosk.widgets.actions import Actions
from kiosk.widgets.agenda import Agenda
from kiosk.widgets.answer import AnswerPart
from kiosk.widgets.freshness import FreshnessPart
from kiosk.widgets.header import Header
from kiosk.widgets.notice import Notice
from kiosk.widgets.part import Part
from kiosk.widgets.strip import StripPart
from kiosk.widgets.touch import Touch


class DoorScreen(Glass[None]):
    """All that is said about a room."""

    def __init__(self) -> None:
        super().__init__()
        self.actions, self._agenda = Actions(), Agenda()
        self._parts: tuple[Part, ...] = (
            Header(),
            AnswerPart(),
            StripPart(),
            self._agenda,
            Notice(),
            FreshnessPart(),
            self.actions,
        )
        self._sight: Sight | None = None
        self._notice = False

    def compose(self) -> ComposeResult:
        """The parts, from top to bottom."""
        yield from self._parts

    def show(self, sight: Sight) -> None:
        """Draw what has changed since the last look."""
        self._sight = sight
        self.ground(sight.state.availability.state.value)
        notice = bool(tell_notices(sight))
        if notice != self._notice:
            self._notice = notice
            self.replan()
        of = self.measures
        agenda = door(of, notice=notice).get("agenda")
        self._agenda.room = agenda.height // of.line if agenda else 0
        for part in self._parts:
            part.show(sight, of)
        self.paint()

    @property
    def sight(self) -> Sight | None:
        """The last look."""
        return self._sight

    def on_resize(self) -> None:
        """Another size, other measures."""
        if self._sight is not None:
            self.show(replace(self._sight))

    def plan(self, size: Size) -> Mapping[str, Region]:  # noqa: ARG002 - for those that need it
        """The door's own plan; its parts mirror themselves."""
        return door(self.measures, notice=self._notice)

    @on(Touch.Fired)
    def pass_on(self, event: Touch.Fired) -> None:
        """The app knows what a press means."""
        event.stop()
        self.post_message(Wanted(event.choice))
