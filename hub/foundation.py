"""What everything else in the hub stands on, put together: two stores, the vault, the audit log.

    async with open_foundation(settings, SystemClock()) as foundation:
        await foundation.vault.open(…)
        async with foundation.main.transaction() as connection: …

`jobs` are the hub's to run, each for ever; a command that only wants an answer runs none.
"""

import asyncio
import os
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from device.model.clock import Clock
from device.model.secret import Secret
from hub.audit import AuditLog
from hub.audit.checkpoint import SEED_BYTES, Signer
from hub.errors import HubError
from hub.identity import Identity, settle_identity
from hub.settings import HubSettings
from hub.store import Store, StoreKind, open_store
from hub.vault.cache import KeyCache
from hub.vault.choice import HUB_KEY
from hub.vault.custody import Custody
from hub.vault.envelope import Place
from hub.vault.errors import SecretNotFound
from hub.vault.keks import open_keks
from hub.vault.keyring import Keyring
from hub.vault.owner import AUDIT
from hub.vault.records import Records
from hub.vault.safe import Safe
from hub.vault.states import KeyStates
from hub.vault.vault import Vault
from hub.vault.watch import Watch
from hub.witness import Witness

SIGNING_KEY = Place(owner=AUDIT, kind="signing-key", record="1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Foundation:
    """Open, and closed with the context that gave it."""

    settings: HubSettings
    clock: Clock
    identity: Identity
    main: Store
    keyring: Store
    audit: AuditLog
    vault: Vault
    watch: Watch
    witness: Witness

    @property
    def jobs(self) -> tuple[Callable[[], Awaitable[None]], ...]:
        """What has to run as long as the hub does: each for ever, and none of them ends by an error of a store."""
        return (self.watch.run, self.audit.run, self.witness.run)


@asynccontextmanager
async def open_foundation(settings: HubSettings, clock: Clock, *, start: bool = True) -> AsyncIterator[Foundation]:
    """Everything, from the stores up. A command beside the hub is no `start`.

    Raises:
        HubError: something cannot be opened; the sentence says what, the hint what to do.
        SettingsError: something in the settings cannot be used on this machine.
    """
    if not start:
        await asyncio.to_thread(_refuse_nothing, settings)
    async with AsyncExitStack() as opened:
        enter = opened.enter_async_context
        main = await enter(open_store(settings.database, StoreKind.MAIN))
        store = await enter(open_store(settings.keyring, StoreKind.KEYRING))
        identity = await settle_identity(main, store, start=start)
        keyring = Keyring(store)
        keks = await enter(open_keks(settings.keys, keyring))
        await keks.make_first(HUB_KEY)
        cache = KeyCache(clock, settings.key_cache)
        states = KeyStates(random.Random())  # noqa: S311 - jitter
        safe = Safe(Records(main), Custody(keyring, keks, cache, states, clock), clock)
        audit = AuditLog(main, Signer(await _signing_seed(safe)), clock, settings.audit_kept)
        vault = Vault(safe, audit, clock)
        witness = Witness(store, audit)
        yield Foundation(
            settings=settings,
            clock=clock,
            identity=await witness.judged(identity),
            main=main,
            keyring=store,
            audit=audit,
            vault=vault,
            watch=Watch(vault, cache, clock),
            witness=witness,
        )


def _refuse_nothing(settings: HubSettings) -> None:
    """A command makes no hub where it was pointed at the wrong place."""
    files = [address.file for address in (settings.database, settings.keyring) if address.file is not None]
    if files and not any(file.exists() for file in files):
        raise HubError(f"There is no hub at {settings.database}.", "Start the hub once, or name its --folder.")


async def _signing_seed(safe: Safe) -> Secret:
    """What the audit log signs with, made at the first start."""
    try:
        return await safe.open(SIGNING_KEY)
    except SecretNotFound:
        seed = Secret(os.urandom(SEED_BYTES).hex())
        await safe.seal(SIGNING_KEY, seed, first=True)
        return await safe.open(SIGNING_KEY)
