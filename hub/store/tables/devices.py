"""The devices, those that wait to be claimed, and what was asked of them. Public keys only; codes and claims hashed."""

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text

from hub.store.columns import Instant
from hub.store.tables.metadata import MAIN

DEVICES = Table(
    "devices",
    MAIN,
    Column("id", Text, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("state", Text, nullable=False),
    Column("room", Text, ForeignKey("rooms.id")),
    Column("model", Text, nullable=False, server_default=""),
    Column("serial", Text, nullable=False, server_default=""),
    Column("version", Text, nullable=False, server_default=""),
    Column("claimed_at", Instant, nullable=False),
    Column("claimed_by", Text, nullable=False),
    Column("seen_at", Instant),
    Column("address", Text, nullable=False, server_default=""),
    Column("beat", Text, nullable=False, server_default=""),
    Column("beat_at", Instant),
    Column("wipes", BigInteger, nullable=False, server_default="0"),
    Column("wiped_at", Instant),
    CheckConstraint("state IN ('active', 'quarantined', 'revoked')", name="state"),
    Index(None, "room"),
)
PAIRINGS = Table(
    "pairings",
    MAIN,
    Column("code_hash", LargeBinary, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("model", Text, nullable=False),
    Column("serial", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("wrong", Integer, nullable=False, server_default="0"),
)
"""Devices that show a code. `wrong` counts attempts to claim it with other words than it shows."""
CLAIMS = Table(
    "claims",
    MAIN,
    Column("claim_hash", LargeBinary, primary_key=True),
    Column("room", Text, ForeignKey("rooms.id"), nullable=False),
    Column("serial", Text, nullable=False, server_default=""),
    Column("made_at", Instant, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("used_by", Text, nullable=False, server_default=""),
    Column("used_at", Instant),
)
"""Seeded claims: 256 bits each, good once, for one room. `used_by` is the public key that used it."""
ORDERS = Table(
    "orders",
    MAIN,
    Column("id", Text, primary_key=True),
    Column("device", Text, ForeignKey("devices.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("asked_by", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("text", Text, nullable=False, server_default=""),
    Column("ended_at", Instant),
    Index(None, "device"),
)
"""What administrators asked of devices, and the reports. `state` is `asked`, `done` or `failed`."""
