"""What a far side of a key provider is to the tests: options to reach it, and every fault that it can have."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from simulators.listener import Service

from hub.vault.errors import KeyFault
from hub.vault.interface import KeyOptions, KeyProvider
from hub.vault.providers import KeyProviders

Fault = Callable[[], None]
QUICK = 1.0
"""Seconds that a provider waits for its far side in these tests."""


@dataclass(slots=True, kw_only=True)
class KeyWorld:
    """A far side, and how to break it."""

    member: KeyProviders
    options: KeyOptions
    faults: dict[str, tuple[type[KeyFault], Fault]]
    """What may be wrong, by a name for people, and the error that it must become."""
    heal: Fault
    rotate: Callable[[], KeyOptions]
    """A new version of the key; the options that know it."""
    context_seen: Callable[[], bool] | None = None
    """Whether the far side was told the tenant, where it has a place for that."""
    service: Service | None = None
    """The far side itself, where it is reached over HTTP."""

    def open(self) -> AbstractAsyncContextManager[KeyProvider]:
        return self.member.load().open(self.options)
