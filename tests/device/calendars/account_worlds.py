"""What stands on the far side of each provider's hub half in the contract suite."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, timedelta
from itertools import count
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

import httpx
import msgspec
import pytest
from dav_worlds import WHO
from exchange_worlds import options_for as exchange_options
from feed_worlds import url_world
from google_worlds import with_service_account
from receiver import Receiver, receiving
from story import FRIDAY, at

from device.calendars import caldav, graph
from device.calendars.interface import Connection
from device.emulator.faults import Fault
from device.emulator.google.workspace import ADMINISTRATOR, SERVICE_ACCOUNT, Role
from device.emulator.office import Office, open_office
from device.model.clock import Clock, ClockReading
from device.model.secret import Secret

_numbers = count(1)


class AccountWorld(Protocol):
    """An organisation whose calendars the hub half looks after, and the people in it who change things."""

    options: Connection
    """What the provider must be told to reach it."""
    clock: Clock
    room: str
    """The identifier of a room whose calendar the account may use, and which is set up as it should be."""
    names: tuple[str, ...]
    """What all its rooms are called, in any order."""
    person: tuple[str, str] | None
    """The beginning of somebody's name, and their address; None where the provider lists nobody."""
    canary: str
    """A calendar that the account may not open; empty where the provider knows of no such thing."""
    receiver: Receiver
    """Where the provider may call."""

    async def change(self) -> None:
        """Somebody changes the room's calendar."""

    async def widen(self) -> None:
        """Somebody lets the account open the canary too."""

    async def lose(self) -> None:
        """The provider forgets every subscription."""

    async def refuse(self) -> None:
        """The provider accepts the credential no longer."""


class FridayEight:
    """A clock that stands on the Friday morning of the story."""

    def read(self) -> ClockReading:
        return ClockReading(now=at(FRIDAY, 8).astimezone(UTC), elapsed=timedelta())


class OfficeAccount:
    """The emulated office, on its Monday."""

    room = "aurora@office.example"
    person = ("in", "ines.carvalho@office.example")
    canary = "ines.carvalho@office.example"

    def __init__(self, office: Office, receiver: Receiver) -> None:
        self.office = office
        self.clock: Clock = office.clock
        self.receiver = receiver
        self.names = tuple(str(entry.room.name) for entry in office.rooms)
        self.options: Connection = graph.Options(
            tenant=office.tenant,
            client_id=office.client_id,
            client_secret=office.client_secret,
            endpoint=office.endpoint,
            authority=office.authority,
            ca_bundle=str(office.ca_bundle),
        )

    async def change(self) -> None:
        self.office.control.add_meeting("aurora")

    async def widen(self) -> None:
        cloud = self.office.tenant_cloud
        cloud.register(msgspec.structs.replace(cloud.apps[self.office.client_id], unscoped=True))

    async def lose(self) -> None:
        for entry in self.office.tenant_cloud.subscriptions.active():
            self.office.tenant_cloud.subscriptions.remove(entry.id)

    async def refuse(self) -> None:
        self.office.control.expire_secret()


@asynccontextmanager
async def office_account(request: pytest.FixtureRequest) -> AsyncIterator[OfficeAccount]:
    """An office, and a hub that it can call."""
    folder: Path = request.getfixturevalue("tmp_path")
    async with open_office("monday", folder) as office, receiving() as receiver:
        yield OfficeAccount(office, receiver)


class WorkspaceAccount:
    """The same office at Google: rooms shared with a service account, which lists them for an administrator."""

    room = "aurora@office.example"
    person = ("in", "ines.carvalho@office.example")
    canary = "borealis@office.example"

    def __init__(self, office: Office, receiver: Receiver) -> None:
        self.office = office
        self.clock: Clock = office.clock
        self.receiver = receiver
        self.names = tuple(str(entry.room.name) for entry in office.rooms)
        self.options: Connection = msgspec.structs.replace(with_service_account(office), administrator=ADMINISTRATOR)
        office.workspace.share(self.canary, Role.NONE, SERVICE_ACCOUNT)

    async def change(self) -> None:
        self.office.control.add_meeting("aurora")

    async def widen(self) -> None:
        self.office.workspace.share(self.canary, Role.READER, SERVICE_ACCOUNT)

    async def lose(self) -> None:
        self.office.workspace.channels.forget()

    async def refuse(self) -> None:
        self.office.tenant_cloud.faults.add(Fault.WRONG_SECRET)


@asynccontextmanager
async def workspace_account(request: pytest.FixtureRequest) -> AsyncIterator[WorkspaceAccount]:
    """An office at Google, and a hub that it can call."""
    folder: Path = request.getfixturevalue("tmp_path")
    async with open_office("monday", folder) as office, receiving() as receiver:
        yield WorkspaceAccount(office, receiver)


class ExchangeSide(OfficeAccount):
    """The same office on an Exchange server of its own."""

    canary = "borealis@office.example"

    def __init__(self, office: Office, receiver: Receiver) -> None:
        super().__init__(office, receiver)
        self.options = exchange_options(office)
        office.exchange.impersonates.discard(self.canary)

    async def widen(self) -> None:
        self.office.exchange.impersonates.add(self.canary)

    async def refuse(self) -> None:
        self.office.exchange.password = Secret("another")


@asynccontextmanager
async def exchange_account(request: pytest.FixtureRequest) -> AsyncIterator[ExchangeSide]:
    """An office with a server that a hub listens to."""
    folder: Path = request.getfixturevalue("tmp_path")
    async with open_office("monday", folder) as office, receiving() as receiver:
        yield ExchangeSide(office, receiver)


class Quiet:
    """A world in which nobody calls and nothing is hidden."""

    person = None
    canary = ""

    def __init__(self, options: Connection, room: str, name: str) -> None:
        self.options = options
        self.clock: Clock = FridayEight()
        self.room, self.names = room, (name,)
        self.receiver = Receiver()

    async def change(self) -> None:
        """Nobody would notice."""

    async def widen(self) -> None:
        """There is nothing that is closed."""

    async def lose(self) -> None:
        """There is nothing to lose."""

    async def refuse(self) -> None:
        """Whoever knocks is let in."""
        pytest.skip("this far side asks for no password")


@asynccontextmanager
async def dav_account(request: pytest.FixtureRequest) -> AsyncIterator[Quiet]:
    """A user of Radicale who has one calendar, and is told only the server's address."""
    home = request.getfixturevalue("radicale_url")
    user = f"anna{next(_numbers)}-{os.getpid()}"
    async with httpx.AsyncClient(auth=(user, WHO[1]), trust_env=False) as client:
        own = f"{home.removesuffix('rooms/')}{user}/"
        url = f"{own}aurora/"
        answer = await client.request("MKCALENDAR", url, content=_MADE, headers={"Content-Type": "application/xml"})
        assert answer.status_code == 201, answer.text
    root = f"{urlsplit(home).scheme}://{urlsplit(home).netloc}/"
    options = caldav.Options(url=root, username=user, password=Secret(WHO[1]))
    yield Quiet(options, urlsplit(url).path, "Aurora")


_MADE = """<?xml version="1.0"?><C:mkcalendar xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:set><D:prop>
<D:displayname>Aurora</D:displayname><C:calendar-timezone>BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//x//y//EN
BEGIN:VTIMEZONE
TZID:Europe/Berlin
BEGIN:STANDARD
DTSTART:19701025T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
END:VTIMEZONE
END:VCALENDAR</C:calendar-timezone></D:prop></D:set></C:mkcalendar>"""


@asynccontextmanager
async def feed_account(request: pytest.FixtureRequest) -> AsyncIterator[Quiet]:
    """A published calendar."""
    async with url_world(request) as world:
        yield Quiet(world.options, "127.0.0.1", "127.0.0.1")
