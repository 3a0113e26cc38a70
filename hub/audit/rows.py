"""The audit log's rows: entries, head and checkpoints, on the connection of whoever holds the transaction."""

import json
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from device.model.value import Value
from hub.audit.checkpoint import Checkpoint
from hub.audit.entry import NOTHING, Entry, Event, objects_text
from hub.store.inserting import insert_into
from hub.store.tables.audit import CHECKPOINTS, ENTRIES, HEAD

_PAGE = 1000


class Head(Value):
    """Where the chain ends, and where what is kept of it begins."""

    seq: int
    hash: bytes
    first: int


async def lock_head(connection: AsyncConnection) -> Head:
    """The head; until the transaction ends nobody else appends."""
    first = insert_into(connection, HEAD).values(row=1, seq=0, hash=NOTHING, first=1)
    await connection.execute(first.on_conflict_do_nothing())
    found = (await connection.execute(select(HEAD).with_for_update())).one()
    return Head(seq=found.seq, hash=found.hash, first=found.first)


async def read_head(connection: AsyncConnection) -> Head:
    """The head as it is."""
    found = (await connection.execute(select(HEAD))).one_or_none()
    return (
        Head(seq=0, hash=NOTHING, first=1) if found is None else Head(seq=found.seq, hash=found.hash, first=found.first)
    )


async def write_head(connection: AsyncConnection, head: Head) -> None:
    """Move the head."""
    await connection.execute(update(HEAD).values(seq=head.seq, hash=head.hash, first=head.first))


async def add_entries(connection: AsyncConnection, entries: Sequence[Entry]) -> None:
    """Write entries down."""
    await connection.execute(insert(ENTRIES), [_columns(entry) for entry in entries])


async def drop_until(connection: AsyncConnection, seq: int) -> None:
    """Remove the entries before `seq`, and the checkpoints that speak of them alone."""
    await connection.execute(delete(ENTRIES).where(ENTRIES.c.seq < seq))
    await connection.execute(delete(CHECKPOINTS).where(CHECKPOINTS.c.seq < seq - 1))


async def add_checkpoint(connection: AsyncConnection, checkpoint: Checkpoint) -> None:
    """Write a checkpoint down, in place of one of the same entry."""
    await connection.execute(delete(CHECKPOINTS).where(CHECKPOINTS.c.seq == checkpoint.seq))
    await connection.execute(
        insert(CHECKPOINTS).values(
            seq=checkpoint.seq,
            first=checkpoint.first,
            at=checkpoint.at,
            hash=checkpoint.hash,
            key=checkpoint.key,
            signature=checkpoint.signature,
        )
    )


async def checkpoints(connection: AsyncConnection) -> tuple[Checkpoint, ...]:
    """All that are kept, the oldest first."""
    return tuple(_checkpoint(row) for row in await connection.execute(select(CHECKPOINTS).order_by(CHECKPOINTS.c.seq)))


async def last_checkpoint(connection: AsyncConnection) -> Checkpoint | None:
    """The newest."""
    newest = select(CHECKPOINTS).order_by(CHECKPOINTS.c.seq.desc()).limit(1)
    row = (await connection.execute(newest)).one_or_none()
    return _checkpoint(row) if row is not None else None


async def last_signed_before(connection: AsyncConnection, time: datetime) -> int:
    """The last entry that a checkpoint older than `time` speaks of; 0 where there is none."""
    newest = select(func.max(CHECKPOINTS.c.seq)).where(CHECKPOINTS.c.at < time)
    return int((await connection.execute(newest)).scalar_one() or 0)


async def entries(connection: AsyncConnection) -> AsyncIterator[Entry]:
    """Every entry, in the order of the chain, some at a time."""
    after = -1
    while True:
        page = select(ENTRIES).where(ENTRIES.c.seq > after).order_by(ENTRIES.c.seq).limit(_PAGE)
        rows = (await connection.execute(page)).all()
        for row in rows:
            yield entry_of(row)
        if len(rows) < _PAGE:
            return
        after = rows[-1].seq


async def hash_at(connection: AsyncConnection, seq: int) -> bytes | None:
    """The hash of one entry; None where it is not kept."""
    found: bytes | None = (
        await connection.execute(select(ENTRIES.c.hash).where(ENTRIES.c.seq == seq))
    ).scalar_one_or_none()
    return found


def _columns(entry: Entry) -> dict[str, Any]:
    return {
        "seq": entry.seq,
        "at": entry.at,
        "actor": entry.event.actor,
        "action": entry.event.action,
        "objects": objects_text(entry.event.objects),
        "outcome": entry.event.outcome,
        "prev_hash": entry.prev_hash,
        "hash": entry.hash,
    }


def entry_of(row: Row[Any]) -> Entry:
    """The entry of a row."""
    event = Event(actor=row.actor, action=row.action, objects=_objects(row.objects), outcome=row.outcome)
    return Entry(seq=row.seq, at=row.at, event=event, prev_hash=row.prev_hash, hash=row.hash)


def _objects(text: str) -> dict[str, str]:
    """What was written; a text that is none of ours cannot have the right hash, whatever is made of it."""
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    return found if isinstance(found, dict) and objects_text(found) == text else {"unreadable": text}


def _checkpoint(row: Row[Any]) -> Checkpoint:
    return Checkpoint(seq=row.seq, first=row.first, at=row.at, hash=row.hash, key=row.key, signature=row.signature)
