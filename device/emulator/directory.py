"""Who and what is in the office's directory: people, rooms and the apps that may read them."""

import uuid
from collections.abc import Iterable

from device.emulator.event import Person
from device.model.room import Room
from device.model.secret import Secret
from device.model.value import Value

DOMAIN = "office.example"
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, DOMAIN)

READ = "Calendars.Read"
WRITE = "Calendars.ReadWrite"
PLACES = "Place.Read.All"
USERS = "User.ReadBasic.All"
SETTINGS = "MailboxSettings.Read"
OF_MAILBOXES = frozenset((READ, WRITE, SETTINGS))
"""Permissions that Exchange can narrow to some mailboxes; the others are the directory's."""


def directory_id(address: str) -> str:
    """The directory's own id of whoever has this address: the same at every start."""
    return str(uuid.uuid5(_NAMESPACE, address.lower()))


class Rules(Value):
    """What Exchange does to invitations to a room where nobody has told it not to."""

    strips_body: bool = False
    """Removes their text."""
    clears_private: bool = False
    """Removes the private mark."""
    answers: bool = True
    """Accepts them; False: they stay open, and tentative."""
    takes_outside: bool = True
    """Lets those in that come from outside the organisation."""


class RoomEntry(Value):
    """A room in the directory."""

    room: Room
    building: str = ""
    floor_label: str = ""
    floor: int = 0
    provider: str = "graph"
    """The provider by which its door reaches the calendar."""
    tells_organizer: bool = False
    """Its copies of meetings carry the organizer's name for a subject and no body (Exchange's defaults)."""
    rules: Rules = Rules()
    mailbox_zone: str | None = None
    """The time zone that its mailbox says it is in, as Exchange spells it; None: the room's, empty: none."""

    @property
    def address(self) -> str:
        """Its mailbox."""
        return self.room.id

    @property
    def name(self) -> str:
        """The short name that the scenario calls it by."""
        return self.room.id.partition("@")[0]


class App(Value):
    """An application with its own identity."""

    client_id: str
    secret: Secret
    certificate: str = ""
    """PEM of the certificate that it may sign with in place of the secret; empty: none."""
    roles: frozenset[str] = frozenset((WRITE, PLACES, USERS, SETTINGS))
    """What it may do."""
    mailboxes: frozenset[str] = frozenset()
    """The only mailboxes to which it may do it."""
    consented: bool = False
    """Its permissions on mailboxes were consented to in Entra, so its tokens carry them; else Exchange gave them."""
    unscoped: bool = False
    """They reach every mailbox."""

    @property
    def claimed(self) -> frozenset[str]:
        """The roles that its tokens carry."""
        return self.roles if self.consented else self.roles - OF_MAILBOXES

    def may_write(self) -> bool:
        """Whether it may change calendars."""
        return WRITE in self.roles

    def may_read(self, address: str) -> bool:
        """Whether it may read the calendar of this mailbox."""
        return bool({READ, WRITE} & self.roles) and self._reaches(address)

    def may_see_settings(self, address: str) -> bool:
        """Whether it may read how this mailbox is set up."""
        return SETTINGS in self.roles and self._reaches(address)

    def _reaches(self, address: str) -> bool:
        return self.unscoped or address in self.mailboxes


class Directory:
    """Everybody and everything that has an address."""

    def __init__(self, people: Iterable[Person], rooms: Iterable[RoomEntry]) -> None:
        self.people = {person.address: person for person in people}
        self.rooms = {entry.address: entry for entry in rooms}
        self._ids = {directory_id(address): address for address in (*self.people, *self.rooms)}

    def address_of(self, key: str) -> str | None:
        """The address that a user's id or principal name stands for."""
        lowered = key.lower()
        if lowered in self.people or lowered in self.rooms:
            return lowered
        return self._ids.get(lowered)

    def name_of(self, address: str) -> str:
        """The display name of somebody who exists."""
        entry = self.rooms.get(address)
        return str(entry.room.name) if entry else self.people[address].name

    def person(self, address: str) -> Person:
        """Somebody or some room who exists, as an organizer or attendee."""
        return Person(name=self.name_of(address), address=address)
