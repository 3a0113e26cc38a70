"""Serves one page on loopback. Whoever has the page's address, which holds a random word, may use it; nobody else.

The address is all that protects it from other users of this machine; the checks of `Host` and `Origin` protect it from
pages of other sites in the same browser (DNS rebinding, cross-site requests, cross-site WebSockets).
"""

import asyncio
import json
import logging
import secrets
import shlex
import string
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from importlib.resources import files
from pathlib import Path

import textual_serve.server
from aiohttp import web
from textual_serve.app_service import AppService
from textual_serve.server import Server

from device.emulator.console.layout import Grid
from device.emulator.knobs import Knob
from device.emulator.news_board import NewsBoard
from device.emulator.programs import LEASH, stop
from device.emulator.session import Session
from device.emulator.session_knobs import knobs
from device.model.errors import DoorlightError

log = logging.getLogger(__name__)

LOOPBACK = "127.0.0.1"
_OWN = Path(str(files("device.emulator.web") / "page"))
_THEIRS = Path(textual_serve.__file__).parent / "static"
_KINDS = {".css": "text/css", ".js": "text/javascript"}
_GOODBYE = 2.0
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class _Kiosk(AppService):
    """A kiosk behind a websocket, which is gone for good when it is told to stop."""

    async def stop(self) -> None:
        """Ask it to leave, and see to it that it has."""
        try:
            await super().stop()
        finally:
            if self._process is not None:
                await stop(self._process)


textual_serve.server.AppService = _Kiosk  # type: ignore[attr-defined] # the server has no other way to be told


class Page:
    """The page of one session.

    Args:
        session: what its buttons act on and its terminal shows.
        wanted: the panel's size; None: as large as the window.
    """

    def __init__(self, session: Session, wanted: Grid | None = None) -> None:
        self._session, self._wanted = session, wanted
        self._knobs = {knob.name: knob for knob in knobs(session)}
        self._word = secrets.token_urlsafe(24)
        self._turn = asyncio.Lock()
        self._news = NewsBoard()
        self._origin = ""
        self._terminal: Server
        session.tell = self._news.tell

    @property
    def url(self) -> str:
        """Where it is."""
        return f"{self._origin}/{self._word}/"

    def bound(self, port: int) -> None:
        """It listens at this port now."""
        self._origin = f"http://{LOOPBACK}:{port}"
        command = f"exec {shlex.join([*LEASH, *self._session.kiosk_command()])}"
        self._terminal = Server(command, host=LOOPBACK, port=port, title="Doorlight")

    def application(self) -> web.Application:
        """All that it answers."""
        application = web.Application(middlewares=[self._guard])
        application.add_routes(
            [
                web.get(f"/{self._word}/", self._index),
                web.get(f"/{self._word}/page/{{name}}", _own_file),
                web.static(f"/{self._word}/static", _THEIRS),
                web.get(f"/{self._word}/door", self._door),
                web.get(f"/{self._word}/news", self._listen),
                web.post(f"/{self._word}/act/{{name}}", self._act),
            ]
        )
        return application

    @web.middleware
    async def _guard(self, request: web.Request, handler: _Handler) -> web.StreamResponse:
        """Refuse what does not come from the page itself."""
        if f"http://{request.host}" != self._origin:
            raise web.HTTPMisdirectedRequest(text="This page answers by its own address only.")
        origin = request.headers.get("Origin")
        asked_by_script = request.method != "GET" or "Upgrade" in request.headers
        if origin != self._origin and (origin is not None or asked_by_script):
            raise web.HTTPForbidden(text="Another page may not do that.")
        response = await handler(request)
        if not response.prepared:
            response.headers.update(_headers(self._origin))
        return response

    async def _index(self, _: web.Request) -> web.Response:
        template = string.Template((_OWN / "index.html").read_text(encoding="utf-8"))
        text = template.substitute(
            buttons="\n".join(map(_button, self._knobs.values())),
            door=f"{self._origin.replace('http:', 'ws:')}/{self._word}/door",
            panel=f"{self._wanted.columns}x{self._wanted.rows}" if self._wanted else "",
        )
        return web.Response(text=text, content_type="text/html")

    async def _door(self, request: web.Request) -> web.WebSocketResponse:
        """One more kiosk for one more look at the page."""
        return await self._terminal.handle_websocket(request)

    async def _act(self, request: web.Request) -> web.Response:
        knob = self._knobs.get(request.match_info["name"])
        if knob is None:
            raise web.HTTPNotFound(text="There is no such button.")
        async with self._turn:
            self._news.tell(await _said(knob))
        return web.Response(status=204)

    async def _listen(self, request: web.Request) -> web.StreamResponse:
        """The news as server-sent events, for as long as the page is open."""
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", **_headers(self._origin)})
        await response.prepare(request)
        async for said in self._news.read():
            told = {"said": said, "room": str(self._session.room.name), "world": self._session.world.title}
            await response.write(f"data: {json.dumps(told)}\n\n".encode())
        return response


async def _said(knob: Knob) -> str:
    try:
        return await knob.act()
    except (DoorlightError, ValueError, OSError) as error:
        log.warning("%s failed: %s", knob.name, error)
        return f"That did not work: {error}"


def _button(knob: Knob) -> str:
    from html import escape

    name, label, explained = (escape(text) for text in (knob.name, knob.label, knob.help))
    return f'      <button type="button" data-act="{name}" title="{explained}">{label}</button>'


async def _own_file(request: web.Request) -> web.Response:
    path = _OWN / request.match_info["name"]
    if path.parent != _OWN or path.suffix not in _KINDS or not path.is_file():
        raise web.HTTPNotFound
    return web.Response(text=path.read_text(encoding="utf-8"), content_type=_KINDS[path.suffix])


def _headers(origin: str) -> dict[str, str]:
    """What keeps the browser from asking anybody else for anything."""
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self'; "
        f"img-src 'self' data:; connect-src 'self' {origin.replace('http:', 'ws:')}; "
        "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
    )
    return {
        "Content-Security-Policy": policy,
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }


@asynccontextmanager
async def open_page(session: Session, port: int = 0, wanted: Grid | None = None) -> AsyncIterator[Page]:
    """The page, served until left; port 0 is any free one.

    Raises:
        OSError: the port is taken.
    """
    page = Page(session, wanted)
    runner = web.AppRunner(page.application(), access_log=None, shutdown_timeout=_GOODBYE)
    await runner.setup()
    try:
        site = web.TCPSite(runner, LOOPBACK, port)
        await site.start()
        page.bound(runner.addresses[0][1])
        yield page
    finally:
        await runner.cleanup()


async def serve(session: Session, port: int, wanted: Grid | None, announce: Callable[[str], None]) -> int:
    """Serve the page until cancelled."""
    async with open_page(session, port, wanted) as page:
        announce(f"The door is at {page.url}\nCtrl+C ends it.")
        await asyncio.Event().wait()
    return 0
