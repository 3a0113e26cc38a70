"""Whose stores these are. The database and the keyring of one hub carry the same name and count its starts together,
so that a lost, foreign or old one of the two is noticed before anything is written to it.
"""

import logging
import secrets

import msgspec
from sqlalchemy import Table, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from device.model.value import Value
from hub.errors import StoresDisagree
from hub.store import Store, StoreKind
from hub.store.inserting import insert_into
from hub.store.tables.identity import KEYRING_IDENTITY, MAIN_IDENTITY
from hub.store.tables.keys import CONNECTION_KEYS
from hub.store.tables.secrets import SECRETS

log = logging.getLogger(__name__)

_AT_ONCE = 3
"""Hubs that may start at the same time without being taken for a store that was set back."""


class Identity(Value):
    """Which hub this is, and how often it has been started."""

    hub: str
    generation: int
    """Grows with each start. Devices remember it: a smaller one means that the database was set back."""
    lineage: str
    """Another one after each restore from a backup."""
    set_back: bool = False
    """One of the two stores is older than the other: it was restored, or replaced by an old copy."""


async def settle_identity(main: Store, keyring: Store, *, start: bool = True) -> Identity:
    """Check that the two belong together, and count this start in both. A command beside the hub is no `start`, but
    the very first time.

    Raises:
        StoresDisagree: they do not, or one of them is empty while the other is not.
    """
    ours, theirs = await identity_of(main), await identity_of(keyring)
    await _refuse_strangers(main, keyring, ours, theirs)
    set_back = ours is not None and theirs is not None and abs(ours.generation - theirs.generation) > _AT_ONCE
    if set_back:
        log.warning("database and keyring do not count the same number of starts: one of them was set back")
    if ours and theirs and ours.hub == theirs.hub and not start:
        return msgspec.structs.replace(ours, set_back=set_back)
    async with keyring.transaction() as connection:
        counted = await _count(connection, keyring.kind, ours)
    async with main.transaction() as connection:
        counted = await _count(connection, main.kind, counted, same=counted)
    return msgspec.structs.replace(counted, set_back=set_back)


async def _refuse_strangers(main: Store, keyring: Store, ours: Identity | None, theirs: Identity | None) -> None:
    main_holds, keyring_holds = await _holds(main), await _holds(keyring)
    if ours is None and keyring_holds:
        raise StoresDisagree(f"The database {main.address} is empty, and the keyring {keyring.address} is not.")
    if theirs is None and main_holds:
        raise StoresDisagree(f"The keyring {keyring.address} is empty, and the database {main.address} is not.")
    if ours and theirs and ours.hub != theirs.hub and (main_holds or keyring_holds):
        raise StoresDisagree(f"The keyring {keyring.address} is not the one of the database {main.address}.")


async def _count(
    connection: AsyncConnection, kind: StoreKind, known: Identity | None, same: Identity | None = None
) -> Identity:
    """Count a start in one store, and return what it says then. `known` is the hub's name where it has one already;
    otherwise whoever comes first names it.
    """
    first = known or Identity(hub=secrets.token_hex(12), generation=0, lineage=secrets.token_hex(6))
    table = _table(kind)
    values = {"hub": first.hub, "generation": first.generation, "lineage": first.lineage}
    await connection.execute(insert_into(connection, table).values(row=1, **values).on_conflict_do_nothing())
    found = (await connection.execute(select(table).with_for_update())).one()
    named = known or Identity(hub=found.hub, generation=0, lineage=found.lineage)
    newest = same.generation if same else max(found.generation, named.generation) + 1
    counted = Identity(hub=named.hub, generation=max(newest, found.generation), lineage=named.lineage)
    await write_identity(connection, kind, counted)
    return counted


async def identity_of(store: Store) -> Identity | None:
    """Who a store says it belongs to; None where it is new."""
    async with store.reading() as connection:
        return await read_identity(connection, store.kind)


async def read_identity(connection: AsyncConnection, kind: StoreKind) -> Identity | None:
    """The same on a connection."""
    found = (await connection.execute(select(_table(kind)))).one_or_none()
    if found is None:
        return None
    return Identity(hub=found.hub, generation=found.generation, lineage=found.lineage)


async def write_identity(connection: AsyncConnection, kind: StoreKind, identity: Identity) -> None:
    """Let a store belong to this hub, in this generation."""
    values = {"hub": identity.hub, "generation": identity.generation, "lineage": identity.lineage}
    table = _table(kind)
    if (await connection.execute(update(table).values(**values))).rowcount == 0:
        await connection.execute(insert(table).values(row=1, **values))


async def _holds(store: Store) -> bool:
    """Whether a store has anything that could be lost."""
    table = SECRETS if store.kind is StoreKind.MAIN else CONNECTION_KEYS
    async with store.reading() as connection:
        return bool((await connection.execute(select(func.count()).select_from(table))).scalar_one())


def _table(kind: StoreKind) -> Table:
    return MAIN_IDENTITY if kind is StoreKind.MAIN else KEYRING_IDENTITY
