"""The two sets of tables. They never share a database, so that a backup of one never holds the other."""

from sqlalchemy import MetaData

_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
MAIN = MetaData(naming_convention=_NAMES)
"""The hub's own database: everything but keys."""
KEYRING = MetaData(naming_convention=_NAMES)
"""The keys that secrets are sealed with, wrapped; whoever destroys a row destroys what it locked."""
