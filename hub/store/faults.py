"""SQLAlchemy's and the drivers' errors put into our words."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError

from hub.errors import StoreDamaged, StoreError, StoreUnreachable

_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_WHY = {
    sqlite3.SQLITE_FULL: "its disk is full",
    sqlite3.SQLITE_READONLY: "it may not be written",
    sqlite3.SQLITE_PERM: "it may not be written",
    sqlite3.SQLITE_IOERR: "its disk does not answer as it should",
    sqlite3.SQLITE_CANTOPEN: "its file cannot be opened",
    sqlite3.SQLITE_BUSY: "another process keeps it busy",
    sqlite3.SQLITE_LOCKED: "another process keeps it busy",
}


@contextmanager
def told(place: str) -> Iterator[None]:
    """Let no error of a driver out but `IntegrityError`, which says that a row of ours was there first.

    Raises:
        StoreUnreachable: it does not answer, or not now.
        StoreDamaged: the file is none of SQLite's any more.
    """
    try:
        yield
    except IntegrityError:
        raise
    except SQLAlchemyError as error:
        raise _meaning(error, place) from error
    except OSError as error:
        raise StoreUnreachable(
            f"The store {place} cannot be used: {error.strerror or type(error).__name__}."
        ) from error


def _meaning(error: SQLAlchemyError, place: str) -> StoreError:
    cause = error.orig if isinstance(error, DBAPIError) else None
    code = getattr(cause, "sqlite_errorcode", None)
    if code is not None and code & 0xFF in _DAMAGED:
        return StoreDamaged(f"The file {place} is damaged.")
    if isinstance(cause, sqlite3.Error):
        why = _WHY.get((code or 0) & 0xFF, type(cause).__name__)
    else:
        why = "the server does not answer as it should" if cause is None else type(cause).__name__
    return StoreUnreachable(f"The store {place} cannot be used: {why}.")
