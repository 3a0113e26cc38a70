"""Sealed secrets, and which key seals new ones."""

from sqlalchemy import BigInteger, Column, Index, LargeBinary, Table, Text

from hub.store.columns import Instant
from hub.store.tables.metadata import MAIN

SECRETS = Table(
    "secrets",
    MAIN,
    Column("tenant", Text, primary_key=True),
    Column("connection", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("record", Text, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("ck_id", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("sealed_at", Instant, nullable=False),
    Index(None, "ck_id"),
)
"""One secret a row, the present one only. `sealed` is what `hub.vault.envelope` made of it."""
SEALING = Table(
    "sealing",
    MAIN,
    Column("tenant", Text, primary_key=True),
    Column("connection", Text, primary_key=True),
    Column("ck_id", Text, nullable=False),
    Column("sealings", BigInteger, nullable=False),
)
"""The one key that a connection's secrets are sealed with now, and how often it has been used."""
