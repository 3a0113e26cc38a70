"""The audit log of a running hub: what is appended is durable before `append` returns, or it raises.

Those who come while a transaction is being written share the next one, so a crowd costs one sync. Where several hubs
share a database, whoever appends holds the head's row, and the chain stays one. A checkpoint is signed each 1,000
entries and within 60 s of an entry; it goes to the log (and so to the journal and syslog) and to observers, of whom
one should be a device: what one of them remembers, nobody can take back.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta

import msgspec
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from device.model.clock import Clock
from device.model.errors import SettingsError
from hub.audit import rows
from hub.audit.checkpoint import Checkpoint, Signer
from hub.audit.entry import Entry, Event, chained
from hub.audit.verdict import Judge, Verdict
from hub.errors import AuditUnavailable, StoreError
from hub.store import Store

log = logging.getLogger(__name__)

SIGN_EVERY = 1000
SIGN_WITHIN = timedelta(seconds=60)
KEPT = timedelta(days=365)
SHORTEST = timedelta(days=1)


class AuditLog:
    """Appends, signs, prunes and judges the chain in a store."""

    def __init__(self, store: Store, signer: Signer, clock: Clock, kept: timedelta = KEPT) -> None:
        if kept < SHORTEST:
            raise SettingsError("The audit log is kept for less than a day.", 'Write a span such as "365d".')
        self._store = store
        self._signer = signer
        self._clock = clock
        self._kept = kept
        self._waiting: list[tuple[Event, asyncio.Future[Entry]]] = []
        self._writer: asyncio.Task[None] | None = None
        self.observers: list[Callable[[Checkpoint], None]] = []
        """Told of each checkpoint; must not raise and not wait."""

    @property
    def public_key(self) -> bytes:
        """Who signs, 32 bytes."""
        return self._signer.public

    async def append(self, event: Event, values: Mapping[str, str] | None = None) -> Entry:
        """Write `event` down; `values` go in as HMACs. It is durable once this returns.

        Raises:
            AuditUnavailable: it is not written down; whatever hangs on it must not happen.
        """
        if values:
            veiled = {name: self._signer.veiled(value) for name, value in values.items()}
            event = msgspec.structs.replace(event, objects={**event.objects, **veiled})
        written: asyncio.Future[Entry] = asyncio.get_running_loop().create_future()
        self._waiting.append((event, written))
        if self._writer is None:
            self._writer = asyncio.create_task(self._write_all())
        return await written

    async def checkpoint(self) -> Checkpoint | None:
        """Sign the chain as it is; None while it is empty."""
        async with self._available() as connection:
            return await self._sign(await rows.lock_head(connection), connection)

    async def prune(self) -> int:
        """Remove what is older than it has to be kept, up to a checkpoint, and say so in the log; how many entries."""
        limit = self._clock.read().now - self._kept
        async with self._store.reading() as connection:
            head, until = await rows.read_head(connection), await rows.last_signed_before(connection, limit)
        if until < head.first:
            return 0
        await self.append(Event(actor="hub", action="audit.prune", objects={"until": str(until)}))
        async with self._available() as connection:
            head = await rows.lock_head(connection)
            await rows.drop_until(connection, until + 1)
            pruned = msgspec.structs.replace(head, first=until + 1)
            await rows.write_head(connection, pruned)
            await self._sign(pruned, connection)
        return until + 1 - head.first

    async def remembers(self, checkpoint: Checkpoint) -> bool:
        """Whether this chain is the one that `checkpoint` was signed of, and still as long: else it was rolled back."""
        if checkpoint.key != self.public_key or not checkpoint.genuine():
            return False
        async with self._store.reading() as connection:
            head = await rows.read_head(connection)
            if checkpoint.seq < head.first:
                return True
            return await rows.hash_at(connection, checkpoint.seq) == checkpoint.hash

    async def verify(self, remembered: Checkpoint | None = None) -> Verdict:
        """Whether the chain is whole, as far as its checkpoints and the one that somebody remembers reach."""
        async with self._store.snapshot() as connection:
            judge = Judge(await rows.checkpoints(connection), self.public_key, remembered)
            async for entry in rows.entries(connection):
                judge.see(entry)
        return judge.verdict()

    async def run(self) -> None:
        """Sign what is not signed yet within `SIGN_WITHIN`, and prune once a day; for ever."""
        pruned: timedelta | None = None
        while True:
            await asyncio.sleep(SIGN_WITHIN.total_seconds() / 2)
            now = self._clock.read().elapsed
            try:
                await self.sign_if_due()
                if pruned is None or now - pruned >= timedelta(days=1):
                    await self.prune()
                    pruned = now
            except (AuditUnavailable, StoreError) as error:
                log.warning("the audit log cannot be signed: %s", error)

    async def sign_if_due(self) -> Checkpoint | None:
        """Sign where entries have come since the last checkpoint."""
        async with self._store.reading() as connection:
            head, last = await rows.read_head(connection), await rows.last_checkpoint(connection)
        return await self.checkpoint() if head.seq > (last.seq if last else 0) else None

    async def _write_all(self) -> None:
        """Write until nobody waits. A task of its own, so that whoever goes away takes nobody else's entry along."""
        try:
            while self._waiting:
                taken, self._waiting = self._waiting, []
                entries: list[Entry] | AuditUnavailable = AuditUnavailable("The audit log was left unfinished.")
                try:
                    entries = await self._write([event for event, _ in taken])
                except AuditUnavailable as error:
                    entries = error
                finally:
                    _settle([written for _, written in taken], entries)
        finally:
            self._writer = None

    async def _write(self, events: list[Event]) -> list[Entry]:
        """The events as one transaction."""
        async with self._available() as connection:
            head = await rows.lock_head(connection)
            entries = self._chain(events, head)
            await rows.add_entries(connection, entries)
            last = rows.Head(seq=entries[-1].seq, hash=entries[-1].hash, first=head.first)
            await rows.write_head(connection, last)
            if last.seq // SIGN_EVERY > head.seq // SIGN_EVERY:
                await self._sign(last, connection)
        return entries

    def _chain(self, events: list[Event], head: rows.Head) -> list[Entry]:
        at, seq, before = self._clock.read().now, head.seq, head.hash
        entries = []
        for event in events:
            seq += 1
            entries.append(chained(event, seq, at, before))
            before = entries[-1].hash
        return entries

    async def _sign(self, head: rows.Head, connection: AsyncConnection) -> Checkpoint | None:
        if head.seq == 0:
            return None
        checkpoint = self._signer.sign(head.seq, head.first, self._clock.read().now, head.hash)
        await rows.add_checkpoint(connection, checkpoint)
        log.info(
            "audit checkpoint %d first=%d hash=%s key=%s signature=%s",
            checkpoint.seq,
            checkpoint.first,
            checkpoint.hash.hex(),
            checkpoint.key.hex(),
            checkpoint.signature.hex(),
        )
        for observer in self.observers:
            observer(checkpoint)
        return checkpoint

    @asynccontextmanager
    async def _available(self) -> AsyncIterator[AsyncConnection]:
        try:
            async with self._store.transaction() as connection:
                yield connection
        except (StoreError, IntegrityError) as error:
            raise AuditUnavailable("The audit log cannot be written.", getattr(error, "hint", "")) from error


def _settle(waiting: list[asyncio.Future[Entry]], entries: list[Entry] | AuditUnavailable) -> None:
    """Tell everybody who has not gone away."""
    for number, written in enumerate(waiting):
        if written.done():
            continue
        if isinstance(entries, AuditUnavailable):
            written.set_exception(entries)
        else:
            written.set_result(entries[number])
