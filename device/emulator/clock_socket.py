"""The device's clock, told over a Unix socket: one JSON line on connecting and one whenever the clock is changed."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from device.emulator.world_clock import WorldClock
from device.model.value import encode

log = logging.getLogger(__name__)


@asynccontextmanager
async def serve_clock(clock: WorldClock, path: Path) -> AsyncIterator[None]:
    """Tell everybody who connects to `path` what `clock` says to the device, until left."""
    listeners: set[asyncio.Task[None]] = set()

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task:
            listeners.add(task)
        try:
            await _tell(clock, reader, writer)
        except ConnectionError as error:
            log.debug("a listener of the clock went away: %s", type(error).__name__)
        except asyncio.CancelledError:
            # The streams' own callback would log the cancellation as an error; it is only the office closing.
            log.debug("the clock's socket closes")
        finally:
            writer.close()
            if task:
                listeners.discard(task)

    await asyncio.to_thread(path.unlink, missing_ok=True)
    server = await asyncio.start_unix_server(listen, str(path))
    try:
        yield
    finally:
        server.close()
        for task in tuple(listeners):
            task.cancel()
        await asyncio.gather(*listeners, return_exceptions=True)
        await asyncio.to_thread(path.unlink, missing_ok=True)


async def _tell(clock: WorldClock, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A line now and a line at each change, until the other side has closed."""
    gone = asyncio.ensure_future(reader.read(1))
    try:
        while not gone.done():
            changed = asyncio.ensure_future(clock.changed())
            writer.write(encode(clock.read_device()) + b"\n")
            await writer.drain()
            await asyncio.wait((gone, changed), return_when=asyncio.FIRST_COMPLETED)
            changed.cancel()
    finally:
        gone.cancel()
