"""Where a store is: a file of this machine, or a PostgreSQL database (and, in it, a schema)."""

import re
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from device.model.errors import SettingsError

_SCHEMA = re.compile(r"[a-z_][a-z0-9_]{0,62}")
_ANSWER = 10
"""Seconds that PostgreSQL has for a connection, and for a statement."""


@dataclass(frozen=True, slots=True)
class Address:
    """One store's place. Its text names no password."""

    url: URL
    schema: str = ""
    """PostgreSQL: the schema that holds the tables; empty: the one that the database says."""

    @property
    def file(self) -> Path | None:
        """The file of a SQLite store; None for PostgreSQL."""
        return Path(self.url.database or "") if self.url.get_backend_name() == "sqlite" else None

    def __str__(self) -> str:
        if self.file is not None:
            return str(self.file)
        shown = self.url.set(drivername="postgresql", query={}).render_as_string(hide_password=True)
        return f"{shown}?schema={self.schema}" if self.schema else shown

    def __repr__(self) -> str:
        return f"Address({self})"

    @property
    def conninfo(self) -> str:
        """The same for psycopg itself, password included."""
        return self.url.set(drivername="postgresql").render_as_string(hide_password=False)

    @property
    def options(self) -> str:
        """What every PostgreSQL session of ours is told: answer in bounded time, in our schema."""
        milliseconds = _ANSWER * 1000
        told = f"-c statement_timeout={milliseconds} -c lock_timeout={milliseconds}"
        return f"{told} -c search_path={self.schema}" if self.schema else told

    @property
    def connect_timeout(self) -> int:
        """Seconds until a server that does not answer counts as away."""
        return _ANSWER


def address_of(text: str, default: Path, key: str) -> Address:
    """The place that the setting `key` names: empty for `default`, a path, or a `postgresql://` address.

    Raises:
        SettingsError: it is neither.
    """
    if "://" not in text:
        return Address(URL.create("sqlite+aiosqlite", database=str(Path(text) if text else default)))
    try:
        url = make_url(text)
    except (ArgumentError, ValueError) as error:
        raise _unusable(key) from error
    if url.get_backend_name() not in ("postgresql", "postgres") or not url.database:
        raise _unusable(key)
    schema = url.query.get("schema", "")
    if not isinstance(schema, str) or (schema and not _SCHEMA.fullmatch(schema)):
        raise SettingsError(f"{key} names no schema.", "Write small letters, digits and underscores.")
    return Address(url.set(drivername="postgresql+psycopg").difference_update_query(["schema"]), schema)


def _unusable(key: str) -> SettingsError:
    return SettingsError(f"{key} is no database.", 'Write a path, or "postgresql://user@host/database?schema=name".')
