"""The keyring as a witness of the database: it remembers the audit log's last checkpoint. So an old copy
of the database is noticed at the next start, even where no device is there to notice it.
"""

import asyncio
import logging
from datetime import timedelta

import msgspec
from sqlalchemy import select

from hub.audit import AuditLog, Checkpoint, Event
from hub.audit.export import checkpoint_line, read_line
from hub.errors import StoreError
from hub.identity import Identity
from hub.store import Store
from hub.store.inserting import insert_into
from hub.store.tables.identity import WITNESS

log = logging.getLogger(__name__)

_EVERY = timedelta(seconds=2)


class Witness:
    """Remembers one checkpoint."""

    def __init__(self, keyring: Store, audit: AuditLog) -> None:
        self._keyring = keyring
        self._audit = audit
        self._newest: Checkpoint | None = None
        audit.observers.append(self._heard)

    async def judged(self, identity: Identity) -> Identity:
        """The identity, marked as set back where the database does not know what the keyring remembers of it."""
        remembered = await self.recall()
        if not identity.set_back and (remembered is None or await self._audit.remembers(remembered)):
            return identity
        log.warning("the database is older than its keyring: it was restored, or replaced by an old copy")
        await self._audit.append(Event(actor="hub", action="store.set-back"))
        return msgspec.structs.replace(identity, set_back=True)

    async def recall(self) -> Checkpoint | None:
        """What is remembered; None where nothing is, or nothing that makes sense."""
        async with self._keyring.reading() as connection:
            line = (await connection.execute(select(WITNESS.c.checkpoint))).scalar_one_or_none()
        try:
            read = read_line(line) if line is not None else None
        except ValueError:
            return None
        return read if isinstance(read, Checkpoint) else None

    async def remember(self) -> None:
        """Write the newest checkpoint down, if there is one that is not.

        Raises:
            StoreError: later, then.
        """
        newest, self._newest = self._newest, None
        if newest is None:
            return
        try:
            async with self._keyring.transaction() as connection:
                line = insert_into(connection, WITNESS).values(row=1, checkpoint=checkpoint_line(newest))
                await connection.execute(
                    line.on_conflict_do_update(
                        index_elements=[WITNESS.c.row], set_={"checkpoint": line.excluded.checkpoint}
                    )
                )
        except StoreError:
            self._newest = self._newest or newest
            raise

    async def run(self) -> None:
        """For ever."""
        while True:
            await asyncio.sleep(_EVERY.total_seconds())
            try:
                await self.remember()
            except StoreError as error:
                log.warning("the keyring cannot be a witness: %s", error)

    def _heard(self, checkpoint: Checkpoint) -> None:
        self._newest = checkpoint
