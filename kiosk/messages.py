"""What travels up through the kiosk: what a person at the door wants."""

from textual.message import Message

from kiosk.telling.choice import Choice


class Wanted(Message):
    """Somebody pressed a button."""

    def __init__(self, choice: Choice) -> None:
        super().__init__()
        self.choice = choice


class SentenceRead(Message):
    """Somebody touched what was said about an act: it need not stand there any longer."""
