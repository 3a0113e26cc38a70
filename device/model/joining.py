"""One-touch join as a door tells of it: which meeting, whether it can be joined, and what the room system said."""

from enum import StrEnum

from device.model.requests import Request
from device.model.safetext import SafeText
from device.model.value import Value


class Call(StrEnum):
    """How far a room system is in a meeting. Nothing but CONNECTED says that it is there."""

    DIALING = "dialing"
    RINGING = "ringing"
    NEEDS_PASSCODE = "needs-passcode"
    IN_LOBBY = "in-lobby"
    CONNECTED = "connected"
    """The far side answered, be it with a menu or a host who lets people in."""
    TOLD = "told"
    """The system took the order and has no way to say what became of it. It is a final state."""
    FAILED = "failed"
    ENDED = "ended"
    """It was connected, and is no more."""

    @property
    def final(self) -> bool:
        """Whether nothing follows."""
        return self in (Call.TOLD, Call.FAILED, Call.ENDED)


class Cause(StrEnum):
    """Why a meeting cannot be joined, or was not; the sentence for each lives with the words of the screen."""

    NO_LINK = "no-link"
    """The invitation tells of no meeting that anybody could join."""
    SEVERAL = "several"
    """It tells of more than one: a person must say which."""
    NOT_ALLOWED = "not-allowed"
    """The room's policy refuses where it leads."""
    NO_WAY = "no-way"
    """This room system cannot enter this service."""
    PASSCODE_MISSING = "passcode-missing"
    PASSCODE_WRONG = "passcode-wrong"
    UNREACHABLE = "unreachable"
    CERTIFICATE = "certificate"
    """The system shows another certificate than the one that was approved."""
    SIGN_IN = "sign-in"
    RATE_LIMITED = "rate-limited"
    IN_CALL = "in-call"
    """It is in a call that this door did not begin: the previous meeting's."""
    APP_MODE = "app-mode"
    """A vendor's app has the system, and it cannot be told to dial."""
    TIMED_OUT = "timed-out"
    """Nobody answered in time."""
    BUSY = "busy"
    DECLINED = "declined"
    NOT_FOUND = "not-found"
    NOT_CONFIRMED = "not-confirmed"
    """The order was accepted, and the system did not get into the meeting in time."""
    DROPPED = "dropped"
    REFUSED = "refused"
    """The system refused the order for a reason of its own."""
    CHANGED = "changed"
    """The meeting was moved, cancelled or given another link meanwhile."""
    CALENDAR = "calendar"
    """The calendar does not tell what its invitation says."""


class JoinChoice(Value):
    """One meeting that could be joined."""

    revision: str
    """Of this meeting, as it stands, by this way: a press that carries another joins nothing."""
    label: SafeText
    """`Zoom · 844 3921 ····`"""


class JoinShown(Value):
    """What a door tells about joining its meeting."""

    occurrence: str
    choices: tuple[JoinChoice, ...] = ()
    """What may be touched now; more than one where the invitation tells of more than one meeting."""
    ready: bool = False
    """The room system was looked at, and could join."""
    call: Call | None = None
    """How far it is; None: nobody has asked for it yet."""
    cause: Cause | None = None
    """Why it cannot be joined, or was not."""

    @property
    def leavable(self) -> bool:
        """Whether there is something to leave."""
        return self.call is not None and not self.call.final


class JoinRequested(Request, tag="join"):
    """Make the room system join that meeting, as it was when the button was drawn."""

    occurrence: str
    revision: str


class PasscodeRequested(Request, tag="passcode"):
    """The passcode that the room system was asked for."""

    occurrence: str
    passcode: str

    def __repr__(self) -> str:
        return f"PasscodeRequested({self.key})"


class LeaveRequested(Request, tag="leave"):
    """Make the room system leave."""

    occurrence: str
