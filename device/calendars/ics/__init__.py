"""A calendar published as an `.ics` file, on disk or at a URL: read only, the same for everybody who has it.

A feed says by ETag or Last-Modified that nothing is new (RFC 9110 §13), and what it last said stays in memory. How old
a feed is when it is published is its publisher's affair: Outlook.com lags by up to three hours.

* `options`: what the settings say.
* `origin`: where the text comes from.
* `calendar`: the room's calendar as `device.calendars.interface` wants it.
* `account`: the hub half, which is one room and nothing else.
"""
# ruff: noqa: ARG001 - the interface's signatures, of which a calendar that is only read needs little

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from device.calendars.ics.calendar import PublishedCalendar
from device.calendars.ics.options import Options
from device.calendars.ics.origin import open_origin
from device.calendars.interface import (
    AccessSource,
    AccessToken,
    CalendarAccount,
    CredentialKind,
    Provider,
    RoomCalendar,
)
from device.model.clock import Clock
from device.model.room import Room


@asynccontextmanager
async def open_room(room: Room, options: Options, access: AccessSource, clock: Clock) -> AsyncIterator[RoomCalendar]:
    """One room's published calendar.

    Raises:
        SettingsError: not exactly one of `url` and `path` is given, or the URL is none.
    """
    attendee = options.address or (room.id if "@" in room.id else "")
    async with open_origin(options, access) as origin:
        yield PublishedCalendar(origin, room, attendee)


def open_account(options: Options, clock: Clock) -> AbstractAsyncContextManager[CalendarAccount]:
    """The hub half for one calendar. A device never loads it.

    Raises:
        SettingsError: not exactly one of `url` and `path` is given, or the URL is none.
    """
    from device.calendars.ics import account

    return account.open_account(options, clock)


async def mint(options: Options, room: str, clock: Clock) -> AccessToken:
    """The settings' own user name and password, if they have any."""
    return AccessToken(token=options.password, username=options.username)


PROVIDER = Provider(
    name="ics",
    options=Options,
    writable=False,
    open_room=open_room,
    open_account=open_account,
    credentials=(
        CredentialKind(name="address", asks=("url",)),
        CredentialKind(name="password", asks=("url", "username", "password")),
    ),
    mint=mint,
)
