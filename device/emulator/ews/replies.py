"""Answers to invitations, which Exchange takes as new items: accept, decline, and an organizer's cancelling."""

from collections.abc import Callable, Mapping

import msgspec

from device.emulator.event import Event
from device.emulator.ews.errors import EwsError
from device.emulator.mailbox import Mailbox


def _accept(mailbox: Mailbox, event: Event) -> None:
    _invited(event, "Accept")
    mailbox.replace(msgspec.structs.replace(event, response="accepted", show_as="busy"))


def _accept_tentatively(mailbox: Mailbox, event: Event) -> None:
    _invited(event, "TentativelyAccept")
    mailbox.replace(msgspec.structs.replace(event, response="tentativelyAccepted", show_as="tentative"))


def _decline(mailbox: Mailbox, event: Event) -> None:
    _invited(event, "Decline")
    mailbox.remove(event.id)


def _cancel(mailbox: Mailbox, event: Event) -> None:
    if event.response != "organizer":
        text = "You must be the organizer to perform this action."
        raise EwsError("ErrorCalendarIsNotOrganizer", text)
    mailbox.remove(event.id)


def _invited(event: Event, verb: str) -> None:
    if event.response == "organizer":
        text = "The organizer of a meeting does not answer the invitation."
        raise EwsError(f"ErrorCalendarIsOrganizerFor{verb}", text)


REPLIES: Mapping[str, Callable[[Mailbox, Event], None]] = {
    "AcceptItem": _accept,
    "TentativelyAcceptItem": _accept_tentatively,
    "DeclineItem": _decline,
    "CancelCalendarItem": _cancel,
}
"""What each kind of answer does to a meeting in the calendar of who gives it."""
