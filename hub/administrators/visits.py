"""Administrators who go to a provider's page and come back: each visit is good once, for ten minutes, for one browser.

What belongs to a visit (a verifier, a client's secret) is in the vault; the store has hashes.
"""

import hmac
import json
import secrets
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, insert, select

from device.calendars.interface import ConsentAsked
from device.model.clock import Clock
from device.model.secret import Secret
from device.model.value import Value
from hub.administrators.sessions import digest
from hub.store import Store
from hub.store.tables.administrators import VISITS
from hub.vault.errors import SecretNotFound
from hub.vault.owner import Owner, fresh_id
from hub.vault.vault import Vault

OWNER = Owner(tenant="hub", connection="visits")
KIND = "visit"
LIFE = timedelta(minutes=10)


class VisitUnknown(Exception):
    """Nobody left from here with this state, from this browser, lately; or came back already."""


class Visit(Value):
    """Somebody came back."""

    asked: ConsentAsked
    carried: dict[str, Any]
    """What was put aside when they left."""


class Visits:
    """The visits of one hub."""

    def __init__(self, store: Store, vault: Vault, clock: Clock) -> None:
        self._store, self._vault, self._clock = store, vault, clock

    async def leave(self, browser: str, redirect_uri: str, carried: dict[str, Any], *, actor: str) -> ConsentAsked:
        """Somebody is about to leave.

        Args:
            browser: the token of the browser that will come back.
            redirect_uri: where it will come back to.
            carried: put aside until then; JSON.
            actor: for the audit log.

        Raises:
            VaultError, AuditUnavailable: nothing could be put aside.
        """
        await self._sweep(actor)
        state, verifier, named = secrets.token_urlsafe(32), secrets.token_urlsafe(48), fresh_id()
        kept = json.dumps({"verifier": verifier, "redirect_uri": redirect_uri, "carried": carried})
        await self._vault.seal(OWNER, KIND, named, Secret(kept), actor=actor)
        values = {"id": named, "session_hash": digest(browser), "expires_at": self._clock.read().now + LIFE}
        async with self._store.transaction() as connection:
            await connection.execute(insert(VISITS).values(state_hash=digest(state), **values))
        return ConsentAsked(redirect_uri=redirect_uri, state=Secret(state), verifier=Secret(verifier))

    async def back(self, browser: str, state: str, *, actor: str) -> Visit:
        """Somebody came back; once.

        Raises:
            VisitUnknown: not from here.
            VaultError, AuditUnavailable: what was put aside cannot be had.
        """
        here = VISITS.c.state_hash == digest(state)
        async with self._store.transaction() as connection:
            row = (await connection.execute(select(VISITS).where(here).with_for_update())).one_or_none()
            await connection.execute(delete(VISITS).where(here))
        if row is None or row.expires_at <= self._clock.read().now:
            raise VisitUnknown
        if not hmac.compare_digest(row.session_hash, digest(browser)):
            raise VisitUnknown
        try:
            kept = json.loads((await self._vault.open(OWNER, KIND, row.id, actor=actor, purpose="visit")).reveal())
        except SecretNotFound as error:
            raise VisitUnknown from error
        await self._vault.forget(OWNER, KIND, row.id, actor=actor)
        asked = ConsentAsked(redirect_uri=kept["redirect_uri"], state=Secret(state), verifier=Secret(kept["verifier"]))
        return Visit(asked=asked, carried=kept["carried"])

    async def _sweep(self, actor: str) -> None:
        """Forget those who never came back."""
        over = VISITS.c.expires_at <= self._clock.read().now
        async with self._store.transaction() as connection:
            gone = [row.id for row in await connection.execute(select(VISITS.c.id).where(over))]
            await connection.execute(delete(VISITS).where(over))
        for named in gone:
            await self._vault.forget(OWNER, KIND, named, actor=actor)
