"""The hub's databases: SQLite on one machine, PostgreSQL for more, by the same tables and the same words.

* `address`, `engine`: where a store is, and how it is opened with care.
* `schema`, `migrations/`, `tables/`: its tables, one module a concern.
* `store`: transactions, notices between processes, leases.
* `faults`: drivers' errors put into ours.
"""

from hub.store.address import Address, address_of
from hub.store.schema import StoreKind
from hub.store.store import Store, bare_store, open_store

__all__ = ["Address", "Store", "StoreKind", "address_of", "bare_store", "open_store"]
