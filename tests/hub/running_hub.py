"""A whole hub in this process, on a folder of its own and free ports; an office whose calendars it is connected to."""

import asyncio
import json
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from seat import PATIENCE

from device.emulator.office import Office
from device.emulator.settings import CALENDARS
from device.model.safetext import SafeText
from device.wire.hub import Route
from hub.assembly import open_hub, unending
from hub.connections.rows import Connection
from hub.rooms.registry import RoomRow
from hub.server_settings import ServerSettings
from hub.services import Services
from hub.settings import build

CANARY = "ines.carvalho@office.example"
"""Somebody whose calendar no door may read."""
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def free_port() -> int:
    """A port that nobody has at this moment."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@asynccontextmanager
async def hub_in_here(
    folder: Path, clock: Any = None, *, web: int = 0, organisation: Any = None, tls: str = "", **more: Any
) -> AsyncIterator[Services]:
    """A hub, with all its jobs running, until left. `tls` is a PEM file with its certificate and key."""
    web, devices = web or free_port(), free_port()
    server = ServerSettings(
        url=f"{'https' if tls else 'http'}://127.0.0.1:{web}",
        devices_url=f"http://127.0.0.1:{devices}",
        listen=f"127.0.0.1:{web}",
        listen_devices=f"127.0.0.1:{devices}",
        organisation=organisation,
        certificate=tls,
        private_key=tls,
    )
    settings = build({"folder": str(folder), **more})
    async with open_hub(settings, server, clock) as (hub, jobs):
        running = [asyncio.create_task(unending(job)) for job in jobs]
        try:
            await _until_answering(web, running)
            yield hub
            for task in running:
                if task.done():
                    task.result()
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)


async def _until_answering(port: int, running: list[asyncio.Task[None]]) -> None:
    async with asyncio.timeout(PATIENCE):
        while True:
            for task in running:
                if task.done():
                    task.result()
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.02)
                continue
            writer.close()
            return


async def connect_office(
    hub: Services, office: Office, provider: str = "graph", *, route: Route = Route.RELAYED
) -> Connection:
    """Connect the office by one of its vendors, and take over its rooms."""
    told = CALENDARS[provider](office) | {"ca_bundle": str(office.ca_bundle)}
    connection = await hub.connections.add("Office", provider, told, actor="test", route=route)
    if route is Route.DIRECT:
        await hub.connections.change(connection.id, canaries=json.dumps([CANARY]))
    await hub.rooms.put(
        RoomRow(
            id=entry.address,
            connection=connection.id,
            name=SafeText(str(entry.room.name)),
            zone=entry.room.zone,
            site=entry.building,
            floor=entry.floor_label,
            capacity=entry.room.capacity,
            created_at=LONG_AGO,
        )
        for entry in office.rooms
    )
    return connection


def environment() -> dict[str, str]:
    """The environment without what could send a request elsewhere."""
    return {name: value for name, value in os.environ.items() if "PROXY" not in name.upper()}
