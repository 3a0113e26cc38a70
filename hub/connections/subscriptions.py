"""The life of what providers promise to tell: made, renewed at half its life, made anew when lost, ended with its room.

One process of a hub looks after a connection at a time (a lease); the rows are the truth, so a restart adopts them.
With every promise broken nothing is lost: doors ask by themselves, more often.
"""

import asyncio
import logging
import random
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select, update

from device.calendars.interface import CalendarAccount, NotificationTarget, Notifies, Subscription
from device.model.errors import (
    CalendarError,
    DoorlightError,
    NotificationsRefused,
    SubscriptionLost,
)
from device.model.secret import Secret
from device.model.value import Value
from hub.connections.registry import provider_of
from hub.connections.rows import Connection
from hub.errors import HubError
from hub.rooms.registry import RoomRow
from hub.services import Services
from hub.store.tables.rooms import SUBSCRIPTIONS
from hub.switchboard import RoomChanged, RoomNotified, SubscriptionsChanged

log = logging.getLogger(__name__)

TICK = timedelta(seconds=20)
LEASE = timedelta(seconds=90)
REFUSED_FOR = timedelta(days=7)
AT_ONCE = 4
"""Subscriptions of one connection that are made at the same time."""


class Kept(Value, kw_only=True):
    """A subscription as the store has it."""

    subscription: Subscription
    connection: str
    made_at: datetime


class SubscriptionBook:
    """The subscriptions in the store, and those of a connection in memory for whoever judges calls."""

    def __init__(self, hub: Services) -> None:
        self._hub = hub
        self._known: dict[str, tuple[Subscription, ...]] = {}
        """Only of connections that have some, so that calls to made-up ones leave nothing behind."""
        self._changes = 0
        hub.board.on(SubscriptionsChanged, lambda word: self._drop(word.connection))
        hub.board.on_missed(self._drop_all)

    async def of_connection(self, connection_id: str) -> tuple[Kept, ...]:
        """All of a connection."""
        wanted = select(SUBSCRIPTIONS).where(SUBSCRIPTIONS.c.connection == connection_id)
        changes = self._changes
        async with self._hub.store.reading() as connection:
            found = [
                Kept(
                    subscription=Subscription(
                        id=row.id,
                        room=row.room,
                        expires_at=row.expires_at,
                        secret=Secret(row.secret),
                        resource=row.resource,
                    ),
                    connection=row.connection,
                    made_at=row.made_at,
                )
                for row in await connection.execute(wanted)
            ]
        if found and changes == self._changes:
            self._known[connection_id] = tuple(kept.subscription for kept in found)
        return tuple(found)

    async def known(self, connection_id: str) -> tuple[Subscription, ...]:
        """The same from memory, where they have been looked up before."""
        if (known := self._known.get(connection_id)) is not None:
            return known
        return tuple(kept.subscription for kept in await self.of_connection(connection_id))

    async def keep(self, connection_id: str, subscription: Subscription, instead_of: str = "") -> None:
        """Remember a promise, in place of an older one."""
        values = {
            "connection": connection_id,
            "room": subscription.room,
            "expires_at": subscription.expires_at,
            "secret": subscription.secret.reveal(),
            "resource": subscription.resource,
            "made_at": self._hub.clock.read().now,
        }
        async with self._hub.store.transaction() as connection:
            gone = SUBSCRIPTIONS.c.id.in_([name for name in (subscription.id, instead_of) if name])
            await connection.execute(delete(SUBSCRIPTIONS).where(gone))
            await connection.execute(insert(SUBSCRIPTIONS).values(id=subscription.id, **values))
        await self._changed(connection_id)

    async def due_now(self, connection_id: str, subscription: str) -> None:
        """Let a promise be renewed with the next look."""
        values = {"made_at": self._hub.clock.read().now - timedelta(days=30)}
        async with self._hub.store.transaction() as connection:
            wanted = update(SUBSCRIPTIONS).where(SUBSCRIPTIONS.c.id == subscription).values(**values)
            await connection.execute(wanted)
        await self._changed(connection_id)

    async def forget(self, connection_id: str, subscription: str) -> None:
        """A promise is no more."""
        async with self._hub.store.transaction() as connection:
            await connection.execute(delete(SUBSCRIPTIONS).where(SUBSCRIPTIONS.c.id == subscription))
        await self._changed(connection_id)

    async def _changed(self, connection_id: str) -> None:
        """Let every process know: the provider may call any of them."""
        self._drop(connection_id)
        await self._hub.board.say(SubscriptionsChanged(connection=connection_id))

    def _drop(self, connection_id: str) -> None:
        self._changes += 1
        self._known.pop(connection_id, None)

    def _drop_all(self) -> None:
        self._changes += 1
        self._known.clear()

    async def healthy(self, room: str) -> bool:
        """Whether a promise about a room holds now."""
        now = self._hub.clock.read().now
        wanted = select(SUBSCRIPTIONS.c.id).where((SUBSCRIPTIONS.c.room == room) & (SUBSCRIPTIONS.c.expires_at > now))
        async with self._hub.store.reading() as connection:
            return (await connection.execute(wanted)).first() is not None


class Keeper:
    """Looks after the subscriptions of all connections that this process holds the lease of."""

    def __init__(self, hub: Services, book: SubscriptionBook, holder: str, rng: random.Random) -> None:
        self._hub, self._book, self._holder, self._rng = hub, book, holder, rng
        self._refused: dict[str, datetime] = {}
        self._told: dict[str, bool] = {}
        self._due = asyncio.Event()

    def look_soon(self) -> None:
        """Something about a connection or a promise changed."""
        self._due.set()

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            self._due.clear()
            try:
                await self.look()
            except HubError as error:
                log.warning("subscriptions cannot be looked after: %s", error)
            try:
                async with asyncio.timeout(TICK.total_seconds() * self._rng.uniform(0.8, 1.2)):
                    await self._due.wait()
            except TimeoutError:
                pass

    async def look(self) -> None:
        """Look once at every connection whose provider calls."""
        for connection in await self._hub.connections.all():
            if provider_of(connection.provider).notifies is not Notifies.CALLS:
                continue
            if await self._hub.store.lease(f"subscriptions:{connection.id}", self._holder, LEASE) is None:
                continue
            try:
                await self._look_after(connection)
            except (CalendarError, DoorlightError) as error:
                if isinstance(error, CalendarError):
                    await self._hub.accounts.pulse.felt(connection.id, error)
                log.warning("the subscriptions of a connection rest: %s", type(error).__name__)

    async def _look_after(self, connection: Connection) -> None:
        rooms = {row.calendar or row.id: row for row in await self._hub.rooms.of_connection(connection.id)}
        kept = await self._book.of_connection(connection.id)
        async with self._hub.accounts.use(connection.id, "subscribe") as held:
            by_room: dict[str, Kept] = {}
            for one in kept:
                if one.subscription.room in rooms:
                    by_room[one.subscription.room] = one
                else:
                    await self._end(connection, held.account, one)
            turn = asyncio.Semaphore(AT_ONCE)

            async def one_room(name: str, row: RoomRow) -> None:
                async with turn:
                    await self._one(connection, held.account, name, by_room.get(name))
                await self._tell(row.id, await self._book.healthy(name))

            await asyncio.gather(*(one_room(name, row) for name, row in rooms.items()))

    async def _one(self, connection: Connection, account: CalendarAccount, room: str, kept: Kept | None) -> None:
        """See to it that a promise about one room holds."""
        now, target = self._hub.clock.read().now, self._target(connection)
        if self._refused.get(room, now) > now:
            return
        try:
            if kept is None or kept.subscription.expires_at <= now:
                await self._make(connection, account, room, kept)
            elif now >= self._renewal(kept):
                renewed = await account.renew(kept.subscription, target)
                await self._book.keep(connection.id, renewed, kept.subscription.id)
                if renewed.id != kept.subscription.id:
                    await account.unsubscribe(kept.subscription)
        except SubscriptionLost:
            await self._book.forget(connection.id, kept.subscription.id if kept else "")
            await self._changed(connection, room)
            self._due.set()
        except NotificationsRefused as error:
            log.info("a provider does not call about a room: %s", error)
            self._refused[room] = now + REFUSED_FOR
        except CalendarError as error:
            await self._hub.accounts.pulse.felt(connection.id, error)
            log.warning("a subscription could not be made or renewed: %s", type(error).__name__)

    async def _make(self, connection: Connection, account: CalendarAccount, room: str, kept: Kept | None) -> None:
        """A promise where there is none; where there was one, something may have changed since."""
        made = await account.subscribe(room, self._target(connection))
        await self._book.keep(connection.id, made, kept.subscription.id if kept else "")
        if kept is not None:
            await self._changed(connection, room)

    def _renewal(self, kept: Kept) -> datetime:
        """Half way through its life, not all at one moment."""
        life = kept.subscription.expires_at - kept.made_at
        spread = random.Random(kept.subscription.id).uniform(0.4, 0.5)  # noqa: S311 - spreads load, guards nothing
        return kept.made_at + life * spread

    async def _end(self, connection: Connection, account: CalendarAccount, kept: Kept) -> None:
        try:
            await account.unsubscribe(kept.subscription)
        except CalendarError as error:
            log.info("a subscription could not be ended: %s", type(error).__name__)
        await self._book.forget(connection.id, kept.subscription.id)

    async def _changed(self, connection: Connection, calendar: str) -> None:
        """While there was no promise something may have changed."""
        for row in await self._hub.rooms.of_connection(connection.id):
            if calendar in (row.calendar, row.id):
                await self._hub.board.say(RoomChanged(room=row.id))

    async def _tell(self, room: str, healthy: bool) -> None:
        if self._told.get(room) is not healthy:
            self._told[room] = healthy
            await self._hub.board.say(RoomNotified(room=room, healthy=healthy))

    def _target(self, connection: Connection) -> NotificationTarget:
        return target_of(self._hub.server.portal, connection)


def target_of(portal: str, connection: Connection) -> NotificationTarget:
    """Where a provider shall call about a connection. The path holds 96 bits that nobody else knows."""
    url = f"{portal}/webhooks/{connection.provider}/{connection.id}"
    return NotificationTarget(url=url, lifecycle_url=f"{url}/lifecycle")
