"""The hub half of a published calendar: the one room that it is."""
# ruff: noqa: ARG001, ARG002 - the interface's signatures, of which so little an account needs little

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from device.calendars.ics.options import Options
from device.calendars.ics.origin import open_origin
from device.calendars.interface import AccessToken, CalendarAccount, Complaint, Reach
from device.calendars.quiet import QuietAccount
from device.model.clock import Clock
from device.model.errors import AccessDenied, RoomNotFound
from device.model.room import Room
from device.model.safetext import SafeText


class PublishedAccount(QuietAccount):
    """The hub half: the one room that is published there."""

    def __init__(self, options: Options) -> None:
        self._options = options

    async def rooms(self) -> tuple[Room, ...]:
        """That room, by its address, its file or its server: the rest of a private URL is a secret."""
        named = self._options.address or Path(self._options.path).stem or httpx.URL(self._options.url.reveal()).host
        return (Room(id=named, name=SafeText(named), zone=""),)

    async def mint(self, room: str) -> AccessToken:
        """The settings' own user name and password, if they have any."""
        return AccessToken(token=self._options.password, username=self._options.username)

    async def audit(self, room: str, zone: str = "") -> tuple[Complaint, ...]:
        """Nobody here could change what a publisher publishes, so there is nothing to complain of."""
        return ()

    async def reach(self, access: AccessToken, room: str, canaries: Sequence[str]) -> Reach:
        """It opens what was published and nothing else."""

        async def given() -> AccessToken:
            return access

        async with open_origin(self._options, given) as origin:
            try:
                await origin.fetch({})
            except (AccessDenied, RoomNotFound):
                return Reach(own_room=False)
        return Reach(own_room=True)


@asynccontextmanager
async def open_account(options: Options, clock: Clock) -> AsyncIterator[CalendarAccount]:
    """The hub half for one calendar.

    Raises:
        SettingsError: not exactly one of `url` and `path` is given, or the URL is none.
    """
    account = PublishedAccount(options)
    async with open_origin(options, lambda: account.mint("")):
        yield account
