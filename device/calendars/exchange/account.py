"""The hub half: one service account, all the rooms that it may use."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TypeVar

from device.calendars.exchange import audit
from device.calendars.exchange.credential import Spared, mint
from device.calendars.exchange.desk import ask
from device.calendars.exchange.directory import read_people, read_rooms
from device.calendars.exchange.library import account_at, acting_as, protocol_for
from device.calendars.exchange.line import Lines, open_lines
from device.calendars.exchange.options import Access, Auth, Options
from device.calendars.exchange.stream import Means, listening
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
from device.model.errors import (
    AccessDenied,
    AccessExpired,
    CredentialRefused,
    NotificationsRefused,
    RoomNotFound,
    SubscriptionLost,
)
from device.model.room import Room

T = TypeVar("T")
READERS = 2
"""Lines for questions, beside those that are held open. Exchange allows 27 connections to one account."""


class Minted:
    """Access for the account's own questions: minted when needed, kept until it runs out."""

    def __init__(self, options: Options, clock: Clock) -> None:
        self._options = options
        self._clock = clock
        self._token: AccessToken | None = None

    async def __call__(self) -> AccessToken:
        """Access that is good now."""
        token = self._token
        if token is None or (token.expires_at is not None and self._clock.read().now >= token.expires_at):
            token = self._token = await mint(self._options, "", self._clock)
        return token

    def forget(self) -> None:
        """It was not accepted."""
        self._token = None


@asynccontextmanager
async def opened(options: Options, clock: Clock) -> AsyncIterator[CalendarAccount]:
    """The hub half for one service account."""
    minted = Minted(options, clock)
    spared = Spared(minted, clock)
    async with open_lines(options, spared, READERS) as lines:
        yield ExchangeAccount(options, clock, lines, minted, spared)


class ExchangeAccount:
    """A service account on an Exchange server."""

    def __init__(self, options: Options, clock: Clock, lines: Lines, minted: Minted, spared: Spared) -> None:
        self._options = options
        self._clock = clock
        self._lines = lines
        self._minted = minted
        self._spared = spared

    async def rooms(self) -> tuple[Room, ...]:
        """Those of all room lists. A room that is in none, or is hidden from address lists, must be typed in."""
        protocol, identity = self._directory()
        return await self._ask(lambda: read_rooms(protocol, identity))

    async def mint(self, room: str) -> AccessToken:
        """The account's own credential, or a token that is as wide: Exchange cannot narrow it to one room.

        A password that the server has just refused is not given out: every further try could lock the account.
        """
        if self._options.auth is Auth.OAUTH:
            return await mint(self._options, room, self._clock)
        return await self._spared()

    async def people(self, text: str) -> tuple[Person, ...]:
        """By `ResolveNames`."""
        protocol, identity = self._directory()
        return await self._ask(lambda: read_people(protocol, identity, text))

    async def subscribe(self, room: str, target: NotificationTarget) -> Subscription:
        """Exchange is listened to."""
        del room, target
        raise NotificationsRefused("Exchange is listened to and calls nobody")

    async def renew(self, subscription: Subscription, target: NotificationTarget) -> Subscription:
        """There is none."""
        del subscription, target
        raise SubscriptionLost("Exchange is listened to and calls nobody")

    async def unsubscribe(self, subscription: Subscription) -> None:
        """There is none, so it is gone already."""
        del subscription

    def hear(self, notification: Notification, known: Sequence[Subscription]) -> Heard:
        """Exchange calls nobody: whatever this is, it means nothing."""
        del notification, known
        return Heard()

    def listen(self, rooms: Sequence[str]) -> AbstractAsyncContextManager[AsyncIterator[str]]:
        """By streams, two hundred rooms each."""
        forget = self._minted.forget if self._options.auth is Auth.OAUTH else None
        means = Means(options=self._options, lines=self._lines, access=self._spared, ask=self._ask, forget=forget)
        return listening(means, tuple(rooms))

    async def audit(self, room: str, zone: str = "") -> tuple[Complaint, ...]:
        """By the folder's rights, its meetings of these weeks, and the room's working hours."""
        account = account_at(room, self._options, self._lines)
        now = self._clock.read().now
        return await self._ask(lambda: audit.complaints(account, self._options, now, zone))

    async def reach(self, access: AccessToken, room: str, canaries: Sequence[str]) -> Reach:
        """By looking at the calendar folders, as the settings have it and by the other right too."""

        async def source() -> AccessToken:
            return access

        async with open_lines(self._options, Spared(source, self._clock), 1) as lines:
            own = await self._readable(room, lines, (self._options.access,))
            found = [canary for canary in canaries if await self._readable(canary, lines, tuple(Access))]
        return Reach(own_room=own, beyond=tuple(found))

    async def _readable(self, address: str, lines: Lines, rights: Sequence[Access]) -> bool:
        for right in rights:
            account = account_at(address, self._options, lines, right)
            try:
                if (await ask(lambda: audit.rights(account), self._options.timeout)).read:  # noqa: B023 - asked at once
                    return True
            except (AccessDenied, RoomNotFound):
                continue
        return False

    def _directory(self) -> tuple[object, object]:
        """The way to operations that are about no mailbox. A token belongs to no mailbox and must act as one."""
        acts_as = self._options.mailbox if self._options.auth is Auth.OAUTH else ""
        return protocol_for(self._options, self._lines), acting_as(acts_as)

    async def _ask(self, question: Callable[[], T]) -> T:
        """What a blocking question answers; a token that was not accepted is made anew once, a password is not.

        Raises:
            CredentialRefused: what signs in was not accepted.
        """
        try:
            return await ask(question, self._options.timeout)
        except AccessExpired as error:
            if self._options.auth is not Auth.OAUTH:
                raise CredentialRefused(str(error)) from error
        self._minted.forget()
        try:
            return await ask(question, self._options.timeout)
        except AccessExpired as error:
            raise CredentialRefused(str(error)) from error
