"""The room's short-lived access: minted when needed, kept in memory alone, renewed before it runs out.

A device that stands alone mints from its settings' credential. One circuit breaker guards the credential: a refused one
is not tried again before a person acted, for trying could lock the account.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

from device.agent.mint import mint_apart
from device.calendars import Providers
from device.calendars.interface import AccessSource, AccessToken, Connection, Provider
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

log = logging.getLogger(__name__)

EARLY = timedelta(minutes=5)
"""How long before its end access is renewed."""
_NEVER_ARRIVED = frozenset({"network", "dns", "proxy", "tls", "disk"})
_T = TypeVar("_T")


class Access:
    """Access to one room; calling it gives a token that is good now.

    Args:
        mint: gives a new token.
    """

    def __init__(self, mint: AccessSource, clock: Clock) -> None:
        self._mint, self._clock = mint, clock
        self._token: AccessToken | None = None
        self._minting = asyncio.Lock()
        self._breaker = CircuitBreaker()

    async def __call__(self) -> AccessToken:
        """The access token: the one at hand, or a new one.

        Raises:
            AccessError: the credential was refused.
            CalendarUnreachable: whoever mints it did not answer.
        """
        async with self._minting:
            if self._token is None or self._is_old(self._token):
                self._token = await self._mint()
            return self._token

    async def using(self, call: Callable[[], Awaitable[_T]]) -> _T:
        """Make a call that uses this access; where it has expired, once more with new access.

        Raises:
            CredentialRefused: new access was refused too, now or earlier.
            CalendarBusy: the calendar failed too often to be asked now.
            CalendarError: what the call raises.
        """
        elapsed = self._clock.read().elapsed
        if not self._breaker.allows(elapsed):
            if self._breaker.refused:
                raise CredentialRefused("refused before; not tried again by itself")
            raise CalendarBusy("failed too often", retry_after=self._breaker.closed_in(elapsed))
        try:
            answer = await self._twice(call)
        except CalendarError as error:
            self._count(error)
            raise
        self._breaker.succeeded()
        return answer

    def renew(self) -> None:
        """A person put something right: forget the token and every refusal."""
        self.forget()
        self._breaker.reset()

    def forget(self) -> None:
        """Hold no token any longer."""
        self._token = None

    async def _twice(self, call: Callable[[], Awaitable[_T]]) -> _T:
        try:
            return await call()
        except AccessExpired:
            log.info("access to the calendar expired; asking for new access once")
        self._token = None
        try:
            return await call()
        except AccessExpired as error:
            self._token = None
            raise CredentialRefused("new access was refused too") from error

    def _count(self, error: CalendarError) -> None:
        """Tell the breaker. What never arrived says nothing about the credential; a plain no is an answer."""
        if isinstance(error, CalendarUnreachable):
            if error.cause not in _NEVER_ARRIVED:
                self._breaker.failed(error, self._clock.read().elapsed)
        elif isinstance(error, AccessError):
            self._breaker.failed(error, self._clock.read().elapsed)
        else:
            self._breaker.succeeded()

    def _is_old(self, token: AccessToken) -> bool:
        return token.expires_at is not None and self._clock.read().now >= token.expires_at - EARLY


def own_credential(provider: Provider, options: Connection, room: str, clock: Clock) -> AccessSource:
    """Mints from the settings' own credential, for a device that stands alone."""

    async def mint() -> AccessToken:
        if provider.mint is None:
            raise CredentialRefused("this provider gives no access to a device that stands alone")
        try:
            if provider.mint_apart:
                return await mint_apart(Providers(provider.name), options, room, clock.read())
            return await provider.mint(options, room, clock)
        except AccessExpired as error:
            raise CredentialRefused("the credential was refused") from error

    return mint
