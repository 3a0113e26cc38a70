"""The proof page: how many secrets lie under which key, and which version of its KEK wraps it."""

from device.model.value import Value
from hub.vault.errors import KeyFault
from hub.vault.keyring import KeyRow
from hub.vault.owner import Owner
from hub.vault.safe import Safe


class KeyProof(Value):
    """One connection key."""

    owner: Owner
    ck_id: str
    active: bool
    source: str
    provider: str
    kek_id: str
    kek_version: str
    current_version: str | None
    """Of the KEK now; None where it could not be asked."""
    secrets: int

    @property
    def outdated(self) -> bool:
        """Whether it is known to be wrapped with an older version."""
        return self.current_version is not None and self.kek_version != self.current_version


class Proof(Value):
    """Every key, and what no key is known for."""

    keys: tuple[KeyProof, ...]
    orphans: int
    """Secrets whose key is not in the keyring: they cannot be opened."""

    @property
    def outdated(self) -> int:
        """Secrets under a key that an older version of its KEK wraps; 0: older versions may be switched off."""
        return sum(key.secrets for key in self.keys if key.outdated)

    @property
    def keys_outdated(self) -> int:
        """Keys that are wrapped with an older version, secrets or not."""
        return sum(key.outdated for key in self.keys)


async def proof_of(safe: Safe, owner: Owner | None) -> Proof:
    """Counted now."""
    rows = await safe.keyring.rows(owner)
    counts = await safe.records.counts()
    versions = {source: await _version(safe, source) for source in {row.source for row in rows}}
    keys = tuple(_proof(row, counts.pop((row.owner, row.ck_id), 0), versions[row.source]) for row in rows)
    rest = (count for (whose, _), count in counts.items() if owner in (None, whose))
    return Proof(keys=keys, orphans=sum(rest))


async def _version(safe: Safe, source: str) -> str | None:
    try:
        return await (await safe.keks.provider(source)).current_version()
    except KeyFault:
        return None


def _proof(row: KeyRow, secrets: int, current_version: str | None) -> KeyProof:
    return KeyProof(
        owner=row.owner,
        ck_id=row.ck_id,
        active=row.active,
        source=row.source,
        provider=row.provider,
        kek_id=row.kek_id,
        kek_version=row.wrapped.version,
        current_version=current_version,
        secrets=secrets,
    )
