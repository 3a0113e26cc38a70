"""The end of a connection: what the provider promised is given back, and its key is destroyed."""

import asyncio
import logging

from sqlalchemy import delete

from device.model.errors import CalendarError, DoorlightError
from hub.connections.accounts import NoSuchConnection
from hub.connections.rows import Connection
from hub.connections.subscriptions import SubscriptionBook
from hub.services import Services
from hub.store.tables.rooms import SUBSCRIPTIONS
from hub.switchboard import ConnectionChanged

log = logging.getLogger(__name__)

WITHIN = 20.0
"""Seconds for which the provider is asked; a provider that does not answer keeps nobody from revoking."""


async def end(hub: Services, made: Connection, successor: str, *, actor: str) -> bool:
    """End a connection. Its rooms go to `successor`; without one they stay, and their doors say that they do not know.

    Returns whether it is forgotten; one that still has rooms stays to be seen, without its key.

    Raises:
        VaultError, AuditUnavailable: the key is not destroyed.
    """
    await _give_back(hub, made)
    await hub.vault.shred(made.owner, actor=actor)
    async with hub.store.transaction() as connection:
        await connection.execute(delete(SUBSCRIPTIONS).where(SUBSCRIPTIONS.c.connection == made.id))
    rooms = await hub.rooms.of_connection(made.id)
    for row in rooms if successor else ():
        await hub.rooms.change(row.id, connection=successor)
    await hub.board.say(ConnectionChanged(connection=made.id, locked=True))
    if successor:
        await hub.board.say(ConnectionChanged(connection=successor))
    if rooms and not successor:
        return False
    await hub.connections.remove(made, actor=actor)
    return True


async def _give_back(hub: Services, made: Connection) -> None:
    """Let the provider call us no longer, as far as it answers."""
    try:
        async with asyncio.timeout(WITHIN), hub.accounts.use(made.id, "revoke") as held:
            for kept in await SubscriptionBook(hub).of_connection(made.id):
                await held.account.unsubscribe(kept.subscription)
    except (CalendarError, DoorlightError, NoSuchConnection, TimeoutError) as error:
        log.info("a provider's promises could not be given back: %s", type(error).__name__)
