"""A calendar on any CalDAV server (RFC 4791): Nextcloud, SOGo, Radicale, iCloud, Zimbra, DAViCal and their like.

Every server is asked for the events as they are stored, and the rules are expanded here. Servers can expand too, but
some do it without time zones or exceptions (Radicale before 3.3.1, as in Debian 12) and nothing in the answer shows it.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

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
    parts = urlsplit(options.url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SettingsError("The url of the calendar cannot be used.", "Write it as https://server/path/of/calendar/.")
    attendee = options.address or (room.id if "@" in room.id else "")
    async with open_client(options) as client:
        yield StoredCalendar(Server(client, options.url, access), options.url, room, attendee, clock)


async def mint(options: Options, room: str, clock: Clock) -> AccessToken:  # noqa: ARG001 - the interface's signature
    """The settings' own user name and password, if they have any."""
    return AccessToken(token=options.password, username=options.username)


PROVIDER = Provider(name="caldav", options=Options, writable=True, open_room=open_room, mint=mint)
