"""Connection keys in memory, each for a bounded time after its KEK last unwrapped it."""

from datetime import timedelta

from device.model.clock import Clock
from device.model.errors import SettingsError
from hub.vault.envelope import ConnectionKey
from hub.vault.owner import Owner

LIFE = timedelta(seconds=60)
LONGEST = timedelta(seconds=300)


class KeyCache:
    """Never older than `life` by a clock that does not step back."""

    def __init__(self, clock: Clock, life: timedelta = LIFE) -> None:
        if not timedelta() <= life <= LONGEST:
            raise SettingsError("The key cache's life is out of bounds.", 'Write a span from "0s" to "300s".')
        self._clock = clock
        self._life = life
        self._kept: dict[str, tuple[Owner, ConnectionKey, timedelta]] = {}

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, ck_id: str) -> ConnectionKey | None:
        """The key, while it may be used."""
        self.sweep()
        kept = self._kept.get(ck_id)
        return kept[1] if kept is not None else None

    def put(self, owner: Owner, key: ConnectionKey) -> None:
        """Keep a key that was unwrapped just now."""
        self._kept[key.ck_id] = (owner, key, self._clock.read().elapsed + self._life)

    def sweep(self) -> None:
        """Let go of what has run out."""
        now = self._clock.read().elapsed
        for ck_id in [ck_id for ck_id, kept in self._kept.items() if kept[2] <= now]:
            del self._kept[ck_id]

    def drop(self, owner: Owner) -> None:
        """Let go of one connection's keys at once."""
        for ck_id in [ck_id for ck_id, kept in self._kept.items() if kept[0] == owner]:
            del self._kept[ck_id]

    def keep_only(self, ck_ids: frozenset[str]) -> None:
        """Let go of every key that is not among these."""
        for ck_id in self._kept.keys() - ck_ids:
            del self._kept[ck_id]
