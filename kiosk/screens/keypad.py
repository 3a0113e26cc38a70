"""Digits to touch: the passcode that a meeting asked for. What was typed is shown as its length alone."""

from textual import on
from textual.events import Key

from kiosk.patience import Patience
from kiosk.screens.dialog import Dialog
from kiosk.telling.choice import Choice, Names
from kiosk.widgets.touch import Touch
from kiosk.words import Words

LONGEST = 12
_DIGITS = "123456789"
_ERASE = "erase"


class Keypad(Dialog):
    """Dismissed with a choice whose label is the digits, or with None."""

    def __init__(self, words: Words, ground: str, *, patience: Patience) -> None:
        keys = [Choice(name=f"digit-{digit}", label=digit) for digit in _DIGITS]
        keys += [
            Choice(name=_ERASE, label="←"),
            Choice(name="digit-0", label="0"),
            Choice(name=Names.PASSCODE, label=words.join, primary=True),
        ]
        super().__init__(words, ground, words.passcode, keys, line=" ", patience=patience)
        self._typed = ""

    def on_key(self, event: Key | None = None) -> None:
        """Keys of a keyboard type as well."""
        super().on_key()
        if event is not None and event.character and event.character in "0123456789":
            self._type(event.character)

    @on(Touch.Fired)
    def choose(self, event: Touch.Fired) -> None:
        """A digit is added; the last one may be taken back; what is typed is sent."""
        event.stop()
        event.prevent_default()  # a dialog goes away at the first touch
        name = event.choice.name
        if name.startswith("digit-"):
            self._type(event.choice.label)
        elif name == _ERASE:
            self._typed = self._typed[:-1]
            self._show()
        elif self.is_current and (name == Names.CLOSE or self._typed):
            self.dismiss(Choice(name=Names.PASSCODE, label=self._typed) if name == Names.PASSCODE else None)

    def _type(self, digit: str) -> None:
        self._typed = (self._typed + digit)[:LONGEST]
        self._show()

    def _show(self) -> None:
        self._line.text = "•" * len(self._typed)
        self.paint()
