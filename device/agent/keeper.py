"""Brings the card in line with what is known, a little after the glass: a slow card delays no door."""

import asyncio
import hashlib
from datetime import date

from device.agent.cache import Cache
from device.agent.clock import Timekeeper
from device.agent.knowledge import Knowledge
from device.agent.runtime_files import RuntimeFiles
from device.model.occurrence import Occurrence
from device.model.value import encode
from device.model.window import Window, local_day, midnight


class Keeper:
    """The only one who lets the cache be written. Woken whenever something was shown."""

    def __init__(self, knowledge: Knowledge, cache: Cache, clock: Timekeeper, files: RuntimeFiles) -> None:
        self._knowledge, self._cache, self._clock, self._files = knowledge, cache, clock, files
        self._wake = asyncio.Event()
        self._day: date | None = None

    async def recall(self) -> None:
        """Begin with what the card remembers."""
        cached = await self._cache.load()
        digest = _digest(cached.window, cached.occurrences)
        self._knowledge.remember(cached, self._files.confirmed(digest, self._clock.read()))

    def wake(self, *_: object) -> None:
        """Something may be different from what the card holds."""
        self._wake.set()

    async def run(self) -> None:
        """Write whatever is to be written, until cancelled."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            await self._keep()

    async def _keep(self) -> None:
        known, reading = self._knowledge, self._clock.read()
        if known.window is None or not reading.trust.proves:
            return
        zone = known.room.zone
        today, confirmed = local_day(reading.now, zone), known.confirmed
        begun = midnight(today, zone)
        kept = tuple(one for one in known.redacted(reading.now) if one.bounds(zone).end > begun)
        await self._cache.keep(known.window, kept)
        if confirmed is not None and not self._cache.fault:
            self._files.confirm(confirmed, _digest(known.window, kept))
        if today != self._day:
            self._day = today
            await self._cache.forget(reading.now)
        if known.card_fault != self._cache.fault:
            known.card_fault = self._cache.fault
            known.tell()


def _digest(window: Window | None, occurrences: tuple[Occurrence, ...]) -> str:
    """What tells one content of the card from another."""
    digest = hashlib.sha256(encode(window) if window else b"")
    for line in sorted(encode(occurrence) for occurrence in occurrences):
        digest.update(line)
    return digest.hexdigest()
