"""One entry of a mailbox's calendar as Exchange holds it, before it is put into Graph's words."""

from datetime import date, datetime
from enum import StrEnum

import msgspec

from device.emulator.series import Rule
from device.model.value import Value
from device.model.window import Dates, Window

TEAMS = "https://teams.microsoft.com/"
"""How the links begin that have a property of their own; all others are written where the place belongs."""


class Person(Value):
    """Somebody, or something, with an address. The name is raw text: whatever the invitation said."""

    name: str
    address: str


class Attendee(Value):
    """Somebody invited."""

    person: Person
    kind: str = "required"
    response: str = "none"


class EventKind(StrEnum):
    """What part of a series it is, in Graph's words."""

    SINGLE = "singleInstance"
    OCCURRENCE = "occurrence"
    EXCEPTION = "exception"
    MASTER = "seriesMaster"


class Event(Value):
    """A meeting in one mailbox. A meeting in three rooms is three of these with one `uid`."""

    id: str
    """The mailbox's own, unique in the office."""
    when: Window | Dates
    """Of a series: of its first occurrence."""
    subject: str = ""
    organizer: Person | None = None
    creator: Person | None = None
    """Who entered it, where that is not the organizer: somebody who wrote into a room's own calendar."""
    attendees: tuple[Attendee, ...] = ()
    body: str = ""
    location: str = ""
    join_url: str = ""
    show_as: str = "busy"
    sensitivity: str = "normal"
    importance: str = "normal"
    categories: tuple[str, ...] = ()
    response: str = "accepted"
    """What the mailbox answered; `organizer` where it invited."""
    cancelled: bool = False
    kind: EventKind = EventKind.SINGLE
    series: str = ""
    """The id of the master."""
    rule: Rule | None = None
    """Of a master."""
    original: date | None = None
    """The day that an occurrence or exception stands for."""
    uid: str = ""
    transaction: str = ""
    zone: str = "UTC"
    """IANA name of the zone in which it was made; a series repeats by this zone's wall."""
    properties: dict[str, str] = msgspec.field(default_factory=dict)
    """Single-value extended properties, by their whole id."""
    created: datetime | None = None
    modified: datetime | None = None
    version: int = 0

    @property
    def all_day(self) -> bool:
        """Whether it is made of dates."""
        return isinstance(self.when, Dates)
