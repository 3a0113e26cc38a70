"""Providers that are listened to: one connection held open for each account, by the process that has its lease."""

import asyncio
import logging
import random
from datetime import timedelta

from device.calendars.interface import Notifies
from device.model.backoff import full_jitter
from device.model.errors import CalendarError, DoorlightError, NotificationsRefused
from hub.connections.registry import provider_of
from hub.connections.rows import Connection
from hub.errors import HubError
from hub.rooms.registry import RoomRow
from hub.services import Services
from hub.switchboard import RoomChanged, RoomNotified

log = logging.getLogger(__name__)

TICK = timedelta(seconds=20)
LEASE = timedelta(seconds=90)
REFUSED_FOR = timedelta(hours=6)


class Listening:
    """Keeps one task for each connection that is listened to here."""

    def __init__(self, hub: Services, holder: str, rng: random.Random) -> None:
        self._hub, self._holder, self._rng = hub, holder, rng
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._rooms: dict[str, frozenset[str]] = {}
        self._due = asyncio.Event()

    def look_soon(self) -> None:
        """A connection or its rooms changed."""
        self._due.set()

    async def run(self) -> None:
        """See again and again who is to be listened to, until cancelled."""
        try:
            while True:
                self._due.clear()
                try:
                    await self.look()
                except HubError as error:
                    log.warning("nobody is listened to anew: %s", error)
                try:
                    async with asyncio.timeout(TICK.total_seconds()):
                        await self._due.wait()
                except TimeoutError:
                    pass
        finally:
            for task in self._tasks.values():
                task.cancel()
            await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def look(self) -> None:
        """Listen to those that we have the lease of, and to nobody else."""
        wanted: set[str] = set()
        for connection in await self._hub.connections.all():
            if provider_of(connection.provider).notifies is not Notifies.LISTENS:
                continue
            if await self._hub.store.lease(f"listening:{connection.id}", self._holder, LEASE) is None:
                continue
            wanted.add(connection.id)
            await self._keep(connection)
        for gone in self._tasks.keys() - wanted:
            await self._stop(gone)

    async def _keep(self, connection: Connection) -> None:
        rooms = await self._hub.rooms.of_connection(connection.id)
        names = frozenset(row.id for row in rooms)
        running = self._tasks.get(connection.id)
        if running is not None and not running.done() and self._rooms.get(connection.id) == names:
            return
        await self._stop(connection.id)
        if rooms:
            self._rooms[connection.id] = names
            self._tasks[connection.id] = asyncio.create_task(self._listen(connection, rooms))

    async def _stop(self, connection_id: str) -> None:
        task = self._tasks.pop(connection_id, None)
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _listen(self, connection: Connection, rooms: tuple[RoomRow, ...]) -> None:
        by_calendar = {row.calendar or row.id: row.id for row in rooms}
        attempt = 0
        while True:
            try:
                async with (
                    self._hub.accounts.use(connection.id, "listen") as held,
                    held.account.listen(tuple(by_calendar)) as changes,
                ):
                    async for calendar in changes:
                        attempt = 0
                        room = by_calendar.get(calendar, calendar)
                        await self._hub.board.say(RoomNotified(room=room, healthy=True))
                        await self._hub.board.say(RoomChanged(room=room))
            except NotificationsRefused as error:
                log.info("a server does not let us listen: %s", error)
                await asyncio.sleep(REFUSED_FOR.total_seconds())
            except (CalendarError, DoorlightError) as error:
                attempt += 1
                log.warning("listening to a server ended: %s", type(error).__name__)
            for room in by_calendar.values():
                await self._hub.board.say(RoomNotified(room=room, healthy=False))
            await asyncio.sleep(full_jitter(max(attempt, 1), self._rng).total_seconds())
