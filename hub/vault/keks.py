"""The key-encryption keys (KEKs) in use, by name: those of the settings, and those enrolled at run time. Each is
opened when it is first needed and stays open.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

from device.model.errors import SettingsError
from hub.vault.choice import ChosenKey, chosen_key
from hub.vault.errors import NotFound, Unreachable
from hub.vault.interface import KeyProvider
from hub.vault.keyring import Keyring


@asynccontextmanager
async def open_keks(configured: Mapping[str, ChosenKey], keyring: Keyring) -> AsyncIterator["Keks"]:
    """The KEKs, closed on leaving."""
    async with AsyncExitStack() as opened:
        yield Keks(configured, keyring, opened)


class Keks:
    """Finds and opens them."""

    def __init__(self, configured: Mapping[str, ChosenKey], keyring: Keyring, opened: AsyncExitStack) -> None:
        self._configured = configured
        self._keyring = keyring
        self._opened = opened
        self._open: dict[str, tuple[ChosenKey, KeyProvider]] = {}
        self._opening: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def chosen(self, name: str) -> ChosenKey:
        """What is known by that name.

        Raises:
            NotFound: nothing is.
            SettingsError: it cannot be used on this machine.
        """
        if name in self._configured:
            return self._configured[name]
        for source in await self._keyring.sources():
            if source.name == name:
                return chosen_key({"provider": source.provider, **source.options}, f"keys.{name}")
        raise NotFound(f"There is no key called {name}.", f"Add [keys.{name}] to the settings.")

    async def provider(self, name: str) -> KeyProvider:
        """The KEK, open.

        Raises:
            KeyFault: it cannot be opened.
        """
        try:
            chosen = await self.chosen(name)
        except SettingsError as error:
            raise Unreachable(f"The key {name} cannot be used here: {error}", error.hint) from error
        async with self._opening[name]:
            known = self._open.get(name)
            if known is not None and known[0] == chosen:
                return known[1]
            try:
                provider = await self._opened.enter_async_context(chosen.kind.open(chosen.options))
            except SettingsError as error:
                raise Unreachable(f"The key {name} cannot be used here: {error}", error.hint) from error
            self._open[name] = (chosen, provider)
            return provider

    async def make_first(self, name: str) -> None:
        """Make the KEK itself where it is ours to make and nothing is wrapped with it yet.

        A KEK that was lost is never made anew by itself: that would hide the loss.
        """
        chosen = await self.chosen(name)
        if chosen.kind.make is None or any(row.source == name for row in await self._keyring.rows()):
            return
        await asyncio.to_thread(chosen.kind.make, chosen.options)
