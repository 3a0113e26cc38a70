"""A room system, or its cloud, that is spoken to over HTTPS: a listener with its own certificate and network."""

import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import trustme
from aiohttp import web

from device.emulator.faults import Faults
from device.emulator.listener import Listener

Handle = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


class WebSystem:
    """Where it listens, and what proves that it is itself."""

    def __init__(self, handle: Handle) -> None:
        self.faults = Faults()
        self.port = 0
        self._handle = handle
        self._authority = trustme.CA()
        issued = self._authority.issue_cert("127.0.0.1")
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        issued.configure_cert(self._tls)
        self.certificate = ssl.PEM_cert_to_DER_cert(issued.cert_chain_pems[0].bytes().decode())
        """As DER."""

    def write_authority(self, file: Path) -> None:
        """Write down, as PEM, who vouches for it."""
        self._authority.cert_pem.write_to_path(str(file))

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Answer until left."""
        listener = Listener(web.Server(self._handle, access_log=None), self._tls, self.faults)
        self.port = listener.port
        async with listener.running():
            yield
