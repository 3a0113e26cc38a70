"""The kiosk's app: hears the agent and draws one screen."""

import asyncio
import logging
import signal
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path, PurePath
from typing import ClassVar

from textual import on
from textual.app import App
from textual.binding import BindingType
from textual.driver import Driver
from textual.geometry import Offset
from textual.screen import Screen

from device.model.state import Dim
from device.wire.panel import (
    ActEnded,
    ActStarted,
    FromAgent,
    IdentifyShown,
    NeighboursShown,
    Painted,
    ScreenGiven,
    ScreenWanted,
)
from kiosk.acts import Acts
from kiosk.alarms import Alarms
from kiosk.likeness import digest, likeness
from kiosk.link import Link
from kiosk.messages import SentenceRead, Wanted
from kiosk.patience import Patience
from kiosk.scene import Scene
from kiosk.stage import Stage
from kiosk.telling.choices import Choice
from kiosk.telling.sight import Sight
from kiosk.textual_internals.lean import settle
from kiosk.textual_internals.painting import no_pop_ups, paint_at_once
from kiosk.themes import textual_theme, theme_name
from kiosk.widgets.part import complete
from kiosk.wishes import Wishes

log = logging.getLogger(__name__)

_SHIFTS = (Offset(0, 0), Offset(1, 0), Offset(0, 0), Offset(-1, 0))
"""The places of the picture, one after the other."""


class DoorApp(App[None], inherit_bindings=False):
    """The glass beside a door.

    Args:
        runtime: the directory with the agent's panel socket.
        scene: what is known already, from the first paint.
        patience: how long to wait for people.
        machine: the machine's monotonic seconds.
        driver: how Textual talks to the terminal, where that is not as it likes.
    """

    CSS_PATH: ClassVar[list[str | PurePath]] = ["screens/screens.tcss"]
    ENABLE_COMMAND_PALETTE = False
    ESCAPE_TO_MINIMIZE = False
    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = []

    def __init__(
        self,
        runtime: Path,
        *,
        scene: Scene | None = None,
        patience: Patience | None = None,
        machine: Callable[[], float] = time.monotonic,
        driver: type[Driver] | None = None,
    ) -> None:
        super().__init__(driver_class=driver)
        self.animation_level = "none"
        no_pop_ups(self)
        self._curtain = ExitStack()
        self._curtain.enter_context(self.batch_update())
        self.patience = patience or Patience()
        self.scene = scene or Scene(self.patience, machine)
        self.link = Link(runtime / "panel.sock", self._hear, self._turn)
        self.acts = Acts(self.link.send)
        self.stage = Stage(self)
        self._wishes = Wishes(self)
        self._alarms = Alarms(self)
        self._machine = machine
        self._shifts = 0
        self._styled = False
        self.hurried = True
        """Whether the first paint is still to come: parts without anything to say wait until it is done."""
        self._painted_at = -self.patience.painted
        self._dress()

    def get_default_screen(self) -> Screen[None]:
        """The screen for what is known already, so that no empty one is ever painted."""
        return self.stage.first(self.scene.subject(linked=True), self.scene.speech.words)

    async def on_mount(self) -> None:
        """Draw, then listen."""
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, self.exit)
        self._tick()
        self.run_worker(self.link.run(), name="link")
        self.set_interval(self.patience.shift, self._shift)

    def on_ready(self) -> None:
        """Everything has its place: the first paint is a whole one, and the only one."""
        self._styled = True
        self.call_after_refresh(self._raise_curtain)

    def _raise_curtain(self) -> None:
        self._curtain.close()
        paint_at_once(self.screen, whole=True)
        self.hurried = False
        self.set_timer(self.patience.breath, self._complete)

    def _complete(self) -> None:
        for screen in self.screen_stack:
            complete(screen)
        settle()

    def refresh_css(self, animate: bool = True) -> None:
        """Read the stylesheets anew for another theme; before anything is styled it is enough to say which."""
        if self._styled:
            super().refresh_css(animate)
        else:
            self.stylesheet.set_variables(self.get_css_variables())

    def draw(self) -> None:
        """Draw what has changed, and tell the agent, who tells the watchdog, once it is really on the glass."""
        self._dress()
        subject = self.scene.subject(linked=not self.link.lost)
        self.stage.show(subject, self.scene.speech.words, dark=self.scene.dim is Dim.OFF)
        self._alarms.set("doubt", self.scene.wait_for_doubt, self.draw)
        if self.link.up and self._machine() - self._painted_at >= self.patience.painted:
            self._painted_at = self._machine()
            self.screen.call_after_refresh(self._say_painted)

    def _say_painted(self) -> None:
        subject = self.stage.drawn
        state = subject.state.availability.state if isinstance(subject, Sight) else None
        self.link.send(Painted(state=state, digest=digest(self.screen)))

    def ask(self, choice: Choice) -> None:
        """Ask the agent for what a button stands for, unless something is being asked for."""
        if choice.ask is not None and self.acts.begin(choice.name, choice.ask):
            self._alarms.set("answer", self.patience.answer, self._give_up)
            self._follow()

    def choose_language(self, language: str) -> None:
        """A visitor's language, for a while."""
        self.scene.presence.choose(language, self._machine())
        self.touched()
        self.draw()

    def touched(self) -> None:
        """Somebody is there."""
        asleep = self.scene.dim
        self.scene.presence.touched(self._machine())
        self._alarms.set("language", self.patience.language, self.draw)
        self._alarms.set("awake", self.patience.awake, self.draw)
        if asleep is not Dim.DAY:
            self.draw()

    def bell(self) -> None:
        """A door makes no sound."""

    def on_mouse_down(self) -> None:
        """A touch anywhere."""
        self.touched()

    def on_key(self) -> None:
        """A key is as good as a touch."""
        self.touched()

    def on_resize(self) -> None:
        """Another size, other measures, perhaps too few."""
        self.call_later(self.draw)

    @on(Wanted)
    def grant(self, event: Wanted) -> None:
        """Somebody pressed a button."""
        event.stop()
        self.touched()
        self._wishes.grant(event.choice)

    @on(SentenceRead)
    def rest(self) -> None:
        """What became of an act has been read."""
        self.acts.rest()
        self._alarms.set("sentence", None, self.rest)
        self.stage.follow(self.acts, self.scene.speech)

    def _hear(self, frame: FromAgent) -> None:
        """One frame from the agent. A frame that cannot be drawn must not silence those that follow."""
        try:
            self._take(frame)
        except Exception as error:  # noqa: BLE001 - the boundary of the loop that hears the agent
            kind, fault = type(frame).__name__, type(error).__name__
            log.error("a %s could not be drawn: %s", kind, fault)  # noqa: TRY400 - a traceback would hold titles

    def _take(self, frame: FromAgent) -> None:
        match frame:
            case ActStarted():
                self.acts.started(frame.key)
                self._follow()
            case ActEnded():
                self.acts.ended(frame)
                self._follow()
            case NeighboursShown():
                self._wishes.neighbours(frame)
            case IdentifyShown():
                self.stage.identify(frame.name)
                self._alarms.set("identified", frame.seconds, self.stage.identified)
            case ScreenWanted():
                self.link.send(ScreenGiven(key=frame.key, text=likeness(self.screen)))
            case _:
                self.scene.take(frame)
                self.draw()

    def _turn(self, _up: bool) -> None:
        self.draw()

    def _follow(self) -> None:
        """Show how far an act has come, and let its last sentence be read."""
        if not self.acts.busy:
            self._alarms.set("answer", None, self._give_up)
            self._alarms.set("sentence", self.patience.sentence, self.rest)
        self.stage.follow(self.acts, self.scene.speech)

    def _give_up(self) -> None:
        self.acts.give_up()
        self._follow()

    def _tick(self) -> None:
        """Another minute."""
        self.draw()
        self._alarms.set("minute", self.scene.timepiece.wait_for_minute(), self._tick)

    def _dress(self) -> None:
        """Wear the theme of the room, by day or by night."""
        night = self.scene.dim is not Dim.DAY
        name = theme_name(self.scene.look.theme, night=night)
        if self.theme != name:
            if name not in self.available_themes:
                self.register_theme(textual_theme(self.scene.look.theme, night=night))
            self.theme = name

    def _shift(self) -> None:
        self._shifts += 1
        self.stage.shift(_SHIFTS[self._shifts % len(_SHIFTS)])
