"""Looks after the keys while the hub runs: notices what others changed, asks each KEK once a minute whether it still
unwraps, tries again those that did not, and writes changes of state down.
"""

import asyncio
import logging
from datetime import timedelta

from device.model.clock import Clock
from hub.errors import AuditUnavailable, HubError, StoreError
from hub.vault.cache import KeyCache
from hub.vault.errors import VaultError
from hub.vault.keyring import KeyRow
from hub.vault.owner import Owner
from hub.vault.states import KeyState, KeyStatus
from hub.vault.vault import Vault

log = logging.getLogger(__name__)

LOOK_EVERY = timedelta(seconds=2)
ASK_EVERY = timedelta(seconds=60)
ROTATE_AFTER = timedelta(days=365)
ROTATE_AT = 1 << 24
"""Sealings with one key; AES-GCM with random nonces is good for 2**32."""
_AT_ONCE = 8


class Watch:
    """One job; `look` is one round of it."""

    def __init__(self, vault: Vault, cache: KeyCache, clock: Clock) -> None:
        self._vault = vault
        self._safe = vault.safe
        self._cache = cache
        self._clock = clock
        self._changes = -1
        self._rows: tuple[KeyRow, ...] = ()
        self._asked: dict[str, timedelta] = {}
        self._untold: list[KeyStatus] = []
        self._turns = asyncio.Semaphore(_AT_ONCE)
        vault.observers.append(self._untold.append)

    async def run(self) -> None:
        """For ever."""
        while True:
            try:
                await self.look()
            except (StoreError, AuditUnavailable) as error:
                log.warning("the keys cannot be looked after: %s", error)
            await asyncio.sleep(LOOK_EVERY.total_seconds())

    async def look(self) -> None:
        """Once.

        Raises:
            StoreError, AuditUnavailable: the rest is for the next round.
        """
        self._cache.sweep()
        await self._notice_changes()
        async with asyncio.TaskGroup() as group:
            for row in self._rows:
                if row.active and self._is_due(row):
                    group.create_task(self._ask(row))
        self._safe.states.remind(self._clock.read())
        await self._tell()

    async def rotate_due(self) -> tuple[Owner, ...]:
        """Rotate the keys that are a year old or have sealed 2**24 times; whose they were.

        Raises:
            AuditUnavailable, StoreError: the rest is for another day.
        """
        counted = {ck_id: sealings for _, ck_id, sealings in await self._safe.records.sealings()}
        now, rotated = self._clock.read().now, []
        for row in await self._safe.keyring.rows():
            worn = counted.get(row.ck_id, 0) >= ROTATE_AT or now - row.made_at >= ROTATE_AFTER
            if row.active and worn and await self._rotated(row.owner):
                rotated.append(row.owner)
        return tuple(rotated)

    async def _rotated(self, owner: Owner) -> bool:
        try:
            await self._vault.rotate(owner, actor="hub")
        except (AuditUnavailable, StoreError):
            raise
        except HubError as error:
            log.warning("the key of %s cannot be rotated: %s", owner, error)
            return False
        return True

    async def _notice_changes(self) -> None:
        """Read the keyring again where somebody changed it: a command, or another hub."""
        changes = await self._safe.keyring.changes()
        if changes == self._changes:
            return
        rows, shredded = await self._safe.keyring.rows(), await self._safe.keyring.shredded()
        self._cache.keep_only(frozenset(row.ck_id for row in rows))
        for owner in shredded:
            self._safe.custody.shredded(owner)
        self._changes, self._rows = changes, rows

    def _is_due(self, row: KeyRow) -> bool:
        now = self._clock.read().elapsed
        status = self._safe.states.of(row.owner)
        if status is not None and status.state is not KeyState.OK:
            return self._safe.states.resting(row.owner, now) is None
        asked = self._asked.get(row.ck_id)
        return asked is None or now - asked >= ASK_EVERY

    async def _ask(self, row: KeyRow) -> None:
        async with self._turns:
            self._asked[row.ck_id] = self._clock.read().elapsed
            try:
                await self._safe.custody.ask(row)
            except VaultError as error:
                log.debug("asked about %s: %s", row.owner, error)

    async def _tell(self) -> None:
        """Say what changed in the journal and in the audit log; what cannot be written is told again next time."""
        while self._untold:
            status = self._untold[0]
            level = logging.INFO if status.state is KeyState.OK else logging.WARNING
            log.log(level, "the key of %s is %s %s", status.owner, status.state.value, status.cause)
            await self._vault.note_states((status,))
            del self._untold[0]
