"""The rooms of an organisation, the rules of their doors, and what the providers promised to tell about them."""

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text

from hub.store.columns import Instant
from hub.store.tables.metadata import MAIN

ROOMS = Table(
    "rooms",
    MAIN,
    Column("id", Text, primary_key=True),
    Column("connection", Text, ForeignKey("connections.id"), nullable=False),
    Column("calendar", Text, nullable=False, server_default=""),
    Column("name", Text, nullable=False),
    Column("zone", Text, nullable=False),
    Column("site", Text, nullable=False, server_default=""),
    Column("floor", Text, nullable=False, server_default=""),
    Column("capacity", Integer),
    Column("out_of_service", Text, nullable=False, server_default=""),
    Column("created_at", Instant, nullable=False),
    Index(None, "connection"),
)
SETTINGS = Table(
    "door_settings",
    MAIN,
    Column("scope", Text, primary_key=True),
    Column("values", Text, nullable=False),
    Column("locks", Text, nullable=False, server_default="[]"),
)
"""`scope` is `organisation`, `site:NAME`, `floor:SITE/NAME` or `room:ID`; `values` a JSON object of sections, `locks`
the dotted keys that nothing below may change.
"""
SUBSCRIPTIONS = Table(
    "subscriptions",
    MAIN,
    Column("id", Text, primary_key=True),
    Column("connection", Text, ForeignKey("connections.id"), nullable=False),
    Column("room", Text, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("secret", Text, nullable=False),
    Column("resource", Text, nullable=False, server_default=""),
    Column("made_at", Instant, nullable=False),
    Index(None, "room"),
    Index(None, "connection"),
)
"""What the providers promised. `secret` is what their calls must carry; all that it opens is a look at a calendar."""
