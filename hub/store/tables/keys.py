"""Connection keys, wrapped by a key that is elsewhere. This is the keyring."""

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, Integer, LargeBinary, Table, Text, text

from hub.store.columns import Instant
from hub.store.tables.metadata import KEYRING

CONNECTION_KEYS = Table(
    "connection_keys",
    KEYRING,
    Column("ck_id", Text, primary_key=True),
    Column("tenant", Text, nullable=False),
    Column("connection", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("provider", Text, nullable=False),
    Column("kek_id", Text, nullable=False),
    Column("kek_version", Text, nullable=False),
    Column("wrapped", LargeBinary, nullable=False),
    Column("context", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("made_at", Instant, nullable=False),
    CheckConstraint("state IN ('active', 'previous')", name="state"),
    Index(
        "uq_connection_keys_active",
        "tenant",
        "connection",
        unique=True,
        sqlite_where=text("state = 'active'"),
        postgresql_where=text("state = 'active'"),
    ),
)
"""`source` is the name of the key-encryption key in the settings or in `key_sources`; a shredded key has no row."""
SHREDDED = Table(
    "shredded",
    KEYRING,
    Column("tenant", Text, primary_key=True),
    Column("connection", Text, primary_key=True),
    Column("key_count", Integer, nullable=False),
    Column("shredded_at", Instant, nullable=False),
)
"""Connections whose keys were destroyed on purpose."""
KEY_SOURCES = Table(
    "key_sources",
    KEYRING,
    Column("name", Text, primary_key=True),
    Column("provider", Text, nullable=False),
    Column("options", Text, nullable=False),
)
"""Key-encryption keys that were enrolled at run time: provider and options as JSON, secrets only as names of files."""
CHANGES = Table(
    "changes",
    KEYRING,
    Column("row", Integer, primary_key=True, autoincrement=False),
    Column("number", BigInteger, nullable=False),
    CheckConstraint('"row" = 1', name="one"),
)
"""One more with every change, so that other processes see with one look that they must look again."""
