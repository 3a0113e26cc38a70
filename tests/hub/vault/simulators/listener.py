"""A small HTTP server on loopback for a pretended key service, with faults to order."""

import base64
import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Refused(Exception):
    """An answer that is not 200."""

    def __init__(self, status: int, body: Any, **headers: str) -> None:
        super().__init__(status)
        self.status, self.body, self.headers = status, body, headers


@dataclass(slots=True)
class Call:
    """One request, as the service sees it."""

    method: str
    path: str
    headers: dict[str, str]
    body: dict[str, Any]
    raw: bytes = b""


@dataclass(slots=True)
class Service:
    """Answers calls; `fault` is asked before each."""

    answer: Callable[[Call], Any]
    fault: Callable[[Call], None] | None = None
    calls: list[Call] = field(default_factory=list)
    scheme: str = "http"
    port: int = 0

    @property
    def address(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"


def hang(_: Call) -> None:
    """No answer in any reasonable time."""
    time.sleep(3)


class Cut(Exception):
    """The connection ends without an answer."""


def cut(_: Call) -> None:
    raise Cut


def rubbish(_: Call) -> None:
    raise Refused(200, b"<html>welcome to the hotel</html>")


class _Handler(BaseHTTPRequestHandler):
    service: Service
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        pass

    def _serve(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        try:
            body = json.loads(raw) if raw else {}
        except ValueError:
            body = {}
        headers = {name.lower(): value for name, value in self.headers.items()}
        call = Call(self.command, self.path, headers, body, raw)
        self.service.calls.append(call)
        try:
            if self.service.fault is not None:
                self.service.fault(call)
            self._send(200, self.service.answer(call))
        except Refused as refused:
            self._send(refused.status, refused.body, refused.headers)
        except Cut:
            self.close_connection = True

    do_GET = do_POST = do_PUT = do_LIST = _serve  # noqa: N815 - http.server's names

    def _send(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        try:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            for name, value in (headers or {}).items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            self.wfile.write(data)
        except OSError:
            self.close_connection = True


@contextmanager
def serving(service: Service, tls: ssl.SSLContext | None = None) -> Iterator[Service]:
    """The service, on a port of its own."""
    handler = type("Handler", (_Handler,), {"service": service})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    server.block_on_close = False
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
        service.scheme = "https"
    service.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()


def b64(plain: bytes) -> str:
    return base64.b64encode(plain).decode()


def un64(text: str) -> bytes:
    return base64.b64decode(text)
