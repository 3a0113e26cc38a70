"""How a command ends: exit codes that scripts can rely on, and one sentence with one hint for people."""

from enum import IntEnum

from device.model.errors import (
    AccessDenied,
    AccessError,
    CalendarBusy,
    CalendarError,
    CalendarUnreachable,
    DoorlightError,
    MalformedAnswer,
    ReadOnlyCalendar,
    RoomNotFound,
    SettingsError,
)
from device.model.safetext import SafeText


class Exit(IntEnum):
    """Exit codes; those from 64 on are the ones of sysexits.h."""

    FINE = 0
    WRONG = 1
    """`doctor` found something, or the door ended by itself."""
    USAGE = 2
    UNAVAILABLE = 69
    """The calendar, or the agent, cannot be reached and nothing is kept."""
    INTERNAL = 70
    """A defect of Doorlight."""
    MACHINE = 74
    """A file, a port or a disk of this machine cannot be used."""
    FROM_CACHE = 75
    """The answer is the agent's last one, not the calendar's present one: try again later."""
    NOT_PERMITTED = 77
    """The calendar refused the sign-in or the permission."""
    SETTINGS = 78
    INTERRUPTED = 130


class Trouble(Exception):
    """The end of a command that did not do what was asked."""

    def __init__(self, sentence: str, hint: str = "", *, code: Exit = Exit.UNAVAILABLE) -> None:
        super().__init__(sentence)
        self.hint = hint
        self.code = code


_BY_CAUSE = {
    "dns": "Check the host's name in the settings and the name server of this machine.",
    "tls": "Check this machine's clock, or name the authority's file as ca_bundle in the settings.",
    "proxy": "Check the proxy in the settings.",
    "timeout": "Check the network, or allow more time with `timeout` in the settings.",
    "server": "The fault is the server's own; try again later.",
    "disk": "Check that the file is there and may be read.",
}


_BY_KIND: tuple[tuple[type[DoorlightError], str, str], ...] = (
    (MalformedAnswer, "What answered is not a calendar", "Check the address; a captive portal may be in between."),
    (CalendarBusy, "The calendar asked for patience", "Wait a few minutes and try again."),
    (CalendarUnreachable, "The calendar cannot be reached", "Check the network."),
    (AccessError, "The calendar refused the sign-in", "Check the user name and the password or secret."),
    (AccessDenied, "The account may not use this room's calendar", "Ask the calendar's administrator for access."),
    (RoomNotFound, "There is no such calendar", "Check the room's id or the calendar's address."),
    (ReadOnlyCalendar, "This calendar can only be read", "Book in the calendar itself."),
    (DoorlightError, "That did not work", "doorlight doctor tells more."),
)
"""The sentence and the hint for each kind of error, the narrower kinds first."""


def sentence_of(error: DoorlightError) -> tuple[str, str]:
    """What happened and what to do about it, for people."""
    if error.hint or isinstance(error, SettingsError):
        return str(SafeText(str(error), limit=400)), error.hint
    sentence, hint = next((words, hint) for kind, words, hint in _BY_KIND if isinstance(error, kind))
    if isinstance(error, CalendarUnreachable):
        hint = _BY_CAUSE.get(error.cause, hint)
    detail = SafeText(str(error))
    return (f"{sentence} ({detail})." if detail else f"{sentence}."), hint


def trouble_of_machine(error: OSError) -> Trouble:
    """What the operating system refused, as the end of a command."""
    what = SafeText(str(error.filename or ""))
    reason = SafeText(error.strerror or type(error).__name__)
    sentence = (
        f"This machine does not allow it: {what}: {reason}." if what else f"This machine does not allow it: {reason}."
    )
    return Trouble(sentence, "doorlight --debug … shows where it happened.", code=Exit.MACHINE)


def code_of(error: DoorlightError) -> Exit:
    """The exit code for an error that ended a command."""
    if isinstance(error, SettingsError):
        return Exit.SETTINGS
    if isinstance(error, (AccessError, AccessDenied)):
        return Exit.NOT_PERMITTED
    return Exit.UNAVAILABLE if isinstance(error, CalendarError) else Exit.WRONG


def trouble_of(error: DoorlightError) -> Trouble:
    """The error as the end of a command."""
    sentence, hint = sentence_of(error)
    return Trouble(sentence, hint, code=code_of(error))
