"""What the hub's tests share: a clock that is told, a hub in a folder, and a KEK that breaks to order."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from device.model.clock import Clock, ClockReading, SystemClock
from device.model.secret import Secret
from hub.foundation import Foundation, open_foundation
from hub.settings import HubSettings, build
from hub.vault.choice import ChosenKey
from hub.vault.errors import KeyFault
from hub.vault.interface import Context, KeyOptions, KeyProvider, KeyProviderKind, Wrapped
from hub.vault.local_keys import LocalKeys, fresh
from hub.vault.owner import Owner

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
OWNER = Owner(tenant="contoso", connection="c1")
OTHER = Owner(tenant="fabrikam", connection="c2")
SECRET = Secret("0.AXoA-refresh-token-of-contoso")


@dataclass(slots=True)
class ToldClock:
    """Time passes when a test says so."""

    now: datetime = NOON
    elapsed: timedelta = timedelta()

    def read(self) -> ClockReading:
        return ClockReading(now=self.now, elapsed=self.elapsed)

    def pass_(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        self.elapsed += timedelta(seconds=seconds)


@dataclass(slots=True)
class BrittleKey:
    """A KEK of this process. `fault` is raised by every call, until it is None again."""

    keys: LocalKeys = field(default_factory=fresh)
    fault: KeyFault | None = None
    fault_on: frozenset[str] = frozenset({"wrap", "unwrap", "version", "health"})
    calls: list[str] = field(default_factory=list)
    contexts: list[Context] = field(default_factory=list)
    before: Callable[[str], Any] | None = None
    """Awaited before each call, for what happens meanwhile."""
    key_id: str = "brittle"

    async def _called(self, what: str) -> None:
        self.calls.append(what)
        if self.before is not None:
            await self.before(what)
        if self.fault is not None and what in self.fault_on:
            raise self.fault

    async def wrap(self, key: bytes, context: Context) -> Wrapped:
        await self._called("wrap")
        self.contexts.append(context)
        return self.keys.wrap(key, context)

    async def unwrap(self, wrapped: Wrapped, context: Context) -> bytes:
        await self._called("unwrap")
        return self.keys.unwrap(wrapped, context)

    async def current_version(self) -> str:
        await self._called("version")
        return self.keys.current

    async def health(self) -> None:
        await self._called("health")


class _Options(KeyOptions):
    pass


@dataclass(frozen=True, slots=True)
class _Given:
    """Stands where a chosen key stands, and opens the one it was given."""

    key: BrittleKey
    options: KeyOptions = field(default_factory=_Options)

    @property
    def provider(self) -> Any:
        return type("Member", (), {"value": "brittle"})

    @property
    def kind(self) -> KeyProviderKind:
        return KeyProviderKind(name="brittle", options=_Options, open=self._open)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Given) and other.key is self.key

    def __hash__(self) -> int:
        return id(self.key)

    def _open(self, _: Any) -> AbstractAsyncContextManager[KeyProvider]:
        @asynccontextmanager
        async def opened() -> AsyncIterator[KeyProvider]:
            yield self.key

        return opened()


def with_keys(settings: HubSettings, **keys: BrittleKey | ChosenKey) -> HubSettings:
    """The same, with KEKs of this process under these names."""
    given: Any = {name: _Given(key) if isinstance(key, BrittleKey) else key for name, key in keys.items()}
    return HubSettings(
        folder=settings.folder,
        database=settings.database,
        keyring=settings.keyring,
        keys={**settings.keys, **given},
        key_cache=settings.key_cache,
        audit_kept=settings.audit_kept,
    )


@asynccontextmanager
async def hub_at(
    places: dict[str, Any],
    clock: Clock | None = None,
    *,
    start: bool = True,
    **keys: BrittleKey | ChosenKey | ChosenKey,
) -> AsyncIterator[Foundation]:
    """A hub's foundations, from settings as a document has them, with these KEKs."""
    async with open_foundation(with_keys(build(places), **keys), clock or SystemClock(), start=start) as foundation:
        yield foundation


def hub_in(
    folder: Path, clock: Clock | None = None, *, start: bool = True, **keys: BrittleKey | ChosenKey | ChosenKey
) -> AbstractAsyncContextManager[Foundation]:
    """The same with everything in one folder."""
    return hub_at({"folder": str(folder)}, clock, start=start, **keys)
