"""Counts what a program asks of a calendar: a TLS server on loopback that passes everything on and adds it up.

Bytes are those of HTTP itself, heads and bodies, both ways, as they are before TLS.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import trustme
from aiohttp import web

_HOP_BY_HOP = {"connection", "transfer-encoding", "content-length", "keep-alive"}


class Counter:
    """Requests and bytes since the last look."""

    def __init__(self, behind: str, ca_bundle: str) -> None:
        self._behind = behind
        self._trust = ssl.create_default_context(cafile=ca_bundle) if ca_bundle else False
        self.url = ""
        self.ca_bundle = ""
        self.requests = self.bytes = 0

    def taken(self) -> tuple[int, int]:
        """What was counted; it begins anew."""
        counted = self.requests, self.bytes
        self.requests = self.bytes = 0
        return counted

    async def handle(self, request: web.BaseRequest) -> web.Response:
        """One request, passed on."""
        body = await request.read()
        headers = {name: value for name, value in request.headers.items() if name.lower() not in _HOP_BY_HOP}
        async with (
            aiohttp.ClientSession(auto_decompress=False) as session,
            session.request(
                request.method,
                f"{self._behind}{request.raw_path}",
                headers=headers,
                data=body,
                ssl=self._trust,
                allow_redirects=False,
            ) as answer,
        ):
            raw = await answer.read()
            response = web.Response(status=answer.status, body=raw)
            response.headers.clear()
            for name, value in answer.headers.items():
                if name.lower() not in _HOP_BY_HOP:
                    response.headers.add(name, value)
        self.requests += 1
        heads = (*request.raw_headers, *answer.raw_headers)
        self.bytes += len(body) + len(raw) + sum(len(name) + len(value) + 4 for name, value in heads)
        self.bytes += len(request.method) + len(request.raw_path) + len(f"  HTTP/1.1 {answer.status} ") + 12
        return response


@asynccontextmanager
async def counting(behind: str, ca_bundle: str, folder: Path) -> AsyncIterator[Counter]:
    """A counter before the server at `behind`."""
    authority = trustme.CA()
    counter = Counter(behind, ca_bundle)
    counter.ca_bundle = str(folder / "counter.pem")
    authority.cert_pem.write_to_path(counter.ca_bundle)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(tls)
    server = web.Server(counter.handle, access_log=None)
    listening = await asyncio.get_running_loop().create_server(server, "127.0.0.1", 0, ssl=tls)
    counter.url = f"https://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    try:
        yield counter
    finally:
        listening.close()
        await server.shutdown(timeout=0.1)
