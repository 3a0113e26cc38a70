"""The chain as JSON lines, for an auditor and for another system: one entry or checkpoint a line, bytes in hex."""

import json
from collections.abc import AsyncIterator, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from device.model.errors import SettingsError
from hub.audit import rows
from hub.audit.checkpoint import Checkpoint
from hub.audit.entry import Entry, Event

_TIME = "%Y-%m-%dT%H:%M:%S.%fZ"


async def exported(connection: AsyncConnection) -> AsyncIterator[str]:
    """Every entry in the order of the chain, each checkpoint after the entry that it signs; the oldest one before."""
    waiting = list(await rows.checkpoints(connection))
    async for entry in rows.entries(connection):
        while waiting and waiting[0].seq < entry.seq:
            yield checkpoint_line(waiting.pop(0))
        yield entry_line(entry)
    for checkpoint in waiting:
        yield checkpoint_line(checkpoint)


def entry_line(entry: Entry) -> str:
    """An entry as a line of JSON."""
    return _line(
        seq=entry.seq,
        at=_time(entry.at),
        actor=entry.event.actor,
        action=entry.event.action,
        objects=entry.event.objects,
        outcome=entry.event.outcome,
        prev_hash=entry.prev_hash.hex(),
        hash=entry.hash.hex(),
    )


def checkpoint_line(checkpoint: Checkpoint) -> str:
    """A checkpoint as a line of JSON."""
    return _line(
        checkpoint=checkpoint.seq,
        first=checkpoint.first,
        at=_time(checkpoint.at),
        hash=checkpoint.hash.hex(),
        key=checkpoint.key.hex(),
        signature=checkpoint.signature.hex(),
    )


def read_lines(lines: Iterable[str]) -> Iterator[Entry | Checkpoint]:
    """What was exported.

    Raises:
        SettingsError: a line is none of ours; its number is told.
    """
    for number, line in enumerate(lines, 1):
        try:
            read = read_line(line.rstrip("\n"))
        except ValueError as error:
            raise SettingsError(
                f"Line {number} is no line of an audit log.", "Name a file from audit export."
            ) from error
        yield read


def read_line(line: str) -> Entry | Checkpoint:
    """One line, spelt exactly as we spell it, so that there is nothing in it that no hash covers.

    Raises:
        ValueError: it is none of ours.
    """
    try:
        read = _read(line)
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError("no line of ours") from error
    if (checkpoint_line(read) if isinstance(read, Checkpoint) else entry_line(read)) != line:
        raise ValueError("not spelt as ours are")
    return read


def _read(line: str) -> Entry | Checkpoint:
    found: dict[str, Any] = json.loads(line)
    at = datetime.strptime(found["at"], _TIME).replace(tzinfo=UTC)
    if "checkpoint" in found:
        return Checkpoint(
            seq=int(found["checkpoint"]),
            first=int(found["first"]),
            at=at,
            hash=bytes.fromhex(found["hash"]),
            key=bytes.fromhex(found["key"]),
            signature=bytes.fromhex(found["signature"]),
        )
    event = Event(
        actor=str(found["actor"]),
        action=str(found["action"]),
        objects=dict(found["objects"]),
        outcome=str(found["outcome"]),
    )
    return Entry(
        seq=int(found["seq"]),
        at=at,
        event=event,
        prev_hash=bytes.fromhex(found["prev_hash"]),
        hash=bytes.fromhex(found["hash"]),
    )


def _time(at: datetime) -> str:
    return at.astimezone(UTC).strftime(_TIME)


def _line(**fields: Any) -> str:
    return json.dumps(fields, ensure_ascii=True)
