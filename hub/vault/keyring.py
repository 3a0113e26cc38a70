"""The keyring: each connection's keys, wrapped. A row that is destroyed here takes what it locked with it.

Every change counts `changes` up by one in the same transaction, so that other processes notice with one cheap look.
"""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.elements import ColumnElement

from device.model.value import Value
from hub.store import Store
from hub.store.tables.keys import CHANGES, CONNECTION_KEYS, KEY_SOURCES, SHREDDED
from hub.vault.interface import Wrapped
from hub.vault.owner import Owner

_KEYS = CONNECTION_KEYS.c


class KeyRow(Value):
    """One connection key as the keyring holds it."""

    ck_id: str
    owner: Owner
    source: str
    """The name of the KEK in the settings or among the enrolled ones."""
    provider: str
    kek_id: str
    wrapped: Wrapped
    context: dict[str, str]
    active: bool
    """Whether new secrets are to be sealed with it; otherwise it only opens what is not sealed anew yet."""
    made_at: datetime


class KeySource(Value):
    """A KEK that was enrolled at run time: its provider and options, secrets only as names of files."""

    name: str
    provider: str
    options: dict[str, Any]


class Keyring:
    """The keyring store's rows."""

    def __init__(self, store: Store) -> None:
        self.store = store

    async def changes(self) -> int:
        """How often it was changed."""
        async with self.store.reading() as connection:
            return int((await connection.execute(select(CHANGES.c.number))).scalar_one())

    async def rows(self, owner: Owner | None = None) -> tuple[KeyRow, ...]:
        """One connection's keys, or all, the oldest first."""
        wanted = select(CONNECTION_KEYS).order_by(_KEYS.made_at, _KEYS.ck_id)
        if owner is not None:
            wanted = wanted.where(_of(owner))
        async with self.store.reading() as connection:
            return tuple(_row(found) for found in await connection.execute(wanted))

    async def row(self, ck_id: str) -> KeyRow | None:
        """One key."""
        async with self.store.reading() as connection:
            found = (await connection.execute(select(CONNECTION_KEYS).where(_KEYS.ck_id == ck_id))).one_or_none()
        return _row(found) if found is not None else None

    async def add(self, row: KeyRow) -> None:
        """Let `row` be the active key of its connection; the one before stays for opening.

        Raises:
            IntegrityError: another process added one at the same time.
        """
        async with self._changing() as connection:
            await connection.execute(
                update(CONNECTION_KEYS).where(_of(row.owner) & (_KEYS.state == "active")).values(state="previous")
            )
            await connection.execute(insert(CONNECTION_KEYS).values(**_columns(row)))

    async def add_first(self, row: KeyRow) -> None:
        """The same for a connection that has no key.

        Raises:
            IntegrityError: it has one by now.
        """
        async with self._changing() as connection:
            await connection.execute(insert(CONNECTION_KEYS).values(**_columns(row)))

    async def rewrap(self, row: KeyRow, wrapped: Wrapped) -> bool:
        """Replace how a key is wrapped, unless somebody else did meanwhile."""
        async with self._changing() as connection:
            changed = await connection.execute(
                update(CONNECTION_KEYS)
                .where((_KEYS.ck_id == row.ck_id) & (_KEYS.wrapped == row.wrapped.blob))
                .values(wrapped=wrapped.blob, kek_version=wrapped.version)
            )
            return bool(changed.rowcount == 1)

    async def drop_previous(self, owner: Owner, active: str) -> int:
        """Destroy the keys of a connection that are older than `active`; how many there were. None are where another
        key is active by now.
        """
        present = select(_KEYS.made_at).where((_KEYS.ck_id == active) & (_KEYS.state == "active"))
        async with self._changing() as connection:
            if (await connection.execute(present)).one_or_none() is None:
                return 0
            gone = await connection.execute(delete(CONNECTION_KEYS).where(_of(owner) & (_KEYS.state == "previous")))
        await self.scrub()
        return int(gone.rowcount)

    async def shred(self, owner: Owner, at: datetime) -> tuple[int, bool]:
        """Destroy all keys of a connection for good, and remember that it was done; how many there were, and whether
        their bytes have left the files.
        """
        async with self._changing() as connection:
            gone = int((await connection.execute(delete(CONNECTION_KEYS).where(_of(owner)))).rowcount)
            told = (SHREDDED.c.tenant == owner.tenant) & (SHREDDED.c.connection == owner.connection)
            if (await connection.execute(select(SHREDDED.c.key_count).where(told))).one_or_none() is None:
                await connection.execute(
                    insert(SHREDDED).values(
                        tenant=owner.tenant, connection=owner.connection, key_count=gone, shredded_at=at
                    )
                )
        return gone, await self.scrub()

    async def scrub(self) -> bool:
        """Let destroyed keys leave the files; False where somebody keeps that from being done now."""
        return await self.store.scrub("connection_keys")

    async def shredded(self) -> frozenset[Owner]:
        """The connections whose keys were destroyed."""
        async with self.store.reading() as connection:
            found = await connection.execute(select(SHREDDED.c.tenant, SHREDDED.c.connection))
            return frozenset(Owner(tenant=tenant, connection=name) for tenant, name in found)

    async def add_source(self, source: KeySource) -> None:
        """Remember a KEK that is enrolled at run time, in place of one of the same name that nothing is wrapped with.

        Raises:
            ValueError: something is wrapped with another KEK of that name.
        """
        options = json.dumps(source.options, sort_keys=True)
        async with self._changing() as connection:
            name = KEY_SOURCES.c.name == source.name
            before = (await connection.execute(select(KEY_SOURCES).where(name))).one_or_none()
            used = select(func.count()).select_from(CONNECTION_KEYS).where(_KEYS.source == source.name)
            same = before is not None and (before.provider, before.options) == (source.provider, options)
            if not same and (await connection.execute(used)).scalar_one():
                raise ValueError(f"something is wrapped with another key called {source.name}")
            await connection.execute(delete(KEY_SOURCES).where(name))
            values = {"name": source.name, "provider": source.provider, "options": options}
            await connection.execute(insert(KEY_SOURCES).values(**values))

    async def sources(self) -> tuple[KeySource, ...]:
        """The KEKs that were enrolled at run time."""
        async with self.store.reading() as connection:
            found = (await connection.execute(select(KEY_SOURCES).order_by(KEY_SOURCES.c.name))).all()
        return tuple(KeySource(name=row.name, provider=row.provider, options=json.loads(row.options)) for row in found)

    @asynccontextmanager
    async def _changing(self) -> AsyncIterator[AsyncConnection]:
        async with self.store.transaction() as connection:
            await connection.execute(update(CHANGES).values(number=CHANGES.c.number + 1))
            yield connection


def _of(owner: Owner) -> ColumnElement[bool]:
    return and_(_KEYS.tenant == owner.tenant, _KEYS.connection == owner.connection)


def _row(found: Row[Any]) -> KeyRow:
    return KeyRow(
        ck_id=found.ck_id,
        owner=Owner(tenant=found.tenant, connection=found.connection),
        source=found.source,
        provider=found.provider,
        kek_id=found.kek_id,
        wrapped=Wrapped(blob=found.wrapped, version=found.kek_version),
        context=json.loads(found.context),
        active=found.state == "active",
        made_at=found.made_at,
    )


def _columns(row: KeyRow) -> dict[str, Any]:
    return {
        "ck_id": row.ck_id,
        "tenant": row.owner.tenant,
        "connection": row.owner.connection,
        "source": row.source,
        "provider": row.provider,
        "kek_id": row.kek_id,
        "kek_version": row.wrapped.version,
        "wrapped": row.wrapped.blob,
        "context": json.dumps(row.context, sort_keys=True),
        "state": "active",
        "made_at": row.made_at,
    }
