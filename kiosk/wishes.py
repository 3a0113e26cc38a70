"""What a press on a button leads to: a request, or a dialog that asks once more."""

from typing import TYPE_CHECKING

from device.model.joining import PasscodeRequested
from device.wire.panel import FindRoomRequested, NeighboursShown, RetryRequested
from kiosk.acts import new_key
from kiosk.screens.dialog import Dialog
from kiosk.screens.keypad import Keypad
from kiosk.screens.rooms import RoomsScreen
from kiosk.telling.choice import Choice, Names
from kiosk.telling.choices import end_request
from kiosk.telling.sight import Sight
from kiosk.words import LANGUAGES, words

if TYPE_CHECKING:
    from kiosk.app import DoorApp


class Wishes:
    """Opens the dialogs of one app and listens to what they bring."""

    def __init__(self, app: "DoorApp") -> None:
        self._app = app
        self._rooms: RoomsScreen | None = None

    def grant(self, choice: Choice) -> None:
        """Do what the button says, or ask once more."""
        if self._app.acts.busy:
            return
        match choice.name:
            case Names.LANGUAGE:
                self._language()
            case Names.END:
                self._end()
            case Names.PASSCODE:
                self._passcode()
            case Names.FIND_ROOM:
                self._find_room()
            case Names.RETRY:
                self._app.link.send(RetryRequested(key=new_key()))
            case _:
                self._app.ask(choice)

    def neighbours(self, shown: NeighboursShown) -> None:
        """The other rooms, for the screen that asked."""
        if self._rooms is not None:
            self._rooms.answer(shown)

    def _language(self) -> None:
        said = self._app.scene.speech.words
        choices = tuple(Choice(name=code, label=words(code).name, primary=code == said.code) for code in LANGUAGES)
        dialog = self._dialog(said.language, choices)
        self._app.push_screen(dialog, lambda choice: self._app.choose_language(choice.name) if choice else None)

    def _end(self) -> None:
        sight = self._app.scene.subject(linked=not self._app.link.lost)
        if not isinstance(sight, Sight):
            return
        said, current = sight.words, sight.state.availability.current
        choice = Choice(name=Names.END, label=said.end, primary=True, ask=end_request(sight))
        dialog = self._dialog(
            said.confirm_end, (choice,), line=sight.title(current) if current else "", close=said.keep
        )
        self._app.push_screen(dialog, lambda choice: self._app.ask(choice) if choice else None)

    def _passcode(self) -> None:
        """Let it be typed; it is for the meeting that asked, whatever the door shows by then."""
        app, state = self._app, self._app.scene.room
        if state is None or state.join is None:
            return
        occurrence = state.join.occurrence

        def send(typed: Choice | None) -> None:
            if typed is not None:
                ask = PasscodeRequested(key="", occurrence=occurrence, passcode=typed.label)
                app.ask(Choice(name=Names.PASSCODE, label="", ask=ask))

        app.push_screen(Keypad(app.scene.speech.words, app.stage.state, patience=app.patience), send)

    def _find_room(self) -> None:
        key, app = new_key(), self._app
        rooms = RoomsScreen(app.scene.speech, app.stage.state, key, patience=app.patience)
        self._rooms = rooms
        app.push_screen(rooms)
        if not app.link.send(FindRoomRequested(key=key)):
            rooms.no_answer()

    def _dialog(self, heading: str, choices: tuple[Choice, ...], *, line: str = "", close: str = "") -> Dialog:
        return Dialog(
            self._app.scene.speech.words,
            self._app.stage.state,
            heading,
            choices,
            line=line,
            close=close,
            patience=self._app.patience,
        )
