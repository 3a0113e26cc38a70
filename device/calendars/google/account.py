"""The hub half for Google Workspace: one credential of an organisation, all its rooms.

How far a token reaches is not Google's to narrow: what `mint` gives a device is read only and lasts an hour, but it
reads every calendar that its account sees. With a service account for itself that is what was shared with it, so one
that is given one room alone has tokens for one room alone; with a subject it is all that the person sees. `reach`
proves it with canaries.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

from device.calendars.google import channels
from device.calendars.google.access import obtain
from device.calendars.google.api import Api, calendar_url
from device.calendars.google.audit import Audit
from device.calendars.google.directory import find_people, is_listed, read_rooms
from device.calendars.google.options import Options
from device.calendars.google.purse import Purse
from device.calendars.google.scopes import PEOPLE, READ, ROOMS, SETTINGS
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
)
from device.model.clock import Clock
from device.model.errors import AccessDenied, NotificationsRefused, RoomNotFound
from device.model.room import Room

_DETAILS = frozenset(("reader", "writerWithoutPrivateAccess", "writer", "owner"))
"""Roles that read words, and not only when somebody is busy."""


@asynccontextmanager
async def open_account(options: Options, clock: Clock) -> AsyncIterator[CalendarAccount]:
    """The hub half for the credential in `options`."""
    async with open_client(options, {"Accept": "application/json"}) as client:
        yield GoogleAccount(client, options, clock)


class GoogleAccount:
    """An account in Google Workspace."""

    def __init__(self, client: Client, options: Options, clock: Clock) -> None:
        self._client, self._options, self._clock = client, options, clock
        self._purse = Purse(client, options, clock)

    async def rooms(self) -> tuple[Room, ...]:
        """The domain's rooms from the Admin directory; it takes an administrator who may read resources."""
        subject = self._options.administrator
        return await self._purse.using(lambda api: read_rooms(api, self._options), ROOMS, subject=subject)

    async def mint(self, room: str) -> AccessToken:
        """An hour of reading, of all that the account sees; `room` cannot narrow it."""
        del room
        return await obtain(self._options, READ, self._clock, subject=self._options.subject)

    async def people(self, text: str) -> tuple[Person, ...]:
        """People from the domain's directory."""
        subject = self._options.subject or self._options.administrator
        return await self._purse.using(lambda api: find_people(api, self._options, text), PEOPLE, subject=subject)

    async def subscribe(self, room: str, target: NotificationTarget) -> Subscription:
        """A channel about the room's events."""
        now = self._clock.read().now
        return await self._purse.using(lambda api: channels.watch(api, self._options, room, target, now), room=room)

    async def renew(self, subscription: Subscription, target: NotificationTarget) -> Subscription:
        """A new channel beside the old, which is for the caller to end: Google prolongs none."""
        return await self.subscribe(subscription.room, target)

    async def unsubscribe(self, subscription: Subscription) -> None:
        """End a channel; it takes the same account that made it."""
        await self._purse.using(lambda api: channels.stop(api, self._options, subscription), room=subscription.room)

    def hear(self, notification: Notification, known: Sequence[Subscription]) -> Heard:
        """Which room to read again; Google's calls have no body and ask for no answer."""
        return channels.hear(notification, known)

    @asynccontextmanager
    async def listen(self, rooms: Sequence[str]) -> AsyncIterator[AsyncIterator[str]]:
        """Google holds no connection open."""
        raise NotificationsRefused(f"Google calls, and cannot be listened to about {len(rooms)} rooms")
        yield

    async def audit(self, room: str, zone: str = "") -> tuple[Complaint, ...]:
        """A look at the room's next meetings and, where that is granted, at its calendar's settings.

        Google does not tell a calendar that is not shared from one that is not there; the directory does, where the
        account may ask it.

        Raises:
            RoomNotFound: the directory does not know such a room.
        """
        audit = Audit(self._options, room, zone, self._clock.read().now)
        events = await self._purse.using(audit.events, room=room)
        if events is None:
            return tuple(audit.not_shared(sure=await self._is_listed(room)))
        settings = {}
        with suppress(AccessDenied):
            settings = await self._purse.using(audit.settings, SETTINGS, room=room)
        return tuple(audit.complaints(events, settings))

    async def _is_listed(self, room: str) -> bool:
        """Whether there certainly is such a room.

        Raises:
            RoomNotFound: there certainly is none.
        """
        calendar, subject = self._options.calendar_of(room), self._options.administrator
        try:
            listed = await self._purse.using(
                lambda api: is_listed(api, self._options, calendar), ROOMS, subject=subject
            )
        except AccessDenied:
            return False
        if not listed:
            raise RoomNotFound("the directory lists no such room")
        return True

    async def reach(self, access: AccessToken, room: str, canaries: Sequence[str]) -> Reach:
        """Ask for one event of each calendar; whoever sees only that others are busy does not read them."""

        async def source() -> AccessToken:
            return access

        api = Api(self._client, source, room)
        beyond = [canary for canary in canaries if await self._reads(api, canary)]
        return Reach(own_room=await self._reads(api, self._options.calendar_of(room)), beyond=tuple(beyond))

    async def _reads(self, api: Api, calendar: str) -> bool:
        query = {"maxResults": "1", "fields": "accessRole"}
        try:
            plain = await api.get(f"{calendar_url(self._options, calendar)}/events", query)
        except (AccessDenied, RoomNotFound):
            return False
        return plain.get("accessRole") in _DETAILS
