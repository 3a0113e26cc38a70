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
* `account`, `discovery`: the hub half, and how it finds a user's calendars.
"""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from device.calendars.addresses import is_usable
from device.calendars.caldav.calendar import StoredCalendar
from device.calendars.caldav.server import Server
from device.calendars.http import open_client
from device.calendars.interface import (
    AccessSource,
    AccessToken,
    CalendarAccount,
    Connection,
    CredentialKind,
    Provider,
    RoomCalendar,
)
from device.model.clock import Clock
from device.model.errors import SettingsError
from device.model.room import Room
from device.model.secret import Secret


class Options(Connection):
    """The keys of `[calendar]` for `provider = "caldav"`."""

    url: str = ""
    """The room's calendar collection; for a hub, any address of the user's server."""
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
    _check(options)
    attendee = options.address or (room.id if "@" in room.id else "")
    async with open_client(options) as client:
        yield StoredCalendar(Server(client, options.url, access), options.url, room, attendee, clock)


def open_account(options: Options, clock: Clock) -> AbstractAsyncContextManager[CalendarAccount]:
    """The hub half for one user of a server. A device never loads it.

    Raises:
        SettingsError: `url` is no address of a server.
    """
    from device.calendars.caldav import account

    _check(options)
    return account.open_account(options, options, clock)


def _check(options: Options) -> None:
    if not is_usable(options.url):
        raise SettingsError("The url of the calendar cannot be used.", "Write it as https://server/path/of/calendar/.")


async def mint(options: Options, room: str, clock: Clock) -> AccessToken:  # noqa: ARG001 - the interface's signature
    """The settings' own user name and password, if they have any."""
    return AccessToken(token=options.password, username=options.username)


PROVIDER = Provider(
    name="caldav",
    options=Options,
    writable=True,
    open_room=open_room,
    open_account=open_account,
    credentials=(CredentialKind(name="password", asks=("url", "username", "password")),),
    mint=mint,
)
