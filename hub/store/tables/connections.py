"""What an administrator has connected: an account at a calendar provider, without its secrets."""

from sqlalchemy import Column, Table, Text

from hub.store.columns import Instant
from hub.store.tables.metadata import MAIN

CONNECTIONS = Table(
    "connections",
    MAIN,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("provider", Text, nullable=False),
    Column("options", Text, nullable=False),
    Column("route", Text, nullable=False),
    Column("reach_accepted", Text, nullable=False, server_default=""),
    Column("canaries", Text, nullable=False, server_default="[]"),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant),
    Column("proved_at", Instant),
    Column("reach", Text, nullable=False, server_default=""),
    Column("answered_at", Instant),
    Column("notified_at", Instant),
    Column("error", Text, nullable=False, server_default=""),
    Column("error_at", Instant),
)
"""`options` is JSON without any secret; `reach_accepted` is who knowingly chose to hand out access that reaches further
than one room; `reach` is what the last proof found beyond it, a JSON list, empty where nothing.
"""
