"""Who does what, where several hubs share a database."""

from sqlalchemy import BigInteger, Column, Table, Text

from hub.store.tables.metadata import MAIN

LEASES = Table(
    "leases",
    MAIN,
    Column("name", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("term", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
)
"""`term` grows whenever the holder changes; `expires_at` is the database's own time in microseconds."""
