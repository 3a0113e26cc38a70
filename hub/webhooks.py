"""What providers call with: judged at once, answered at once, and turned into words to doors behind the answer.

A call can do one thing: have a room read again, at most every few seconds. So it needs no more than to be told apart
from a forged one, in constant time. A flood costs a look-up in memory, or one in the store where it names connections
that there are not.
"""

import asyncio
import logging
from collections.abc import Sequence

from device.calendars.interface import Heard, Notification, Subscription
from device.model.errors import DoorlightError
from hub.connections.accounts import NoSuchConnection
from hub.connections.subscriptions import Keeper, SubscriptionBook
from hub.errors import HubError
from hub.services import Services
from hub.switchboard import RoomChanged

log = logging.getLogger(__name__)

LONGEST = 256 << 10
"""Bytes of one call."""
WAITING = 10_000
APART = 3.0
"""Seconds between two words about one room; the first goes out at once."""


class TooMany(Exception):
    """The queue is full: the provider should come again."""


class Webhooks:
    """Takes the calls of all providers on one process."""

    def __init__(self, hub: Services, book: SubscriptionBook, keeper: Keeper) -> None:
        self._hub, self._book, self._keeper = hub, book, keeper
        self._queue: asyncio.Queue[tuple[str, Heard]] = asyncio.Queue(WAITING)
        self._resting: dict[str, asyncio.TimerHandle] = {}
        self._again: set[str] = set()
        self.heard = 0
        """Genuine calls so far."""
        self.ignored = 0

    async def take(self, provider: str, connection_id: str, notification: Notification) -> str | None:
        """Judge a call; what to answer at once, None for an empty 202.

        Raises:
            TooMany: it could not be kept.
        """
        heard = await self._judged(provider, connection_id, notification)
        if heard.rooms or heard.renew or heard.lost:
            if self._queue.full():
                raise TooMany
            self._queue.put_nowait((connection_id, heard))
            self.heard += 1
        elif heard.reply is None:
            self.ignored += 1
        return heard.reply

    async def run(self) -> None:
        """Turn what was heard into words, until cancelled."""
        while True:
            connection_id, heard = await self._queue.get()
            try:
                await self._act(connection_id, heard)
            except (HubError, DoorlightError) as error:
                log.warning("a notification could not be passed on: %s", type(error).__name__)

    async def _judged(self, provider: str, connection_id: str, notification: Notification) -> Heard:
        """What it means; nothing for a connection that there is not, or whose key is not to be had."""
        try:
            known: Sequence[Subscription] = await self._book.known(connection_id)
            async with self._hub.accounts.use(connection_id, "hear") as held:
                return held.account.hear(notification, known) if held.provider.name == provider else Heard()
        except (NoSuchConnection, HubError, DoorlightError):
            return Heard()

    async def _act(self, connection_id: str, heard: Heard) -> None:
        for subscription in heard.lost:
            await self._book.forget(connection_id, subscription)
        for subscription in heard.renew:
            await self._book.due_now(connection_id, subscription)
        if heard.lost or heard.renew:
            self._keeper.look_soon()
        if heard.rooms:
            rooms = await self._hub.rooms.of_connection(connection_id)
            wanted = set(heard.rooms)
            for row in rooms:
                if (row.calendar or row.id) in wanted:
                    await self._word(row.id)
            await self._hub.connections.change(connection_id, notified_at=self._hub.clock.read().now)

    async def _word(self, room: str) -> None:
        """Tell the doors of a room now; what comes within a few seconds more is told once, at their end."""
        if room in self._resting:
            self._again.add(room)
            return
        self._resting[room] = asyncio.get_running_loop().call_later(APART, self._rested, room)
        await self._hub.board.say(RoomChanged(room=room))

    def _rested(self, room: str) -> None:
        del self._resting[room]
        if room in self._again:
            self._again.discard(room)
            self._task = asyncio.ensure_future(self._word(room))
