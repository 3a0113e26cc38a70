"""Columns that mean the same on SQLite and on PostgreSQL, and the database's own idea of the time."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Instant(TypeDecorator[datetime]):
    """An aware time in UTC, kept as microseconds since 1970: the same number everywhere, and it can be compared."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002 - SQLAlchemy's
        """The number for a time."""
        return None if value is None else microseconds(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's
        """The time for a number."""
        return None if value is None else instant(int(value))


def microseconds(time: datetime) -> int:
    """Since 1970, exactly."""
    return (time - _EPOCH) // timedelta(microseconds=1)


def instant(number: int) -> datetime:
    """The time that many microseconds after 1970."""
    return _EPOCH + timedelta(microseconds=number)


class database_now(FunctionElement[int]):  # noqa: N801 - it is used as a function in SQL
    """Microseconds since 1970 by the database's clock, which all processes share."""

    type = BigInteger()
    inherit_cache = True


@compiles(database_now, "sqlite")
def _now_in_sqlite(element: database_now, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ARG001 - theirs
    return "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) * 1000"


@compiles(database_now, "postgresql")
def _now_in_postgresql(element: database_now, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ARG001 - theirs
    return "CAST(extract(epoch from clock_timestamp()) * 1000000 AS BIGINT)"
