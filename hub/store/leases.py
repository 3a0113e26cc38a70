"""Who does what, where several hubs share a database: a lease has one holder at a time and runs out by itself, by the
database's clock.
"""

from datetime import timedelta

from sqlalchemy import case, update
from sqlalchemy.ext.asyncio import AsyncConnection

from device.model.value import Value
from hub.store.columns import database_now
from hub.store.inserting import insert_into
from hub.store.tables.leases import LEASES


class Lease(Value):
    """Held now, by `holder`, until it runs out or is renewed."""

    name: str
    holder: str
    term: int
    """Grows whenever the holder changes: what is written under an old term can be told from the present one's."""


async def take(connection: AsyncConnection, name: str, holder: str, life: timedelta) -> Lease | None:
    """Take or renew; None while somebody else holds it."""
    ends = database_now() + life // timedelta(microseconds=1)
    wanted = insert_into(connection, LEASES).values(name=name, holder=holder, term=1, expires_at=ends)
    statement = wanted.on_conflict_do_update(
        index_elements=[LEASES.c.name],
        set_={
            "holder": wanted.excluded.holder,
            "term": LEASES.c.term + case((LEASES.c.holder == holder, 0), else_=1),
            "expires_at": wanted.excluded.expires_at,
        },
        where=(LEASES.c.holder == holder) | (LEASES.c.expires_at <= database_now()),
    ).returning(LEASES.c.term)
    term = (await connection.execute(statement)).scalar_one_or_none()
    return None if term is None else Lease(name=name, holder=holder, term=term)


async def give_back(connection: AsyncConnection, name: str, holder: str) -> None:
    """End a lease before it runs out. The row stays, so that its term goes on growing."""
    mine = (LEASES.c.name == name) & (LEASES.c.holder == holder)
    await connection.execute(update(LEASES).where(mine).values(expires_at=0, holder=""))
