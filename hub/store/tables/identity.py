"""Who a store belongs to, in both stores: the two of one hub know each other, and an old copy of one is noticed."""

from sqlalchemy import BigInteger, CheckConstraint, Column, Integer, MetaData, Table, Text

from hub.store.tables.metadata import KEYRING, MAIN


def _identity(metadata: MetaData) -> Table:
    return Table(
        "identity",
        metadata,
        Column("row", Integer, primary_key=True, autoincrement=False),
        Column("hub", Text, nullable=False),
        Column("generation", BigInteger, nullable=False),
        Column("lineage", Text, nullable=False),
        CheckConstraint('"row" = 1', name="one"),
    )


MAIN_IDENTITY = _identity(MAIN)
"""`hub`: a random name; `generation`: one more at each start; `lineage`: another one after each restore."""
KEYRING_IDENTITY = _identity(KEYRING)
WITNESS = Table(
    "witness",
    KEYRING,
    Column("row", Integer, primary_key=True, autoincrement=False),
    Column("checkpoint", Text, nullable=False),
    CheckConstraint('"row" = 1', name="one"),
)
"""The last checkpoint of the audit log, kept apart from it: an old copy of the database does not know it."""
