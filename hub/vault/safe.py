"""Sealing and opening, without the audit: what `Vault` does for others and the audit log for itself."""

from sqlalchemy.exc import IntegrityError

from device.model.clock import Clock
from device.model.secret import Secret
from hub.vault.choice import HUB_KEY
from hub.vault.custody import Custody
from hub.vault.envelope import ConnectionKey, Place
from hub.vault.errors import KeyFault, KeyUnreachable, SecretDamaged, SecretNotFound
from hub.vault.owner import Owner
from hub.vault.records import Records
from hub.vault.states import refusal

_TRIES = 5
"""How often it is begun anew where another process changed the key in between."""


class Safe:
    """The secrets of every connection."""

    def __init__(self, records: Records, custody: Custody, clock: Clock) -> None:
        self.records = records
        self.custody = custody
        self.keyring = custody.keyring
        self.keks = custody.keks
        self.states = custody.states
        self._clock = clock

    async def seal(self, place: Place, secret: Secret, *, first: bool = False) -> int:
        """Seal `secret` at `place` in place of the one before; its version. With `first`, only where there is none.

        Raises:
            VaultError: the connection's key cannot be had.
        """
        for _ in range(_TRIES):
            key = await self._sealing_key(place.owner)
            if key is not None:
                version = await self.records.put(place, key, secret, self._clock.read().now, first=first)
                if version is not None:
                    return version
        raise KeyUnreachable(f"The key of {place.owner} changes all the time.")

    async def open(self, place: Place) -> Secret:
        """The secret at `place`.

        Raises:
            SecretNotFound: there is none.
            SecretDamaged: it is not what was sealed.
            VaultError: the connection's key cannot be had.
        """
        for _ in range(_TRIES):
            sealed = await self.records.get(place)
            if sealed is None:
                await self.custody.refuse_shredded(place.owner)
                raise SecretNotFound(f"There is no secret {place}.")
            key = await self.custody.key(sealed.ck_id, place.owner)
            if key is not None:
                return key.open(place, sealed.version, sealed.sealed)
        raise SecretDamaged(f"The keyring has no key for the secret {place}.", "Restore a backup of the keyring.")

    async def _sealing_key(self, owner: Owner) -> ConnectionKey | None:
        """The key that seals now, made for a connection that has none; None where it has just changed."""
        ck_id = await self.records.sealing_key(owner)
        if ck_id is None:
            return await self._first_key(owner)
        return await self.custody.key(ck_id, owner)

    async def _first_key(self, owner: Owner) -> ConnectionKey | None:
        """A new connection's key. One that an interrupted start has left in the keyring is used up."""
        await self.custody.refuse_shredded(owner)
        active = [row for row in await self.keyring.rows(owner) if row.active]
        if active:
            await self.records.adopt(owner, active[0].ck_id)
            return await self.custody.key(active[0].ck_id, owner)
        try:
            row, key = await self.custody.make(owner, HUB_KEY)
        except KeyFault as fault:
            raise refusal(self.states.failed(owner, fault, self._clock.read())) from fault
        try:
            await self.keyring.add_first(row)
        except IntegrityError:
            return None
        await self.records.adopt(owner, row.ck_id)
        return key
