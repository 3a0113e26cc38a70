"""Who gets to hold a connection's key: from the cache, or from its KEK; and what the KEK's answer means for the
connection.
"""

import asyncio
import hmac
import os
from collections import defaultdict

from device.model.clock import Clock
from hub.vault.cache import KeyCache
from hub.vault.envelope import ConnectionKey
from hub.vault.errors import Corrupt, KeyFault
from hub.vault.interface import KEY_BYTES, Context, KeyProvider, Wrapped, context_of
from hub.vault.keks import Keks
from hub.vault.keyring import Keyring, KeyRow
from hub.vault.owner import Owner, fresh_id
from hub.vault.states import KeyState, KeyStates, KeyStatus, refusal


class Custody:
    """Connection keys, unwrapped only as long as they may be."""

    def __init__(self, keyring: Keyring, keks: Keks, cache: KeyCache, states: KeyStates, clock: Clock) -> None:
        self.keyring = keyring
        self.keks = keks
        self._cache = cache
        self.states = states
        self._clock = clock
        self._asking: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def key(self, ck_id: str, owner: Owner) -> ConnectionKey | None:
        """The key called `ck_id`; None where the keyring has none (any more).

        Raises:
            KeyUnreachable, ConnectionLocked, ConnectionShredded: it may not or cannot be had.
        """
        if (cached := self._cache.get(ck_id)) is not None:
            return cached
        async with self._asking[ck_id]:
            if (cached := self._cache.get(ck_id)) is not None:
                return cached
            row = await self.keyring.row(ck_id)
            if row is None:
                await self.refuse_shredded(owner)
                return None
            resting = self.states.resting(owner, self._clock.read().elapsed)
            if resting is not None:
                raise refusal(resting)
            return await self.ask(row)

    async def ask(self, row: KeyRow) -> ConnectionKey | None:
        """Unwrap a key anew, whatever is cached; None where it was replaced meanwhile.

        Raises:
            KeyUnreachable, ConnectionLocked, ConnectionShredded: the KEK did not.
        """
        try:
            provider = await self.keks.provider(row.source)
            raw = _sound(await provider.unwrap(row.wrapped, row.context))
        except KeyFault as fault:
            status = self.states.failed(row.owner, fault, self._clock.read())
            if status.state is not KeyState.UNREACHABLE:
                self._cache.drop(row.owner)
            raise refusal(status) from fault
        if await self.keyring.row(row.ck_id) is None:
            await self.refuse_shredded(row.owner)
            return None
        self.states.succeeded(row.owner, self._clock.read())
        key = ConnectionKey(row.ck_id, raw)
        self._cache.put(row.owner, key)
        return key

    async def make(self, owner: Owner, source: str) -> tuple[KeyRow, ConnectionKey]:
        """A new key for a connection, wrapped and tried out, but not in the keyring yet.

        Raises:
            KeyFault: the KEK cannot be used.
        """
        raw = os.urandom(KEY_BYTES)
        chosen, provider = await self.keks.chosen(source), await self.keks.provider(source)
        context = context_of(owner)
        row = KeyRow(
            ck_id=fresh_id(),
            owner=owner,
            source=source,
            provider=chosen.provider.value,
            kek_id=provider.key_id,
            wrapped=await wrapped_surely(provider, raw, context),
            context=dict(context),
            active=True,
            made_at=self._clock.read().now,
        )
        return row, ConnectionKey(row.ck_id, raw)

    async def rewrapped(self, row: KeyRow) -> Wrapped:
        """A key wrapped anew by the current version of its KEK.

        Raises:
            KeyFault: the KEK cannot be used.
        """
        provider = await self.keks.provider(row.source)
        return await wrapped_surely(provider, _sound(await provider.unwrap(row.wrapped, row.context)), row.context)

    async def refuse_shredded(self, owner: Owner) -> None:
        """Raise if the connection's keys were destroyed.

        Raises:
            ConnectionShredded: they were.
        """
        if owner in await self.keyring.shredded():
            raise refusal(self.shredded(owner))

    def shredded(self, owner: Owner) -> KeyStatus:
        """Its keys are destroyed: let go of them, and tell."""
        self._cache.drop(owner)
        return self.states.shredded(owner, self._clock.read())


async def wrapped_surely(provider: KeyProvider, raw: bytes, context: Context) -> Wrapped:
    """Wrap, and unwrap once to see that it comes back: nothing is sealed with a key that nobody can open.

    Raises:
        KeyFault: the KEK cannot be used, or does not give back what it was given.
    """
    wrapped = await provider.wrap(raw, context)
    if not hmac.compare_digest(await provider.unwrap(wrapped, context), raw):
        raise Corrupt(f"The key {provider.key_id} gives back something else than it was given.")
    return wrapped


def _sound(raw: bytes) -> bytes:
    if len(raw) != KEY_BYTES:
        raise Corrupt("What was unwrapped is no key of ours.")
    return raw
