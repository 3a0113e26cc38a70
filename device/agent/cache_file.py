"""The cache as a file: its schema, its care, and what to do with one that cannot be right.

`meta` holds `room`, `look` and `window`; `occurrences` the redacted meetings of the window; `pending` the holds that
the calendar has not been told of; each `body` is the JSON of its value. The agent alone writes. A reader opens the
file read-only and may find it missing, empty, or damaged.
"""

import contextlib
import logging
import os
import sqlite3
from collections.abc import Mapping
from pathlib import Path

import msgspec
from sqlite_utils import Database

from device.model.occurrence import Occurrence
from device.model.requests import Hold
from device.model.value import Value, decode
from device.model.window import Window

log = logging.getLogger(__name__)

SCHEMA = 1
"""`PRAGMA user_version`; any other version is moved aside and rebuilt, for a cache has nothing that cannot be read
again.
"""
APPLICATION = 0x444F4F52
KEPT_ASIDE = 2
"""How many damaged files are kept for whoever wants to know."""
_TABLES: Mapping[str, Mapping[str, str]] = {
    "meta": {"key": "TEXT", "body": "TEXT"},
    "occurrences": {"id": "TEXT", "body": "TEXT"},
    "pending": {"key": "TEXT", "body": "TEXT"},
}
_PAGE = 1024
"""Bytes. One changed meeting costs some pages of the journal and of the file, so small ones."""
_CARE = (
    f"PRAGMA page_size = {_PAGE}",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = NORMAL",
    "PRAGMA wal_autocheckpoint = 16",
    "PRAGMA secure_delete = ON",
    "PRAGMA busy_timeout = 2000",
)
_NOT_THE_FILE = {
    sqlite3.SQLITE_FULL: "CardFull",
    sqlite3.SQLITE_READONLY: "CardReadOnly",
    sqlite3.SQLITE_IOERR: "CardFault",
    sqlite3.SQLITE_CANTOPEN: "CardFault",
    sqlite3.SQLITE_PERM: "CardReadOnly",
    sqlite3.SQLITE_BUSY: "CardBusy",
    sqlite3.SQLITE_LOCKED: "CardBusy",
    sqlite3.SQLITE_NOMEM: "CardFault",
}


class Damaged(Exception):
    """The file is no cache of ours."""


class Cached(Value):
    """What a cache holds."""

    room: str = ""
    """The room's identifier."""
    window: Window | None = None
    occurrences: tuple[Occurrence, ...] = ()
    holds: tuple[Hold, ...] = ()


def card_fault(error: Exception) -> str:
    """The name of what is wrong with the card, or nothing where the file itself is damaged."""
    if isinstance(error, OSError):
        return "CardFault"
    code = getattr(error, "sqlite_errorcode", None)
    return "" if code is None else _NOT_THE_FILE.get(code & 0xFF, "")


def open_file(path: Path) -> Database:
    """The file, sound and ready to be written; made where there is none, rebuilt where it was damaged.

    Raises:
        sqlite3.Error: the card, not the file, is at fault (see `card_fault`).
        OSError: the same.
    """
    path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
    try:
        return _opened(path)
    except (Damaged, sqlite3.DatabaseError) as error:
        if not isinstance(error, Damaged) and card_fault(error):
            raise
        log.warning("the cache is damaged (%s); moved aside and built anew", type(error).__name__)
    move_aside(path)
    return _opened(path)


def _opened(path: Path) -> Database:
    os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o640))
    connection = sqlite3.connect(path, check_same_thread=False)
    try:
        for pragma in _CARE:
            connection.execute(pragma)
        database = Database(connection, execute_plugins=False)
        _settle_schema(database)
        contents(connection)
    except BaseException:
        connection.close()
        raise
    return database


def _settle_schema(database: Database) -> None:
    """Make the tables of a new file; refuse a file that has others.

    Raises:
        Damaged: it is of another schema, or fails SQLite's own check.
    """
    names = set(database.table_names())
    (version,) = database.execute("PRAGMA user_version").fetchone()
    if not names and version == 0:
        with database.atomic():
            for name, columns in _TABLES.items():
                database.execute(
                    f"CREATE TABLE {name} ({', '.join(f'{column} {kind}' for column, kind in columns.items())}, "
                    f"PRIMARY KEY ({next(iter(columns))})) WITHOUT ROWID"
                )
            database.execute(f"PRAGMA application_id = {APPLICATION}")
            database.execute(f"PRAGMA user_version = {SCHEMA}")
        return
    if version != SCHEMA or names != set(_TABLES):
        raise Damaged(f"schema {version}")
    for name, columns in _TABLES.items():
        if database.table(name).columns_dict.keys() != columns.keys():
            raise Damaged(f"columns of {name}")
    if database.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
        raise Damaged("quick_check")


def contents(connection: sqlite3.Connection) -> Cached:
    """All that the file holds.

    Raises:
        Damaged: what it holds cannot be understood.
    """
    try:
        meta = dict(connection.execute("SELECT key, body FROM meta"))
        return Cached(
            room=msgspec.json.decode(meta.get("room", "{}"), type=dict).get("id", ""),
            window=decode(meta["window"], Window) if "window" in meta else None,
            occurrences=tuple(
                decode(body, Occurrence) for (body,) in connection.execute("SELECT body FROM occurrences")
            ),
            holds=tuple(decode(body, Hold) for (body,) in connection.execute("SELECT body FROM pending")),
        )
    except (msgspec.DecodeError, UnicodeDecodeError, TypeError, AttributeError) as error:
        raise Damaged("a row cannot be understood") from error


def read_cache(path: Path) -> Cached | None:
    """What the cache at `path` holds, touching nothing; None where there is none to be read."""
    for mode in ("mode=ro", "immutable=1"):
        with contextlib.suppress(sqlite3.Error, OSError, Damaged):
            connection = sqlite3.connect(f"{path.absolute().as_uri()}?{mode}", uri=True)
            with contextlib.closing(connection):
                return contents(connection)
    return None


def move_aside(path: Path) -> None:
    """Keep a damaged file under another name, the two latest of them."""
    asides = [path.with_name(f"{path.name}.damaged{number}") for number in range(1, KEPT_ASIDE + 1)]
    for older, newer in zip(reversed(asides), [*reversed(asides[:-1]), path], strict=True):
        for suffix in ("", "-wal"):
            source = Path(f"{newer}{suffix}")
            if source.exists():
                source.replace(f"{older}{suffix}")
            else:
                Path(f"{older}{suffix}").unlink(missing_ok=True)
    Path(f"{path}-shm").unlink(missing_ok=True)


def forget_asides(path: Path, before: float) -> None:
    """Remove damaged files that were last written before an instant (seconds since 1970): they hold meetings' words."""
    for aside in path.parent.glob(f"{path.name}.damaged*"):
        if aside.stat().st_mtime < before:
            aside.unlink(missing_ok=True)
