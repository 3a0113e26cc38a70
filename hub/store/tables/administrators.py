"""Who may use the portal, their sessions, and the links that let somebody in once. Passwords and tokens hashed."""

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, LargeBinary, Table, Text

from hub.store.columns import Instant
from hub.store.tables.metadata import MAIN

ADMINISTRATORS = Table(
    "administrators",
    MAIN,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("role", Text, nullable=False),
    Column("password", Text, nullable=False, server_default=""),
    Column("totp_step", BigInteger, nullable=False, server_default="0"),
    Column("enrolled_at", Instant),
    Column("issuer", Text, nullable=False, server_default=""),
    Column("subject", Text, nullable=False, server_default=""),
    Column("made_at", Instant, nullable=False),
    Column("signed_in_at", Instant),
    CheckConstraint("role IN ('viewer', 'facilities', 'admin')", name="role"),
)
"""`name` is in lower case. `password` is an Argon2id hash, empty where somebody signs in elsewhere (`issuer`,
`subject`). `totp_step` is the last half minute whose code was used, so that none is good twice; the TOTP secret is in
the vault.
"""
LINKS = Table(
    "administrator_links",
    MAIN,
    Column("token_hash", LargeBinary, primary_key=True),
    Column("administrator", Text, ForeignKey("administrators.id")),
    Column("role", Text, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("expires_at", Instant, nullable=False),
)
"""`administrator`: whose password and second factor are set anew; null: a new one with this role."""
SESSIONS = Table(
    "sessions",
    MAIN,
    Column("token_hash", LargeBinary, primary_key=True),
    Column("administrator", Text, ForeignKey("administrators.id"), nullable=False),
    Column("began_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("proved_at", Instant, nullable=False),
    Index(None, "administrator"),
)
"""`proved_at`: when a password and a code, or another provider, last said who this is."""
VISITS = Table(
    "visits",
    MAIN,
    Column("state_hash", LargeBinary, primary_key=True),
    Column("id", Text, nullable=False),
    Column("session_hash", LargeBinary, nullable=False),
    Column("expires_at", Instant, nullable=False),
)
"""Visits of administrators to a provider's page, from leaving to coming back; what belongs to them is in the vault."""
