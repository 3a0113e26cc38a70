"""Sealed secrets in the main store, and which key seals a connection's next one.

`sealing` is the authority: a secret is sealed only in a transaction that counts the sealing on the row of that very
key. So once the row names another key, nothing new appears under the old one, and the old one may be destroyed when
no secret is left on it.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.elements import ColumnElement

from device.model.secret import Secret
from device.model.value import Value
from hub.store import Store
from hub.store.inserting import insert_into
from hub.store.tables.secrets import SEALING, SECRETS
from hub.vault.envelope import ConnectionKey, Place
from hub.vault.owner import Owner

_COLUMNS = SECRETS.c


class Sealed(Value):
    """One secret as the store holds it."""

    place: Place
    version: int
    ck_id: str
    sealed: bytes


class Resealed(Value):
    """What one step of sealing anew did."""

    last: Place | None
    """The last place that was looked at; None: there are no more."""
    done: int


Opener = Callable[[Sealed], Secret | None]
BATCH = 200
"""Secrets that are sealed anew in one transaction."""


class Records:
    """The rows of `secrets` and `sealing`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def get(self, place: Place) -> Sealed | None:
        """One secret; None where there is none."""
        async with self._store.reading() as connection:
            found = (await connection.execute(select(SECRETS).where(_at(place)))).one_or_none()
        return _sealed(found) if found is not None else None

    async def places(self, owner: Owner) -> tuple[Place, ...]:
        """Everything that a connection has."""
        wanted = select(_COLUMNS.kind, _COLUMNS.record).where(_of(owner)).order_by(_COLUMNS.kind, _COLUMNS.record)
        async with self._store.reading() as connection:
            found = (await connection.execute(wanted)).all()
        return tuple(Place(owner=owner, kind=kind, record=record) for kind, record in found)

    async def sealing_key(self, owner: Owner) -> str | None:
        """The key that a connection's secrets are sealed with now."""
        wanted = select(SEALING.c.ck_id).where(_sealing_of(owner))
        async with self._store.reading() as connection:
            found: str | None = (await connection.execute(wanted)).scalar_one_or_none()
        return found

    async def sealings(self) -> tuple[tuple[Owner, str, int], ...]:
        """Every connection, its present key, and how often that has sealed."""
        async with self._store.reading() as connection:
            found = (await connection.execute(select(SEALING).order_by(SEALING.c.tenant, SEALING.c.connection))).all()
        return tuple((Owner(tenant=row.tenant, connection=row.connection), row.ck_id, row.sealings) for row in found)

    async def adopt(self, owner: Owner, ck_id: str) -> None:
        """Let `ck_id` be the first key of a connection, unless it has one."""
        values = {"tenant": owner.tenant, "connection": owner.connection, "ck_id": ck_id, "sealings": 0}
        async with self._store.transaction() as connection:
            await connection.execute(insert_into(connection, SEALING).values(**values).on_conflict_do_nothing())

    async def point(self, owner: Owner, ck_id: str, older: Sequence[str]) -> bool:
        """Let `ck_id` seal from now on in place of one of the `older` keys; False where another one does already."""
        move = update(SEALING).where(_sealing_of(owner) & SEALING.c.ck_id.in_([*older, ck_id]))
        async with self._store.transaction() as connection:
            moved = await connection.execute(move.where(SEALING.c.ck_id != ck_id).values(ck_id=ck_id, sealings=0))
            if moved.rowcount == 1:
                return True
            present = select(SEALING.c.ck_id).where(_sealing_of(owner))
            return bool((await connection.execute(present)).scalar_one_or_none() == ck_id)

    async def put(
        self, place: Place, key: ConnectionKey, secret: Secret, at: datetime, *, first: bool = False
    ) -> int | None:
        """Seal a secret in place of the one before; its version. None where `key` is not the one that seals now.

        With `first`, a secret that is there already stays, and its version is returned.
        """
        async with self._store.transaction() as connection:
            version = await _count(connection, place.owner, key.ck_id, 1)
            if version is None:
                return None
            before = (await connection.execute(select(_COLUMNS.version).where(_at(place)))).scalar_one_or_none()
            if first and before is not None:
                return int(before)
            await connection.execute(delete(SECRETS).where(_at(place)))
            row = _row(place, version, key.ck_id, key.seal(place, version, secret), at)
            await connection.execute(insert(SECRETS).values(**row))
        if before is not None:
            await self._store.scrub("secrets")
        return version

    async def remove(self, place: Place) -> bool:
        """Delete a secret; whether there was one."""
        async with self._store.transaction() as connection:
            gone = (await connection.execute(delete(SECRETS).where(_at(place)))).rowcount
        await self._store.scrub("secrets")
        return bool(gone)

    async def remove_all(self, owner: Owner) -> int:
        """Delete everything that a connection has, and let it seal nothing more; how many secrets there were."""
        async with self._store.transaction() as connection:
            await connection.execute(delete(SEALING).where(_sealing_of(owner)))
            gone = (await connection.execute(delete(SECRETS).where(_of(owner)))).rowcount
        await self._store.scrub("secrets")
        return int(gone)

    async def reseal(self, owner: Owner, key: ConnectionKey, open_one: Opener, after: Place | None) -> Resealed | None:
        """Seal some secrets anew with `key`, as one transaction: of those on other keys, those after `after`.

        Args:
            owner: whose.
            key: the one that seals now; None is returned where it does not (any more).
            open_one: opens a secret, or returns None to leave it as it is.
            after: where the last call ended.
        """
        rest = select(SECRETS).where(_of(owner) & (_COLUMNS.ck_id != key.ck_id))
        if after is not None:
            rest = rest.where(_beyond(after))
        page = rest.order_by(_COLUMNS.kind, _COLUMNS.record).limit(BATCH).with_for_update()
        async with self._store.transaction() as connection:
            version = await _count(connection, owner, key.ck_id, BATCH)
            if version is None:
                return None
            found = [_sealed(row) for row in await connection.execute(page)]
            opened = [(sealed.place, secret) for sealed in found if (secret := open_one(sealed)) is not None]
            for back, (place, secret) in enumerate(opened):
                values = {"version": version - back, "ck_id": key.ck_id}
                values["sealed"] = key.seal(place, version - back, secret)
                await connection.execute(update(SECRETS).where(_at(place)).values(**values))
        return Resealed(last=found[-1].place if found else None, done=len(opened))

    async def counts(self) -> dict[tuple[Owner, str], int]:
        """How many secrets each connection has on each key."""
        wanted = select(_COLUMNS.tenant, _COLUMNS.connection, _COLUMNS.ck_id, func.count()).group_by(
            _COLUMNS.tenant, _COLUMNS.connection, _COLUMNS.ck_id
        )
        async with self._store.reading() as connection:
            found = (await connection.execute(wanted)).all()
        return {(Owner(tenant=tenant, connection=name), ck_id): count for tenant, name, ck_id, count in found}

    async def page(self, owner: Owner, after: Place | None) -> tuple[Sealed, ...]:
        """Some of a connection's secrets, in order."""
        wanted = select(SECRETS).where(_of(owner))
        if after is not None:
            wanted = wanted.where(_beyond(after))
        async with self._store.reading() as connection:
            found = await connection.execute(wanted.order_by(_COLUMNS.kind, _COLUMNS.record).limit(BATCH))
            return tuple(_sealed(row) for row in found)


async def _count(connection: AsyncConnection, owner: Owner, ck_id: str, number: int) -> int | None:
    """Count sealings on the present key, which also holds its row; the count. None where it is another key."""
    wanted = update(SEALING).where(_sealing_of(owner) & (SEALING.c.ck_id == ck_id))
    counted = wanted.values(sealings=SEALING.c.sealings + number).returning(SEALING.c.sealings)
    total: int | None = (await connection.execute(counted)).scalar_one_or_none()
    return total


def _of(owner: Owner) -> ColumnElement[bool]:
    return and_(_COLUMNS.tenant == owner.tenant, _COLUMNS.connection == owner.connection)


def _sealing_of(owner: Owner) -> ColumnElement[bool]:
    return and_(SEALING.c.tenant == owner.tenant, SEALING.c.connection == owner.connection)


def _at(place: Place) -> ColumnElement[bool]:
    return and_(_of(place.owner), _COLUMNS.kind == place.kind, _COLUMNS.record == place.record)


def _beyond(place: Place) -> ColumnElement[bool]:
    same = and_(_COLUMNS.kind == place.kind, _COLUMNS.record > place.record)
    return (_COLUMNS.kind > place.kind) | same


def _row(place: Place, version: int, ck_id: str, sealed: bytes, at: datetime) -> dict[str, Any]:
    return {
        "tenant": place.owner.tenant,
        "connection": place.owner.connection,
        "kind": place.kind,
        "record": place.record,
        "version": version,
        "ck_id": ck_id,
        "sealed": sealed,
        "sealed_at": at,
    }


def _sealed(row: Row[Any]) -> Sealed:
    owner = Owner(tenant=row.tenant, connection=row.connection)
    place = Place(owner=owner, kind=row.kind, record=row.record)
    return Sealed(place=place, version=row.version, ck_id=row.ck_id, sealed=row.sealed)
