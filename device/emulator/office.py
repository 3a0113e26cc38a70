"""The office in a box: everything outside a door, on loopback, from one scenario.

    async with open_office("monday", directory) as office:
        office.endpoint, office.authority, office.ca_bundle, office.clock_socket

All that it writes is two files in `directory`: the authority's certificate and the clock's socket.
"""

import asyncio
import secrets
import ssl
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import trustme
from aiohttp import web

from device.emulator.clock_socket import serve_clock
from device.emulator.control import Control
from device.emulator.directory import RoomEntry
from device.emulator.ending import end
from device.emulator.ews.exchange import Exchange
from device.emulator.ews.server import PATH, EwsEdge
from device.emulator.faults import Faults
from device.emulator.front import Front
from device.emulator.google.server import GoogleEdge
from device.emulator.google.workspace import Workspace
from device.emulator.graph.server import VERSION, GraphEdge
from device.emulator.listener import Listener
from device.emulator.placing import address_of, app_of, directory_of, place, visible_mailboxes
from device.emulator.scenario import Scenario, load_scenario
from device.emulator.script import play
from device.emulator.settings import agent_settings
from device.emulator.tenant import Tenant
from device.emulator.world_clock import WorldClock
from device.model.clock import Clock, SystemClock
from device.model.secret import Secret

CLIENT_ID = "0d001167-0000-4000-8000-000000000001"


class Office:
    """An open office. `control` changes the world, `faults` and `clock` are its parts for tests."""

    def __init__(self, scenario: Scenario, clock: WorldClock, directory: Path) -> None:
        self.scenario = scenario
        self.clock = clock
        self.faults = Faults()
        self.tenant_cloud = Tenant(directory_of(scenario), clock, self.faults)
        self.control = Control(self.tenant_cloud, scenario.zone)
        self.workspace = Workspace(self.tenant_cloud, CLIENT_ID)
        self.exchange = Exchange(self.tenant_cloud, impersonates=set(visible_mailboxes(scenario)))
        self.ews_edge = EwsEdge(self.exchange)
        self.front = Front((self.ews_edge, GoogleEdge(self.workspace), GraphEdge(self.tenant_cloud)))
        self.ca_bundle = directory / "ca.pem"
        """The throwaway authority that the servers' certificate is from."""
        self.clock_socket = directory / "clock.sock"
        """Where the device's clock is told."""
        self.client_id = CLIENT_ID
        self.client_secret = Secret(secrets.token_urlsafe(24))
        self.port = 0
        self.first_day = clock.now.astimezone(ZoneInfo(scenario.zone)).date()
        """The scenario's day 0."""
        self.tenant_cloud.register(app_of(scenario, self.client_id, self.client_secret))
        place(scenario, self.first_day, self.tenant_cloud)

    @property
    def tenant(self) -> str:
        """The tenant's id."""
        return self.tenant_cloud.id

    @property
    def endpoint(self) -> str:
        """Where Microsoft Graph is, version and all."""
        return f"{self.authority}{VERSION}"

    @property
    def authority(self) -> str:
        """Where Entra is, without the tenant."""
        return f"https://127.0.0.1:{self.port}"

    @property
    def ews(self) -> str:
        """Where the office's Exchange has its web services."""
        return f"{self.authority}{PATH}"

    @property
    def rooms(self) -> tuple[RoomEntry, ...]:
        """The rooms, in the order of the scenario."""
        return tuple(self.tenant_cloud.directory.rooms.values())

    @property
    def default_room(self) -> RoomEntry:
        """The door shown first."""
        return self.room(self.scenario.room) if self.scenario.room else self.rooms[0]

    def room(self, name: str) -> RoomEntry:
        """A room by its short name or address.

        Raises:
            KeyError: there is none.
        """
        rooms = self.tenant_cloud.directory.rooms
        return rooms[name] if name in rooms else rooms[address_of(name)]

    def certify_app(self) -> tuple[str, str]:
        """Let the app sign in with a certificate too: the certificate and its private key, each as PEM."""
        issued = trustme.CA(key_type=trustme.KeyType.RSA).issue_cert("app.office.example", key_type=trustme.KeyType.RSA)
        certificate = issued.cert_chain_pems[0].bytes().decode()
        app = self.tenant_cloud.apps[self.client_id]
        self.tenant_cloud.register(msgspec.structs.replace(app, certificate=certificate))
        return certificate, issued.private_key_pem.bytes().decode()

    def agent_settings(self, name: str) -> dict[str, Any]:
        """What an agent at the door of this room must be told, as the tables of its settings file.

        Paths, look and night are the session's own to add. The secret is in it in clear: it is for the agent alone.
        """
        return agent_settings(self, self.room(name))


@asynccontextmanager
async def open_office(
    scenario: Scenario | str,
    directory: Path,
    *,
    start: datetime | None = None,
    rate: float | None = None,
    machine: Clock | None = None,
) -> AsyncIterator[Office]:
    """Open an office until left.

    Args:
        scenario: one, or its name or file.
        directory: an existing folder for the two files.
        start: another first instant than the scenario's: aware, or on the office's wall.
        rate: another pace than the scenario's.
        machine: what counts the time that really passes; tests may count for themselves.

    Raises:
        SettingsError: the scenario cannot be.
    """
    plan = load_scenario(scenario) if isinstance(scenario, str) else scenario
    clock = WorldClock(first_instant(plan, start), rate=rate or plan.rate, machine=machine)
    office = Office(plan, clock, directory)
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(office.ca_bundle))
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(serve_clock(clock, office.clock_socket))
        server_tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate = authority.issue_cert("127.0.0.1", "localhost")
        certificate.configure_cert(server_tls)
        office.exchange.certificate = ssl.PEM_cert_to_DER_cert(certificate.cert_chain_pems[0].bytes().decode())
        listener = Listener(web.Server(office.front.handle, access_log=None), server_tls, office.faults)
        office.port = listener.port
        await stack.enter_async_context(listener.running())
        client_tls = ssl.create_default_context(cafile=str(office.ca_bundle))
        await stack.enter_async_context(office.tenant_cloud.notifier.running(client_tls))
        await stack.enter_async_context(office.workspace.caller.running(client_tls))
        script = asyncio.create_task(play(plan.happenings, office.first_day, plan.zone, clock, office.control))
        stack.push_async_callback(end, (script,))
        yield office


def first_instant(scenario: Scenario, start: datetime | None = None) -> datetime:
    """The first instant of an office: as asked, else as the scenario has it, else the machine's own time."""
    wanted = start or scenario.start
    if wanted is None:
        return SystemClock().read().now
    return (wanted if wanted.tzinfo else wanted.replace(tzinfo=ZoneInfo(scenario.zone))).astimezone(UTC)
