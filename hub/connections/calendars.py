"""One room's calendar behind a connection, read and written by the hub itself with access that never leaves it."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from functools import partial
from typing import TypeVar

import msgspec

from device.calendars.interface import AccessToken, RoomCalendar
from device.model.backoff import CircuitBreaker
from device.model.clock import Clock
from device.model.errors import (
    AccessError,
    AccessExpired,
    CalendarBusy,
    CalendarError,
    CalendarUnreachable,
    CredentialRefused,
)
from device.model.room import Room
from hub.connections.accounts import Accounts, Held
from hub.rooms.registry import Door

log = logging.getLogger(__name__)

OPEN_AT_ONCE = 64
"""Calendars that are kept open; the one that was used least lately is closed first."""
EARLY = timedelta(minutes=2)
_T = TypeVar("_T")


class Access:
    """The hub's own access to what is behind one account, for one room."""

    def __init__(
        self,
        held: Held,
        room: str,
        clock: Clock,
        breaker: CircuitBreaker,
        felt: Callable[[CalendarError | None], Awaitable[None]],
    ) -> None:
        self._held, self._room, self._clock, self._breaker, self._felt = held, room, clock, breaker, felt
        self._token: AccessToken | None = None
        self._minting = asyncio.Lock()

    async def __call__(self) -> AccessToken:
        """Access that is good now."""
        async with self._minting:
            token = self._token
            if token is None or (token.expires_at is not None and self._clock.read().now >= token.expires_at - EARLY):
                mint = self._held.provider.mint
                if mint is None:
                    token = await self._held.account.mint(self._room)
                else:
                    token = await mint(self._held.options, self._room, self._clock)
                self._token = token
            return token

    async def using(self, call: Callable[[], Awaitable[_T]]) -> _T:
        """Make a call; once more with new access where the old had expired. One breaker spares the credential.

        Raises:
            CalendarError: what the call raises, or that it must not be made now.
        """
        elapsed = self._clock.read().elapsed
        if not self._breaker.allows(elapsed):
            if self._breaker.refused:
                raise CredentialRefused("refused before; not tried again by itself")
            raise CalendarBusy("failed too often", retry_after=self._breaker.closed_in(elapsed))
        try:
            answer = await self._twice(call)
        except CalendarError as error:
            if isinstance(error, AccessError | CalendarUnreachable):
                self._breaker.failed(error, self._clock.read().elapsed)
            else:
                self._breaker.succeeded()
            await self._felt(error)
            raise
        self._breaker.succeeded()
        await self._felt(None)
        return answer

    async def _twice(self, call: Callable[[], Awaitable[_T]]) -> _T:
        try:
            return await call()
        except AccessExpired:
            self._token = None
        try:
            return await call()
        except AccessExpired as error:
            raise CredentialRefused("new access was refused too") from error


class OpenCalendar:
    """A room's calendar, open, and the access that it is used by."""

    def __init__(self, calendar: RoomCalendar, access: Access, stack: AsyncExitStack) -> None:
        self.calendar, self.access = calendar, access
        self._stack = stack
        self.users = 0
        self.over = False

    async def close(self) -> None:
        """Close it."""
        await self._stack.aclose()


class Calendars:
    """The calendars that this process has open."""

    def __init__(self, accounts: Accounts, clock: Clock) -> None:
        self._accounts, self._clock = accounts, clock
        self._open: OrderedDict[str, OpenCalendar] = OrderedDict()
        self._breakers: dict[str, CircuitBreaker] = {}
        self._opening: dict[str, asyncio.Lock] = {}

    @asynccontextmanager
    async def use(self, door: Door) -> AsyncIterator[OpenCalendar]:
        """The calendar of a room. Raises what `Accounts.use` raises."""
        found = await self._taken(door)
        try:
            yield found
        finally:
            found.users -= 1
            if found.over and not found.users:
                await found.close()

    async def drop(self, connection_id: str, rooms: tuple[str, ...]) -> None:
        """Close the calendars of a connection, and let its credential be tried again."""
        self._breakers.pop(connection_id, None)
        for room in rooms:
            await self._end(self._open.pop(room, None))

    async def close(self) -> None:
        """Close all of them."""
        while self._open:
            await self._end(self._open.popitem()[1])

    async def _taken(self, door: Door) -> OpenCalendar:
        """It, counted as used before others are closed for it, lest it be one of them."""
        room = door.row.id
        async with self._opening.setdefault(room, asyncio.Lock()):
            found = self._open.get(room)
            if found is None:
                found = self._open[room] = await self._begin(door)
            self._open.move_to_end(room)
            found.users += 1
        while len(self._open) > OPEN_AT_ONCE:
            await self._end(self._open.popitem(last=False)[1])
        return found

    async def _begin(self, door: Door) -> OpenCalendar:
        stack = AsyncExitStack()
        connection_id = door.row.connection
        held = await stack.enter_async_context(self._accounts.use(connection_id, "calendar"))
        breaker = self._breakers.setdefault(connection_id, CircuitBreaker())
        room = calendar_room(door)
        access = Access(held, room.id, self._clock, breaker, partial(self._accounts.pulse.felt, connection_id))
        calendar = await stack.enter_async_context(held.provider.open_room(room, held.options, access, self._clock))
        return OpenCalendar(calendar, access, stack)

    async def _end(self, found: OpenCalendar | None) -> None:
        if found is None:
            return
        found.over = True
        if not found.users:
            await found.close()


def calendar_room(door: Door) -> Room:
    """The room by the name that its provider calls it."""
    return msgspec.structs.replace(door.room, id=door.row.calendar or door.room.id)
