"""Who did what, written down so that nobody can take it back unseen.

* `entry`: one entry, and how it hangs on the one before.
* `checkpoint`: what is signed about the chain, and by whom.
* `log`: appending, durable before it returns; signing; keeping no longer than asked.
* `verdict`: whether a chain is whole, told from its rows and what somebody remembers of it.
* `export`: the chain as JSON lines, and back.

An entry names people and things by opaque ids; whatever is a value is an HMAC of it, never the value.
"""

from hub.audit.checkpoint import Checkpoint
from hub.audit.entry import Entry, Event
from hub.audit.log import AuditLog

__all__ = ["AuditLog", "Checkpoint", "Entry", "Event"]
