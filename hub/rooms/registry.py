"""The rooms in the store, and the settings of their doors."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Row, delete, select, update
from sqlalchemy.dialects.postgresql import insert as insert_in_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_in_sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from device.model.door import NearbyRoom
from device.model.room import Room
from device.model.safetext import SafeText
from device.model.value import Value
from hub.rooms.settings import DoorSettings, Scope, scopes_of, settled
from hub.store import Store
from hub.store.tables.rooms import ROOMS, SETTINGS

MOST_NEARBY = 12


class RoomRow(Value, kw_only=True):
    """A room as the store has it."""

    id: str
    connection: str
    calendar: str = ""
    """Its identifier at the provider, where that is another."""
    name: SafeText
    zone: str
    site: str = ""
    floor: str = ""
    capacity: int | None = None
    out_of_service: SafeText = SafeText("")
    created_at: datetime

    @property
    def place(self) -> SafeText:
        """Site and floor in one line."""
        return SafeText(", ".join(filter(None, (self.site, self.floor))))


class Door(Value):
    """All that a device is told of its room."""

    row: RoomRow
    room: Room
    settings: DoorSettings
    nearby: tuple[NearbyRoom, ...] = ()


class Rooms:
    """The rooms of one hub."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def all(self) -> tuple[RoomRow, ...]:
        """Every room, by site, floor and name."""
        async with self._store.reading() as connection:
            found = await connection.execute(select(ROOMS).order_by(ROOMS.c.site, ROOMS.c.floor, ROOMS.c.name))
        return tuple(map(room_of, found))

    async def get(self, room: str) -> RoomRow | None:
        """One room."""
        async with self._store.reading() as connection:
            row = (await connection.execute(select(ROOMS).where(ROOMS.c.id == room))).one_or_none()
        return room_of(row) if row else None

    async def of_connection(self, connection_id: str) -> tuple[RoomRow, ...]:
        """The rooms behind one connection."""
        async with self._store.reading() as connection:
            found = await connection.execute(select(ROOMS).where(ROOMS.c.connection == connection_id))
        return tuple(map(room_of, found))

    async def put(self, rows: Iterable[RoomRow]) -> None:
        """Enter rooms, or bring them up to date."""
        async with self._store.transaction() as connection:
            for row in rows:
                values = msgspec.structs.asdict(row) | {
                    "name": str(row.name),
                    "out_of_service": str(row.out_of_service),
                }
                await _upsert(connection, ROOMS, values, "id")

    async def change(self, room: str, **values: Any) -> bool:
        """Change some of a room; whether there is one."""
        async with self._store.transaction() as connection:
            done = await connection.execute(update(ROOMS).where(ROOMS.c.id == room).values(**values))
        return bool(done.rowcount)

    async def remove(self, room: str) -> None:
        """Forget a room and its settings."""
        async with self._store.transaction() as connection:
            await connection.execute(delete(SETTINGS).where(SETTINGS.c.scope == f"room:{room}"))
            await connection.execute(delete(ROOMS).where(ROOMS.c.id == room))

    async def door(self, room: str) -> Door | None:
        """What a device at this room's door is told.

        Raises:
            SettingsError: the settings in the store are of no use.
        """
        row = await self.get(room)
        if row is None:
            return None
        settings = settled(await self.scopes(scopes_of(row.site, row.floor, row.id)))
        policy = settings.policy
        if row.out_of_service:
            policy = msgspec.structs.replace(policy, out_of_service=row.out_of_service)
        shown = Room(id=row.id, name=row.name, zone=row.zone, policy=policy, capacity=row.capacity, place=row.place)
        return Door(row=row, room=shown, settings=settings, nearby=await self._nearby(row))

    async def scopes(self, names: Iterable[str]) -> tuple[Scope, ...]:
        """What these scopes say, in their order; those that say nothing are left out."""
        wanted = list(names)
        async with self._store.reading() as connection:
            found = await connection.execute(select(SETTINGS).where(SETTINGS.c.scope.in_(wanted)))
        by_name = {row.scope: _scope(row) for row in found}
        return tuple(by_name[name] for name in wanted if name in by_name)

    async def put_scope(self, scope: Scope) -> None:
        """Let a scope say this; it has been checked."""
        values = {"scope": scope.name, "values": json.dumps(scope.values), "locks": json.dumps(scope.locks)}
        async with self._store.transaction() as connection:
            await _upsert(connection, SETTINGS, values, "scope")

    async def _nearby(self, row: RoomRow) -> tuple[NearbyRoom, ...]:
        """Rooms that somebody could walk to: of the same site and connection, those of the same floor first."""
        near = (ROOMS.c.connection == row.connection) & (ROOMS.c.site == row.site) & (ROOMS.c.id != row.id)
        async with self._store.reading() as connection:
            found = [room_of(one) for one in await connection.execute(select(ROOMS).where(near))]
        found.sort(key=lambda one: (one.floor != row.floor, str(one.name)))
        return tuple(
            NearbyRoom(id=one.id, name=one.name, place=one.place, capacity=one.capacity) for one in found[:MOST_NEARBY]
        )


def room_of(row: Row[Any]) -> RoomRow:
    """The room of a row."""
    plain = row._asdict()
    return RoomRow(**plain | {"name": SafeText(plain["name"]), "out_of_service": SafeText(plain["out_of_service"])})


def _scope(row: Row[Any]) -> Scope:
    plain = row._asdict()
    return Scope(name=plain["scope"], values=json.loads(plain["values"]), locks=tuple(json.loads(plain["locks"])))


async def _upsert(connection: AsyncConnection, table: Any, values: dict[str, Any], key: str) -> None:
    begin = insert_in_sqlite if connection.dialect.name == "sqlite" else insert_in_postgresql
    wanted = begin(table).values(**values)
    rest = {name: wanted.excluded[name] for name in values if name not in (key, "created_at")}
    await connection.execute(wanted.on_conflict_do_update(index_elements=[key], set_=rest))
