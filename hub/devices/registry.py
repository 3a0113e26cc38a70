"""The devices in the store: waiting, claimed, moved, quarantined, revoked.

A code or a claim is used in the one transaction that makes it a device, so of two who come at the same moment one wins.
"""

from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from device.model.clock import Clock
from device.model.value import encode
from device.wire.hub import Beat, Hello
from device.wire.proof import fingerprint_words
from hub.devices.pairing import (
    CLAIM_LIFE,
    CODE_LIFE,
    LONGEST_CLAIM_LIFE,
    MOST_WRONG,
    Pending,
    Refused,
    digest,
    new_claim,
    new_code,
    read_code,
    words_match,
)
from hub.devices.rows import Claim, Device, DeviceState, device_of
from hub.store import Store
from hub.store.tables.devices import CLAIMS, DEVICES, PAIRINGS
from hub.store.tables.rooms import ROOMS
from hub.vault.owner import fresh_id

CLAIM = "claim"
"""Who claimed a device that brought a seeded claim."""


class ClaimRefused(Exception):
    """A device brought a claim that is none, any more or for it."""


class Devices:
    """The devices of one hub."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock

    async def of_key(self, key: str) -> Device | None:
        """The device with this public key."""
        return await self._one(DEVICES.c.key == key)

    async def get(self, device: str) -> Device | None:
        """The device with this name."""
        return await self._one(DEVICES.c.id == device)

    async def all(self) -> tuple[Device, ...]:
        """Every device, the latest claimed first."""
        async with self._store.reading() as connection:
            found = await connection.execute(select(DEVICES).order_by(DEVICES.c.claimed_at.desc()))
        return tuple(map(device_of, found))

    async def wait(self, hello: Hello, address: str) -> tuple[str, datetime]:
        """Let a device that nobody knows show a code: the code, and until when. It is told here only once."""
        now, code = self._clock.read().now, new_code()
        values = {
            "key": hello.key,
            "model": hello.model,
            "serial": hello.serial,
            "version": hello.version,
            "address": address,
            "made_at": now,
            "expires_at": now + CODE_LIFE,
            "wrong": 0,
        }
        async with self._store.transaction() as connection:
            gone = (PAIRINGS.c.expires_at <= now) | (PAIRINGS.c.key == hello.key)
            await connection.execute(delete(PAIRINGS).where(gone))
            await connection.execute(insert(PAIRINGS).values(code_hash=digest(code), **values))
        return code, now + CODE_LIFE

    async def pending(self, typed: str) -> Pending:
        """The device that shows this code.

        Raises:
            Refused: none does.
        """
        async with self._store.reading() as connection:
            return await self._pending(connection, read_code(typed))

    async def claim(self, typed: str, words: tuple[str, ...], room: str, by: str) -> Device:
        """Make the device that shows this code this room's, in place of the one that was.

        Raises:
            Refused: no device shows it, or not with these words, or there is no such room.
        """
        code = read_code(typed)
        async with self._store.transaction() as connection:
            pending = await self._pending(connection, code)
            matched = words_match(pending.key, words)
            if matched:
                await connection.execute(delete(PAIRINGS).where(PAIRINGS.c.code_hash == digest(code)))
                return await self._enter(connection, pending, room, by)
            await connection.execute(
                update(PAIRINGS).where(PAIRINGS.c.code_hash == digest(code)).values(wrong=PAIRINGS.c.wrong + 1)
            )
        raise Refused("The words on the glass are others: this is not the device in front of you.")

    async def seed(self, room: str, by: str, *, serial: str = "", life: timedelta = CLAIM_LIFE) -> str:
        """A claim for a card that is to be this room's; told only now.

        Raises:
            Refused: it would live for too long, or there is no such room.
        """
        if not timedelta() < life <= LONGEST_CLAIM_LIFE:
            raise Refused("A claim lives for ten days at most.")
        now, claim = self._clock.read().now, new_claim()
        values = {"room": room, "serial": serial, "made_at": now, "made_by": by, "expires_at": now + life}
        try:
            async with self._store.transaction() as connection:
                await connection.execute(insert(CLAIMS).values(claim_hash=digest(claim), **values))
        except IntegrityError as error:
            raise Refused("There is no such room.") from error
        return claim

    async def claims(self) -> tuple[Claim, ...]:
        """The seeded claims that were not used and still could be, the earliest to run out first."""
        now = self._clock.read().now
        wanted = select(CLAIMS).where((CLAIMS.c.used_by == "") & (CLAIMS.c.expires_at > now))
        async with self._store.reading() as connection:
            found = await connection.execute(wanted.order_by(CLAIMS.c.expires_at))
        return tuple(
            Claim(room=row.room, serial=row.serial, made_at=row.made_at, expires_at=row.expires_at) for row in found
        )

    async def withdraw(self, room: str) -> int:
        """Let no unused claim for a room be good any more; how many there were."""
        async with self._store.transaction() as connection:
            gone = delete(CLAIMS).where((CLAIMS.c.room == room) & (CLAIMS.c.used_by == ""))
            return int((await connection.execute(gone)).rowcount)

    async def use_claim(self, hello: Hello, address: str) -> Device:
        """Make a device that brought a seeded claim the claim's room's. A second use quarantines both.

        Raises:
            ClaimRefused: it is none, it ran out, it is another device's, or it was used before.
        """
        now = self._clock.read().now
        async with self._store.transaction() as connection:
            wanted = CLAIMS.c.claim_hash == digest(hello.claim)
            row = (await connection.execute(select(CLAIMS).where(wanted).with_for_update())).one_or_none()
            if row is None or row.expires_at <= now or (row.serial and row.serial != hello.serial):
                raise ClaimRefused
            if not row.used_by:
                await connection.execute(update(CLAIMS).where(wanted).values(used_by=hello.key, used_at=now))
                pending = Pending(
                    key=hello.key,
                    model=hello.model,
                    serial=hello.serial,
                    version=hello.version,
                    address=address,
                    words=(),
                )
                return await self._enter(connection, pending, row.room, CLAIM)
            await self._set_state(connection, DEVICES.c.key == row.used_by, DeviceState.QUARANTINED)
        raise ClaimRefused

    async def move(self, device: str, room: str) -> bool:
        """Give a device another room; whether there is one."""
        try:
            return await self._change(device, room=room)
        except IntegrityError as error:
            raise Refused("There is no such room.") from error

    async def set_state(self, device: str, state: DeviceState) -> bool:
        """Let a device in again, or not any more; whether there is one. Revoked it stays."""
        async with self._store.transaction() as connection:
            here = (DEVICES.c.id == device) & (DEVICES.c.state != DeviceState.REVOKED.value)
            return await self._set_state(connection, here, state)

    async def seen(self, device: str, hello: Hello, address: str) -> None:
        """A device proved itself."""
        now = self._clock.read().now
        await self._change(device, seen_at=now, address=address, version=hello.version, model=hello.model)

    async def beat(self, device: str, beat: Beat) -> None:
        """A device told how it is."""
        now = self._clock.read().now
        await self._change(device, seen_at=now, beat=encode(beat).decode(), beat_at=now)

    async def next_wipe(self, device: str) -> int | None:
        """Count an order to wipe; its number."""
        async with self._store.transaction() as connection:
            counted = update(DEVICES).where(DEVICES.c.id == device).values(wipes=DEVICES.c.wipes + 1)
            found: int | None = (await connection.execute(counted.returning(DEVICES.c.wipes))).scalar_one_or_none()
        return found

    async def wiped(self, device: str) -> None:
        """A device gave its receipt: nobody is behind its key any more."""
        await self._change(device, wiped_at=self._clock.read().now, state=DeviceState.REVOKED.value, room=None)

    async def _enter(self, connection: AsyncConnection, pending: Pending, room: str, by: str) -> Device:
        """Make it a device, in place of what its key was before."""
        now = self._clock.read().now
        if (await connection.execute(select(ROOMS.c.id).where(ROOMS.c.id == room))).one_or_none() is None:
            raise Refused("There is no such room.")
        await connection.execute(delete(DEVICES).where(DEVICES.c.key == pending.key))
        device = Device(
            id=fresh_id(),
            key=pending.key,
            state=DeviceState.ACTIVE,
            room=room,
            model=pending.model,
            serial=pending.serial,
            version=pending.version,
            claimed_at=now,
            claimed_by=by,
            address=pending.address,
        )
        values = msgspec.structs.asdict(device) | {"state": device.state.value, "beat": ""}
        await connection.execute(insert(DEVICES).values(**values))
        return device

    async def _pending(self, connection: AsyncConnection, code: str) -> Pending:
        row = (await connection.execute(select(PAIRINGS).where(PAIRINGS.c.code_hash == digest(code)))).one_or_none()
        if row is None or row.expires_at <= self._clock.read().now or row.wrong >= MOST_WRONG:
            raise Refused("No device shows this code. It changes every quarter of an hour: look at the glass again.")
        return Pending(
            key=row.key,
            model=row.model,
            serial=row.serial,
            version=row.version,
            address=row.address,
            words=fingerprint_words(row.key),
        )

    async def _set_state(self, connection: AsyncConnection, which: Any, state: DeviceState) -> bool:
        done = await connection.execute(update(DEVICES).where(which).values(state=state.value))
        return bool(done.rowcount)

    async def _change(self, device: str, **values: Any) -> bool:
        async with self._store.transaction() as connection:
            done = await connection.execute(update(DEVICES).where(DEVICES.c.id == device).values(**values))
        return bool(done.rowcount)

    async def _one(self, which: Any) -> Device | None:
        async with self._store.reading() as connection:
            row = (await connection.execute(select(DEVICES).where(which))).one_or_none()
        return device_of(row) if row else None
