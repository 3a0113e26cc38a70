"""The connections in the store; their secrets are in the vault."""

import json
from collections.abc import Collection
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import delete, insert, select, update

from device.calendars import Providers
from device.calendars.interface import Connection as Options
from device.calendars.interface import Provider
from device.model.clock import Clock
from device.model.document import convert
from device.model.errors import CalendarError, SettingsError
from device.model.secret import Secret
from device.wire.hub import Route
from hub.connections.rows import Connection, connection_of
from hub.store import Store
from hub.store.tables.connections import CONNECTIONS
from hub.vault.errors import SecretNotFound
from hub.vault.owner import fresh_id
from hub.vault.vault import Vault

KIND = "credential"


class Connections:
    """The connections of one hub."""

    def __init__(self, store: Store, vault: Vault, clock: Clock) -> None:
        self._store, self._vault, self._clock = store, vault, clock

    async def all(self) -> tuple[Connection, ...]:
        """Every connection, by name."""
        async with self._store.reading() as connection:
            found = await connection.execute(select(CONNECTIONS).order_by(CONNECTIONS.c.name))
        return tuple(map(connection_of, found))

    async def get(self, connection_id: str) -> Connection | None:
        """One connection."""
        async with self._store.reading() as connection:
            wanted = select(CONNECTIONS).where(CONNECTIONS.c.id == connection_id)
            row = (await connection.execute(wanted)).one_or_none()
        return connection_of(row) if row else None

    async def add(
        self, name: str, provider: str, told: dict[str, Any], *, actor: str, route: Route = Route.RELAYED
    ) -> Connection:
        """Connect an account: its secrets go to the vault before the rest is written down.

        Raises:
            SettingsError: the options are not good; the text names the key.
            VaultError: the secrets cannot be sealed; nothing is left of the connection.
            AuditUnavailable: nothing was done.
        """
        kind = options_of(provider)
        options = convert(told, kind, "connection")
        made = Connection(
            id=fresh_id(),
            name=name,
            provider=provider,
            options=plain_part(told, kind),
            route=route,
            created_at=self._clock.read().now,
            expires_at=expiry_of(provider, options),
        )
        await self._seal(made, told, kind, actor)
        values = msgspec.structs.asdict(made) | {
            "options": json.dumps(made.options),
            "route": made.route.value,
            "canaries": "[]",
            "reach": "",
        }
        async with self._store.transaction() as connection:
            await connection.execute(insert(CONNECTIONS).values(**values))
        return made

    async def renew(
        self, made: Connection, told: dict[str, Any], *, actor: str, without: Collection[str] = ()
    ) -> Connection:
        """Give a connection other options or a new credential; secrets that are not told stay, but for `without`."""
        kind = options_of(made.provider)
        plain = {key: value for key, value in made.options.items() if key not in without} | plain_part(told, kind)
        await self._seal(made, told, kind, actor)
        for name in secret_fields(kind):
            if name in without:
                await self._vault.forget(made.owner, KIND, name, actor=actor)
        renewed = msgspec.structs.replace(made, options=plain)
        _, options = await self.open(renewed, actor=actor, purpose="renew")
        await self.change(
            made.id, options=json.dumps(plain), expires_at=expiry_of(made.provider, options), error="", error_at=None
        )
        return renewed

    async def open(self, made: Connection, *, actor: str, purpose: str) -> tuple[Provider, Options]:
        """The provider and its options, secrets and all. Written down before it is released.

        Raises:
            VaultError: the secrets cannot be had.
            AuditUnavailable: it could not be written down.
            SettingsError: the options are not good for this version.
        """
        provider = provider_of(made.provider)
        secrets = {}
        there = {place.record for place in await self._vault.places(made.owner)}
        for name in secret_fields(provider.options):
            if there and name not in there:
                continue
            try:
                opened = await self._vault.open(made.owner, KIND, name, actor=actor, purpose=purpose)
            except SecretNotFound:
                continue
            secrets[name] = opened.reveal()
        return provider, convert({**made.options, **secrets}, provider.options, "connection")

    async def answered(self, made: Connection) -> None:
        """The provider answered."""
        now = self._clock.read().now
        await self.change(made.id, answered_at=now, error="", error_at=None)

    async def failed(self, made: Connection, error: CalendarError) -> None:
        """The provider did not answer as it should."""
        await self.change(made.id, error=type(error).__name__, error_at=self._clock.read().now)

    async def proved(self, made: Connection, beyond: tuple[str, ...]) -> None:
        """How far a room's access reaches was looked at."""
        await self.change(made.id, reach=json.dumps(beyond), proved_at=self._clock.read().now)

    async def change(self, connection_id: str, **values: Any) -> bool:
        """Change some of a connection; whether there is one."""
        async with self._store.transaction() as connection:
            wanted = update(CONNECTIONS).where(CONNECTIONS.c.id == connection_id).values(**values)
            done = await connection.execute(wanted)
        return bool(done.rowcount)

    async def remove(self, made: Connection, *, actor: str) -> None:
        """Disconnect: its key is destroyed, so its secrets are gone wherever they lie; then it is forgotten."""
        await self._vault.shred(made.owner, actor=actor)
        async with self._store.transaction() as connection:
            await connection.execute(delete(CONNECTIONS).where(CONNECTIONS.c.id == made.id))

    async def _seal(self, made: Connection, told: dict[str, Any], kind: type[Options], actor: str) -> None:
        for name in secret_fields(kind):
            if told.get(name):
                await self._vault.seal(made.owner, KIND, name, Secret(str(told[name])), actor=actor)


def provider_of(name: str) -> Provider:
    """The provider called so, if an account can be connected by it.

    Raises:
        SettingsError: there is none.
    """
    try:
        provider = Providers(name).load()
    except ValueError as error:
        raise SettingsError(f"There is no provider {name!r}.", "Update the hub.") from error
    if provider.open_account is None:
        raise SettingsError(f"{name} has no accounts.", "Choose another provider.")
    return provider


def options_of(name: str) -> type[Options]:
    """The type of a provider's options."""
    return provider_of(name).options


def secret_fields(kind: type[Options]) -> tuple[str, ...]:
    """The options that are secrets."""
    return tuple(
        field.encode_name
        for field in msgspec.structs.fields(kind)
        if field.type is Secret or Secret in getattr(field.type, "__args__", ())
    )


def plain_part(told: dict[str, Any], kind: type[Options]) -> dict[str, Any]:
    """What may be written down of options."""
    secret = secret_fields(kind)
    return {key: value for key, value in told.items() if key not in secret}


def expiry_of(name: str, options: Options) -> datetime | None:
    """When the credential runs out, as far as it tells."""
    provider = provider_of(name)
    return provider.expires(options) if provider.expires is not None else None
