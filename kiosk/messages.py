"""What travels up through the kiosk: what came from the agent, and what a person at the door wants."""

from textual.message import Message

from device.wire.panel import FromAgent
from kiosk.telling.choices import Choice


class FrameArrived(Message):
    """The agent said something."""

    def __init__(self, frame: FromAgent) -> None:
        super().__init__()
        self.frame = frame


class LinkChanged(Message):
    """The agent was found, or lost."""

    def __init__(self, *, up: bool) -> None:
        super().__init__()
        self.up = up


class Wanted(Message):
    """Somebody pressed a button."""

    def __init__(self, choice: Choice) -> None:
        super().__init__()
        self.choice = choice


class LanguageChosen(Message):
    """A visitor prefers another language."""

    def __init__(self, language: str) -> None:
        super().__init__()
        self.language = language
