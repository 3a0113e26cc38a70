"""HTTP as every provider speaks it: bounded in time and size, blind to the environment, and with errors of our own.

A provider opens one `Client` for a room and asks it for `Answer`s. The whole of an answer is in memory, at most
`ANSWER_LIMIT` of it after decompression, within `Connection.timeout` for the call as a whole. What a status means is
the vendor's business, except for those that mean the same everywhere: `Answer.raise_for_server`.
"""

import asyncio
import json
import logging
import socket
import ssl
import zlib
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy
from math import isfinite
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx
import msgspec

from device.calendars.interface import ANSWER_LIMIT, Connection
from device.model.errors import CalendarBusy, CalendarError, CalendarUnreachable, MalformedAnswer, SettingsError
from device.model.safetext import SafeText

USER_AGENT = "Doorlight/1 (+meeting-room door)"
CONNECTIONS = 2
"""At once, for one room: Graph allows four to a mailbox, and a room may have two doors."""
for _chatty in ("httpx", "httpcore"):  # they log whole addresses and headers, and some of ours are secrets
    logging.getLogger(_chatty).setLevel(logging.WARNING)
IDLE = 90.0
"""Seconds that an idle connection is kept: longer than a poll interval, so that polls share one TLS handshake."""
LONGEST_WAIT = timedelta(hours=1)
"""What is believed of a `Retry-After`."""


def trust(connection: Connection) -> ssl.SSLContext:
    """Whom to trust: the settings' bundle alone, or else the system's authorities, whatever the environment says.

    Raises:
        SettingsError: the bundle cannot be read or holds no certificate.
    """
    if connection.ca_bundle:
        try:
            return ssl.create_default_context(cafile=connection.ca_bundle)
        except (OSError, ValueError) as error:
            raise SettingsError(
                f"The CA bundle {connection.ca_bundle} cannot be used.", "Give a readable file of PEM certificates."
            ) from error
    system = ssl.get_default_verify_paths()
    file, folder = Path(system.openssl_cafile), Path(system.openssl_capath)
    if folder.is_dir() and any(folder.glob("*.0")):  # looked up one by one, so nothing is loaded that is not asked for
        return ssl.create_default_context(capath=str(folder))
    return ssl.create_default_context(cafile=str(file) if file.is_file() else certifi_bundle())


def certifi_bundle() -> str:
    """The authorities that come with httpx, for a system that keeps none where its OpenSSL looks."""
    import certifi

    return certifi.where()


@asynccontextmanager
async def deadline(seconds: float) -> AsyncIterator[None]:
    """Bound everything inside by one deadline.

    Raises:
        CalendarUnreachable: it passed.
    """
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as error:
        raise CalendarUnreachable(f"no answer within {seconds:g} s", cause="timeout") from error


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer, whatever its status."""

    status: int
    headers: httpx.Headers
    body: bytes
    line: Any = field(default=None, compare=False, repr=False)
    """The connection that it came over (httpcore's `network_stream`), for those who sign in once for each."""

    @property
    def server_date(self) -> datetime | None:
        """The server's idea of the time, if it told."""
        return _http_date(self.headers.get("date", ""))

    @property
    def retry_after(self) -> timedelta | None:
        """How long it asked us to wait: seconds, even fractions, or a date measured by the server's own clock."""
        return _wait(self.headers.get("retry-after", "").strip(), self.server_date)

    @property
    def media_type(self) -> str:
        """What it says it is, in lower case and without parameters."""
        return str(self.headers.get("content-type", "")).partition(";")[0].strip().lower()

    def require(self, *media_types: str) -> bytes:
        """The body, if it is of one of `media_types`.

        Raises:
            MalformedAnswer: it says that it is something else.
        """
        if self.media_type not in media_types:
            said = SafeText(self.media_type, limit=40) or "nothing"
            raise MalformedAnswer(f"expected {media_types[0]} and got {said}")
        return self.body

    def json(self) -> Any:
        """The JSON in it; text that is not quite Unicode is mended, for the sake of the rest.

        Raises:
            MalformedAnswer: it is something else, or cut short.
        """
        body = self.require("application/json")
        try:
            return msgspec.json.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return self._mended_json()

    def _mended_json(self) -> Any:
        """The same by the slower decoder, which forgives half an emoji; a question mark stands for it then."""
        try:
            forgiven = json.loads(self.body.decode("utf-8-sig", "replace"))
            return json.loads(json.dumps(forgiven, ensure_ascii=False).encode("utf-8", "replace"))
        except (ValueError, RecursionError) as error:
            raise MalformedAnswer("the JSON is broken or cut short") from error

    def raise_for_server(self) -> None:
        """Raise what a status means with any vendor: patience, a fault of the server or the proxy, or a redirection,
        which is how captive portals answer. Anything below 300 or from 400 that is not named here passes.
        """
        if self.status == 429 or (self.status in (503, 504) and self.retry_after is not None):
            raise CalendarBusy(f"HTTP {self.status}", retry_after=self.retry_after)
        if self.status == 407:
            raise CalendarUnreachable("the proxy wants a password", cause="proxy")
        if self.status >= 500:
            raise CalendarUnreachable(f"HTTP {self.status}", cause="server", retry_after=self.retry_after)
        if 300 <= self.status < 400 and self.status != 304:
            raise MalformedAnswer(f"redirected elsewhere (HTTP {self.status})")


class Client:
    """A few kept connections to one provider. Use it as an async context manager; redirects are never followed."""

    def __init__(
        self,
        connection: Connection,
        headers: Mapping[str, str] | None,
        connections: int,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._timeout = connection.timeout
        self._proxied = bool(connection.proxy)
        try:
            if connection.proxy:
                _check_address(httpx.URL(connection.proxy))
            self._http = httpx.AsyncClient(
                verify=tls or trust(connection),
                proxy=connection.proxy or None,
                trust_env=False,
                follow_redirects=False,
                cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
                timeout=connection.timeout,
                limits=httpx.Limits(
                    max_connections=connections, max_keepalive_connections=connections, keepalive_expiry=IDLE
                ),
                headers={"User-Agent": USER_AGENT, "Accept-Encoding": "gzip", **(headers or {})},
            )
        except (ValueError, ImportError, httpx.InvalidURL) as error:
            raise SettingsError("The proxy cannot be used.", "Write it as http://host:port.") from error

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.aclose()

    async def request(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        auth: httpx.Auth | None = None,
        limit: int = ANSWER_LIMIT,
    ) -> Answer:
        """Ask and take in the whole answer, whatever its status.

        Raises:
            CalendarUnreachable: no answer, or not within the deadline.
            MalformedAnswer: more than `limit` bytes, or a compression that was not asked for.
        """
        asked = self.answering(method, url, params=params, headers=headers, content=content, auth=auth)
        async with deadline(self._timeout), asked as response:
            body = await _take_in(response, limit)
        line = response.extensions.get("network_stream")
        return Answer(status=response.status_code, headers=response.headers, body=body, line=line)

    @asynccontextmanager
    async def answering(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        auth: httpx.Auth | None = None,
        patience: float | None = None,
    ) -> AsyncIterator[httpx.Response]:
        """An answer whose body is still to come; what goes wrong with the line meanwhile is told in our words.

        `patience` is how many seconds to wait for each piece, where that is not the settings' timeout.

        Raises:
            CalendarUnreachable: no answer, or the line broke.
        """
        try:
            request = self._http.build_request(
                method, url, params=params, headers=headers, content=content, timeout=patience or self._timeout
            )
            _check_address(request.url)
        except (httpx.InvalidURL, ValueError):
            raise CalendarUnreachable("the address cannot be used", cause="dns") from None  # which may hold a secret
        host = request.url.host
        try:
            response = await self._http.send(request, auth=auth, stream=True)
            try:
                yield response
            finally:
                await response.aclose()
        except httpx.LocalProtocolError:
            raise CalendarUnreachable(f"{host}: the request cannot be sent") from None  # its text quotes our headers
        except (httpx.HTTPError, OSError) as error:
            raise self._translated(error, host) from error

    def _translated(self, error: Exception, host: str) -> CalendarError:
        """What an error of the line means, told by the deepest error that says it."""
        chain = tuple(_causes(error))
        refused = next((cause for cause in chain if isinstance(cause, ssl.SSLError)), None)
        if refused is not None:
            why = getattr(refused, "verify_message", "") or refused.reason or "the handshake failed"
            return CalendarUnreachable(f"{host}: {why}", cause="tls")
        if isinstance(error, httpx.TimeoutException):
            return CalendarUnreachable(f"{host}: no answer in time", cause="timeout")
        unreached = isinstance(error, httpx.ConnectError)
        if isinstance(error, httpx.ProxyError) or (self._proxied and unreached):
            return CalendarUnreachable(f"{host}: the proxy did not let us through", cause="proxy")
        if any(isinstance(cause, socket.gaierror) for cause in chain):
            return CalendarUnreachable(f"{host}: no such name", cause="dns")
        return CalendarUnreachable(f"{host}: {'no connection' if unreached else 'the connection broke'}")


def open_client(connection: Connection, headers: Mapping[str, str] | None = None, *, most: int = CONNECTIONS) -> Client:
    """A client as the settings want it, with `headers` on every request and at most so many connections at once.

    Raises:
        SettingsError: the CA bundle or the proxy cannot be used.
    """
    return Client(connection, headers, most)


def _check_address(url: httpx.URL) -> None:
    """Refuse what httpx would only stumble over once connecting."""
    if url.scheme not in ("http", "https") or not url.host or (url.port or 0) > 65535:
        raise httpx.InvalidURL("not an address of a server")


async def _take_in(response: httpx.Response, limit: int) -> bytes:
    """The body, decompressed here and by bounded steps: httpx would inflate a whole packet at once, bomb or not."""
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("", "identity", "gzip"):
        raise MalformedAnswer("compressed in a way that was not asked for")
    inflate = zlib.decompressobj(wbits=31) if encoding == "gzip" else None
    body = bytearray()
    async for raw in response.aiter_raw():
        try:
            body += raw if inflate is None else inflate.decompress(raw, limit + 1 - len(body))
        except zlib.error as error:
            raise MalformedAnswer("the compression is broken") from error
        if len(body) > limit:
            raise MalformedAnswer(f"more than {limit} bytes")
    if inflate is not None and body and not inflate.eof:
        raise MalformedAnswer("cut short")
    return bytes(body)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An error and what it came from, outermost first."""
    seen: BaseException | None = error
    for _ in range(10):
        if seen is None:
            return
        yield seen
        seen = seen.__cause__ or seen.__context__


def _http_date(text: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(text)
        return date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _wait(text: str, server_date: datetime | None) -> timedelta | None:
    """A `Retry-After` (RFC 9110 §10.2.3; Graph sends fractions)."""
    try:
        seconds = float(text)
    except ValueError:
        until = _http_date(text)
        if until is None or server_date is None:
            return None
        seconds = (until - server_date).total_seconds()
    if not isfinite(seconds):
        return None
    return timedelta(seconds=min(max(seconds, 0.0), LONGEST_WAIT.total_seconds()))
