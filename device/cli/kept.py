"""What an agent on this machine knows, without asking it: what it shows now, and what its cache holds."""

from datetime import datetime
from pathlib import Path

import msgspec

from device.agent.cache_file import read_cache
from device.cli.day import Known
from device.cli.door import Door
from device.model.availability import availability
from device.model.clock import ClockReading
from device.model.freshness import Freshness
from device.model.state import RoomState
from device.model.value import decode
from device.wire.panel import LastShown


def shown_last(runtime: Path | None) -> RoomState | None:
    """What the agent left beside its socket; None where there is nothing that can be read."""
    if runtime is None:
        return None
    try:
        last: LastShown = decode((runtime / "state.json").read_bytes(), LastShown)
    except (OSError, UnicodeDecodeError, msgspec.DecodeError):
        return None
    return last.state


def kept_day(door: Door, reading: ClockReading, why: str) -> Known | None:
    """The day as the cache holds it, believed no further than it was confirmed; None where there is no cache."""
    cached = read_cache(door.cache) if door.cache else None
    if cached is None or cached.room != door.room.id or cached.window is None:
        return None
    last = shown_last(door.runtime)
    confirmed_at = last.confirmed_at if last and last.room.id == door.room.id else None
    freshness = Freshness(confirmed_at=_past(confirmed_at, reading.now), window=cached.window)
    return Known(
        occurrences=cached.occurrences,
        availability=availability(reading.now, cached.occurrences, door.room, freshness, reading.trust),
        read_at=confirmed_at,
        unreadable=last.skipped if last else 0,
        source="cache",
        why=why,
    )


def _past(instant: datetime | None, now: datetime) -> datetime | None:
    return instant if instant is not None and instant <= now else None
