"""Bringing copies back, all or nothing, after everything that can be checked was.

Before a store is touched: the copies' sums, that both are of one hub, that nothing is overwritten unasked, and that
the hub's own KEK unwraps the keys in the keyring's copy. What was shredded since stays shredded. SQLite is restored
beside the present file and put in its place; PostgreSQL in one transaction.
"""

import asyncio
import base64
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from itertools import chain, count, islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, LargeBinary, MetaData, Table, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from device.model.clock import Clock
from device.model.value import Value
from hub.backup.file import Header, column, header_of, tables_in
from hub.backup.keys import refuse_wrong_key
from hub.errors import BackupRefused, StoreError
from hub.identity import Identity, identity_of, write_identity
from hub.settings import HubSettings
from hub.store import Address, Store, StoreKind, bare_store, open_store
from hub.store.schema import settle
from hub.store.tables.keys import CONNECTION_KEYS, SHREDDED

_PAGE = 500
_STAMP = "%Y%m%dT%H%M%SZ"


class Restored(Value):
    """What is there now."""

    hub: str
    generation: int
    rows: int
    orphans: int | None = None
    """Secrets whose key is not in the keyring's copy: their connections have to be authorised again. None: not
    known, as only one store was restored.
    """
    aside: tuple[Path, ...] = ()
    """Where the files that were there before are kept."""


async def restore(
    settings: HubSettings, clock: Clock, *, main: Path | None, keyring: Path | None, replace: bool = False
) -> Restored:
    """Restore one store or both. The hub must not be running.

    Args:
        settings: where the stores are, and the KEKs.
        clock: for the names of files that are put aside.
        main: a copy of the database.
        keyring: a copy of the keyring.
        replace: whether what is there may be put aside (SQLite) or removed (PostgreSQL).

    Raises:
        BackupRefused: something is wrong with a copy, or something is there already.
        KeyFault: the hub's KEK does not unwrap what is in the keyring's copy.
        StoreError: a store cannot be written.
    """
    copies = {StoreKind.KEYRING: keyring, StoreKind.MAIN: main}
    headers = {kind: await asyncio.to_thread(_checked, path, kind) for kind, path in copies.items() if path is not None}
    known = await _known(settings)
    identity = _identity(headers, known)
    if keyring is not None:
        await refuse_wrong_key(settings, keyring)
    if not replace and (there := [kind for kind in headers if known.get(kind) is not None]):
        raise BackupRefused(f"There is a {there[0].value} store already.", "Use --replace to put it aside.")
    rows, aside, now = 0, [], clock.read().now
    gone = await _shredded(settings)
    for kind, header in headers.items():
        path = copies[kind]
        address = settings.keyring if kind is StoreKind.KEYRING else settings.database
        async with _target(address, kind, now) as (store, moved):
            rows += await _fill(store, path, header.schema, identity, gone) if path is not None else 0
        aside += moved
    orphans = await asyncio.to_thread(_orphans, main, keyring) if main and keyring else None
    return Restored(hub=identity.hub, generation=identity.generation, rows=rows, orphans=orphans, aside=tuple(aside))


def _checked(path: Path, kind: StoreKind) -> Header:
    header = header_of(path)
    if header.store != kind.value:
        raise BackupRefused(f"{path} is a copy of the {header.store} store, not of the {kind.value} store.")
    return header


async def _known(settings: HubSettings) -> dict[StoreKind, Identity | None]:
    """What the stores that are there say; a store that cannot be read says nothing."""
    known: dict[StoreKind, Identity | None] = {}
    for address, kind in ((settings.database, StoreKind.MAIN), (settings.keyring, StoreKind.KEYRING)):
        if address.file is not None and not await asyncio.to_thread(address.file.exists):
            continue
        try:
            async with open_store(address, kind) as store:
                known[kind] = await identity_of(store)
        except StoreError:
            if address.file is None:
                raise
            known[kind] = Identity(hub="", generation=0, lineage="")
    return known


def _identity(headers: dict[StoreKind, Header], known: dict[StoreKind, Identity | None]) -> Identity:
    """One hub, in a generation that nobody has seen, of a new lineage."""
    kept = [one for kind, one in known.items() if kind not in headers and one is not None and one.hub]
    hubs = {header.hub for header in headers.values()} | {one.hub for one in kept}
    if len(hubs) != 1:
        raise BackupRefused("The copies, or what is there beside them, are of different hubs.")
    seen = [header.generation for header in headers.values()] + [one.generation for one in known.values() if one]
    return Identity(hub=hubs.pop(), generation=max(seen) + 1, lineage=secrets.token_hex(6))


@asynccontextmanager
async def _target(address: Address, kind: StoreKind, now: datetime) -> AsyncIterator[tuple[Store, list[Path]]]:
    """A store to fill. A file takes the place of the present one when all went well."""
    moved: list[Path] = []
    if address.file is None:
        async with bare_store(address, kind) as store:
            yield store, moved
        return
    draft = address.file.with_name(f"{address.file.name}.restoring")
    await asyncio.to_thread(_remove, draft)
    async with bare_store(Address(address.url.set(database=str(draft))), kind) as store:
        yield store, moved
        await store.scrub()
    moved += await asyncio.to_thread(_put_in_place, draft, address.file, now)


def _empty(connection: Connection, kind: StoreKind, schema: str, revision: str) -> None:
    """Our tables, as they were in `revision`, and nothing in them."""
    there = MetaData()
    there.reflect(connection, only=lambda name, _: name in kind.metadata.tables or name == kind.version_table)
    there.drop_all(connection)
    settle(connection, kind, schema, revision)


def _remove(file: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        Path(f"{file}{suffix}").unlink(missing_ok=True)


def _put_in_place(draft: Path, file: Path, now: datetime) -> list[Path]:
    stamp = now.strftime(_STAMP)
    names = (file.with_name(f"{file.name}.before-{stamp}{more}") for more in chain([""], (f"-{n}" for n in count(2))))
    aside = next(name for name in names if not name.exists())
    moved = []
    for suffix in ("", "-wal", "-shm"):
        source = Path(f"{file}{suffix}")
        if source.exists():
            source.replace(f"{aside}{suffix}")
            moved.append(Path(f"{aside}{suffix}"))
    draft.replace(file)
    _remove(draft)
    return moved[:1]


async def _fill(store: Store, path: Path, revision: str, identity: Identity, gone: list[dict[str, Any]]) -> int:
    """Empty tables, and every row of the copy, in one transaction; how many rows."""
    rows = 0
    async with store.transaction() as connection:
        await connection.run_sync(_empty, store.kind, store.address.schema, revision)
        tables = await connection.run_sync(_tables)
        for name, columns, lines in tables_in(path):
            table = tables.get(name)
            if table is None:
                raise BackupRefused(f"The backup {path} has a table {name} that its schema has not.")
            await connection.execute(delete(table))
            while page := [_values(table, columns, line) for line in islice(lines, _PAGE)]:
                await connection.execute(insert(table), page)
                rows += len(page)
        if store.kind is StoreKind.KEYRING:
            await _shred_again(connection, gone)
        await write_identity(connection, store.kind, identity)
    return rows


def _tables(connection: Any) -> dict[str, Table]:
    there = MetaData()
    there.reflect(connection)
    return {table.name: table for table in there.sorted_tables}


def _values(table: Table, columns: list[str], line: list[Any]) -> dict[str, Any]:
    return {
        name: base64.b64decode(value) if value is not None and isinstance(table.c[name].type, LargeBinary) else value
        for name, value in zip(columns, line, strict=True)
    }


async def _shredded(settings: HubSettings) -> list[dict[str, Any]]:
    """What the present keyring knows to be shredded, if it can be read."""
    file = settings.keyring.file
    if file is not None and not await asyncio.to_thread(file.exists):
        return []
    try:
        async with open_store(settings.keyring, StoreKind.KEYRING) as store, store.reading() as connection:
            return [dict(row._mapping) for row in await connection.execute(select(SHREDDED))]  # noqa: SLF001 - theirs
    except StoreError:
        return []


async def _shred_again(connection: AsyncConnection, gone: list[dict[str, Any]]) -> None:
    keys = CONNECTION_KEYS.c
    for row in gone:
        of = (keys.tenant == row["tenant"]) & (keys.connection == row["connection"])
        await connection.execute(delete(CONNECTION_KEYS).where(of))
        same = (SHREDDED.c.tenant == row["tenant"]) & (SHREDDED.c.connection == row["connection"])
        await connection.execute(delete(SHREDDED).where(same))
        await connection.execute(insert(SHREDDED).values(**row))


def _orphans(main: Path, keyring: Path) -> int:
    keys = column(keyring, "connection_keys", "ck_id")
    count = 0
    for name, columns, rows in tables_in(main):
        for row in rows:
            count += name == "secrets" and row[columns.index("ck_id")] not in keys
    return count
