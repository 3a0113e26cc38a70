"""The hub half: all rooms of a tenant, by the application's own credential."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import NoReturn

from device.calendars.graph import notifications
from device.calendars.graph.access import mint
from device.calendars.graph.audit import Audit
from device.calendars.graph.options import Options
from device.calendars.graph.own_access import OwnAccess
from device.calendars.graph.people import find_people
from device.calendars.graph.places import read_rooms
from device.calendars.graph.reach import read_reach
from device.calendars.graph.service import Service
from device.calendars.graph.subscriptions import Subscriptions
from device.calendars.graph.windows import read_windows
from device.calendars.http import Client, open_client
from device.calendars.interface import (
    AccessToken,
    CalendarAccount,
    Complaint,
    Heard,
    Notification,
    NotificationTarget,
    Person,
    Reach,
    Subscription,
    WindowRead,
)
from device.model.clock import Clock
from device.model.errors import CalendarError, NotificationsRefused
from device.model.room import Room
from device.model.window import Window

CONNECTIONS = 16
"""At once, for all rooms together."""


@asynccontextmanager
async def open_account(options: Options, clock: Clock) -> AsyncIterator[CalendarAccount]:
    """The hub half for one tenant."""
    async with open_client(options, {"Accept": "application/json"}, most=CONNECTIONS) as client:
        yield GraphAccount(client, options, clock)


class GraphAccount:
    """One application in one tenant."""

    def __init__(self, client: Client, options: Options, clock: Clock) -> None:
        self._client, self._options, self._clock = client, options, clock
        self._access = OwnAccess(options, clock)
        self._service = Service(client, options, self._access)
        self._subscriptions = Subscriptions(self._service, clock)

    async def rooms(self) -> tuple[Room, ...]:
        """By places."""
        return await self._access.using(lambda: read_rooms(self._service))

    async def mint(self, room: str) -> AccessToken:
        """New access of the application's own: Entra cannot narrow it to one mailbox, but Exchange can to rooms."""
        return await mint(self._options, room, self._clock)

    async def people(self, text: str) -> tuple[Person, ...]:
        """By users."""
        return await self._access.using(lambda: find_people(self._service, text))

    async def subscribe(self, room: str, target: NotificationTarget) -> Subscription:
        """To the events of the room's mailbox, with a secret of its own."""
        mailbox = self._mailbox(room)
        return await self._access.using(lambda: self._subscriptions.create(room, mailbox, target))

    async def renew(self, subscription: Subscription, target: NotificationTarget) -> Subscription:
        """The same one, for longer; its addresses stay what they are."""
        del target
        return await self._access.using(lambda: self._subscriptions.renew(subscription))

    async def unsubscribe(self, subscription: Subscription) -> None:
        """End it."""
        await self._access.using(lambda: self._subscriptions.delete(subscription.id))

    def hear(self, notification: Notification, known: Sequence[Subscription]) -> Heard:
        """By `notifications`."""
        return notifications.hear(notification, known)

    def listen(self, rooms: Sequence[str]) -> AbstractAsyncContextManager[AsyncIterator[str]]:
        """Not to be had.

        Raises:
            NotificationsRefused: always.
        """
        return _unheard(rooms)

    async def audit(self, room: str, zone: str = "") -> tuple[Complaint, ...]:
        """By `audit`."""

        async def look() -> tuple[Complaint, ...]:
            audit = Audit(self._service, self._access, self._options, self._mailbox(room), self._clock.read().now)
            return tuple([complaint async for complaint in audit.complaints(zone)])

        return await self._access.using(look)

    async def reach(self, access: AccessToken, room: str, canaries: Sequence[str]) -> Reach:
        """By asking for a minute long ago.

        Raises:
            AccessExpired: `access` is worth nothing, and so proves nothing.
            RoomNotFound: a canary is no mailbox, and so proves nothing.
        """

        async def given() -> AccessToken:
            return access

        return await read_reach(Service(self._client, self._options, given), self._mailbox(room), canaries)

    async def windows(self, rooms: Sequence[Room], window: Window) -> Mapping[str, WindowRead | CalendarError]:
        """Twenty rooms to a call."""
        mailboxes = {self._mailbox(room.id).lower(): room for room in rooms}
        read = await self._access.using(lambda: read_windows(self._service, mailboxes, window))
        return {room.id: read[self._mailbox(room.id).lower()] for room in rooms}

    def _mailbox(self, room: str) -> str:
        """The mailbox of a room: of a device's own, which has another name than its mailbox, as the settings say."""
        return room if "@" in room else self._options.mailbox or room


@asynccontextmanager
async def _unheard(rooms: Sequence[str]) -> AsyncIterator[NoReturn]:
    raise NotificationsRefused(f"Graph calls and is not listened to, for {len(rooms)} rooms as for any")
    yield
