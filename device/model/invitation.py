"""What an event says about how to join it: the pieces as a provider gave them, in the order in which they are believed.

It is read once, for its ways in, and never kept: bodies are not for the card.
"""

from device.model.value import Value


class Entry(Value):
    """A way in that the calendar keeps in fields of its own, made by a machine."""

    field: str
    """Where it stood, in the vendor's words: `onlineMeeting.joinUrl`, `X-GOOGLE-CONFERENCE`."""
    link: str = ""
    """An address of the web, or `sip:…`."""
    sip: str = ""
    """The `sip:…` of the same meeting, where both are told."""
    meeting_id: str = ""
    passcode: str = ""
    pin: str = ""
    """Digits for the keys of a telephone or a room system."""
    vtc_id: str = ""
    vtc_address: str = ""
    service: str = ""
    """What the field itself says of the service, where its name alone does: `skype_for_business`."""


class Piece(Value):
    """Text that a person, or a service on their behalf, wrote into the event."""

    field: str
    text: str
    html: bool = False


class Invitation(Value):
    """All of one event that may hold a way in."""

    entries: tuple[Entry, ...] = ()
    """The calendar's own fields, the best first."""
    pieces: tuple[Piece, ...] = ()
    """Location before body before title."""
    location_first: bool = False
    """Whether a location counts for more than an entry of another service: a person typed it, and some calendars add
    an entry to every meeting by themselves.
    """
