"""The vault as the rest of the hub knows it: nothing leaves it that is not written down first.

    vault = foundation.vault
    await vault.seal(owner, "refresh-token", "main", secret, actor="hub")
    secret = await vault.open(owner, "refresh-token", "main", actor="hub", purpose="mint")

`open` returns only after an audit entry is durable; where none can be written, nothing is opened. `observers` hear of
every change of a connection's key state, so that devices drop their tokens.
"""

from datetime import datetime

from device.model.clock import Clock
from device.model.secret import Secret
from device.model.value import Value
from hub.audit import AuditLog, Event
from hub.vault.choice import storable
from hub.vault.envelope import Place
from hub.vault.errors import VaultError
from hub.vault.keyring import KeySource
from hub.vault.owner import Owner
from hub.vault.proof import Proof, proof_of
from hub.vault.reencryption import Reencrypted, Reencryption
from hub.vault.rewrapping import Rewrapped, rewrap
from hub.vault.safe import Safe
from hub.vault.states import KeyStatus, Observer


class Shredded(Value):
    """What was destroyed."""

    owner: Owner
    keys: int
    secrets: int
    at: datetime
    scrubbed: bool
    """Whether the keys' bytes have left the keyring's files, too; otherwise a restart of the hub brings it about."""


class Vault:
    """Seals, opens, forgets; and looks after keys."""

    def __init__(self, safe: Safe, audit: AuditLog, clock: Clock) -> None:
        self.safe = safe
        self._audit = audit
        self._clock = clock
        self._reencryption = Reencryption(safe)

    @property
    def observers(self) -> list[Observer]:
        """Whom to tell of changes of key states: at once, in the loop's thread; they must not raise and not wait."""
        return self.safe.states.observers

    def status(self, owner: Owner) -> KeyStatus | None:
        """How a connection's key is doing; None before it was used."""
        return self.safe.states.of(owner)

    async def seal(self, owner: Owner, kind: str, record: str, secret: Secret, *, actor: str) -> int:
        """Seal a secret in place of the one before, which is deleted; its version.

        Raises:
            VaultError: the connection's key cannot be had.
            AuditUnavailable: nothing was sealed.
        """
        place = Place(owner=owner, kind=kind, record=record)
        await self._note("secret.seal", place, actor, values={"value": secret})
        return await self.safe.seal(place, secret)

    async def open(self, owner: Owner, kind: str, record: str, *, actor: str, purpose: str = "") -> Secret:
        """A secret, for `purpose`.

        Raises:
            SecretNotFound: there is none.
            SecretDamaged: it is not what was sealed.
            KeyUnreachable, ConnectionLocked, ConnectionShredded: the connection's key cannot be had.
            AuditUnavailable: it could not be written down.
        """
        place = Place(owner=owner, kind=kind, record=record)
        why = {"purpose": purpose} if purpose else {}
        try:
            secret = await self.safe.open(place)
        except VaultError as error:
            await self._note("secret.open", place, actor, outcome=type(error).__name__, more=why)
            raise
        await self._note("secret.open", place, actor, more=why, values={"value": secret})
        return secret

    async def forget(self, owner: Owner, kind: str, record: str, *, actor: str) -> bool:
        """Delete a secret; whether there was one.

        Raises:
            AuditUnavailable: nothing was deleted.
        """
        place = Place(owner=owner, kind=kind, record=record)
        await self._note("secret.forget", place, actor)
        return await self.safe.records.remove(place)

    async def places(self, owner: Owner) -> tuple[Place, ...]:
        """What a connection has sealed."""
        return await self.safe.records.places(owner)

    async def add_key(self, source: KeySource, *, actor: str) -> None:
        """Remember a customer's KEK under a name, so that connections can be enrolled with it.

        Raises:
            SettingsError: no such provider, wrong options, or a secret among them that would be written down.
            ValueError: something is wrapped with another key of that name.
        """
        storable(source.provider, source.options)
        await self._note_key("key.add", actor, {"key": source.name, "provider": source.provider})
        await self.safe.keyring.add_source(source)

    async def enrol(self, owner: Owner, key: str, *, actor: str) -> Reencrypted:
        """Lock a connection with the KEK called `key`, and seal everything anew under it; to unenrol: `hub`.

        Raises:
            KeyFault: that KEK cannot be used; nothing was changed.
            VaultError: a key cannot be had; `resume` goes on later.
            AuditUnavailable: nothing was changed.
        """
        await self._note_key("key.enrol", actor, {**_named(owner), "key": key})
        await self.safe.keks.make_first(key)
        await self._reencryption.begin(owner, key)
        return await self._finished(owner, actor)

    async def rotate(self, owner: Owner, *, actor: str) -> Reencrypted | None:
        """A new connection key under the same KEK, and everything sealed anew; None where there is none to rotate.

        Raises:
            KeyFault, VaultError, AuditUnavailable: as for `enrol`.
        """
        active = [row for row in await self.safe.keyring.rows(owner) if row.active]
        if not active:
            return None
        await self._note_key("key.rotate", actor, _named(owner))
        await self._reencryption.begin(owner, active[0].source)
        return await self._finished(owner, actor)

    async def resume(self, *, actor: str = "hub") -> tuple[Reencrypted, ...]:
        """Finish what was interrupted.

        Raises:
            VaultError: a key cannot be had; it can be tried again.
        """
        return tuple([await self._finished(owner, actor) for owner in await self._reencryption.unfinished()])

    async def rewrap(self, owner: Owner | None = None, *, source: str | None = None, actor: str) -> Rewrapped:
        """Wrap keys anew with the current version of their KEK, so that older versions can be switched off.

        Args:
            owner: one connection; None for all.
            source: the keys under one KEK; None for all.
            actor: for the audit log.

        Raises:
            AuditUnavailable: nothing was changed.
        """
        await self._note_key("key.rewrap", actor, _named(owner) if owner else {})
        done = await rewrap(self.safe, owner, source)
        counts = {"rewrapped": str(done.rewrapped), "left": str(done.left), "failed": str(len(done.failed))}
        await self._note_key("key.rewrapped", actor, counts)
        return done

    async def shred(self, owner: Owner, *, actor: str) -> Shredded:
        """Destroy a connection's keys: what they locked is gone, here and in every backup of the database.

        A backup of the keyring still has them for as long as it is kept; switching the KEK off ends that at once.

        Raises:
            AuditUnavailable: nothing was destroyed.
        """
        await self._note_key("key.shred", actor, _named(owner))
        at = self._clock.read().now
        keys, scrubbed = await self.safe.keyring.shred(owner, at)
        self.safe.custody.shredded(owner)
        secrets = await self.safe.records.remove_all(owner)
        return Shredded(owner=owner, keys=keys, secrets=secrets, at=at, scrubbed=scrubbed)

    async def proof(self, owner: Owner | None = None) -> Proof:
        """How many secrets lie under which key and which version of its KEK."""
        return await proof_of(self.safe, owner)

    async def note_states(self, statuses: tuple[KeyStatus, ...]) -> None:
        """Write changes of key states down."""
        for status in statuses:
            about = {**_named(status.owner), "state": status.state.value, "cause": status.cause}
            await self._note_key("key.state", "hub", about)

    async def _finished(self, owner: Owner, actor: str) -> Reencrypted:
        done = await self._reencryption.finish(owner)
        if done is None:
            await self.safe.custody.refuse_shredded(owner)
            raise VaultError(f"The keyring has no key for {owner}.")
        counts = {"resealed": done.resealed, "verified": done.verified, "damaged": done.damaged}
        told = {name: str(count) for name, count in counts.items()}
        await self._note_key("key.resealed", actor, {**_named(owner), "ck": done.ck_id, **told})
        return done

    async def _note(
        self,
        action: str,
        place: Place,
        actor: str,
        *,
        outcome: str = "ok",
        more: dict[str, str] | None = None,
        values: dict[str, str] | None = None,
    ) -> None:
        about = {**_named(place.owner), "kind": place.kind, "record": place.record, **(more or {})}
        await self._audit.append(Event(actor=actor, action=action, objects=about, outcome=outcome), values)

    async def _note_key(self, action: str, actor: str, about: dict[str, str]) -> None:
        await self._audit.append(Event(actor=actor, action=action, objects=about))


def _named(owner: Owner) -> dict[str, str]:
    return {"tenant": owner.tenant, "connection": owner.connection}
