"""The way into the office's servers: accepts connections on loopback, or, the network cut, resets or ignores them."""

import asyncio
import logging
import socket
import ssl
import struct
import weakref
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from device.emulator.ending import end
from device.emulator.faults import Faults, Network

log = logging.getLogger(__name__)

PAUSE = 0.1
_RESET = struct.pack("ii", 1, 0)
"""SO_LINGER switched on with no time: closing resets."""


class Listener:
    """Accepts for one HTTP server, as the faults allow. The port stays the same, however often the network is cut."""

    def __init__(self, server: web.Server, tls: ssl.SSLContext, faults: Faults) -> None:
        self._server = server
        self._tls = tls
        self._faults = faults
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=128)
        self._socket.settimeout(0)
        self._silenced: list[socket.socket] = []
        self._handshakes: set[asyncio.Task[None]] = set()
        self._transports: weakref.WeakSet[asyncio.BaseTransport] = weakref.WeakSet()

    @property
    def port(self) -> int:
        """The port that the system chose."""
        port: int = self._socket.getsockname()[1]
        return port

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Accept until left."""
        self._faults.watch(self._network_changed)
        accepting = asyncio.create_task(self._accept())
        try:
            yield
        finally:
            await end((accepting, *self._handshakes))
            self._forget_silenced()
            self._socket.close()
            await self._server.shutdown(timeout=0.1)
            for transport in self._transports:
                cut(transport)
            # A transport lets go of its socket in the turn of the loop after the next.
            await asyncio.sleep(0)
            await asyncio.sleep(0)

    async def _accept(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                connection, _ = await loop.sock_accept(self._socket)
            except OSError as error:
                # As a rule there are too many open files: it passes when others are closed.
                log.warning("a connection could not be accepted: %s", error.strerror)
                await asyncio.sleep(PAUSE)
                continue
            if self._faults.network is Network.CUT:
                reset(connection)
                connection.close()
            elif self._faults.network is Network.SILENT:
                self._silenced.append(connection)
            else:
                task = asyncio.create_task(self._serve(connection))
                self._handshakes.add(task)
                task.add_done_callback(self._handshakes.discard)

    async def _serve(self, connection: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        try:
            transport, _ = await loop.connect_accepted_socket(self._server, connection, ssl=self._tls)
            self._transports.add(transport)
        except OSError as error:
            log.debug("a handshake failed: %s", type(error).__name__)
            connection.close()

    def _network_changed(self) -> None:
        if self._faults.network is Network.UP:
            # Whoever waited in the silence is sent away, and comes again.
            self._forget_silenced()
            return
        for protocol in self._server.connections:
            if protocol.transport is not None:
                cut(protocol.transport)

    def _forget_silenced(self) -> None:
        for connection in self._silenced:
            reset(connection)
            connection.close()
        self._silenced.clear()


def reset(connection: socket.socket) -> None:
    """Make the closing of a connection a reset."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)


def cut(transport: asyncio.BaseTransport) -> None:
    """Reset a connection now, unless it is gone already."""
    try:
        connection = transport.get_extra_info("socket")
    except AttributeError:  # asyncio's TLS transport has let go of its protocol (CPython 3.11, sslproto.py)
        return
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    if isinstance(transport, asyncio.Transport):
        transport.abort()
