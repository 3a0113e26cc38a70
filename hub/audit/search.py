"""Entries of the audit log looked up for a page: the newest first, some at a time."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from hub.audit.entry import Entry
from hub.audit.rows import entry_of
from hub.store import Store
from hub.store.tables.audit import ENTRIES

PAGE = 100


async def found(
    store: Store, *, action: str = "", actor: str = "", words: str = "", before: int | None = None
) -> Sequence[Entry]:
    """At most `PAGE` entries, the newest first.

    Args:
        store: the main store.
        action: what an action begins with, such as `device.`.
        actor: whose acts.
        words: a part of the objects that an entry names.
        before: only entries with a smaller number: the next page.
    """
    wanted: Any = select(ENTRIES).order_by(ENTRIES.c.seq.desc()).limit(PAGE)
    if action:
        wanted = wanted.where(ENTRIES.c.action.startswith(action, autoescape=True))
    if actor:
        wanted = wanted.where(ENTRIES.c.actor == actor)
    if words:
        wanted = wanted.where(ENTRIES.c.objects.contains(words, autoescape=True))
    if before is not None:
        wanted = wanted.where(ENTRIES.c.seq < before)
    async with store.reading() as connection:
        return [entry_of(row) for row in await connection.execute(wanted)]
