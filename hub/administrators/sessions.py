"""Who is signed in: kept in the store, found by a token of which only the hash is kept (256 bits, new at each sign-in).

A session ends after half an hour without a page, after twelve hours at all events, by signing out, and when its
administrator's role, password or second factor changes.
"""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from device.model.clock import Clock
from hub.administrators.rows import Session, administrator_of
from hub.store import Store
from hub.store.tables.administrators import ADMINISTRATORS, SESSIONS

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
FRESH = timedelta(minutes=15)
"""For how long somebody who has said who they are may do what cannot be undone."""
WRITTEN_EVERY = timedelta(minutes=1)


def new_token() -> str:
    """A token that nobody can guess."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> bytes:
    """What is kept of a token."""
    return hashlib.sha256(b"doorlight session 1" + token.encode()).digest()


def form_token(token: str) -> str:
    """What every form carries that belongs to this browser: only pages that it was given can know it."""
    return hmac.digest(token.encode(), b"doorlight form 1", "sha256").hex()


class Sessions:
    """The sessions of one hub."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock

    async def begin(self, administrator: str) -> str:
        """Sign somebody in; the token, told only now."""
        now, token = self._clock.read().now, new_token()
        values = {"administrator": administrator, "began_at": now, "seen_at": now, "proved_at": now}
        async with self._store.transaction() as connection:
            over = (SESSIONS.c.seen_at <= now - IDLE) | (SESSIONS.c.began_at <= now - LONGEST)
            await connection.execute(delete(SESSIONS).where(over))
            await connection.execute(insert(SESSIONS).values(token_hash=digest(token), **values))
            here = ADMINISTRATORS.c.id == administrator
            await connection.execute(update(ADMINISTRATORS).where(here).values(signed_in_at=now))
        return token

    async def of(self, token: str) -> Session | None:
        """The session of a token, if it still holds; it is seen by this."""
        now = self._clock.read().now
        wanted = (
            select(ADMINISTRATORS, SESSIONS.c.began_at, SESSIONS.c.seen_at, SESSIONS.c.proved_at)
            .join(SESSIONS, SESSIONS.c.administrator == ADMINISTRATORS.c.id)
            .where(SESSIONS.c.token_hash == digest(token))
        )
        async with self._store.reading() as connection:
            row = (await connection.execute(wanted)).one_or_none()
        if row is None or now - row.seen_at >= IDLE or now - row.began_at >= LONGEST:
            return None
        if now - row.seen_at >= WRITTEN_EVERY:
            await self._change(token, seen_at=now)
        return Session(who=administrator_of(row), began_at=row.began_at, seen_at=row.seen_at, proved_at=row.proved_at)

    def is_fresh(self, session: Session) -> bool:
        """Whether somebody has said lately who they are."""
        return self._clock.read().now - session.proved_at < FRESH

    async def end(self, token: str) -> None:
        """Sign out."""
        async with self._store.transaction() as connection:
            await connection.execute(delete(SESSIONS).where(SESSIONS.c.token_hash == digest(token)))

    async def _change(self, token: str, **values: datetime) -> None:
        async with self._store.transaction() as connection:
            await connection.execute(update(SESSIONS).where(SESSIONS.c.token_hash == digest(token)).values(**values))


async def end_all(connection: AsyncConnection, administrator: str) -> None:
    """Sign somebody out everywhere, in the transaction that is the reason for it."""
    await connection.execute(delete(SESSIONS).where(SESSIONS.c.administrator == administrator))
