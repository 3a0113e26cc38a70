"""Stands between a door and the far side of its calendar, and spoils what goes through: answers, lines, certificates,
and the way there.
"""

import asyncio
import socket
import ssl
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import msgspec
import pytest
import trustme
from aiohttp import web
from far_side import authority

from device.calendars.interface import Connection
from device.model.secret import Secret

HOST = "localhost"
TOKENS = ("/token", "/.well-known/")
"""Parts of the paths at which access is given out."""
_HOP_BY_HOP = {"connection", "transfer-encoding", "content-length", "keep-alive"}


@dataclass
class Passing:
    """A request on its way, and what would have been answered."""

    request: web.Request
    forward: Callable[[], Awaitable[web.Response]]
    number: int
    """How many requests the fault has met, with this one."""


Spoil = Callable[[Passing], Awaitable[web.StreamResponse]]


class FaultProxy:
    """A TLS server that passes everything on until it is told otherwise."""

    def __init__(self, behind: str, ca_bundle: str, tls: ssl.SSLContext) -> None:
        self._behind, self._tls = behind, tls
        self._trust = ssl.create_default_context(cafile=ca_bundle) if ca_bundle else False
        self._spoil: Spoil | None = None
        self._tokens: bool | None = None
        self._met = 0
        self.asked = 0
        self.port = 0
        self.server = web.Server(self._handle, access_log=None)
        self.good = authority().issue_cert("127.0.0.1", HOST)
        self.present(self.good)

    @property
    def url(self) -> str:
        return f"https://{HOST}:{self.port}"

    def present(self, certificate: trustme.LeafCert) -> None:
        """Show this certificate from the next handshake on."""
        certificate.configure_cert(self._tls)

    def spoil(self, spoil: Spoil, *, tokens: bool | None) -> None:
        """Do this to requests: where access is given out, everywhere else, or (None) to all."""
        self._spoil, self._tokens, self._met = spoil, tokens, 0

    def heal(self) -> None:
        self._spoil = None
        self.present(self.good)

    def hang_up(self) -> None:
        """End all connections, so that the next request needs a new one."""
        for protocol in tuple(self.server.connections):
            if protocol.transport is not None:
                protocol.transport.abort()

    def through(self, options: Connection) -> Connection:
        """The same options, by way of this proxy."""

        def moved(value: Any) -> Any:
            text = value.reveal() if isinstance(value, Secret) else value
            if not isinstance(text, str) or self._behind not in text:
                return value
            return type(value)(text.replace(self._behind, self.url))

        plain = {name: moved(getattr(options, name)) for name in type(options).__struct_fields__}
        return msgspec.structs.replace(options, **plain)

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        assert isinstance(request, web.BaseRequest)
        self.asked += 1
        body = await request.read()
        of_tokens = any(part in request.path for part in TOKENS)
        spoilt = self._spoil is not None and self._tokens in (None, of_tokens)

        async def forward() -> web.Response:
            return await self._forward(request, body)

        if not spoilt or self._spoil is None:
            return await forward()
        self._met += 1
        return await self._spoil(Passing(request, forward, self._met))  # type: ignore[arg-type]

    async def _forward(self, request: web.BaseRequest, body: bytes) -> web.Response:
        headers = {name: value for name, value in request.headers.items() if name.lower() not in _HOP_BY_HOP}
        url = f"{self._behind}{request.raw_path}"
        async with (
            aiohttp.ClientSession(auto_decompress=False) as session,
            session.request(
                request.method, url, headers=headers, data=body, ssl=self._trust, allow_redirects=False
            ) as answer,
        ):
            raw = await answer.read()
            kept = [(name, value) for name, value in answer.headers.items() if name.lower() not in _HOP_BY_HOP]
            response = web.Response(status=answer.status, body=raw)
            response.headers.clear()
            for name, value in kept:
                response.headers.add(name, value)
            return response


def origin_of(options: Connection) -> str:
    """Where a connection leads to: the scheme, host and port of the first address in it."""
    for name in type(options).__struct_fields__:
        value = getattr(options, name)
        text = value.reveal() if isinstance(value, Secret) else value
        if isinstance(text, str) and text.startswith(("http://", "https://")):
            parts = urlsplit(text)
            return f"{parts.scheme}://{parts.netloc}"
    raise AssertionError("this world is not on a network")


@asynccontextmanager
async def fault_proxy(
    options: Connection, folder: Path, seconds: float
) -> AsyncIterator[tuple[FaultProxy, Connection]]:
    """A proxy before the far side that `options` lead to, and the options that lead through it."""
    bundle = folder / "proxy-ca.pem"
    authority().cert_pem.write_to_path(str(bundle))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    proxy = FaultProxy(origin_of(options), options.ca_bundle, tls)
    loop = asyncio.get_running_loop()
    listening = await loop.create_server(proxy.server, "127.0.0.1", 0, ssl=tls)
    proxy.port = listening.sockets[0].getsockname()[1]
    try:
        yield proxy, msgspec.structs.replace(proxy.through(options), ca_bundle=str(bundle), timeout=seconds)
    finally:
        listening.close()
        proxy.hang_up()
        await proxy.server.shutdown(timeout=0.1)


class Resolver:
    """What the name of the proxy's host leads to, in place of the machine's own resolver."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._real = socket.getaddrinfo
        self._answer: Callable[..., Any] | None = None
        self._woken = threading.Event()
        monkeypatch.setattr(socket, "getaddrinfo", self._asked)

    def _asked(self, host: Any, *args: Any, **kwargs: Any) -> Any:
        if host in (HOST, HOST.encode()):
            if self._answer is not None:
                return self._answer(*args, **kwargs)
            host = "127.0.0.1"
        return self._real(host, *args, **kwargs)

    def fails(self, code: int) -> None:
        """There is no such name (`EAI_NONAME`), or no answer about it (`EAI_AGAIN`)."""

        def answer(*args: Any, **kwargs: Any) -> Any:
            raise socket.gaierror(code, "the resolver says no")

        self._answer = answer

    def hangs(self) -> None:
        """It says nothing at all."""
        self._woken.clear()

        def answer(*args: Any, **kwargs: Any) -> Any:
            self._woken.wait(30)
            raise socket.gaierror(socket.EAI_AGAIN, "the resolver was too slow")

        self._answer = answer

    def leads_to(self, *addresses: str) -> None:
        """These, in this order."""
        self._answer = lambda *args, **kwargs: [
            found for address in addresses for found in self._real(address, *args, **kwargs)
        ]

    def heal(self) -> None:
        self._answer = None
        self._woken.set()


@contextmanager
def black_hole(address: str, port: int) -> Iterator[None]:
    """An address where whoever knocks hears nothing: its queue is full, so the kernel drops what comes."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as hole:
        hole.bind((address, port))
        hole.listen(0)
        waiting = []
        try:
            for _ in range(4):
                knock = socket.socket(family)
                knock.settimeout(0)
                knock.connect_ex((address, port))
                waiting.append(knock)
            yield
        finally:
            for knock in waiting:
                knock.close()
