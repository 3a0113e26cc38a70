"""The first tables of the keyring."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    _identity()
    _keys()


def _identity() -> None:
    op.create_table(
        "identity",
        sa.Column("row", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("hub", sa.Text, nullable=False),
        sa.Column("generation", sa.BigInteger, nullable=False),
        sa.Column("lineage", sa.Text, nullable=False),
        sa.CheckConstraint('"row" = 1', name="ck_identity_one"),
    )
    op.create_table(
        "witness",
        sa.Column("row", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("checkpoint", sa.Text, nullable=False),
        sa.CheckConstraint('"row" = 1', name="ck_witness_one"),
    )
    op.create_table(
        "changes",
        sa.Column("row", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.CheckConstraint('"row" = 1', name="ck_changes_one"),
    )
    op.execute('INSERT INTO changes ("row", number) VALUES (1, 0)')


def _keys() -> None:
    op.create_table(
        "connection_keys",
        sa.Column("ck_id", sa.Text, primary_key=True),
        sa.Column("tenant", sa.Text, nullable=False),
        sa.Column("connection", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("provider", sa.Text, nullable=False),
        sa.Column("kek_id", sa.Text, nullable=False),
        sa.Column("kek_version", sa.Text, nullable=False),
        sa.Column("wrapped", sa.LargeBinary, nullable=False),
        sa.Column("context", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.CheckConstraint("state IN ('active', 'previous')", name="ck_connection_keys_state"),
    )
    active = sa.text("state = 'active'")
    op.create_index(
        "uq_connection_keys_active",
        "connection_keys",
        ["tenant", "connection"],
        unique=True,
        sqlite_where=active,
        postgresql_where=active,
    )
    op.create_table(
        "shredded",
        sa.Column("tenant", sa.Text, primary_key=True),
        sa.Column("connection", sa.Text, primary_key=True),
        sa.Column("key_count", sa.Integer, nullable=False),
        sa.Column("shredded_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "key_sources",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("provider", sa.Text, nullable=False),
        sa.Column("options", sa.Text, nullable=False),
    )
