"""An office with a hub between it and its doors: the real service in a process of its own, set up as an administrator
would set it up: accounts connected, rooms taken over, a card prepared for every door.
"""

import asyncio
import os
import shutil
import socket
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from device.cli.exits import Exit, Trouble
from device.emulator.control import Control
from device.emulator.directory import RoomEntry
from device.emulator.office import Office
from device.emulator.programs import start_quietly, stop
from device.emulator.settings_file import write_settings
from device.emulator.world import OfficeWorld, OpenWorld, World
from device.emulator.world_clock import WorldClock
from device.model.room import Room
from device.model.safetext import SafeText
from hub.assembly import open_services
from hub.foundation import open_foundation
from hub.rooms.registry import RoomRow
from hub.rooms.settings import ORGANISATION, Scope
from hub.server_settings import ServerSettings
from hub.services import Services
from hub.settings import build

READY_WITHIN = 30.0
"""Seconds that a hub has to begin to answer."""
_NAMES = {"graph": "Microsoft 365", "google": "Google Workspace", "exchange": "Exchange Server"}
_ACTOR = "emulator"


class HubWorld:
    """The office of another world, reached through a hub.

    Args:
        world: the office and its doors.
        url: what devices call the hub.
        claims: a prepared card's claim for each room.
    """

    def __init__(self, world: OfficeWorld, url: str, claims: Mapping[str, str]) -> None:
        self._world, self._url, self._claims = world, url, claims
        self.title = world.title
        self.rooms: Sequence[Room] = world.rooms
        self.first = world.first
        self.clock: WorldClock = world.clock
        self.control: Control | None = world.control

    def settings(self, room: Room) -> dict[str, Any]:
        """A device that knows its hub and nothing of any calendar."""
        told = self._world.settings(room)
        return {"hub": {"url": self._url, "claim": self._claims[room.id]}, "clock": told["clock"]}

    def jump(self, by: timedelta) -> str:
        """As without a hub."""
        return self._world.jump(by)

    def set_rate(self, rate: float) -> str:
        """As without a hub."""
        return self._world.set_rate(rate)


def with_hub(open_world: OpenWorld, look: Mapping[str, Any]) -> OpenWorld:
    """The same office, with a hub; `look` is set for the whole organisation."""

    @asynccontextmanager
    async def open_with_hub(directory: Path) -> AsyncIterator[World]:
        async with open_world(directory) as world, _hub_of(world, directory / "hub", look) as opened:
            yield opened

    return open_with_hub


@asynccontextmanager
async def _hub_of(world: OfficeWorld, folder: Path, look: Mapping[str, Any]) -> AsyncIterator[HubWorld]:
    _empty(folder)
    web, devices = _free_port(), _free_port()
    server = ServerSettings(
        url=f"http://127.0.0.1:{web}",
        devices_url=f"http://127.0.0.1:{devices}",
        listen=f"127.0.0.1:{web}",
        listen_devices=f"127.0.0.1:{devices}",
    )
    document = {"folder": str(folder), "clock": {"source": f"unix:{world.office.clock_socket}"}}
    claims = await _set_up(world.office, document, server, look)
    settings = folder / "hub.toml"
    keys = ("url", "devices_url", "listen", "listen_devices")
    write_settings(settings, document | {"server": {key: getattr(server, key) for key in keys}})
    command = (sys.executable, "-m", "device.cli", "hub", "--settings", str(settings))
    process = await start_quietly(command, folder / "hub.log", os.environ)
    try:
        await _until_answering(devices, process, folder / "hub.log")
        yield HubWorld(world, server.device_address, claims)
    finally:
        await stop(process)


async def _set_up(
    office: Office, document: Mapping[str, Any], server: ServerSettings, look: Mapping[str, Any]
) -> dict[str, str]:
    """Do what an administrator does on the first day; the claims of the cards."""
    async with (
        open_foundation(build(document), office.clock) as foundation,
        open_services(foundation, server) as hub,
    ):
        if look:
            await hub.rooms.put_scope(Scope(name=ORGANISATION, values={key: dict(look[key]) for key in look}))
        for provider in sorted({entry.provider for entry in office.rooms}):
            await _connect(hub, office, provider)
        return {entry.address: await hub.devices.seed(entry.address, _ACTOR) for entry in office.rooms}


async def _connect(hub: Services, office: Office, provider: str) -> None:
    entries = [entry for entry in office.rooms if entry.provider == provider]
    told = dict(office.agent_settings(entries[0].address)["calendar"])
    del told["provider"]
    made = await hub.connections.add(_NAMES.get(provider, provider), provider, told, actor=_ACTOR)
    await hub.rooms.put(_row(entry, made.id) for entry in entries)
    for entry in entries:
        policy = office.agent_settings(entry.address)["room"]["policy"]
        if policy:
            await hub.rooms.put_scope(Scope(name=f"room:{entry.address}", values={"policy": policy}))


def _row(entry: RoomEntry, connection: str) -> RoomRow:
    return RoomRow(
        id=entry.address,
        connection=connection,
        name=SafeText(str(entry.room.name)),
        zone=entry.room.zone,
        site=entry.building,
        floor=entry.floor_label,
        capacity=entry.room.capacity,
        created_at=datetime.now(UTC),
    )


def _empty(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


async def _until_answering(port: int, process: asyncio.subprocess.Process, log: Path) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(READY_WITHIN):
            while process.returncode is None:
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
                except OSError:
                    await asyncio.sleep(0.05)
                    continue
                writer.close()
                return
    said = await asyncio.to_thread(log.read_text, encoding="utf-8", errors="replace")
    why = SafeText(said.strip().rpartition("\n")[2])
    hint = "doorlight emulate --without-hub does without."
    raise Trouble(f"The hub does not start: {why}", hint, code=Exit.WRONG)
