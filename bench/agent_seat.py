"""A real agent for benchmarks: its settings, its process, and a kiosk's end of its socket."""

import asyncio
import shutil
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from device.emulator.settings_file import write_settings
from device.model.state import RoomState
from device.wire.framing import MAX_FRAME, read_frame
from device.wire.panel import FromAgent, RoomShown

PATIENCE = 60.0
"""Seconds for anything that is waited for."""


def emptied(folder: Path) -> Path:
    """The folder, with nothing in it."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def written(folder: Path, tables: Mapping[str, Any]) -> Path:
    """A settings file in `folder`, with the agent's own folders below it unless `tables` name others."""
    paths = {"state": str(folder / "state"), "runtime": str(folder / "run")}
    write_settings(folder / "agent.toml", {"paths": paths, **tables})
    return folder / "agent.toml"


@asynccontextmanager
async def agent(settings: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """An agent in a process of its own, ended at the end."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "device.agent", "--settings", str(settings), stderr=asyncio.subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


class Kiosk:
    """The other end of a panel socket."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def until(self, is_it: Callable[[RoomState], object]) -> RoomState:
        """The next state for which `is_it` holds."""
        async with asyncio.timeout(PATIENCE):
            while (frame := await read_frame(self._reader, FromAgent)) is not None:
                if isinstance(frame, RoomShown) and is_it(frame.state):
                    return frame.state
        raise RuntimeError("the agent hung up")

    def leave(self) -> None:
        """Hang up."""
        self._writer.close()


async def visit(runtime: Path) -> Kiosk:
    """Go to the panel socket as soon as somebody listens there."""
    async with asyncio.timeout(PATIENCE):
        while True:
            with suppress(OSError):
                return Kiosk(*await asyncio.open_unix_connection(runtime / "panel.sock", limit=MAX_FRAME))
            await asyncio.sleep(0.05)


async def first_state(folder: Path) -> None:
    """Wait until the agent in `folder` has told a state that its calendar confirmed."""
    kiosk = await visit(folder / "run")
    await kiosk.until(lambda state: state.confirmed_at is not None)
    kiosk.leave()
