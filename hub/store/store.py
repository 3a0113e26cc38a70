"""One database: transactions, words between processes, leases.

    async with open_store(address, StoreKind.MAIN) as store:
        async with store.transaction() as connection:   # durable when the block is left
            await connection.execute(…)

Every error is one of `hub.errors`, but `sqlalchemy.exc.IntegrityError`, which tells who was second.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from datetime import timedelta
from weakref import WeakKeyDictionary

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from hub.errors import StoreDamaged, StoreUnreachable
from hub.store.address import Address
from hub.store.engine import BEGINS, make_engine
from hub.store.faults import told
from hub.store.leases import Lease, give_back, take
from hub.store.notices import PAYLOAD_LIMIT, Inbox, LocalNotices, Notices, PostgresNotices
from hub.store.schema import StoreKind, settle

log = logging.getLogger(__name__)

_MIGRATING: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = WeakKeyDictionary()


@asynccontextmanager
async def open_store(address: Address, kind: StoreKind, *, revision: str = "head") -> AsyncIterator["Store"]:
    """The store at `address`, its tables up to date; closed on leaving.

    Raises:
        StoreUnreachable: it cannot be reached or written.
        StoreDamaged: the file is damaged, or not one of ours.
        SchemaUnknown: a newer Doorlight has written it.
    """
    async with bare_store(address, kind) as store:
        await store.check()
        await store.settle(revision)
        yield store


@asynccontextmanager
async def bare_store(address: Address, kind: StoreKind) -> AsyncIterator["Store"]:
    """The same with whatever tables there are, for who brings them along.

    Raises:
        StoreUnreachable: the file cannot be made.
    """
    with told(str(address)):
        store = Store(address, kind, make_engine(address))
    try:
        yield store
    finally:
        await store.close()


class Store:
    """One of the two stores, open."""

    def __init__(self, address: Address, kind: StoreKind, engine: AsyncEngine) -> None:
        self.address = address
        self.kind = kind
        self._engine = engine
        self._notices: Notices = LocalNotices() if address.file is not None else PostgresNotices(address)
        self._one_writer: AbstractAsyncContextManager[None] = _Turn() if address.file is not None else nullcontext()

    async def settle(self, revision: str = "head") -> None:
        """Bring the tables up to date, one store at a time: Alembic knows one migration for the whole process.

        Raises:
            SchemaUnknown, StoreDamaged, StoresDisagree: they are not ours to change.
        """
        turn = _MIGRATING.setdefault(asyncio.get_running_loop(), asyncio.Lock())
        async with turn, self.transaction() as connection:
            await connection.run_sync(settle, self.kind, self.address.schema, revision)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that may write. Leaving the block makes it durable; an error takes all of it back.

        Raises:
            StoreUnreachable: nothing was changed.
        """
        with told(str(self.address)):
            async with self._one_writer, self._engine.connect() as connection:
                await connection.execution_options(**{BEGINS: "BEGIN IMMEDIATE"})
                async with connection.begin():
                    yield connection

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that only reads, and on SQLite sees one moment."""
        with told(str(self.address)):
            async with self._engine.connect() as connection, connection.begin():
                yield connection

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that reads one moment of everything, on PostgreSQL too."""
        with told(str(self.address)):
            async with self._engine.connect() as connection:
                if self.address.file is None:
                    await connection.execution_options(isolation_level="REPEATABLE READ")
                async with connection.begin():
                    yield connection

    async def notify(self, channel: str, payload: str) -> None:
        """Tell every process that listens. What it is about must be durable already: the word itself may be lost.

        Raises:
            ValueError: the payload is longer than `PAYLOAD_LIMIT`, or empty.
            StoreUnreachable: PostgreSQL did not take it.
        """
        if not 0 < len(payload.encode()) <= PAYLOAD_LIMIT:
            raise ValueError("a payload has 1 to 7000 bytes")
        await self._notices.tell(channel, payload)

    def listen(self, channel: str) -> AbstractAsyncContextManager[Inbox]:
        """Hear what is told on `channel`: `async with store.listen("rooms") as heard: async for payload in heard`.

        An empty payload (`MISSED`) means that something may have been missed: look at everything.
        """
        inbox: AbstractAsyncContextManager[Inbox] = self._notices.listen(channel)
        return inbox

    async def lease(self, name: str, holder: str, ttl: timedelta) -> Lease | None:
        """Take the lease `name` for `ttl`, or renew it; None while another holder has it. Renew at a third of `ttl`."""
        async with self.transaction() as connection:
            return await take(connection, name, holder, ttl)

    async def release(self, name: str, holder: str) -> None:
        """Give a lease back before it runs out."""
        async with self.transaction() as connection:
            await give_back(connection, name, holder)

    async def scrub(self, *tables: str) -> bool:
        """Let deleted bytes leave the files now: SQLite's log is written back and emptied; PostgreSQL frees the rows of
        `tables` (VACUUM), and its own log outlives that: see the operations guide.

        False where somebody who reads or writes kept it from being done; the next call makes up for it.
        """
        try:
            with told(str(self.address)):
                async with self._one_writer, self._engine.connect() as connection:
                    return await self._scrubbed(connection, tables)
        except StoreUnreachable as error:
            log.warning("deleted bytes stay for now: %s", error)
            return False

    async def _scrubbed(self, connection: AsyncConnection, tables: tuple[str, ...]) -> bool:
        if self.address.file is None:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            for table in tables:
                await connection.execute(text(f'VACUUM "{table}"'))
            return True
        await connection.execution_options(**{BEGINS: ""})
        return not (await connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))).one()[0]

    async def check(self) -> None:
        """Look whether the file is sound, as far as SQLite can tell.

        Raises:
            StoreDamaged: it is not.
        """
        if self.address.file is None:
            return
        async with self.reading() as connection:
            found = (await connection.execute(text("PRAGMA quick_check(1)"))).scalar_one()
        if found != "ok":
            raise StoreDamaged(f"The file {self.address} is damaged.")

    async def close(self) -> None:
        """Close every connection. Nothing is lost by not getting here."""
        await self._engine.dispose()


class _Turn(AbstractAsyncContextManager[None]):
    """One writer at a time in this process, in the order of coming, so that none waits in SQLite's own lottery."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()

    async def __aenter__(self) -> None:
        await self._lock.acquire()

    async def __aexit__(self, *why: object) -> None:
        self._lock.release()
