"""The account's own access: minted when needed, kept in memory alone, renewed before it runs out or once refused."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

from device.calendars.graph.access import mint
from device.calendars.graph.options import Options
from device.calendars.interface import AccessToken
from device.model.clock import Clock
from device.model.errors import AccessExpired, CredentialRefused

EARLY = timedelta(minutes=5)
"""How long before its end it is renewed."""
_T = TypeVar("_T")


class OwnAccess:
    """Access to all that the application may do; calling it gives a token that is good now."""

    def __init__(self, options: Options, clock: Clock) -> None:
        self._options, self._clock = options, clock
        self._token: AccessToken | None = None
        self._minting = asyncio.Lock()

    async def __call__(self) -> AccessToken:
        """The access token: the one at hand, or a new one.

        Raises:
            CredentialRefused: Entra does not accept the credential.
            CalendarUnreachable: Entra cannot be asked.
        """
        async with self._minting:
            if self._token is None or self._is_old(self._token):
                self._token = await mint(self._options, "", self._clock)
            return self._token

    async def using(self, call: Callable[[], Awaitable[_T]]) -> _T:
        """Make a call that uses this access; where it has expired, once more with new access.

        Raises:
            CredentialRefused: new access was refused too.
            CalendarError: what the call raises.
        """
        before = self._token
        try:
            return await call()
        except AccessExpired:
            if self._token is before or before is None:
                self._token = None
        try:
            return await call()
        except AccessExpired as error:
            raise CredentialRefused("new access was refused too") from error

    def _is_old(self, token: AccessToken) -> bool:
        return token.expires_at is not None and self._clock.read().now >= token.expires_at - EARLY
