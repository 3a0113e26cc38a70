"""A simulated day of one room at each provider's far side: the agent's own poller, minute by minute, with its changes.

The far sides: the emulated office (Graph, Google, Exchange), Radicale (CalDAV), and a web server with ETags (a feed).
"""

import asyncio
import dataclasses
import random
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import caldav
import httpx
import msgspec
from aiohttp import web

from bench.counting import Counter, counting
from device.agent.access import Access
from device.agent.knowledge import Knowledge
from device.agent.poller import Poller
from device.agent.settings import Polling
from device.calendars import Providers
from device.calendars.interface import Connection
from device.emulator.office import open_office
from device.emulator.settings import CALENDARS
from device.emulator.world_clock import WorldClock
from device.model.clock import ClockReading, SystemClock
from device.model.room import Room
from device.model.safetext import SafeText
from device.model.value import from_plain

ROOM = Room(id="aurora@office.example", name=SafeText("Aurora"), zone="Europe/Berlin")
START = datetime(2026, 11, 23, 23, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DAY = 24 * 60
CHANGES = 20
WITH_PUSH = 10
"""Minutes from one poll to the next while changes are announced."""
EVENTS = 8
Change = Callable[[int], Awaitable[None]]


class Still:
    """A machine on which no time passes by itself."""

    def read(self) -> ClockReading:
        """Always the same."""
        return ClockReading(now=SystemClock().read().now, elapsed=timedelta())


@dataclasses.dataclass
class Side:
    """A far side: how a door reaches it, who changes its calendar, and what counts the traffic."""

    member: Providers
    options: Connection
    clock: WorldClock
    change: Change
    counter: Counter


def _told(kind: type[Connection], table: dict[str, Any]) -> Connection:
    return msgspec.convert(table, type=kind, dec_hook=from_plain)


def _through(table: dict[str, Any], behind: str, counter: Counter) -> dict[str, Any]:
    moved = {name: text.replace(behind, counter.url) if isinstance(text, str) else text for name, text in table.items()}
    return moved | {"ca_bundle": counter.ca_bundle}


@asynccontextmanager
async def office_side(member: Providers, folder: Path) -> AsyncIterator[Side]:
    """The emulated office, on a Monday whose meetings stand in the scenario."""
    async with (
        open_office("monday", folder, start=START, machine=Still()) as office,
        counting(office.authority, str(office.ca_bundle), folder) as counter,
    ):
        office.exchange.schemes = ("Basic",)
        table = _through(CALENDARS[member.value](office), office.authority, counter)
        if member is Providers.EXCHANGE:
            table["auth"] = "basic"  # the other way is signed in once for each connection, and here two make one

        async def change(_: int) -> None:
            office.control.add_meeting("aurora", lasts=timedelta(minutes=5))

        yield Side(member, _told(member.load().options, table), office.clock, change, counter)


def event(number: int, minute: int) -> str:
    """A meeting of the day as iCalendar."""
    start = START + timedelta(minutes=minute)
    times = (f"{start + timedelta(minutes=more):%Y%m%dT%H%M%SZ}" for more in (0, 30))
    return (
        f"BEGIN:VEVENT\r\nUID:{number}\r\nDTSTAMP:20261101T000000Z\r\nDTSTART:{next(times)}\r\nDTEND:{next(times)}\r\n"
        f"SUMMARY:Meeting {number}\r\nORGANIZER;CN=Jane:mailto:jane@office.example\r\nEND:VEVENT\r\n"
    )


def calendar(*events: str) -> str:
    """Around them."""
    return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//bench//EN\r\n" + "".join(events) + "END:VCALENDAR\r\n"


PLANNED = [event(number, 9 * 60 + 60 * number) for number in range(EVENTS)]


@asynccontextmanager
async def dav_side(folder: Path) -> AsyncIterator[Side]:
    """Radicale in a process of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    config = folder / "radicale.conf"
    config.write_text(
        f"[server]\nhosts = 127.0.0.1:{port}\n[auth]\ntype = none\n[storage]\nfilesystem_folder = {folder / 'store'}\n"
    )
    command = (sys.executable, "-m", "radicale", "--config", str(config))
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: ASYNC220
    behind = f"http://127.0.0.1:{port}"
    try:
        await _answering(behind)
        client = caldav.DAVClient(behind, username="anna", password="secret")  # noqa: S106
        made = await asyncio.to_thread(lambda: client.principal().make_calendar("Aurora", "aurora"))
        for each in PLANNED:
            await asyncio.to_thread(made.add_event, calendar(each))

        async def change(minute: int) -> None:
            await asyncio.to_thread(made.add_event, calendar(event(1000 + minute, minute)))

        async with counting(behind, "", folder) as counter:
            url = f"{counter.url}{urlsplit(str(made.url)).path}"
            table = {"url": url, "username": "anna", "password": "secret", "ca_bundle": counter.ca_bundle}
            options = _told(Providers.CALDAV.load().options, table)
            yield Side(Providers.CALDAV, options, WorldClock(START, machine=Still()), change, counter)
    finally:
        process.terminate()
        process.wait()


async def _answering(url: str) -> None:
    async with asyncio.timeout(30), httpx.AsyncClient(trust_env=False) as client:
        while True:
            with suppress(httpx.TransportError):
                await client.get(url)
                return
            await asyncio.sleep(0.05)


@asynccontextmanager
async def feed_side(folder: Path) -> AsyncIterator[Side]:
    """A web server that publishes the calendar, and knows whether who asks has it already."""
    events = list(PLANNED)

    async def publish(request: web.BaseRequest) -> web.Response:
        body = calendar(*events).encode()
        etag = f'"{sha256(body).hexdigest()[:16]}"'
        if request.headers.get("If-None-Match") == etag:
            return web.Response(status=304, headers={"ETag": etag})
        return web.Response(body=body, content_type="text/calendar", headers={"ETag": etag})

    async def change(minute: int) -> None:
        events.append(event(1000 + minute, minute))

    server = web.Server(publish, access_log=None)
    listening = await asyncio.get_running_loop().create_server(server, "127.0.0.1", 0)
    behind = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    async with counting(behind, "", folder) as counter:
        table = {"url": f"{counter.url}/aurora.ics", "ca_bundle": counter.ca_bundle}
        options = _told(Providers.ICS.load().options, table)
        yield Side(Providers.ICS, options, WorldClock(START, machine=Still()), change, counter)
    listening.close()
    await server.shutdown(timeout=0.1)


async def live(side: Side, *, push: bool) -> tuple[int, int]:
    """One day of the agent's poller; the requests and bytes of it."""
    provider = dataclasses.replace(side.member.load(), mint_apart=False)
    clock = _Followed(side.clock)
    access = Access(provider, side.options, ROOM.id, clock)
    async with provider.open_room(ROOM, side.options, access, clock) as room:
        knowledge = Knowledge(ROOM)
        poller = Poller(room, access, knowledge, clock, Polling(), random.Random(1))  # noqa: S311 - jitter
        poller.push_turned(healthy=push)
        side.counter.taken()
        for minute in range(DAY):
            changes = minute % (DAY // CHANGES) == 0
            if changes:
                await side.change(minute)
            if changes and push:
                poller.distrust()
            if changes or not push or minute % WITH_PUSH == 0:
                assert await poller.look(), knowledge.error
            side.clock.jump(MINUTE)
    return side.counter.taken()


class _Followed:
    """A clock that the agent follows, and that nobody has to convince."""

    def __init__(self, clock: WorldClock) -> None:
        self._clock = clock

    def read(self) -> ClockReading:
        return self._clock.read()

    def changed(self) -> Awaitable[object]:
        return self._clock.changed()

    def heard(self, server_date: datetime) -> None:
        """It is right already."""


SIDES: dict[Providers, Callable[[Path], Any]] = {
    Providers.GRAPH: lambda folder: office_side(Providers.GRAPH, folder),
    Providers.GOOGLE: lambda folder: office_side(Providers.GOOGLE, folder),
    Providers.EXCHANGE: lambda folder: office_side(Providers.EXCHANGE, folder),
    Providers.CALDAV: dav_side,
    Providers.ICS: feed_side,
}
