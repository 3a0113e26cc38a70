"""Words between the processes of one hub: `notify` tells, `listen` hears.

PostgreSQL carries them (LISTEN/NOTIFY) to every process, in order. On SQLite they stay in this process: there is one
hub, and a command that changes something beside it is noticed by looking. A listener that may have missed something
hears an empty text, which means: look at everything.
"""

import asyncio
import logging
import random
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager, suppress
from typing import Any, Protocol

from device.model.backoff import full_jitter
from hub.errors import StoreUnreachable
from hub.store.address import Address

log = logging.getLogger(__name__)

MISSED = ""
"""Heard in place of what may have been missed."""
PAYLOAD_LIMIT = 7000
"""Bytes; PostgreSQL takes 8,000."""
_BACKLOG = 1000
"""Words that wait for a listener before they become one `MISSED`."""


class Inbox:
    """What one listener has not taken yet, bounded."""

    def __init__(self) -> None:
        self._waiting: asyncio.Queue[str] = asyncio.Queue()

    def put(self, payload: str) -> None:
        """Let it wait; too many become one `MISSED`."""
        if self._waiting.qsize() >= _BACKLOG:
            while not self._waiting.empty():
                self._waiting.get_nowait()
            payload = MISSED
        self._waiting.put_nowait(payload)

    def __aiter__(self) -> AsyncIterator[str]:
        return self

    async def __anext__(self) -> str:
        return await self._waiting.get()


class Notices(Protocol):
    """How the processes of one store tell each other."""

    async def tell(self, channel: str, payload: str) -> None:
        """Send it to whoever listens now."""
        ...

    def listen(self, channel: str) -> Any:
        """A context manager that gives an `Inbox`: everything told on `channel` from now on."""
        ...


class LocalNotices:
    """Within this process."""

    def __init__(self) -> None:
        self._inboxes: defaultdict[str, set[Inbox]] = defaultdict(set)

    async def tell(self, channel: str, payload: str) -> None:
        """Put it into every inbox."""
        for inbox in self._inboxes[channel]:
            inbox.put(payload)

    @asynccontextmanager
    async def listen(self, channel: str) -> AsyncIterator[Inbox]:
        """Hear until the context is left."""
        inbox = Inbox()
        self._inboxes[channel].add(inbox)
        try:
            yield inbox
        finally:
            self._inboxes[channel].discard(inbox)


class PostgresNotices:
    """Over a connection of its own for each listener, made again whenever it is lost."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._rng = random.Random()  # noqa: S311 - jitter

    async def tell(self, channel: str, payload: str) -> None:
        """Send it, over a connection that is closed again.

        Raises:
            StoreUnreachable: the server did not take it.
        """
        import psycopg

        try:
            async with await self._connect() as connection:
                await connection.execute("SELECT pg_notify(%s, %s)", (channel, payload))
        except (psycopg.Error, OSError) as error:
            raise StoreUnreachable(f"The store {self._address} took no notice: {type(error).__name__}.") from error

    @asynccontextmanager
    async def listen(self, channel: str) -> AsyncIterator[Inbox]:
        """Hear until the context is left; entered once the server listens for us.

        Raises:
            StoreUnreachable: the server cannot be reached.
        """
        import psycopg

        try:
            connection = await self._listening(channel)
        except (psycopg.Error, OSError) as error:
            raise StoreUnreachable(f"The store {self._address} cannot be heard: {type(error).__name__}.") from error
        inbox = Inbox()
        hearing = asyncio.create_task(self._hear(connection, channel, inbox))
        try:
            yield inbox
        finally:
            hearing.cancel()
            with suppress(asyncio.CancelledError):
                await hearing

    async def _connect(self) -> Any:
        import psycopg

        address = self._address
        return await psycopg.AsyncConnection.connect(
            address.conninfo, autocommit=True, options=address.options, connect_timeout=address.connect_timeout
        )

    async def _listening(self, channel: str) -> Any:
        from psycopg import sql

        connection = await self._connect()
        try:
            await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
        except BaseException:
            await connection.close()
            raise
        return connection

    async def _hear(self, connection: Any, channel: str, inbox: Inbox) -> None:
        import psycopg

        attempt = 0
        while True:
            try:
                connection = connection or await self._listening(channel)
                if attempt:
                    inbox.put(MISSED)
                attempt = 0
                async with connection, aclosing(connection.notifies()) as heard:
                    async for notice in heard:
                        inbox.put(notice.payload)
            except (psycopg.Error, OSError) as error:
                if attempt == 0:
                    log.warning("the store's notices are lost (%s); listening again", type(error).__name__)
            connection = None
            attempt += 1
            await asyncio.sleep(full_jitter(attempt, self._rng).total_seconds())
