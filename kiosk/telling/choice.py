"""One button: what it is called, what it says, and what it asks for."""

from enum import StrEnum

from device.model.requests import Request
from device.model.value import Value


class Names(StrEnum):
    """Buttons that open something, or that stand for one thing only."""

    CHECK_IN = "check-in"
    END = "end"
    FIND_ROOM = "find-room"
    LANGUAGE = "language"
    RETRY = "retry"
    CLOSE = "close"
    JOIN = "join"
    LEAVE = "leave"
    PASSCODE = "passcode"


class Choice(Value):
    """One button."""

    name: str
    """What it is, the same in every language; unique among those shown."""
    label: str
    above: str = ""
    """A word over the label."""
    primary: bool = False
    ask: Request | None = None
    """What it asks for, still without a key; None where the button opens something instead."""
