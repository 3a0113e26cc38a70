"""Which screen stands on the glass: the one for the subject, and over it darkness or a sentence where need be."""

from collections.abc import Mapping

from textual.app import App
from textual.geometry import Offset

from device.wire.panel import PairingShown
from kiosk.acts import Acts
from kiosk.measures import Shape, measures
from kiosk.palette import NEUTRAL
from kiosk.scene import Subject
from kiosk.screens.cover import DarkScreen, IdentifyScreen, TinyScreen
from kiosk.screens.door import DoorScreen
from kiosk.screens.fault import FaultScreen
from kiosk.screens.glass import Glass
from kiosk.screens.pairing import PairingScreen
from kiosk.telling.sight import Sight
from kiosk.telling.summary import summary
from kiosk.telling.trouble import Trouble
from kiosk.words import Words
from kiosk.words.speech import Speech

SubjectScreen = DoorScreen | PairingScreen | FaultScreen
_SCREENS: Mapping[type, type[SubjectScreen]] = {
    Sight: DoorScreen,
    PairingShown: PairingScreen,
    Trouble: FaultScreen,
}


class Stage:
    """The screens of one app."""

    def __init__(self, app: App[None]) -> None:
        self._app = app
        self._screen: SubjectScreen | None = None
        self._base: SubjectScreen | None = None
        """The screen that the app began with. Textual keeps it for good, so others come and go over it."""
        self._cover: DarkScreen | TinyScreen | None = None
        self.drawn: Subject | None = None
        """What was drawn last."""
        self._who: IdentifyScreen | None = None
        self.state = NEUTRAL
        """The ground that the screen stands on."""

    def first(self, subject: Subject, words: Words) -> Glass[None]:
        """The screen to begin with, told what it will say."""
        self._screen = self._base = _SCREENS[type(subject)]()
        self._tell(subject, words)
        return self._base

    def show(self, subject: Subject, words: Words, *, dark: bool) -> None:
        """Draw the subject, on another screen where it needs one."""
        kind = _SCREENS[type(subject)]
        if not isinstance(self._screen, kind):
            self._screen = self._replace(kind)
        self._tell(subject, words)
        self._cover_with(DarkScreen if dark else None, subject)

    def _tell(self, subject: Subject, words: Words) -> None:
        self.drawn = subject
        match self._screen, subject:
            case DoorScreen() as door, Sight():
                door.show(subject)
                self.state = subject.state.availability.state.value
            case PairingScreen() as pairing, PairingShown():
                pairing.show(subject, words)
                self.state = NEUTRAL
            case FaultScreen() as fault, Trouble():
                fault.show(subject, words)
                self.state = NEUTRAL

    def follow(self, acts: Acts, speech: Speech) -> None:
        """Show an act, where the door is on the glass."""
        if isinstance(self._screen, DoorScreen):
            self._screen.actions.follow(acts, speech)

    def identify(self, name: str) -> None:
        """Show who this is over whatever else there is."""
        if self._who is None:
            self._who = IdentifyScreen(name)
            self._app.push_screen(self._who)

    def identified(self) -> None:
        """That was long enough."""
        if self._who is not None and self._who.is_current:
            self._app.pop_screen()
        self._who = None

    def shift(self, by: Offset) -> None:
        """Move the picture by a cell."""
        if self._screen is not None:
            self._screen.shift(by)

    def _replace(self, kind: type[SubjectScreen]) -> SubjectScreen:
        """Another subject: dialogs about the last one go with it."""
        self._who = None
        self._uncover()
        while len(self._app.screen_stack) > 1:
            self._app.pop_screen()
        if isinstance(self._base, kind):
            return self._base
        screen = kind()
        self._app.push_screen(screen)
        return screen

    def _cover_with(self, wanted: type[DarkScreen | TinyScreen] | None, subject: Subject) -> None:
        if measures(self._app.size).shape is Shape.TINY:
            wanted = TinyScreen
        if wanted is None or not isinstance(self._cover, wanted):
            self._uncover()
            if wanted is not None:
                self._cover = wanted()
                self._app.push_screen(self._cover)
        if isinstance(self._cover, TinyScreen):
            self._cover.show(summary(subject), self.state)

    def _uncover(self) -> None:
        if self._cover is not None:
            self._cover = None
            self._app.pop_screen()
