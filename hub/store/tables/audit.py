"""The audit log: a chain of entries, its head, and signed checkpoints."""

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, Integer, LargeBinary, Table, Text

from hub.store.columns import Instant
from hub.store.tables.metadata import MAIN

ENTRIES = Table(
    "audit_entries",
    MAIN,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("objects", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("prev_hash", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Index(None, "at"),
)
"""`objects` is a JSON object of opaque ids and of HMACs; `hash` covers all else, `prev_hash` the entry before."""
HEAD = Table(
    "audit_head",
    MAIN,
    Column("row", Integer, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("first", BigInteger, nullable=False),
    CheckConstraint('"row" = 1', name="one"),
)
"""The last entry, and the first that is kept. Whoever appends locks this row, so there is one chain."""
CHECKPOINTS = Table(
    "audit_checkpoints",
    MAIN,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("first", BigInteger, nullable=False),
    Column("at", Instant, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("key", LargeBinary, nullable=False),
    Column("signature", LargeBinary, nullable=False),
)
"""What was signed about the chain up to `seq`; `key` is the public key, 32 bytes."""
