"""Taking copies while the hub runs: each of one moment, the keyring's after the database's, so that every secret in
the one has its key in the other.
"""

import asyncio
import base64
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, MetaData, Table, select
from sqlalchemy.ext.asyncio import AsyncConnection

from device.model.value import Value
from hub.audit import Event
from hub.backup.file import Header, Line, column, header_of, write
from hub.errors import BackupRefused
from hub.foundation import Foundation
from hub.identity import read_identity
from hub.store import Store, StoreKind
from hub.store.schema import revision_of

KEYRING_KEPT = timedelta(days=7)
"""How long a copy of the keyring is kept: as long as that, a shredded key could be brought back."""
_STAMP = "%Y%m%dT%H%M%SZ"
_TRIES = 3
_PAGE = 500


class Taken(Value):
    """Where the copies are."""

    main: Path
    keyring: Path
    main_rows: int
    keyring_rows: int
    removed: tuple[Path, ...] = ()
    """Older copies of the keyring that had reached their age."""


async def take(foundation: Foundation, main_to: Path, keyring_to: Path, *, actor: str = "hub") -> Taken:
    """Copy both stores into two folders, and remove copies of the keyring that are too old.

    Raises:
        BackupRefused: the two folders are one, or keys were changed all the time.
        StoreError: a store could not be read.
        AuditUnavailable: nothing was copied.
        OSError: a file could not be written.
    """
    await asyncio.to_thread(_refuse_one_folder, main_to, keyring_to)
    await foundation.audit.append(Event(actor=actor, action="store.backup"))
    now = foundation.clock.read().now
    for _ in range(_TRIES):
        main, main_rows = await _copy(foundation.main, main_to, now)
        keyring, keyring_rows = await _copy(foundation.keyring, keyring_to, now)
        if await asyncio.to_thread(_complete, main, keyring):
            break
    else:
        raise BackupRefused("The keys change too fast to be copied.", "Try again when no key is being changed.")
    removed = await asyncio.to_thread(_remove_old, keyring_to, now)
    return Taken(main=main, keyring=keyring, main_rows=main_rows, keyring_rows=keyring_rows, removed=removed)


async def _copy(store: Store, folder: Path, now: datetime) -> tuple[Path, int]:
    path = folder / f"doorlight-{store.kind.value}-{now.strftime(_STAMP)}.jsonl.gz"
    rows = await write(path, _lines(store, now))
    await asyncio.to_thread(header_of, path)
    return path, rows


def _refuse_one_folder(main_to: Path, keyring_to: Path) -> None:
    if main_to.resolve() == keyring_to.resolve():
        raise BackupRefused("Both copies would lie in one folder.", "Give the keyring's copies a folder of their own.")


async def _lines(store: Store, now: datetime) -> AsyncIterator[Line]:
    async with store.snapshot() as connection:
        tables = await connection.run_sync(_reflected, store.kind)
        schema = await connection.run_sync(revision_of, store.kind)
        identity = await read_identity(connection, store.kind)
        if identity is None or schema is None:
            raise BackupRefused(f"The store {store.address} is empty.")
        header = Header(
            store=store.kind.value,
            hub=identity.hub,
            generation=identity.generation,
            lineage=identity.lineage,
            schema=schema,
            taken_at=now.strftime(_STAMP),
        )
        yield {name: getattr(header, name) for name in header.__struct_fields__}
        for table in tables:
            yield {"table": table.name, "columns": [column.name for column in table.columns]}
            async for row in _rows(connection, table):
                yield row


async def _rows(connection: AsyncConnection, table: Table) -> AsyncIterator[list[Any]]:
    streamed = await connection.stream(select(table))
    async for row in streamed:
        yield [_plain(value) for value in row]


def _plain(value: Any) -> Any:
    return base64.b64encode(value).decode() if isinstance(value, bytes | memoryview) else value


def _reflected(connection: Connection, kind: StoreKind) -> list[Table]:
    """Our tables, as the database has them."""
    found = MetaData()
    found.reflect(connection, only=lambda name, _: name in kind.metadata.tables)
    return found.sorted_tables


def _complete(main: Path, keyring: Path) -> bool:
    """Whether every secret in the one has its key in the other."""
    return column(main, "secrets", "ck_id") <= column(keyring, "connection_keys", "ck_id")


def _remove_old(folder: Path, now: datetime) -> tuple[Path, ...]:
    """Copies of the keyring whose own name says that they are too old."""
    limit = (now - KEYRING_KEPT).strftime(_STAMP)
    prefix = f"doorlight-{StoreKind.KEYRING.value}-"
    old = [
        path
        for path in sorted(folder.glob(f"{prefix}*.jsonl.gz"))
        if path.name.removeprefix(prefix).removesuffix(".jsonl.gz") < limit
    ]
    for path in old:
        path.unlink(missing_ok=True)
    return tuple(old)
