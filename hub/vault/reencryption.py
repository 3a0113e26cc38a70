"""A new key for a connection, and everything sealed anew with it: for enrolling a customer's key, and for rotating.

1. The new key goes into the keyring as the active one; the one before stays for opening.
2. `sealing` is pointed at it: from here on nothing new is sealed with an older key.
3. Secret after secret is opened with its old key and sealed with the new one, some hundreds a transaction.
4. All of them are counted, and opened once with the new key.
5. Only then the older keys are destroyed.

Killed at any point, `finish` goes on from what it finds; whoever does the same at the same time does no harm.
"""

from device.model.secret import Secret
from device.model.value import Value
from hub.vault.envelope import ConnectionKey, Place
from hub.vault.errors import SecretDamaged
from hub.vault.owner import Owner
from hub.vault.records import Sealed
from hub.vault.safe import Safe


class Reencrypted(Value):
    """What became of a connection's secrets."""

    owner: Owner
    ck_id: str
    """The key that they are all sealed with."""
    resealed: int
    """In this run."""
    verified: int
    """Opened once with the new key, at the end."""
    damaged: int = 0
    """Those that do not open with any key; while there are some, the older keys are kept."""
    destroyed: int = 0
    """Older keys that are no more."""

    @property
    def complete(self) -> bool:
        """Whether nothing is left on an older key."""
        return self.damaged == 0


class Reencryption:
    """Does it, in steps that can be repeated."""

    def __init__(self, safe: Safe) -> None:
        self._safe = safe

    async def begin(self, owner: Owner, source: str) -> None:
        """Make the new key, wrapped by the KEK called `source`, the active one.

        Raises:
            KeyFault: the KEK cannot be used; nothing was changed.
            ConnectionShredded: the connection's keys were destroyed.
        """
        await self._safe.custody.refuse_shredded(owner)
        row, _ = await self._safe.custody.make(owner, source)
        await self._safe.keyring.add(row)

    async def finish(self, owner: Owner) -> Reencrypted | None:
        """Bring everything to the active key; None where the connection has no key.

        Raises:
            VaultError: a key cannot be had; what was done stays done.
        """
        while True:
            rows = await self._safe.keyring.rows(owner)
            active = next((row for row in rows if row.active), None)
            if active is None:
                return None
            older = [await self._safe.custody.ask(row) for row in rows if not row.active]
            key = await self._safe.custody.ask(active)
            known = {one.ck_id: one for one in older if one is not None}
            if key is None or len(known) != len(older):
                continue
            await self._safe.records.adopt(owner, active.ck_id)
            if not await self._safe.records.point(owner, active.ck_id, list(known)):
                continue
            resealed = await self._reseal(owner, key, known)
            if resealed is None:
                continue
            verified, damaged = await self._verify(owner, key)
            destroyed = await self._safe.keyring.drop_previous(owner, active.ck_id) if not damaged else 0
            return Reencrypted(
                owner=owner,
                ck_id=active.ck_id,
                resealed=resealed,
                verified=verified,
                damaged=damaged,
                destroyed=destroyed,
            )

    async def unfinished(self) -> tuple[Owner, ...]:
        """The connections that still have an older key."""
        return tuple(dict.fromkeys(row.owner for row in await self._safe.keyring.rows() if not row.active))

    async def _reseal(self, owner: Owner, key: ConnectionKey, older: dict[str, ConnectionKey]) -> int | None:
        """Everything that can be opened; how many. None where another key seals meanwhile."""

        def open_one(sealed: Sealed) -> Secret | None:
            known = older.get(sealed.ck_id)
            try:
                return known.open(sealed.place, sealed.version, sealed.sealed) if known is not None else None
            except SecretDamaged:
                return None

        done, after = 0, None
        while True:
            step = await self._safe.records.reseal(owner, key, open_one, after)
            if step is None:
                return None
            done, after = done + step.done, step.last
            if after is None:
                return done

    async def _verify(self, owner: Owner, key: ConnectionKey) -> tuple[int, int]:
        """How many secrets open with `key`, and how many do not."""
        good = bad = 0
        after: Place | None = None
        while page := await self._safe.records.page(owner, after):
            for sealed in page:
                try:
                    key.open(sealed.place, sealed.version, sealed.sealed)
                    good += 1
                except SecretDamaged:
                    bad += 1
            after = page[-1].place
        return good, bad
