"""The panel socket: tells every kiosk that connects what is shown, and hears what people there ask for.

A kiosk that reads slowly gets the newest word instead of all of them; one that does not read at all is dropped, and so
is one that sends what is no frame of ours. None of that touches the others.
"""

import asyncio
import logging
import os
import socket
import struct
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from device.model.errors import SettingsError
from device.model.value import Value
from device.wire.framing import BadFrame, pack, read_frame
from device.wire.panel import FaultShown, FromAgent, FromKiosk, LookShown, PairingShown, RoomShown, TimeShown

log = logging.getLogger(__name__)

PATIENCE = 10.0
"""Seconds that a kiosk may let us wait before it is dropped."""
LONGEST_ASKED = 64 << 10
"""Bytes of one frame from a kiosk."""
MOST_VISITORS = 16
BACKLOG = 64
"""Answers that wait for one kiosk; whoever asks faster than it reads is dropped."""
_SCENES = (RoomShown, PairingShown, FaultShown)


class Visitor:
    """One kiosk that is connected."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        self._newest: dict[str, Value] = {}
        self._answers: deque[Value] = deque()
        self._wake = asyncio.Event()

    def tell(self, frame: FromAgent) -> None:
        """Send a frame soon; of those that show something only the newest."""
        slot = _slot(frame)
        if slot:
            self._newest[slot] = frame
        elif len(self._answers) < BACKLOG:
            self._answers.append(frame)
        else:
            self.drop()
        self._wake.set()

    def drop(self) -> None:
        """Hang up."""
        self._writer.transport.abort()

    async def write(self) -> None:
        """Send what is there to be sent, until cancelled.

        Raises:
            OSError: the kiosk is gone, or does not read.
        """
        while True:
            await self._wake.wait()
            self._wake.clear()
            frames = [*self._newest.values(), *self._answers]
            self._newest, self._answers = {}, deque()
            for frame in frames:
                self._writer.write(pack(frame))
                async with asyncio.timeout(PATIENCE):
                    await self._writer.drain()


Hear = Callable[[FromKiosk, Visitor], None]
Greet = Callable[[], Iterable[FromAgent]]


class Panel:
    """All the kiosks of this door.

    Args:
        greet: what to tell one that connects, made at that moment.
        hear: called with each frame and whoever sent it.
    """

    def __init__(self, greet: Greet, hear: Hear) -> None:
        self._greet, self._hear = greet, hear
        self._visitors: set[Visitor] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False

    def tell(self, frame: FromAgent) -> None:
        """Tell everybody."""
        for visitor in tuple(self._visitors):
            visitor.tell(frame)

    @asynccontextmanager
    async def listen(self, path: Path) -> AsyncIterator[None]:
        """Let kiosks connect at `path`, until left.

        Raises:
            SettingsError: the socket cannot be made there, or another agent has it.
        """
        server = await asyncio.start_unix_server(self._receive, sock=await _bound(path), limit=LONGEST_ASKED)
        try:
            yield
        finally:
            self._closed = True
            server.close()
            _remove(path)
            for task in tuple(self._tasks):
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _receive(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One kiosk, from its coming to its going."""
        task = asyncio.current_task()
        if self._closed:  # it came while we were leaving; whoever is here next will answer
            writer.close()
            return
        if task is None or len(self._visitors) >= MOST_VISITORS or not may_enter(writer.get_extra_info("socket")):
            log.warning("somebody at the panel socket was turned away")
            writer.close()
            return
        visitor = Visitor(writer)
        self._visitors.add(visitor)
        self._tasks.add(task)
        writing = asyncio.create_task(self._send(visitor))
        try:
            for frame in self._greet():
                visitor.tell(frame)
            await self._attend(reader, visitor)
        except asyncio.CancelledError:
            log.debug("the panel closes")
        finally:
            self._visitors.discard(visitor)
            self._tasks.discard(task)
            writing.cancel()
            writer.close()
            with suppress(OSError, asyncio.CancelledError):
                await writing

    async def _attend(self, reader: asyncio.StreamReader, visitor: Visitor) -> None:
        try:
            while (frame := await read_frame(reader, FromKiosk)) is not None:
                self._hear(frame, visitor)
        except BadFrame:
            log.warning("a kiosk sent what is no frame of ours; its connection is closed")
        except OSError as error:
            log.debug("a kiosk went away: %s", type(error).__name__)

    async def _send(self, visitor: Visitor) -> None:
        try:
            await visitor.write()
        except TimeoutError:
            log.warning("a kiosk does not read; its connection is closed")
            visitor.drop()
        except OSError as error:
            log.debug("a kiosk went away: %s", type(error).__name__)


def _slot(frame: FromAgent) -> str:
    """What a frame shows; nothing for one that answers somebody."""
    if isinstance(frame, _SCENES):
        return "scene"
    return {TimeShown: "time", LookShown: "look"}.get(type(frame), "")


def may_enter(connection: socket.socket) -> bool:
    """Whether the process on the other side runs as our own user, or with the group that the socket belongs to."""
    option = getattr(socket, "SO_PEERCRED", None)
    if option is None:
        return True  # where the kernel does not tell, the socket's own mode guards it
    _, user, group = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, option, struct.calcsize("3i")))
    return user in (os.geteuid(), 0) or group == Path(connection.getsockname()).stat().st_gid


async def _bound(path: Path) -> socket.socket:
    """A socket at `path` that its owner and its group may use."""
    if await _answers(path):
        raise SettingsError(f"Another agent is already at {path}.", "Stop it, or set another paths.runtime.")
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listening.settimeout(0)
    try:
        _bind(listening, path)
    except OSError as error:
        listening.close()
        why = error.strerror or str(error)
        raise SettingsError(f"The panel socket cannot be made at {path}: {why}.", "Check paths.runtime.") from error
    return listening


def _bind(listening: socket.socket, path: Path) -> None:
    """Bind it so that there is no moment at which others could connect."""
    path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
    _remove(path)
    before = os.umask(0o117)
    try:
        listening.bind(str(path))
    finally:
        os.umask(before)


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)


async def _answers(path: Path) -> bool:
    try:
        _, writer = await asyncio.open_unix_connection(path)
    except OSError:
        return False
    writer.close()
    return True
