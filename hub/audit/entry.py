"""One entry of the audit log, and the hash that hangs it on the one before. No I/O here.

hash = SHA-256 of "doorlight/audit/v1", seq, time, actor, action, objects, outcome, prev_hash, each after its length
"""

import hashlib
import json
from datetime import datetime
from typing import Any

import msgspec

from device.model.value import Value
from hub.store.columns import microseconds
from hub.vault.framing import framed

_LABEL = "doorlight/audit/v1"
NOTHING = bytes(32)
"""The hash before the first entry."""


class Event(Value, kw_only=True):
    """Something that happened, or is about to. All texts are opaque ids and words of ours."""

    actor: str
    """`hub`, `command`, or who is signed in."""
    action: str
    """Such as `secret.open`, `key.shred`."""
    objects: dict[str, str] = msgspec.field(default_factory=dict)
    outcome: str = "ok"


class Entry(Value):
    """An event in its place in the chain."""

    seq: int
    """1, 2, 3, … without a gap."""
    at: datetime
    event: Event
    prev_hash: bytes
    hash: bytes


def chained(event: Event, seq: int, at: datetime, prev_hash: bytes) -> Entry:
    """The event as entry `seq` after the one whose hash is `prev_hash`."""
    return Entry(seq=seq, at=at, event=event, prev_hash=prev_hash, hash=hash_of(event, seq, at, prev_hash))


def hash_of(event: Event, seq: int, at: datetime, prev_hash: bytes) -> bytes:
    """What the entry's hash must be."""
    parts = (
        _LABEL,
        str(seq),
        str(microseconds(at)),
        event.actor,
        event.action,
        objects_text(event.objects),
        event.outcome,
        prev_hash,
    )
    return hashlib.sha256(framed(*parts)).digest()


def objects_text(objects: dict[str, Any]) -> str:
    """The objects as they are written and hashed: one spelling for one meaning."""
    return json.dumps(objects, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
