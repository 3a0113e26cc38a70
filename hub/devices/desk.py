"""Who the devices are and what they get: the listener's desk, with the store, the vault and the accounts behind it."""

import asyncio
import logging
from datetime import timedelta

import msgspec

from device.calendars.interface import AccessToken, CalendarAccount
from device.model.errors import CalendarError, CredentialRefused, DoorlightError, SettingsError
from device.model.safetext import SafeText
from device.model.value import Value
from device.wire.hub import (
    AccessGiven,
    AccessRefused,
    Assigned,
    Assignment,
    Beat,
    Report,
    Route,
    TokenGiven,
    Waiting,
)
from hub.audit import Event
from hub.connections.accounts import NoSuchConnection
from hub.connections.registry import provider_of
from hub.connections.rows import Connection
from hub.connections.subscriptions import SubscriptionBook
from hub.devices.greeting import Proved
from hub.devices.listener import Standing
from hub.devices.registry import ClaimRefused
from hub.devices.rows import Device, DeviceState
from hub.errors import AuditUnavailable, HubError
from hub.rooms.registry import Door
from hub.services import Services
from hub.switchboard import Claimed
from hub.vault.errors import ConnectionLocked, ConnectionShredded, KeyUnreachable

log = logging.getLogger(__name__)

PROVE_EVERY = timedelta(days=1)
"""How often it is proved what a room's access reaches."""
ONE_CALL = 20.0


class DeviceDesk:
    """The desk of one process (`hub.devices.listener.Desk`)."""

    def __init__(self, hub: Services, book: SubscriptionBook) -> None:
        self._hub, self._book = hub, book
        self._devices, self._rooms, self._connections = hub.devices, hub.rooms, hub.connections
        self._clock = hub.clock
        self._generation = hub.foundation.identity.generation
        self._waiting: dict[str, asyncio.Future[None]] = {}
        hub.board.on(Claimed, self._was_claimed)

    async def standing(self, proved: Proved, address: str) -> Standing:
        """What a device that has proved its key is to this hub."""
        hello = proved.hello
        device = await self._devices.of_key(hello.key)
        if device is None and hello.claim:
            try:
                device = await self._devices.use_claim(hello, address)
            except ClaimRefused:
                log.warning("a seeded claim was refused to a device at %s", address)
                await self._note("device.claim-refused", {"address": address})
                return Standing(refused="claim-refused")
            await self._note("device.claimed", {"device": device.id, "room": device.room or "", "by": "claim"})
        if device is None:
            code, until = await self._devices.wait(hello, address)
            url = f"{self._hub.server.portal}/claim#{code}"
            return Standing(waiting=Waiting(code=code, url=url, expires_at=until))
        if device.state is not DeviceState.ACTIVE:
            return Standing(device=device.id, refused=device.state.value)
        if hello.generation > self._generation:
            log.warning("a device remembers a later start of this hub: the database was set back")
            await self._note("hub.set-back", {"device": device.id, "generation": str(hello.generation)})
        await self._devices.seen(device.id, hello, address)
        return Standing(device=device.id, assigned=await self._assigned(device))

    async def claimed(self, key: str) -> Standing | None:
        """Wait until a waiting device is claimed, on whichever process, or its code runs out."""
        future = self._waiting.setdefault(key, asyncio.get_running_loop().create_future())
        try:
            async with asyncio.timeout(14 * 60):
                await asyncio.shield(future)
        except TimeoutError:
            pass
        finally:
            self._waiting.pop(key, None)
        return None

    async def access(self, device: str) -> Value:
        """Access for a device, or why there is none."""
        found = await self._devices.get(device)
        if found is None or found.state is not DeviceState.ACTIVE or found.room is None:
            return AccessRefused(reason="revoked")
        try:
            return await self._given(found, found.room)
        except ConnectionLocked:
            return AccessRefused(reason="locked")
        except (KeyUnreachable, AuditUnavailable) as error:
            return AccessRefused(reason="unreachable", detail=SafeText(str(error)), retry_after=timedelta(seconds=30))
        except (ConnectionShredded, NoSuchConnection):
            return AccessRefused(reason="credential", detail=SafeText("the connection is gone"))
        except CredentialRefused as error:
            return AccessRefused(reason="credential", detail=SafeText(str(error), limit=80))
        except CalendarError as error:
            return AccessRefused(reason="unreachable", detail=SafeText(type(error).__name__))
        except (HubError, SettingsError) as error:
            log.error("access for a device cannot be made: %s", error)  # noqa: TRY400 - told by its sentence
            return AccessRefused(reason="unreachable", detail=SafeText("the hub has trouble"))

    async def beat(self, device: str, beat: Beat) -> None:
        """How a device is."""
        await self._devices.beat(device, beat)

    async def report(self, device: str, report: Report) -> None:
        """What became of an order."""
        await self._hub.orders.reported(device, report)

    async def dropped(self, device: str) -> None:
        """A device has forgotten its access."""
        await self._note("device.dropped", {"device": device})

    async def gone(self, device: str) -> None:
        """A device's line ended."""

    async def _given(self, device: Device, room: str) -> AccessGiven:
        door = await self._rooms.door(room)
        if door is None:
            raise NoSuchConnection(room)
        now = self._clock.read().now
        relay = self._hub.tokens.give(device.id, room, now)
        connection = await self._connections.get(door.row.connection)
        if connection is None or connection.route is not Route.DIRECT:
            await self._note("access.relay", {"device": device.id})
            return AccessGiven(relay=relay)
        async with self._hub.accounts.use(connection.id, "mint") as held:
            try:
                async with asyncio.timeout(ONE_CALL):
                    token = await held.account.mint(door.row.calendar or room)
            except CalendarError as error:
                await self._hub.accounts.pulse.felt(connection.id, error)
                raise
            await self._hub.accounts.pulse.felt(connection.id)
            await self._prove(connection, held.account, token, door)
        await self._note("access.direct", {"device": device.id, "connection": connection.id})
        return AccessGiven(relay=relay, calendar=_given(token))

    async def _prove(self, connection: Connection, account: CalendarAccount, token: AccessToken, door: Door) -> None:
        """Look once a day how far a room's access reaches; nothing that reaches further is handed out unknowingly.

        Raises:
            CalendarError: it reaches further, or that cannot be told.
        """
        if not connection.canaries and not connection.reach_accepted:
            raise CredentialRefused("nobody has named a calendar that a room's access must not reach")
        if not connection.canaries:
            return
        now = self._clock.read().now
        if connection.proved_at is None or now - connection.proved_at >= PROVE_EVERY:
            reach = await account.reach(token, door.row.calendar or door.row.id, connection.canaries)
            await self._connections.proved(connection, reach.beyond)
            connection = msgspec.structs.replace(connection, reach=reach.beyond)
        if connection.reach and not connection.reach_accepted:
            raise CredentialRefused("a room's access reaches other calendars")

    async def _assigned(self, device: Device) -> Assigned:
        assert device.room is not None  # noqa: S101 - an active device has a room
        door = await self._rooms.door(device.room)
        if door is None:
            raise DoorlightError("a device's room is gone")
        connection = await self._connections.get(door.row.connection)
        direct = connection is not None and connection.route is Route.DIRECT
        assignment = Assignment(
            device=device.id,
            room=door.room,
            provider=connection.provider if connection and direct else "relayed",
            calendar=door.row.calendar,
            options=_handed(connection) if connection and direct else {},
            route=Route.DIRECT if direct else Route.RELAYED,
            relay=self._hub.server.relay,
            look=door.settings.look,
            night=door.settings.night,
            neighbours=door.nearby,
        )
        return Assigned(
            assignment=assignment,
            seq=self._hub.fanout.seq(device.room),
            notified=await self._book.healthy(door.row.calendar or device.room),
            generation=self._generation,
        )

    async def _was_claimed(self, word: Claimed) -> None:
        future = self._waiting.get(word.key)
        if future is not None and not future.done():
            future.set_result(None)

    async def _note(self, action: str, about: dict[str, str]) -> None:
        await self._hub.audit.append(Event(actor="hub", action=action, objects=about))


def _handed(connection: Connection) -> dict[str, str | int | float | bool]:
    """What a device is told of a connection's options: where its provider is, and nothing that is a credential."""
    named = provider_of(connection.provider).handed
    return {
        key: value
        for key, value in connection.options.items()
        if key in named and isinstance(value, str | int | float | bool)
    }


def _given(token: AccessToken) -> TokenGiven:
    """Access as it crosses the wire.

    Raises:
        CredentialRefused: it does not run out, so it is no access for a device.
    """
    if token.expires_at is None:
        raise CredentialRefused("this provider knows no short-lived access; its rooms are relayed")
    return TokenGiven(token=token.token.reveal(), expires_at=token.expires_at, username=token.username)
