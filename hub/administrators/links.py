"""Links that let somebody in once: 256 bits, hashed in the store, good for some time, used up by whoever comes first.

`first_link` is what the command `doorlight hub` prints at its start, for as long as nobody can sign in.
"""

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from device.model.clock import Clock
from device.model.value import Value
from hub.administrators.registry import enter
from hub.administrators.roles import Role
from hub.administrators.rows import Administrator, administrator_of
from hub.administrators.sessions import end_all
from hub.audit import Event
from hub.services import Services
from hub.store import Store
from hub.store.tables.administrators import ADMINISTRATORS, LINKS

FIRST_LIFE = timedelta(hours=24)
LINK_LIFE = timedelta(hours=72)
COMMAND = "command"
"""Who makes the first link."""


class LinkSpent(Exception):
    """The link was used before, has run out, or never was."""


class Link(Value, kw_only=True):
    """A link that is still good."""

    administrator: Administrator | None
    """Whose password and second factor are set anew; None: somebody new."""
    role: Role
    expires_at: datetime


class Links:
    """The links of one hub."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock

    async def make(self, role: Role, by: str, *, administrator: str | None = None, life: timedelta = LINK_LIFE) -> str:
        """A link's token, told only now. Older links for the same person, or from the same first start, end."""
        now, token = self._clock.read().now, secrets.token_urlsafe(32)
        older = (LINKS.c.administrator == administrator) if administrator else (LINKS.c.made_by == COMMAND)
        values = {"administrator": administrator, "role": role.value, "made_at": now, "made_by": by}
        async with self._store.transaction() as connection:
            await connection.execute(delete(LINKS).where(LINKS.c.expires_at <= now))
            if administrator or by == COMMAND:
                await connection.execute(delete(LINKS).where(older))
            await connection.execute(insert(LINKS).values(token_hash=digest(token), expires_at=now + life, **values))
        return token

    async def look(self, token: str) -> Link:
        """What a link is good for; it stays good.

        Raises:
            LinkSpent: nothing (any more).
        """
        async with self._store.reading() as connection:
            return await self._good(connection, token)

    async def use(self, token: str, name: str, password: str) -> Administrator:
        """Let somebody in, with a password's hash; of two who come at once one is let in.

        Raises:
            LinkSpent: it is good for nothing (any more).
            AdministratorRefused: the name is no name, or somebody else's. The link stays good.
        """
        async with self._store.transaction() as connection:
            link = await self._good(connection, token)
            await connection.execute(delete(LINKS).where(LINKS.c.token_hash == digest(token)))
            if link.administrator is None:
                return await enter(connection, name, link.role, self._clock, password=password)
            here = ADMINISTRATORS.c.id == link.administrator.id
            anew = {"password": password, "enrolled_at": None, "issuer": "", "subject": ""}
            await connection.execute(update(ADMINISTRATORS).where(here).values(**anew))
            await end_all(connection, link.administrator.id)
            return link.administrator

    async def _good(self, connection: AsyncConnection, token: str) -> Link:
        wanted = select(LINKS).where(LINKS.c.token_hash == digest(token)).with_for_update()
        row = (await connection.execute(wanted)).one_or_none()
        if row is None or row.expires_at <= self._clock.read().now:
            raise LinkSpent
        found = None
        if row.administrator is not None:
            whose = select(ADMINISTRATORS).where(ADMINISTRATORS.c.id == row.administrator)
            found = administrator_of((await connection.execute(whose)).one())
        return Link(administrator=found, role=Role(row.role), expires_at=row.expires_at)


def digest(token: str) -> bytes:
    """What is kept of a link."""
    return hashlib.sha256(b"doorlight link 1" + token.encode()).digest()


def address_of(portal: str, token: str) -> str:
    """The link as somebody opens it."""
    return f"{portal}/welcome/{token}"


async def first_link(hub: Services) -> str | None:
    """The address at which the first administrator is made; None where there is one already. The link before ends.

    Raises:
        AuditUnavailable, StoreUnreachable: none was made.
    """
    async with hub.store.reading() as connection:
        if (await connection.execute(select(func.count()).select_from(ADMINISTRATORS))).scalar_one():
            return None
    await hub.audit.append(Event(actor=COMMAND, action="administrator.first-link"))
    token = await Links(hub.store, hub.clock).make(Role.ADMIN, COMMAND, life=FIRST_LIFE)
    return address_of(hub.server.portal, token)


async def way_back(hub: Services, name: str) -> str | None:
    """The address at which an administrator sets password and second factor anew; None where nobody is called so.

    Raises:
        AuditUnavailable, StoreUnreachable: none was made.
    """
    async with hub.store.reading() as connection:
        wanted = select(ADMINISTRATORS).where(ADMINISTRATORS.c.name == name.strip().lower())
        row = (await connection.execute(wanted)).one_or_none()
    if row is None:
        return None
    found = administrator_of(row)
    await hub.audit.append(Event(actor=COMMAND, action="administrator.reset-link", objects={"administrator": found.id}))
    token = await Links(hub.store, hub.clock).make(found.role, COMMAND, administrator=found.id, life=FIRST_LIFE)
    return address_of(hub.server.portal, token)
