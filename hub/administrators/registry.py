"""The administrators in the store. Whatever changes what somebody may also ends their sessions, in one transaction."""

import re
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from device.model.clock import Clock
from hub.administrators.roles import Role
from hub.administrators.rows import Administrator, administrator_of
from hub.administrators.sessions import end_all
from hub.store import Store
from hub.store.tables.administrators import ADMINISTRATORS, LINKS
from hub.vault.owner import fresh_id

_NAME = re.compile(r"[a-z0-9][a-z0-9._+-]{1,62}(@[a-z0-9.-]{1,190})?")


class AdministratorRefused(Exception):
    """It cannot be done with this administrator; the text is a sentence."""


def read_name(typed: str) -> str:
    """The name behind what somebody typed.

    Raises:
        AdministratorRefused: it cannot be one.
    """
    name = typed.strip().lower()
    if not _NAME.fullmatch(name):
        raise AdministratorRefused("A name has 2 to 63 letters, digits, dots and dashes, or is a mail address.")
    return name


class Administrators:
    """The administrators of one hub."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock

    async def all(self) -> tuple[Administrator, ...]:
        """Every administrator, by name."""
        async with self._store.reading() as connection:
            found = await connection.execute(select(ADMINISTRATORS).order_by(ADMINISTRATORS.c.name))
        return tuple(map(administrator_of, found))

    async def get(self, administrator: str) -> Administrator | None:
        """One of them."""
        return await self._one(ADMINISTRATORS.c.id == administrator)

    async def named(self, name: str) -> Administrator | None:
        """The one who signs in by this name."""
        return await self._one(ADMINISTRATORS.c.name == name.strip().lower())

    async def of_subject(self, issuer: str, subject: str) -> Administrator | None:
        """The one whom another provider knows by this name."""
        return await self._one((ADMINISTRATORS.c.issuer == issuer) & (ADMINISTRATORS.c.subject == subject))

    async def enter_from(self, issuer: str, subject: str, name: str, role: Role) -> Administrator:
        """Somebody new whom another provider vouches for.

        Raises:
            AdministratorRefused: the name belongs to somebody else.
        """
        values = {"issuer": issuer, "subject": subject}
        async with self._store.transaction() as connection:
            return await enter(connection, name, role, self._clock, **values)

    async def set_role(self, administrator: str, role: Role) -> None:
        """Let somebody do more or less, from their next sign-in on.

        Raises:
            AdministratorRefused: nobody would be left to say who may.
        """
        async with self._store.transaction() as connection:
            await _keep_one(connection, administrator, role)
            here = ADMINISTRATORS.c.id == administrator
            await connection.execute(update(ADMINISTRATORS).where(here).values(role=role.value))
            await end_all(connection, administrator)

    async def remove(self, administrator: str) -> None:
        """Forget somebody.

        Raises:
            AdministratorRefused: nobody would be left to say who may.
        """
        async with self._store.transaction() as connection:
            await _keep_one(connection, administrator, None)
            await end_all(connection, administrator)
            await connection.execute(delete(LINKS).where(LINKS.c.administrator == administrator))
            await connection.execute(delete(ADMINISTRATORS).where(ADMINISTRATORS.c.id == administrator))

    async def set_password(self, administrator: str, kept: str) -> None:
        """Another password; signed out everywhere."""
        async with self._store.transaction() as connection:
            here = ADMINISTRATORS.c.id == administrator
            await connection.execute(update(ADMINISTRATORS).where(here).values(password=kept))
            await end_all(connection, administrator)

    async def use_step(self, administrator: str, step: int, *, enrol: bool = False) -> bool:
        """A code of this step was shown; False where it, or a later one, was used before."""
        values: dict[str, Any] = {"totp_step": step}
        if enrol:
            values["enrolled_at"] = self._clock.read().now
        here = (ADMINISTRATORS.c.id == administrator) & (ADMINISTRATORS.c.totp_step < step)
        async with self._store.transaction() as connection:
            done = await connection.execute(update(ADMINISTRATORS).where(here).values(**values))
        return bool(done.rowcount)

    async def _one(self, which: Any) -> Administrator | None:
        async with self._store.reading() as connection:
            row = (await connection.execute(select(ADMINISTRATORS).where(which))).one_or_none()
        return administrator_of(row) if row else None


async def enter(connection: AsyncConnection, name: str, role: Role, clock: Clock, **values: str) -> Administrator:
    """Write a new administrator down.

    Raises:
        AdministratorRefused: the name belongs to somebody else.
    """
    now = clock.read().now
    row: dict[str, Any] = {"id": fresh_id(), "name": read_name(name), "role": role, "made_at": now, **values}
    try:
        await connection.execute(insert(ADMINISTRATORS).values(**row | {"role": role.value}))
    except IntegrityError as error:
        raise AdministratorRefused("Somebody else has this name. Choose another one.") from error
    return Administrator(**row)


async def _keep_one(connection: AsyncConnection, administrator: str, role: Role | None) -> None:
    """Somebody must always be able to say who may."""
    wanted = select(ADMINISTRATORS.c.id).where(ADMINISTRATORS.c.role == Role.ADMIN.value).with_for_update()
    admins = {row.id for row in await connection.execute(wanted)}
    if admins == {administrator} and role is not Role.ADMIN:
        raise AdministratorRefused(
            "This is the last administrator with the role admin. Give somebody else that role first."
        )
