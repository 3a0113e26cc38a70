"""What a key provider is: somebody who holds a key-encryption key (KEK) and wraps our connection keys with it.

A provider is one module in `hub/vault/providers/` that ends in `PROVIDER = KeyProviderKind(...)`, and one member of
`KeyProviders`. Its options are its own; its library is an optional extra, imported when the provider is opened. The
contract suite in `tests/hub/vault` picks it up from the enum.

Rules: every call ends within the options' `timeout`; a blocking library runs in a thread; no error leaves but those
of `hub.vault.errors`; the context is bound to what is wrapped, so that it can be unwrapped for that connection only,
and is handed to the provider where it has a place for it.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from device.model.value import Value
from hub.vault.owner import Owner

APP = "doorlight"
KEY_BYTES = 32
LONGEST_CALL = 60.0

Context = Mapping[str, str]
"""What a wrapped key belongs to. Key services log it in clear."""


def context_of(owner: Owner) -> Context:
    """The context of a connection's key."""
    return {"app": APP, "tenant": owner.tenant, "connection": owner.connection, "kind": "ck"}


class Wrapped(Value):
    """A key that only its KEK can unwrap."""

    blob: bytes
    version: str
    """Which version of the KEK it was, in the provider's words."""


class KeyOptions(Value):
    """How to reach a KEK; every provider's options have these keys."""

    timeout: float = 10.0
    """Seconds for one call as a whole."""

    def __post_init__(self) -> None:
        if not 0 < self.timeout <= LONGEST_CALL:
            raise ValueError("timeout must be between 0 and 60 seconds")


class KeyProvider(Protocol):
    """One KEK. Every method may raise `Denied`, `Disabled`, `NotFound`, `Unreachable` and `Throttled`."""

    @property
    def key_id(self) -> str:
        """What the provider calls the KEK, without its version."""
        ...

    async def wrap(self, key: bytes, context: Context) -> Wrapped:
        """Wrap with the current version."""
        ...

    async def unwrap(self, wrapped: Wrapped, context: Context) -> bytes:
        """The key again.

        Raises:
            Corrupt: it was not wrapped by this KEK, not for this context, or was changed.
        """
        ...

    async def current_version(self) -> str:
        """The version that `wrap` uses now."""
        ...

    async def health(self) -> None:
        """Return where the KEK can be used; raise what is wrong where it cannot."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyProviderKind:
    """One kind of provider, whole."""

    name: str
    options: type[KeyOptions]
    open: Callable[[Any], AbstractAsyncContextManager[KeyProvider]]
    """`(options)` to the KEK, closed on leaving. Raises `SettingsError` where a library is missing."""
    make: Callable[[Any], None] | None = None
    """`(options)`: make the KEK itself, for a hub that has wrapped nothing yet; only where keys are ours to make."""
    renew: Callable[[Any], None] | None = None
    """`(options)`: make a new version and keep the old one for unwrapping. None: its owner does that elsewhere."""
    retire: Callable[[Any], None] | None = None
    """`(options)`: forget the old version, once nothing is wrapped with it."""
