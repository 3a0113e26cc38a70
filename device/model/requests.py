"""What a person at the door asks for, and how it ended."""

from datetime import datetime
from enum import StrEnum

from device.model.value import Value


class Offer(StrEnum):
    """An act that the door offers now."""

    BOOK = "book"
    EXTEND = "extend"
    END = "end"
    CHECK_IN = "check-in"
    FIND_ROOM = "find-room"


class Request(Value):
    """Somebody wants something. `key` is made once a press, so a request repeated is a request made once."""

    key: str


class BookRequested(Request, tag="book"):
    """Book the room from now."""

    minutes: int | None = None
    """How long; None: until the next meeting or closing time."""


class ExtendRequested(Request, tag="extend"):
    """Make the running meeting longer."""

    occurrence: str
    minutes: int


class EndRequested(Request, tag="end"):
    """End the running meeting now."""

    occurrence: str


class CheckInRequested(Request, tag="check-in"):
    """We are here."""

    occurrence: str


ActRequested = BookRequested | ExtendRequested | EndRequested | CheckInRequested


class Outcome(StrEnum):
    """How an act ended; the sentence for each lives with the words of the screen."""

    DONE = "done"
    """The provider accepted it."""
    HELD = "held"
    """The provider cannot be asked; the room is held at this door only."""
    CONFLICT = "conflict"
    GONE = "gone"
    READ_ONLY = "read-only"
    DENIED = "denied"
    UNREACHABLE = "unreachable"
    NO_JOIN = "no-join"
    """The room system did not do it; `RoomState.join` says why."""
    NOT_NOW = "not-now"
    """The door no longer offers it."""


class Hold(Value):
    """Time kept at this door while the calendar cannot be asked. It is not a booking."""

    key: str
    start: datetime
    end: datetime
    made_at: datetime
