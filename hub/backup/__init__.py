"""Copies of the two stores, each in a file of its own: whoever finds one of them has nothing that can be opened.

* `file`: the form of a copy; the same from SQLite and from PostgreSQL, so that one can be restored as the other.
* `taking`: a copy of one moment, without stopping the hub.
* `restoring`: back again, after everything was checked.

The key-encryption key is in neither: keep the hub's key file, or the cloud's key, apart from both.
"""

from hub.backup.restoring import Restored, restore
from hub.backup.taking import Taken, take

__all__ = ["Restored", "Taken", "restore", "take"]
