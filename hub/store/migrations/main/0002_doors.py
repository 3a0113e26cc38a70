"""Connections, rooms, devices."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    _connections()
    _rooms()
    _subscriptions()
    _devices()
    _pairings()
    _orders()


def _connections() -> None:
    op.create_table(
        "connections",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("provider", sa.Text, nullable=False),
        sa.Column("options", sa.Text, nullable=False),
        sa.Column("route", sa.Text, nullable=False),
        sa.Column("reach_accepted", sa.Text, nullable=False, server_default=""),
        sa.Column("canaries", sa.Text, nullable=False, server_default="[]"),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger),
        sa.Column("proved_at", sa.BigInteger),
        sa.Column("reach", sa.Text, nullable=False, server_default=""),
        sa.Column("answered_at", sa.BigInteger),
        sa.Column("notified_at", sa.BigInteger),
        sa.Column("error", sa.Text, nullable=False, server_default=""),
        sa.Column("error_at", sa.BigInteger),
    )


def _rooms() -> None:
    op.create_table(
        "rooms",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("connection", sa.Text, sa.ForeignKey("connections.id", name="fk_rooms_connection"), nullable=False),
        sa.Column("calendar", sa.Text, nullable=False, server_default=""),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("zone", sa.Text, nullable=False),
        sa.Column("site", sa.Text, nullable=False, server_default=""),
        sa.Column("floor", sa.Text, nullable=False, server_default=""),
        sa.Column("capacity", sa.Integer),
        sa.Column("out_of_service", sa.Text, nullable=False, server_default=""),
        sa.Column("created_at", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_rooms_connection", "rooms", ["connection"])
    op.create_table(
        "door_settings",
        sa.Column("scope", sa.Text, primary_key=True),
        sa.Column("values", sa.Text, nullable=False),
        sa.Column("locks", sa.Text, nullable=False, server_default="[]"),
    )


def _subscriptions() -> None:
    op.create_table(
        "subscriptions",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column(
            "connection", sa.Text, sa.ForeignKey("connections.id", name="fk_subscriptions_connection"), nullable=False
        ),
        sa.Column("room", sa.Text, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.Column("secret", sa.Text, nullable=False),
        sa.Column("resource", sa.Text, nullable=False, server_default=""),
        sa.Column("made_at", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_subscriptions_connection", "subscriptions", ["connection"])
    op.create_index("ix_subscriptions_room", "subscriptions", ["room"])


def _devices() -> None:
    op.create_table(
        "devices",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("room", sa.Text, sa.ForeignKey("rooms.id", name="fk_devices_room")),
        sa.Column("model", sa.Text, nullable=False, server_default=""),
        sa.Column("serial", sa.Text, nullable=False, server_default=""),
        sa.Column("version", sa.Text, nullable=False, server_default=""),
        sa.Column("claimed_at", sa.BigInteger, nullable=False),
        sa.Column("claimed_by", sa.Text, nullable=False),
        sa.Column("seen_at", sa.BigInteger),
        sa.Column("address", sa.Text, nullable=False, server_default=""),
        sa.Column("beat", sa.Text, nullable=False, server_default=""),
        sa.Column("beat_at", sa.BigInteger),
        sa.Column("wipes", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("wiped_at", sa.BigInteger),
        sa.UniqueConstraint("key", name="uq_devices_key"),
        sa.CheckConstraint("state IN ('active', 'quarantined', 'revoked')", name="ck_devices_state"),
    )
    op.create_index("ix_devices_room", "devices", ["room"])


def _pairings() -> None:
    op.create_table(
        "pairings",
        sa.Column("code_hash", sa.LargeBinary, primary_key=True),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("serial", sa.Text, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.Column("wrong", sa.Integer, nullable=False, server_default="0"),
        sa.UniqueConstraint("key", name="uq_pairings_key"),
    )
    op.create_table(
        "claims",
        sa.Column("claim_hash", sa.LargeBinary, primary_key=True),
        sa.Column("room", sa.Text, sa.ForeignKey("rooms.id", name="fk_claims_room"), nullable=False),
        sa.Column("serial", sa.Text, nullable=False, server_default=""),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.Column("used_by", sa.Text, nullable=False, server_default=""),
        sa.Column("used_at", sa.BigInteger),
    )


def _orders() -> None:
    op.create_table(
        "orders",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("device", sa.Text, sa.ForeignKey("devices.id", name="fk_orders_device"), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("asked_at", sa.BigInteger, nullable=False),
        sa.Column("asked_by", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False, server_default=""),
        sa.Column("ended_at", sa.BigInteger),
    )
    op.create_index("ix_orders_device", "orders", ["device"])
