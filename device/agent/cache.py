"""What the agent remembers over a loss of power: the redacted meetings of its window, and holds not yet told.

Nothing is written when nothing changed; what changed is one transaction of the rows concerned. When the card is full,
read-only or broken the agent goes on from memory, says so in `fault`, and writes again as soon as it can. The time of
the last success is not written here: one row a minute alone would wear the card by 40 MB a day.
"""

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from sqlite_utils import Database

from device.agent.cache_file import Cached, card_fault, forget_asides, move_aside, open_file, read_cache
from device.model.occurrence import Occurrence
from device.model.requests import Hold
from device.model.room import Room
from device.model.value import Value, encode
from device.model.window import Window

log = logging.getLogger(__name__)

ASIDE_FOR = timedelta(days=7)
Rows = Mapping[str, str]
_T = TypeVar("_T")


@asynccontextmanager
async def open_cache(path: Path, room: Room, look: Value) -> AsyncIterator["Cache"]:
    """The cache of one room at `path`, closed on leaving. It opens whatever state the card is in."""
    cache = Cache(path, room, look)
    try:
        yield cache
    finally:
        await cache.close()


class Cache:
    """One file, one writer. Its methods never raise for the card's sake."""

    def __init__(self, path: Path, room: Room, look: Value) -> None:
        self._path = path
        self._room = room
        self._meta: dict[str, str] = {"room": _json(room), "look": _json(look)}
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="cache")
        self._database: Database | None = None
        self._on_card: dict[str, Rows] = {}
        self._wanted: dict[str, Rows] = {"meta": self._meta, "occurrences": {}, "pending": {}}
        self.fault = ""
        """What is wrong with the card, empty while nothing is."""

    async def load(self) -> Cached:
        """What was known before this start; nothing where it was another room's."""
        cached = await self._in_thread(self._load)
        if cached.room != self._room.id:
            return Cached(room=self._room.id)
        self._wanted["occurrences"] = _rows(cached.occurrences)
        self._wanted["pending"] = {hold.key: _json(hold) for hold in cached.holds}
        if cached.window:
            self._wanted["meta"] = {**self._meta, "window": _json(cached.window)}
        return cached

    async def keep(self, window: Window, occurrences: Iterable[Occurrence]) -> None:
        """Let the card hold these meetings, redacted already, and no others."""
        self._wanted["meta"] = {**self._meta, "window": _json(window)}
        self._wanted["occurrences"] = _rows(occurrences)
        await self._write_changes()

    async def keep_holds(self, holds: Iterable[Hold]) -> None:
        """Let the card hold these holds and no others; on return they outlive even a loss of power."""
        self._wanted["pending"] = {hold.key: _json(hold) for hold in holds}
        await self._write_changes()

    async def forget(self, now: datetime) -> None:
        """Remove files that were moved aside and have been kept for long enough."""
        await self._in_thread(lambda: forget_asides(self._path, (now - ASIDE_FOR).timestamp()))

    async def close(self) -> None:
        """Write what is left to be written, and close the file."""
        await self._write_changes()
        await self._in_thread(self._close)
        self._thread.shutdown(wait=False)

    async def _write_changes(self) -> None:
        if self._wanted != self._on_card:
            await self._in_thread(self._write)

    async def _in_thread(self, work: Callable[[], _T]) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _load(self) -> Cached:
        try:
            self._open()
        except (sqlite3.Error, OSError) as error:
            self._failed(error)
        return read_cache(self._path) or Cached()

    def _open(self) -> Database:
        """The open file; what it holds is read, so that only differences are written."""
        if self._database is None:
            self._database = open_file(self._path)
            self._on_card = {
                table: dict(self._database.execute(f"SELECT * FROM {table}"))  # noqa: S608 - names of our own
                for table in self._wanted
            }
        return self._database

    def _write(self) -> None:
        """One transaction of what differs, and a second try on a new file where this one is damaged."""
        wanted = {table: dict(rows) for table, rows in self._wanted.items()}
        try:
            try:
                self._transact(wanted)
            except sqlite3.DatabaseError as error:
                if card_fault(error):
                    raise
                log.warning("the cache broke while it was written (%s); moved aside", type(error).__name__)
                self._close()
                move_aside(self._path)
                self._transact(wanted)
        except (sqlite3.Error, OSError) as error:
            self._failed(error)
        else:
            self._on_card = dict(wanted)
            if self.fault:
                log.info("the card can be written again")
            self.fault = ""

    def _transact(self, wanted: dict[str, dict[str, str]]) -> None:
        database = self._open()
        promised = wanted["pending"] != self._on_card["pending"]
        database.execute(f"PRAGMA synchronous = {'FULL' if promised else 'NORMAL'}")
        with database.atomic():
            for table, rows in wanted.items():
                _bring(database, table, self._on_card[table], rows)

    def _failed(self, error: Exception) -> None:
        """Say once that the card fails; close the file, for a card that comes back wants it opened anew."""
        fault = card_fault(error) or "CardFault"
        if fault != self.fault:
            log.warning("the card cannot be written (%s); going on from memory", fault)
        self.fault = fault
        self._close()

    def _close(self) -> None:
        database, self._database, self._on_card = self._database, None, {}
        if database is not None:
            try:
                database.close()
            except sqlite3.Error as error:
                log.warning("the cache did not close cleanly (%s)", type(error).__name__)


def _bring(database: Database, table: str, before: Rows, after: Rows) -> None:
    """Make `table` hold `after`, touching only the rows that differ."""
    key = "id" if table == "occurrences" else "key"
    for gone in before.keys() - after.keys():
        database.execute(f"DELETE FROM {table} WHERE {key} = ?", [gone])  # noqa: S608 - names of our own
    changed = [{key: name, "body": body} for name, body in after.items() if before.get(name) != body]
    if changed:
        database.table(table).upsert_all(changed, pk=key)


def _rows(occurrences: Iterable[Occurrence]) -> dict[str, str]:
    return {occurrence.id: _json(occurrence) for occurrence in occurrences}


def _json(value: Value) -> str:
    return encode(value).decode()
