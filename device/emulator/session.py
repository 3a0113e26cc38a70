"""One session of the emulator: a private folder, a world, and an agent at one of its doors; all gone at the end."""

import asyncio
import contextlib
import logging
import os
import secrets
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from device.emulator.programs import start_quietly, stop
from device.emulator.settings_file import write_settings
from device.emulator.world import OpenWorld, World
from device.model.room import Room
from device.model.safetext import SafeText

log = logging.getLogger(__name__)

SETTINGS_EXIT = 78
_PAUSE = 1.0
"""Seconds before an agent that ended by itself is started again."""
_SOCKET_LIMIT = 80
"""Longer paths leave no room for a Unix socket's name."""


class Session:
    """What is running. `folder` holds all of its files.

    Args:
        folder: private and empty.
        open_world: gives the world, and a new one at each `start_over`.
        look: the tables `[look]` and `[night]` of the settings.
        tell: called with a sentence when something happened that nobody at the door asked for.
    """

    def __init__(
        self,
        folder: Path,
        open_world: OpenWorld,
        look: Mapping[str, Any],
        tell: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.folder = folder
        self.runtime = folder / "run"
        self.log = folder / "agent.log"
        self.tell = tell
        self._open_world, self._look = open_world, dict(look)
        self._stack = AsyncExitStack()
        self._agent: asyncio.subprocess.Process | None = None
        self._watch: asyncio.Task[None] | None = None
        self.world: World
        self.room: Room

    @property
    def state(self) -> Path:
        """Where the agent of the present room keeps its cache."""
        return self.folder / "state" / self.room.id.replace("/", "_")

    def kiosk_command(self) -> list[str]:
        """What draws the door."""
        return [sys.executable, "-m", "kiosk", "--runtime", str(self.runtime), "--state", str(self.state)]

    async def start(self) -> None:
        """Open the world and send an agent to its first door."""
        await self._start("")

    async def start_over(self) -> None:
        """The same world from its beginning."""
        room = self.room.id
        await self._recall_agent()
        await self._stack.aclose()
        shutil.rmtree(self.folder / "state", ignore_errors=True)
        self._stack = AsyncExitStack()
        await self._start(room)

    async def go_to(self, room: Room) -> None:
        """Leave this door for another."""
        await self._recall_agent()
        self.room = room
        await self._send_agent()

    def look_again(self) -> None:
        """Have the agent look at its calendar now rather than within a minute: being told the time makes it look."""
        self.world.clock.set_rate(self.world.clock.rate)

    async def try_again(self) -> None:
        """The same after failures, when only a person's wish cuts the wait short: press “try again” at the door."""
        self.look_again()
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_unix_connection(self.runtime / "panel.sock")
            writer.write(b'{"type":"retry","key":"%s"}\n' % secrets.token_hex(8).encode())
            with contextlib.suppress(OSError):
                await writer.drain()
            writer.close()

    async def close(self) -> None:
        """End everything."""
        await self._recall_agent()
        await self._stack.aclose()

    async def _start(self, room: str) -> None:
        world: World = await self._stack.enter_async_context(self._open_world(self.folder))
        if world.control:
            world.control.on_news(lambda news: self.tell(news.text))
        self.world = world
        self.room = next((one for one in world.rooms if one.id == room), world.first)
        await self._send_agent()

    async def _send_agent(self) -> None:
        for folder in (self.runtime, self.state):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        settings = self.folder / "agent.toml"
        paths = {"state": str(self.state), "runtime": str(self.runtime)}
        look = {} if self.world.hub else self._look  # a hub tells its doors how to look
        write_settings(settings, {**self.world.settings(self.room), **look, "paths": paths})
        await self._start_agent()
        self._watch = asyncio.create_task(self._keep_running())

    async def _start_agent(self) -> None:
        command = (sys.executable, "-m", "device.agent", "--settings", str(self.folder / "agent.toml"))
        self._agent = await start_quietly(command, self.log, os.environ)

    async def _recall_agent(self) -> None:
        if self._watch:
            self._watch.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watch
        if self._agent:
            await stop(self._agent)
        self._agent = self._watch = None

    async def _keep_running(self) -> None:
        """Do what systemd does on a device."""
        while self._agent:
            code = await self._agent.wait()
            last = self.last_of_log()
            log.warning("the agent ended with %d: %s", code, last)
            if code == SETTINGS_EXIT:
                self.tell(f"The agent does not start: {last}")
                return
            self.tell(f"The agent ended ({code}) and is started again.")
            await asyncio.sleep(_PAUSE)
            await self._start_agent()

    def last_of_log(self) -> str:
        """The last line that the agent logged."""
        try:
            lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return ""
        return SafeText(next((line for line in reversed(lines) if line.strip()), ""))


@asynccontextmanager
async def open_session(open_world: OpenWorld, look: Mapping[str, Any] | None = None) -> AsyncIterator[Session]:
    """A session in a private temporary folder that is removed when it is left.

    Raises:
        SettingsError: the world cannot be as it was asked for.
    """
    folder = private_folder()
    session = Session(folder, open_world, look or {})
    try:
        await session.start()
        yield session
    finally:
        try:
            await session.close()
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def private_folder() -> Path:
    """A new folder that nobody else can look into, with a path short enough for sockets."""
    folder = Path(tempfile.mkdtemp(prefix="doorlight-"))
    if len(str(folder)) > _SOCKET_LIMIT:
        folder.rmdir()
        folder = Path(tempfile.mkdtemp(prefix="doorlight-", dir="/tmp"))
    return folder
