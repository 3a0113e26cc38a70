"""Keys wrapped anew by the current version of their KEK, a few at a time; what is done stays done if it is killed."""

import asyncio

from device.model.value import Value
from hub.vault.errors import KeyFault
from hub.vault.keyring import KeyRow
from hub.vault.owner import Owner
from hub.vault.safe import Safe

_AT_ONCE = 8


class Rewrapped(Value):
    """What was done."""

    rewrapped: int
    """Each was unwrapped once more before it replaced the old one."""
    current: int
    """Were wrapped with the current version already."""
    failed: tuple[str, ...] = ()
    """Why the others could not be: a sentence each, without repetition."""
    left: int = 0
    """Keys that are still wrapped with another version, counted at the end."""

    @property
    def complete(self) -> bool:
        """Whether older versions can be switched off."""
        return self.left == 0


async def rewrap(safe: Safe, owner: Owner | None, source: str | None = None) -> Rewrapped:
    """One connection's keys, those under one KEK, or all. A KEK that fails keeps nobody else's from being done."""
    turns, done, current, failed = asyncio.Semaphore(_AT_ONCE), 0, 0, dict[str, None]()

    async def one(row: KeyRow) -> None:
        nonlocal done, current
        async with turns:
            try:
                if await _is_current(safe, row):
                    current += 1
                else:
                    replaced = await safe.keyring.rewrap(row, await safe.custody.rewrapped(row))
                    done += replaced  # only now: what stands before an await is old after it
            except KeyFault as fault:
                failed[str(fault)] = None

    async with asyncio.TaskGroup() as group:
        for row in await _rows(safe, owner, source):
            group.create_task(one(row))
    await safe.keyring.scrub()
    left = await _left(safe, await _rows(safe, owner, source))
    return Rewrapped(rewrapped=done, current=current, failed=tuple(failed), left=left)


async def _rows(safe: Safe, owner: Owner | None, source: str | None) -> list[KeyRow]:
    return [row for row in await safe.keyring.rows(owner) if source in (None, row.source)]


async def _is_current(safe: Safe, row: KeyRow) -> bool:
    return row.wrapped.version == await (await safe.keks.provider(row.source)).current_version()


async def _left(safe: Safe, rows: list[KeyRow]) -> int:
    left = 0
    for row in rows:
        try:
            left += not await _is_current(safe, row)
        except KeyFault:
            left += 1
    return left
