"""A far side for every driver, real or emulated, so that one contract can be held against all of them."""

import asyncio
import base64
import hashlib
import os
import shutil
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from device.emulator.faults import Network
from device.emulator.rooms.codec import Codec
from device.emulator.rooms.csapi import CsapiRoom
from device.emulator.rooms.far_side import FarSide
from device.emulator.rooms.poly import PolySystem
from device.emulator.rooms.xapi import XapiServer
from device.emulator.rooms.zoom import ACCOUNT, CLIENT, ROOM, ZoomRoomCloud
from device.join import Drivers
from device.join.interface import Progress, RoomSystem, Target
from device.join.links.services import Service
from device.model.joining import Call

PATIENCE = 60.0 * float(os.environ.get("DOORLIGHT_TEST_PATIENCE", "1"))
"""Seconds for which anything is waited for; the one constant that all waits here scale by."""
TARGET = Target(
    service=Service.ZOOM,
    url="https://zoom.us/j/81234567890?pwd=abc",
    meeting_id="81234567890",
    passcode="s3cret",
    dial_passcode="123456",
    sip="81234567890.123456@zoomcrc.com",
)


@dataclass(kw_only=True)
class World:
    """A driver with its far side."""

    options: Mapping[str, Any]
    busy: Callable[[], Awaitable[object]] | None = None
    """Puts the system into a call of somebody else's."""
    lose: Callable[[], Awaitable[object]] | None = None
    """Makes it unreachable."""
    target: Target = TARGET
    good: tuple[Call, ...] = (Call.DIALING, Call.CONNECTED)
    """What an attempt that goes well passes through, at the least."""
    more: dict[str, Any] = field(default_factory=dict)


async def collect(system: RoomSystem, attempt: str, until: Call | None = None) -> list[Progress]:
    """The steps of an attempt, to its end or to a call."""
    steps: list[Progress] = []
    async with asyncio.timeout(PATIENCE):
        async for step in system.watch(attempt):
            steps.append(step)
            if step.call is until:
                break
    return steps


@asynccontextmanager
async def opened(driver: Drivers, options: Mapping[str, Any]) -> AsyncIterator[RoomSystem]:
    """A room system by options as they stand in the settings."""
    loaded = driver.load()
    from device.model.value import from_plain

    kind = msgspec.convert(options, type=loaded.options, dec_hook=from_plain)
    async with loaded.open(kind) as system:
        yield system


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@asynccontextmanager
async def roomos_world(_: Path) -> AsyncIterator[World]:
    server = XapiServer(Codec(FarSide(rings_for=timedelta(milliseconds=20))))
    async with server.running():

        async def busy() -> None:
            server.codec.call_in()

        async def lose() -> None:
            server.faults.network = Network.CUT

        yield World(options=roomos_options(server), busy=busy, lose=lose, more={"server": server})


def roomos_options(server: XapiServer) -> dict[str, Any]:
    return {
        "host": "127.0.0.1",
        "port": server.port,
        "username": server.username,
        "password": server.password.reveal(),
        "fingerprint": hashlib.sha256(server.certificate).hexdigest(),
    }


@asynccontextmanager
async def command_world(folder: Path) -> AsyncIterator[World]:
    state = folder / "state"
    state.write_text("0")
    probe = (sys.executable, "-c", f"raise SystemExit(int(open({str(state)!r}).read()))")
    join = (sys.executable, "-c", "pass")

    async def busy() -> None:
        state.write_text("3")

    async def lose() -> None:
        state.write_text("9")

    yield World(options={"join": join, "leave": join, "probe": probe}, busy=busy, lose=lose)


@asynccontextmanager
async def browser_world(_: Path) -> AsyncIterator[World]:
    words = (sys.executable, "-c", "import time; time.sleep(60)")
    yield World(options={"words": words}, good=(Call.DIALING, Call.TOLD))


@asynccontextmanager
async def disabled_world(_: Path) -> AsyncIterator[World]:
    yield World(options={}, good=())


@asynccontextmanager
async def webhook_world(folder: Path) -> AsyncIterator[World]:
    import ssl

    import trustme
    from aiohttp import web

    calls: list[dict[str, Any]] = []
    heard: list[tuple[Mapping[str, str], bytes]] = []
    in_call = [False]

    async def handle(request: web.BaseRequest) -> web.Response:
        body = await request.read()
        heard.append((request.headers, body))
        calls.append(msgspec.json.decode(body))
        if calls[-1]["type"] == "room.probe":
            return web.json_response({"in_call": in_call[0]})
        return web.json_response({"call": "connected"})

    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(tls)
    server = web.Server(handle, access_log=None)
    listening = await asyncio.get_running_loop().create_server(server, "127.0.0.1", 0, ssl=tls)
    port = listening.sockets[0].getsockname()[1]

    async def busy() -> None:
        in_call[0] = True

    async def lose() -> None:
        listening.close()
        await server.shutdown(0.1)

    key = base64.b64encode(b"k" * 32).decode()
    options = {
        "url": f"https://127.0.0.1:{port}/hook",
        "secret": f"whsec_{key}",
        "ca_bundle": str(folder / "ca.pem"),
        "room": "aurora",
    }
    try:
        yield World(options=options, busy=busy, lose=lose, more={"calls": calls, "heard": heard})
    finally:
        listening.close()
        await server.shutdown(0.1)


CONFIG = """\
sip_listen 127.0.0.1:{sip}
net_interface 127.0.0.1
audio_source aubridge,nil
audio_player aubridge,nil
audio_alert aubridge,nil
module_path /usr/lib/baresip/modules
module g711.so
module aubridge.so
module_app account.so
module_app menu.so
module_app ctrl_tcp.so
ctrl_tcp_listen 127.0.0.1:{control}
"""


@asynccontextmanager
async def process(*words: str, cwd: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """A program of ours, ended at the end."""
    quiet = asyncio.subprocess.DEVNULL
    running = await asyncio.create_subprocess_exec(*words, cwd=cwd, stdin=quiet, stdout=quiet, stderr=quiet)
    try:
        yield running
    finally:
        if running.returncode is None:
            running.kill()
        await running.wait()


async def listening(port: int) -> None:
    """Wait until somebody accepts at a port."""
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                return


@asynccontextmanager
async def baresip(folder: Path, proxy: int) -> AsyncIterator[int]:
    """A real baresip that sends all its calls to a port of this machine; its control port."""
    if shutil.which("baresip") is None or shutil.which("sipp") is None:
        pytest.skip("baresip or sipp is not installed")
    control, sip = free_port(), free_port()
    home = folder / "baresip"
    home.mkdir()
    (home / "config").write_text(CONFIG.format(sip=sip, control=control))
    (home / "accounts").write_text(
        f'<sip:room@127.0.0.1>;regint=0;audio_codecs=PCMU;outbound="sip:127.0.0.1:{proxy}"\n'
    )
    (home / "contacts").write_text("")
    async with process("baresip", "-4", "-f", str(home), cwd=home):
        await listening(control)
        yield control


@asynccontextmanager
async def sipp(folder: Path, *words: str) -> AsyncIterator[int]:
    """A real SIPp that answers calls as its words say; its port."""
    port = free_port()
    common = ("-i", "127.0.0.1", "-p", str(port), "-mi", "127.0.0.1", "-nostdin")
    async with process("sipp", *words, *common, cwd=folder) as running:
        await asyncio.sleep(0.4)
        assert running.returncode is None
        yield port


@asynccontextmanager
async def sip_world(folder: Path) -> AsyncIterator[World]:
    async with sipp(folder, "-sn", "uas") as port, baresip(folder, port) as control:
        yield World(options={"port": control})


@asynccontextmanager
async def poly_world(_: Path) -> AsyncIterator[World]:
    system = PolySystem(FarSide(rings_for=timedelta(milliseconds=40)))
    async with system.web.running():

        async def busy() -> None:
            system.call_in()

        async def lose() -> None:
            system.web.faults.network = Network.CUT

        yield World(options=poly_options(system), busy=busy, lose=lose)
    await system.close()


def poly_options(system: PolySystem) -> dict[str, Any]:
    return {
        "host": "127.0.0.1",
        "port": system.web.port,
        "password": system.password,
        "fingerprint": hashlib.sha256(system.web.certificate).hexdigest(),
        "look": "PT0.02S",
        "look_inside": "PT0.02S",
    }


@asynccontextmanager
async def zoom_world(folder: Path) -> AsyncIterator[World]:
    cloud = ZoomRoomCloud(FarSide(rings_for=timedelta(milliseconds=20)))
    async with cloud.web.running():

        async def busy() -> None:
            cloud.status = "InMeeting"

        async def lose() -> None:
            cloud.status = "Offline"

        yield World(options=zoom_options(cloud, folder), busy=busy, lose=lose)
    await cloud.close()


def zoom_options(cloud: ZoomRoomCloud, folder: Path) -> dict[str, Any]:
    cloud.web.write_authority(folder / "zoom.pem")
    return {
        "room_id": ROOM,
        "account_id": ACCOUNT,
        "client_id": CLIENT,
        "client_secret": cloud.secret,
        "endpoint": f"https://127.0.0.1:{cloud.web.port}/v2",
        "authority": f"https://127.0.0.1:{cloud.web.port}",
        "ca_bundle": str(folder / "zoom.pem"),
        "look": "PT0.02S",
        "look_inside": "PT0.02S",
    }


@asynccontextmanager
async def csapi_world(_: Path) -> AsyncIterator[World]:
    room = CsapiRoom(FarSide(rings_for=timedelta(milliseconds=20)))
    async with room.running():

        async def busy() -> None:
            room.status = "IN_MEETING"

        yield World(options=csapi_options(room), busy=busy)


def csapi_options(room: CsapiRoom) -> dict[str, Any]:
    return {
        "host": "127.0.0.1",
        "port": room.port,
        "password": room.password,
        "host_key": room.host_key,
        "look": "PT0.05S",
    }


Opened = Callable[[Path], AbstractAsyncContextManager[World]]
WORLDS: Mapping[Drivers, Opened] = {
    Drivers.BROWSER: browser_world,
    Drivers.COMMAND: command_world,
    Drivers.DISABLED: disabled_world,
    Drivers.POLY: poly_world,
    Drivers.ROOMOS: roomos_world,
    Drivers.SIP: sip_world,
    Drivers.WEBHOOK: webhook_world,
    Drivers.ZOOM_CLOUD: zoom_world,
    Drivers.ZOOM_ROOMS: csapi_world,
}
