"""The hub of an emulated office: the real service in a process of its own, set up as an administrator would set it up:
accounts connected, rooms taken over, a card prepared for every door.
"""

import asyncio
import os
import shutil
import socket
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from device.cli.exits import Exit, Trouble
from device.emulator.directory import RoomEntry
from device.emulator.office import Office
from device.emulator.programs import start_quietly, stop
from device.emulator.settings_file import write_settings
from device.model.safetext import SafeText
from hub.administrators.links import first_link
from hub.assembly import open_services
from hub.foundation import open_foundation
from hub.rooms.registry import RoomRow
from hub.rooms.settings import ORGANISATION, Scope
from hub.server_settings import ServerSettings
from hub.services import Services
from hub.settings import HubSettings, build

READY_WITHIN = 30.0
"""Seconds that a hub has to begin to answer."""
_NAMES = {"graph": "Microsoft 365", "google": "Google Workspace", "exchange": "Exchange Server"}
_ACTOR = "emulator"


class EmulatedHub:
    """A hub in a folder of its own, on ports of its own.

    Args:
        folder: private and empty.
        office: whose calendars it is connected to.
    """

    def __init__(self, folder: Path, office: Office) -> None:
        web, devices = _free_port(), _free_port()
        self._server = ServerSettings(listen=f"127.0.0.1:{web}", listen_devices=f"127.0.0.1:{devices}")
        self._office = office
        self._document = {"folder": str(folder), "clock": {"source": f"unix:{office.clock_socket}"}}
        self._file, self._log = folder / "hub.toml", folder / "hub.log"
        self._process: asyncio.subprocess.Process | None = None
        self.claims: dict[str, str] = {}
        """A prepared card's claim for each room."""

    @property
    def url(self) -> str:
        """What devices call it."""
        return self._server.device_address

    @property
    def _settings(self) -> HubSettings:
        return build(self._document)

    async def set_up(self, look: Mapping[str, Any]) -> None:
        """Do what an administrator does on the first day; `look` is set for the whole organisation."""
        async with (
            open_foundation(self._settings, self._office.clock) as foundation,
            open_services(foundation, self._server) as hub,
        ):
            if look:
                await hub.rooms.put_scope(Scope(name=ORGANISATION, values={key: dict(look[key]) for key in look}))
            for provider in sorted({entry.provider for entry in self._office.rooms}):
                await _connect(hub, self._office, provider)
            for entry in self._office.rooms:
                self.claims[entry.address] = await hub.devices.seed(entry.address, _ACTOR)
        keys = ("listen", "listen_devices")
        write_settings(self._file, self._document | {"server": {key: getattr(self._server, key) for key in keys}})

    async def start(self) -> None:
        """Let it serve.

        Raises:
            Trouble: it does not start.
        """
        command = (sys.executable, "-m", "device.cli", "hub", "--settings", str(self._file))
        self._process = await start_quietly(command, self._log, os.environ)
        await self._until_answering(self._process)

    async def stop(self) -> None:
        """End it; doors do without."""
        if self._process is not None:
            await stop(self._process)
            self._process = None

    async def toggle(self) -> str:
        """Stop it, or start it again; what that means, in a sentence."""
        if self._process is not None:
            await self.stop()
            return "The hub is stopped: the door goes on with what it knows, and says how old that is."
        await self.start()
        return "The hub is back."

    async def way_in(self) -> str:
        """Where its portal is, with a link that makes the first administrator as long as there is none."""
        async with (
            open_foundation(self._settings, self._office.clock, start=False) as foundation,
            open_services(foundation, self._server) as hub,
        ):
            return await first_link(hub) or self._server.portal

    async def _until_answering(self, process: asyncio.subprocess.Process) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(READY_WITHIN), httpx.AsyncClient(trust_env=False) as browser:
                while process.returncode is None:
                    with suppress(httpx.TransportError):
                        if (await browser.get(f"{self._server.portal}/ready", timeout=1.0)).is_success:
                            return
                    await asyncio.sleep(0.05)
        said = await asyncio.to_thread(self._log.read_text, encoding="utf-8", errors="replace")
        why = SafeText(said.strip().rpartition("\n")[2])
        hint = "doorlight emulate --without-hub does without."
        raise Trouble(f"The hub does not start: {why}", hint, code=Exit.WRONG)


@asynccontextmanager
async def open_hub(folder: Path, office: Office, look: Mapping[str, Any]) -> AsyncIterator[EmulatedHub]:
    """A hub that serves until left. What was in the folder is gone."""
    _empty(folder)
    hub = EmulatedHub(folder, office)
    await hub.set_up(look)
    try:
        await hub.start()
        yield hub
    finally:
        await hub.stop()


async def _connect(hub: Services, office: Office, provider: str) -> None:
    entries = [entry for entry in office.rooms if entry.provider == provider]
    told = dict(office.agent_settings(entries[0].address)["calendar"])
    del told["provider"]
    made = await hub.connections.add(_NAMES.get(provider, provider), provider, told, actor=_ACTOR)
    await hub.rooms.put(_row(entry, made.id, office.clock.now) for entry in entries)
    for entry in entries:
        policy = office.agent_settings(entry.address)["room"]["policy"]
        if policy:
            await hub.rooms.put_scope(Scope(name=f"room:{entry.address}", values={"policy": policy}))


def _row(entry: RoomEntry, connection: str, now: datetime) -> RoomRow:
    return RoomRow(
        id=entry.address,
        connection=connection,
        name=SafeText(str(entry.room.name)),
        zone=entry.room.zone,
        site=entry.building,
        floor=entry.floor_label,
        capacity=entry.room.capacity,
        created_at=now,
    )


def _empty(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
