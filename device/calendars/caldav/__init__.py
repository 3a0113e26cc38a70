"""A calendar on any CalDAV server (RFC 4791): Nextcloud, SOGo, Radicale, iCloud, Zimbra, DAViCal and their like.

Every server is asked for the events as they are stored, and the rules are expanded here. Servers can expand too, but
not alike: Radicale 3.9 is an hour late after a clock change where an event brings no VTIMEZONE, older ones know no
zones or exceptions at all, and nothing in the answer shows it.

* `server`: signed requests to one server and no other.
* `multistatus`: the XML of questions and answers.
* `collection`: a calendar, its changes and conditional writes.
* `look`: the events of a window, understood.
* `objects`: what a door writes into them.
* `calendar`: the room's calendar as `device.calendars.interface` wants it.
* `free_busy`: when other rooms are busy.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from device.calendars.addresses import is_usable
from device.calendars.caldav.calendar import StoredCalendar
from device.calendars.caldav.server import Server
from device.calendars.http import open_client
from device.calendars.interface import AccessSource, AccessToken, Connection, Provider, RoomCalendar
from device.model.clock import Clock
from device.model.errors import SettingsError
from device.model.room import Room
from device.model.secret import Secret


class Options(Connection):
    """The keys of `[calendar]` for `provider = "caldav"`."""

    url: str = ""
    """The room's calendar collection."""
    username: str = ""
    password: Secret = Secret("")
    address: str = ""
    """The room's address in invitations, where it is not the room's id."""


@asynccontextmanager
async def open_room(room: Room, options: Options, access: AccessSource, clock: Clock) -> AsyncIterator[RoomCalendar]:
    """One room's calendar collection.

    Raises:
        SettingsError: `url` is no address of a collection.
    """
    if not is_usable(options.url):
        raise SettingsError("The url of the calendar cannot be used.", "Write it as https://server/path/of/calendar/.")
    attendee = options.address or (room.id if "@" in room.id else "")
    async with open_client(options) as client:
        yield StoredCalendar(Server(client, options.url, access), options.url, room, attendee, clock)


async def mint(options: Options, room: str, clock: Clock) -> AccessToken:  # noqa: ARG001 - the interface's signature
    """The settings' own user name and password, if they have any."""
    return AccessToken(token=options.password, username=options.username)


PROVIDER = Provider(name="caldav", options=Options, writable=True, open_room=open_room, mint=mint)
