"""The xAPI of an emulated RoomOS device: JSON-RPC 2.0 over `wss://127.0.0.1:port/ws`.

Signed in to by Basic, or by the subprotocol `auth-<base64url of user:password>` that Cisco's own client offers and
wants to hear back. A wrong login is answered with 403, and five of them lock the user out for as long as it is open.
"""

import asyncio
import base64
import binascii
import secrets
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import trustme
from aiohttp import WSMsgType, web

from device.emulator.faults import Faults
from device.emulator.listener import Listener
from device.emulator.rooms.codec import FAILED, NO_SUCH, PARAMETERS, Codec, CommandError
from device.model.secret import Secret

LOCKED_OUT_AFTER = 5
MOST_SUBSCRIPTIONS = 50
_AUTH = "auth-"


class XapiServer:
    """The network side of one device."""

    def __init__(self, codec: Codec) -> None:
        self.codec = codec
        self.username, self.password = "doorlight", Secret(base64.b64encode(secrets.token_bytes(16)).decode())
        self.faults = Faults()
        """Its network."""
        self.wrong_logins = 0
        self.rate_limited = False
        self.port = 0
        self.certificate = b""
        """The one that it signed itself, as DER."""
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._open: set[web.WebSocketResponse] = set()
        self.sign_anew()

    def sign_anew(self) -> None:
        """Make itself another certificate, as after a reset to its factory state."""
        issued = trustme.CA().issue_cert("127.0.0.1", "roomos.example")
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        issued.configure_cert(self._tls)
        self.certificate = ssl.PEM_cert_to_DER_cert(issued.cert_chain_pems[0].bytes().decode())

    async def drop(self) -> None:
        """Every connection ends, and the calls go on."""
        for socket in tuple(self._open):
            await socket.close(code=1001)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Answer until left."""
        listener = Listener(web.Server(self._handle, access_log=None), self._tls, self.faults)
        self.port = listener.port
        async with listener.running():
            try:
                yield
            finally:
                await self.drop()
                await self.codec.close()

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        if request.path != "/ws":
            return web.Response(status=404)
        if self.rate_limited:
            return web.Response(status=503)
        offered = request.headers.get("Sec-WebSocket-Protocol", "")
        protocols = tuple(name.strip() for name in offered.split(",") if name.strip().startswith(_AUTH))
        if not self._may_enter(request, protocols):
            self.wrong_logins += 1
            return web.Response(status=403)
        socket = web.WebSocketResponse(protocols=protocols)
        await socket.prepare(request)
        self._open.add(socket)
        session = _Session(self.codec, socket)
        try:
            await session.run()
        finally:
            self._open.discard(socket)
        return socket

    def _may_enter(self, request: web.BaseRequest, protocols: tuple[str, ...]) -> bool:
        if self.wrong_logins >= LOCKED_OUT_AFTER:
            return False
        wanted = f"{self.username}:{self.password.reveal()}"
        basic = request.headers.get("Authorization", "").removeprefix("Basic ")
        return wanted in {_decoded(basic), *(_decoded(name.removeprefix(_AUTH)) for name in protocols)}


class _Session:
    """One connection: its subscriptions, and its answers."""

    def __init__(self, codec: Codec, socket: web.WebSocketResponse) -> None:
        self._codec, self._socket = codec, socket
        self._queries: dict[int, tuple[str, ...]] = {}
        self._out: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def run(self) -> None:
        """Answer until the other side goes."""
        self._codec.told.append(self._hear)
        writing = asyncio.create_task(self._write())
        try:
            async for message in self._socket:
                if message.type is WSMsgType.TEXT:
                    self._out.put_nowait(self._answer(message.data))
        finally:
            self._codec.told.remove(self._hear)
            writing.cancel()
            await asyncio.gather(writing, return_exceptions=True)

    async def _write(self) -> None:
        while True:
            frame = await self._out.get()
            await self._socket.send_str(msgspec.json.encode(frame).decode())

    def _answer(self, text: str) -> dict[str, Any]:
        try:
            asked = msgspec.json.decode(text, type=dict[str, Any])
        except (msgspec.DecodeError, RecursionError):
            return {"jsonrpc": "2.0", "id": None, "error": {"code": -32700, "message": "Parse error"}}
        number = asked.get("id")
        try:
            result = self._do(str(asked.get("method", "")), asked.get("params") or {})
        except CommandError as error:
            return {"jsonrpc": "2.0", "id": number, "error": {"code": error.code, "message": str(error)}}
        return {"jsonrpc": "2.0", "id": number, "result": result}

    def _do(self, method: str, params: dict[str, Any]) -> Any:
        kind, _, path = method.partition("/")
        match kind:
            case "xCommand":
                return self._codec.run(path, params)
            case "xGet":
                return self._get(params)
            case "xSet":
                return self._set(params)
            case "xFeedback":
                return self._subscribe(path, params)
            case _:
                raise CommandError(NO_SUCH, "Method not found.")

    def _get(self, params: dict[str, Any]) -> Any:
        kind, *path = [str(name) for name in params.get("Path", ())] or [""]
        tree: Any = {"Status": self._codec.status, "Configuration": self._codec.configuration}.get(kind)
        for name in path:
            tree = tree.get(name) if isinstance(tree, dict) else None
        if tree is None:
            raise CommandError(FAILED, "No match on address expression")
        return tree

    def _set(self, params: dict[str, Any]) -> bool:
        kind, *path = [str(name) for name in params.get("Path", ())] or [""]
        if kind != "Configuration" or not path:
            raise CommandError(PARAMETERS, "Invalid params")
        tree = self._codec.configuration
        for name in path[:-1]:
            tree = tree.setdefault(name, {})
        tree[path[-1]] = params.get("Value")
        return True

    def _subscribe(self, what: str, params: dict[str, Any]) -> dict[str, Any]:
        if what == "Unsubscribe":
            self._queries.pop(int(params.get("Id", -1)), None)
            return {"Id": params.get("Id")}
        query = tuple(str(name) for name in params.get("Query", ()))
        if what != "Subscribe" or not query or len(self._queries) >= MOST_SUBSCRIPTIONS:
            raise CommandError(PARAMETERS, "Invalid params")
        number = max(self._queries, default=-1) + 1
        self._queries[number] = query
        if params.get("NotifyCurrentValue") and query[0] == "Status" and len(query) > 1:
            part = self._codec.status.get(query[1])
            if part:
                self._event(number, {"Status": {query[1]: part}})
        return {"Id": number}

    def _hear(self, news: dict[str, Any]) -> None:
        for number, query in self._queries.items():
            part: Any = news
            for name in query:
                part = part.get(name) if isinstance(part, dict) else None
            if part is not None:
                self._event(number, news)

    def _event(self, number: int, news: dict[str, Any]) -> None:
        self._out.put_nowait({"jsonrpc": "2.0", "method": "xFeedback/Event", "params": {"Id": number, **news}})


def _decoded(text: str) -> str:
    """Of standard or URL-safe base64, padded or not."""
    plain = text.replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True).decode()
    except (binascii.Error, ValueError):
        return ""
