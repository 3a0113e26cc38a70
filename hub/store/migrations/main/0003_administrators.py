"""Administrators, their sessions, links and visits."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    _administrators()
    _sessions()


def _administrators() -> None:
    op.create_table(
        "administrators",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("password", sa.Text, nullable=False, server_default=""),
        sa.Column("totp_step", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("enrolled_at", sa.BigInteger),
        sa.Column("issuer", sa.Text, nullable=False, server_default=""),
        sa.Column("subject", sa.Text, nullable=False, server_default=""),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("signed_in_at", sa.BigInteger),
        sa.UniqueConstraint("name", name="uq_administrators_name"),
        sa.CheckConstraint("role IN ('viewer', 'facilities', 'admin')", name="ck_administrators_role"),
    )
    op.create_table(
        "administrator_links",
        sa.Column("token_hash", sa.LargeBinary, primary_key=True),
        sa.Column(
            "administrator",
            sa.Text,
            sa.ForeignKey("administrators.id", name="fk_administrator_links_administrator"),
        ),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
    )


def _sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("token_hash", sa.LargeBinary, primary_key=True),
        sa.Column(
            "administrator",
            sa.Text,
            sa.ForeignKey("administrators.id", name="fk_sessions_administrator"),
            nullable=False,
        ),
        sa.Column("began_at", sa.BigInteger, nullable=False),
        sa.Column("seen_at", sa.BigInteger, nullable=False),
        sa.Column("proved_at", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_sessions_administrator", "sessions", ["administrator"])
    op.create_table(
        "visits",
        sa.Column("state_hash", sa.LargeBinary, primary_key=True),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("session_hash", sa.LargeBinary, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
    )
