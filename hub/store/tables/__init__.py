"""Every table of the hub: one module a concern, on one of the two stores.

To add tables: a module here that puts them on `MAIN` or `KEYRING`, its name in the list below, and a migration in
`hub/store/migrations/`. A test compares tables and migrations and prints what a migration still has to do.
"""

from hub.store.tables import administrators, audit, connections, devices, identity, keys, leases, rooms, secrets
from hub.store.tables.metadata import KEYRING, MAIN

__all__ = [
    "KEYRING",
    "MAIN",
    "administrators",
    "audit",
    "connections",
    "devices",
    "identity",
    "keys",
    "leases",
    "rooms",
    "secrets",
]
