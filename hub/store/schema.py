"""The tables as they should be: made, brought up to date, or refused.

Migrations are Alembic's, shipped with the package, one folder a store. They run at start in one transaction under a
lock that other hubs wait for. A revision that is not among ours was written by a newer Doorlight and is refused.
"""

from enum import Enum
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, inspect, text
from sqlalchemy.schema import CreateSchema

from hub.errors import SchemaUnknown, StoreDamaged, StoresDisagree
from hub.store.tables import KEYRING, MAIN

_FOLDER = Path(__file__).with_name("migrations")
_LOCK = 0x444F4F52
"""PostgreSQL's advisory lock while tables are changed; it belongs to the schema, not to one hub."""


class StoreKind(Enum):
    """Which of the two stores; the value is the folder of its migrations."""

    MAIN = "main"
    KEYRING = "keyring"

    @property
    def metadata(self) -> MetaData:
        """Its tables."""
        return MAIN if self is StoreKind.MAIN else KEYRING

    @property
    def version_table(self) -> str:
        """Where Alembic writes how far the tables have come; also what tells the two stores apart."""
        return f"doorlight_{self.value}"

    @property
    def other(self) -> "StoreKind":
        """The other of the two."""
        return StoreKind.KEYRING if self is StoreKind.MAIN else StoreKind.MAIN


def settle(connection: Connection, kind: StoreKind, schema: str = "", revision: str = "head") -> None:
    """Bring the tables up to date (or, for a restore, to `revision`) in the transaction that `connection` is in.

    Raises:
        SchemaUnknown: a newer Doorlight was here.
        StoreDamaged: there are tables, and they are not ours.
        StoresDisagree: this is the other store, or both were given one place.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        if schema:
            connection.execute(CreateSchema(schema, if_not_exists=True))
    _refuse_strangers(connection, kind)
    config = _config(kind)
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    for named in (revision_of(connection, kind), revision):
        if named not in (None, "head") and named not in known:
            raise SchemaUnknown(f"The {kind.value} store was written by a newer Doorlight (schema {named}).")
    config.attributes["connection"] = connection
    config.attributes["version_table"] = kind.version_table
    command.upgrade(config, revision)


def revision_of(connection: Connection, kind: StoreKind) -> str | None:
    """How far the tables have come; None where there are none."""
    context = MigrationContext.configure(connection, opts={"version_table": kind.version_table})
    return context.get_current_revision()


def revisions(kind: StoreKind) -> tuple[str, ...]:
    """All revisions of a store's tables, the newest first."""
    return tuple(script.revision for script in ScriptDirectory.from_config(_config(kind)).walk_revisions())


def _config(kind: StoreKind) -> Config:
    config = Config()
    for key, path in (("script_location", _FOLDER), ("version_locations", _FOLDER / kind.value)):
        config.set_main_option(key, str(path).replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    return config


def _refuse_strangers(connection: Connection, kind: StoreKind) -> None:
    names = set(inspect(connection).get_table_names())
    if kind.other.version_table in names:
        raise StoresDisagree(f"What was named as the {kind.value} store is the {kind.other.value} store.")
    if connection.dialect.name == "sqlite" and names and kind.version_table not in names:
        raise StoreDamaged(f"The file of the {kind.value} store is a database, but not one of Doorlight's.")
