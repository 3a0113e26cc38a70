"""SQLAlchemy's engine for a store, with the care that a promise about durability asks for.

SQLite: write-ahead log, every commit synced before it counts (`synchronous = FULL`), deleted bytes overwritten, the
file for its owner alone, and a writer that says so at once (`BEGIN IMMEDIATE`), so that none fails half way.
PostgreSQL: as the server is set; a server with `synchronous_commit = off` breaks the promise and is told otherwise.
"""

import os
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from device.model.errors import SettingsError
from hub.store.address import Address

BEGINS = "doorlight_begins"
"""Execution option of a connection on SQLite: what its transactions begin with; empty for none at all."""
_BUSY_MS = 10_000
_CARE = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA secure_delete = ON",
    "PRAGMA foreign_keys = ON",
    f"PRAGMA busy_timeout = {_BUSY_MS}",
)


def make_engine(address: Address) -> AsyncEngine:
    """The engine; nothing is connected yet, and a SQLite file is made where there is none.

    Raises:
        SettingsError: PostgreSQL's driver is not installed.
        OSError: the file cannot be made.
    """
    return _sqlite(address, address.file) if address.file is not None else _postgresql(address)


def _sqlite(address: Address, file: Path) -> AsyncEngine:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(file, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
    engine = create_async_engine(
        address.url, connect_args={"isolation_level": None}, pool_size=4, max_overflow=4, hide_parameters=True
    )
    event.listen(engine.sync_engine, "connect", _take_care)
    event.listen(engine.sync_engine, "begin", _begin)
    return engine


def _take_care(connection: DBAPIConnection, entry: ConnectionPoolEntry) -> None:  # noqa: ARG001 - SQLAlchemy's
    cursor = connection.cursor()
    for pragma in _CARE:
        cursor.execute(pragma)
    cursor.close()


def _begin(connection: Connection) -> None:
    if begins := connection.get_execution_options().get(BEGINS, "BEGIN"):
        connection.exec_driver_sql(begins)


def _postgresql(address: Address) -> AsyncEngine:
    arguments: dict[str, Any] = {
        "options": f"{address.options} -c synchronous_commit=on",
        "connect_timeout": address.connect_timeout,
    }
    try:
        return create_async_engine(
            address.url,
            connect_args=arguments,
            pool_size=8,
            max_overflow=8,
            pool_pre_ping=True,
            hide_parameters=True,
        )
    except ModuleNotFoundError as error:
        raise SettingsError(
            "PostgreSQL's driver is not installed.", "Install it with: pip install 'doorlight[postgresql]'."
        ) from error
