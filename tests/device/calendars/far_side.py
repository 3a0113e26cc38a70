"""The far side of the wire, for tests of providers: one TLS server on loopback whose every answer the test writes."""

import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import trustme
from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@cache
def authority() -> trustme.CA:
    """One throwaway authority for all tests of a run."""
    return trustme.CA()


@dataclass
class FarSide:
    """A running server and what it was asked."""

    url: str
    ca_bundle: str
    seen: list[web.Request] = field(default_factory=list)

    @property
    def paths(self) -> list[str]:
        """The paths asked for, in order."""
        return [request.path for request in self.seen]


@asynccontextmanager
async def far_side(
    handler: Handler, folder: Path, certificate: trustme.LeafCert | None = None
) -> AsyncIterator[FarSide]:
    """Answer everything with `handler`; the authority's certificate is written into `folder`."""
    ca_bundle = folder / "ca.pem"
    authority().cert_pem.write_to_path(str(ca_bundle))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    (certificate or authority().issue_cert("127.0.0.1", "localhost")).configure_cert(tls)
    side = FarSide(url="", ca_bundle=str(ca_bundle))

    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        assert isinstance(request, web.Request)
        await request.read()
        side.seen.append(request)
        return await handler(request)

    app = web.Application(client_max_size=1 << 22)
    app.router.add_route("*", "/{tail:.*}", handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls)
        await site.start()
        side.url = f"https://127.0.0.1:{runner.addresses[0][1]}"
        yield side
    finally:
        await runner.cleanup()


def json_answer(body: object, status: int = 200, **headers: str) -> web.Response:
    """An answer as an API gives it."""
    text = body if isinstance(body, str) else json.dumps(body)
    return web.Response(text=text, status=status, content_type="application/json", headers=headers)
