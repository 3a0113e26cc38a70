"""The account's own access, one for each purpose, kept until it is nearly over; and what is made of a refusal."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import TypeVar

from device.calendars.google.access import ScopesRefused, obtain
from device.calendars.google.api import Api
from device.calendars.google.options import Options
from device.calendars.google.scopes import READ
from device.calendars.http import Client
from device.calendars.interface import AccessSource, AccessToken
from device.model.clock import Clock
from device.model.errors import AccessDenied, AccessExpired, CredentialRefused

EARLY = timedelta(minutes=5)
"""How long before its end access is renewed."""
_T = TypeVar("_T")


class Purse:
    """Access for the hub's own questions, each with the scopes that it needs and no other.

    Asking for them apart costs a few tokens an hour, and one scope that an administrator has not granted costs only
    what needs it: Google refuses a wish as a whole.
    """

    def __init__(self, client: Client, options: Options, clock: Clock) -> None:
        self._client, self._options, self._clock = client, options, clock
        self._tokens: dict[tuple[str, ...], AccessToken] = {}
        self._minting = asyncio.Lock()

    async def using(
        self, ask: Callable[[Api], Awaitable[_T]], scopes: Sequence[str] = READ, *, subject: str = "", room: str = ""
    ) -> _T:
        """Ask with access to `scopes`; where it has expired, once more with new access.

        Raises:
            AccessDenied: the credential is good and not for these scopes, and they are not those it lives by.
            CredentialRefused: it is good for nothing.
        """
        wanted = (subject or self._options.subject, *scopes)
        api = Api(self._client, self._source(wanted), room)
        try:
            try:
                return await ask(api)
            except AccessExpired:
                self._tokens.pop(wanted, None)
            return await ask(api)
        except AccessExpired as error:
            self._tokens.pop(wanted, None)
            raise CredentialRefused("new access was refused too") from error
        except ScopesRefused as error:
            if tuple(scopes) == READ:
                raise
            raise AccessDenied(str(error)) from error

    def _source(self, wanted: tuple[str, ...]) -> AccessSource:
        async def source() -> AccessToken:
            async with self._minting:
                token = self._tokens.get(wanted)
                if token is None or self._is_old(token):
                    subject, *scopes = wanted
                    token = self._tokens[wanted] = await obtain(self._options, scopes, self._clock, subject=subject)
                return token

        return source

    def _is_old(self, token: AccessToken) -> bool:
        return token.expires_at is not None and self._clock.read().now >= token.expires_at - EARLY
