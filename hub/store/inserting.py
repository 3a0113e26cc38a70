"""INSERT with ON CONFLICT, which SQLite and PostgreSQL share and standard SQL does not have."""

from sqlalchemy import Table
from sqlalchemy.dialects.postgresql import Insert as InsertInPostgresql
from sqlalchemy.dialects.sqlite import Insert as InsertInSqlite
from sqlalchemy.ext.asyncio import AsyncConnection


def insert_into(connection: AsyncConnection, table: Table) -> InsertInSqlite | InsertInPostgresql:
    """An INSERT for this database, with `on_conflict_do_nothing` and `on_conflict_do_update`."""
    return InsertInSqlite(table) if connection.dialect.name == "sqlite" else InsertInPostgresql(table)
