"""The far side of the panel socket, as a test wants it: says what it is told to, and remembers what it heard."""

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from seat import PATIENCE

from device.model.value import Value
from device.wire.framing import MAX_FRAME, pack, read_frame
from device.wire.panel import FromAgent, FromKiosk, Painted


class ScriptedAgent:
    """One door's agent on a real socket; gone and back as often as a test likes."""

    def __init__(self, folder: Path, greeting: Iterable[FromAgent] = ()) -> None:
        self.path = folder / "panel.sock"
        self.greeting = tuple(greeting)
        self.heard: list[Any] = []
        """Everything a kiosk has said, but for its signs of life."""
        self.painted = 0
        self.answer: Callable[[Any], Iterable[Value]] = lambda _frame: ()
        """What is said at once to each frame that comes."""
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[Any]] = set()

    async def start(self) -> None:
        """Listen."""
        self.path.unlink(missing_ok=True)
        self._server = await asyncio.start_unix_server(self._serve, self.path, limit=MAX_FRAME)

    async def stop(self) -> None:
        """Be gone, with all connections."""
        if self._server is not None:
            self._server.close()
            for writer in tuple(self._writers):
                writer.transport.abort()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            self._server = None
            self.path.unlink(missing_ok=True)

    def say(self, *frames: Value) -> None:
        """Tell every kiosk."""
        for writer in self._writers:
            for frame in frames:
                writer.write(pack(frame))

    def write(self, data: bytes) -> None:
        """Tell every kiosk something that need not be a frame."""
        for writer in self._writers:
            writer.write(data)

    @property
    def kiosks(self) -> int:
        """How many are connected."""
        return len(self._writers)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            for frame in self.greeting:
                writer.write(pack(frame))
            while (frame := await read_frame(reader, FromKiosk)) is not None:
                if isinstance(frame, Painted):
                    self.painted += 1
                    continue
                self.heard.append(frame)
                for reply in self.answer(frame):
                    writer.write(pack(reply))
        except OSError:
            pass
        finally:
            self._writers.discard(writer)
            self._tasks.discard(task)
            writer.close()


@asynccontextmanager
async def agent_at(folder: Path, greeting: Iterable[FromAgent] = ()) -> AsyncIterator[ScriptedAgent]:
    """An agent that listens."""
    agent = ScriptedAgent(folder, greeting)
    await agent.start()
    try:
        yield agent
    finally:
        await agent.stop()


async def until(so: Callable[[], bool]) -> None:
    """Wait until something is so; the bound is for a broken program only."""
    async with asyncio.timeout(PATIENCE):
        while not so():  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.01)


@contextmanager
def greeting_agent(folder: Path, frames: Iterable[FromAgent]) -> Iterator[None]:
    """An agent in a thread of its own, that greets every kiosk and says nothing more."""
    data = b"".join(pack(frame) for frame in frames)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(folder / "panel.sock"))
        server.listen()
        server.settimeout(0.2)
        over, connections = threading.Event(), []

        def serve() -> None:
            while not over.is_set():
                try:
                    connection, _ = server.accept()
                    connections.append(connection)
                    connection.sendall(data)
                except OSError:
                    continue

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()
            for connection in connections:
                connection.close()
