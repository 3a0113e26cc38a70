"""Accounts that are open: each with its secrets in memory for as long as it is used and its key is good.

An account is opened when somebody needs it and kept; it is closed when its connection changes, when its key is locked
or gone, and at the end. Whoever uses it just then may finish.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from device.calendars.interface import CalendarAccount, Connection, Provider
from device.model.clock import Clock
from hub.connections.pulse import Pulse
from hub.connections.registry import Connections

log = logging.getLogger(__name__)


class NoSuchConnection(Exception):
    """It was disconnected."""


class Held:
    """One open account."""

    def __init__(
        self, provider: Provider, options: Connection, account: CalendarAccount, stack: AsyncExitStack
    ) -> None:
        self.provider, self.options, self.account = provider, options, account
        self._stack = stack
        self._users = 0
        self._over = False

    async def take(self) -> None:
        """Somebody uses it."""
        self._users += 1

    async def leave(self) -> None:
        """Somebody has finished."""
        self._users -= 1
        await self._perhaps_close()

    async def end(self) -> None:
        """Nobody else shall use it."""
        self._over = True
        await self._perhaps_close()

    async def _perhaps_close(self) -> None:
        if self._over and self._users == 0:
            await self._stack.aclose()


class Accounts:
    """The open accounts of one process."""

    def __init__(self, connections: Connections, clock: Clock) -> None:
        self._connections, self._clock = connections, clock
        self.pulse = Pulse(connections, clock)
        self._held: dict[str, Held] = {}
        self._opening: dict[str, asyncio.Lock] = {}

    @asynccontextmanager
    async def use(self, connection_id: str, purpose: str) -> AsyncIterator[Held]:
        """An account, open for as long as it is needed.

        Raises:
            NoSuchConnection: it was disconnected.
            VaultError: its secrets cannot be had.
            AuditUnavailable: nothing may be released.
            SettingsError: its options are of no use.
        """
        held = await self._have(connection_id, purpose)
        await held.take()
        try:
            yield held
        finally:
            await held.leave()

    async def drop(self, connection_id: str) -> None:
        """Close an account: it changed, or its key is not to be used any more."""
        held = self._held.pop(connection_id, None)
        if held is not None:
            await held.end()

    async def close(self) -> None:
        """Close all of them."""
        for connection_id in tuple(self._held):
            await self.drop(connection_id)

    async def _have(self, connection_id: str, purpose: str) -> Held:
        async with self._opening.setdefault(connection_id, asyncio.Lock()):
            if connection_id not in self._held:
                try:
                    self._held[connection_id] = await self._open(connection_id, purpose)
                except NoSuchConnection:
                    del self._opening[connection_id]  # calls to made-up connections leave nothing behind
                    raise
            return self._held[connection_id]

    async def _open(self, connection_id: str, purpose: str) -> Held:
        made = await self._connections.get(connection_id)
        if made is None:
            raise NoSuchConnection(connection_id)
        provider, options = await self._connections.open(made, actor="hub", purpose=purpose)
        assert provider.open_account is not None  # noqa: S101 - `provider_of` has looked
        stack = AsyncExitStack()
        account = await stack.enter_async_context(provider.open_account(options, self._clock))
        return Held(provider, options, account, stack)
