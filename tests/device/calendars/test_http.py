"""The HTTP that all providers share: every bound and every translation, over real TLS on loopback."""

import asyncio
import datetime as dt
import gzip
import logging
import socket
import struct
import traceback
import tracemalloc
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
import trustme
from aiohttp import web
from far_side import FarSide, Handler, authority, far_side

from device.calendars.http import LONGEST_WAIT, Answer, open_client
from device.calendars.interface import ANSWER_LIMIT, Connection
from device.model.errors import CalendarBusy, CalendarError, CalendarUnreachable, MalformedAnswer, SettingsError


def answering(response: dict[str, object]) -> Handler:
    async def handler(request: web.Request) -> web.StreamResponse:
        return web.Response(**response)  # type: ignore[arg-type]

    return handler


def connection(side: FarSide, **changes: object) -> Connection:
    return Connection(**{"ca_bundle": side.ca_bundle, "timeout": 10.0, **changes})  # type: ignore[arg-type]


async def ask(side: FarSide, **changes: object) -> Answer:
    async with open_client(connection(side, **changes)) as client:
        return await client.request("GET", side.url)


async def failure(handler: Handler, folder: Path, **changes: object) -> CalendarUnreachable:
    async with far_side(handler, folder) as side:
        with pytest.raises(CalendarUnreachable) as caught:
            await ask(side, **changes)
        return caught.value


async def test_an_answer_comes_whole_whatever_its_status(tmp_path: Path) -> None:
    async with far_side(answering({"status": 404, "text": "no", "headers": {"X-It": "is"}}), tmp_path) as side:
        answer = await ask(side)
    assert (answer.status, answer.body, answer.headers["x-it"]) == (404, b"no", "is")
    assert answer.server_date is not None
    assert answer.server_date.tzinfo is not None


async def test_what_is_sent_arrives(tmp_path: Path) -> None:
    async def echo(request: web.Request) -> web.StreamResponse:
        return web.Response(body=await request.read(), headers={"X-Echo": request.headers["X-Mine"]})

    async with far_side(echo, tmp_path) as side, open_client(connection(side), {"X-Mine": "each time"}) as client:
        answer = await client.request("PUT", f"{side.url}/a%2Fb?c=%20d", content=b"body")
    assert (answer.body, answer.headers["x-echo"]) == (b"body", "each time")
    assert side.seen[0].rel_url.raw_path == "/a%2Fb"
    assert side.seen[0].query["c"] == " d"


async def test_the_environment_cannot_interfere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.setenv(name, "/nowhere")
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    async with far_side(answering({"text": "here"}), tmp_path) as side:
        assert (await ask(side)).body == b"here"


async def test_an_environment_that_trusts_an_authority_does_not_make_us_trust_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with far_side(answering({"text": "here"}), tmp_path) as side:
        monkeypatch.setenv("SSL_CERT_FILE", side.ca_bundle)
        with pytest.raises(CalendarUnreachable) as caught:
            await ask(side, ca_bundle="")
    assert caught.value.cause == "tls"


async def test_polls_share_one_connection(tmp_path: Path) -> None:
    async with far_side(answering({"text": "here"}), tmp_path) as side, open_client(connection(side)) as client:
        for _ in range(3):
            await client.request("GET", side.url)
    assert len({request.transport for request in side.seen}) == 1


async def test_at_most_two_requests_run_at_a_time(tmp_path: Path) -> None:
    running = most = 0
    go_on = asyncio.Event()

    async def handler(request: web.Request) -> web.StreamResponse:
        nonlocal running, most
        running += 1
        most = max(most, running)
        if running == 2:
            go_on.set()
        await go_on.wait()
        await asyncio.sleep(0)
        running -= 1
        return web.Response(text="here")

    async with far_side(handler, tmp_path) as side, open_client(connection(side)) as client:
        await asyncio.gather(*(client.request("GET", side.url) for _ in range(8)))
    assert most == 2


async def test_cookies_are_not_kept(tmp_path: Path) -> None:
    handler = answering({"headers": {"Set-Cookie": "a=b"}})
    async with far_side(handler, tmp_path) as side, open_client(connection(side)) as client:
        await client.request("GET", side.url)
        await client.request("GET", side.url)
    assert "Cookie" not in side.seen[1].headers


async def test_an_unknown_authority_is_told_as_tls(tmp_path: Path) -> None:
    async with far_side(answering({"text": "here"}), tmp_path) as side:
        other = tmp_path / "other.pem"
        trustme.CA().cert_pem.write_to_path(str(other))
        with pytest.raises(CalendarUnreachable) as caught:
            await ask(side, ca_bundle=str(other))
    assert caught.value.cause == "tls"


@pytest.mark.parametrize("flaw", ["another host", "expired"])
async def test_a_certificate_that_is_not_theirs_is_told_as_tls(flaw: str, tmp_path: Path) -> None:
    past = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    certificate = (
        authority().issue_cert("another.example")
        if flaw == "another host"
        else authority().issue_cert("127.0.0.1", not_before=past - timedelta(days=9), not_after=past)
    )
    async with far_side(answering({"text": "here"}), tmp_path, certificate) as side:
        with pytest.raises(CalendarUnreachable) as caught:
            await ask(side)
    assert caught.value.cause == "tls"


async def test_plain_text_on_a_tls_port_is_told_as_tls() -> None:
    async def shout(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(shout, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with open_client(Connection(timeout=10)) as client:
            with pytest.raises(CalendarUnreachable) as caught:
                await client.request("GET", f"https://127.0.0.1:{port}")
    assert caught.value.cause == "tls"


async def test_an_unknown_name_is_told_as_dns(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", nobody)
    async with open_client(Connection(timeout=10)) as client:
        with pytest.raises(CalendarUnreachable) as caught:
            await client.request("GET", "https://graph.example")
    assert caught.value.cause == "dns"


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


async def test_a_refused_connection_is_told_as_network() -> None:
    async with open_client(Connection(timeout=10)) as client:
        with pytest.raises(CalendarUnreachable) as caught:
            await client.request("GET", f"https://127.0.0.1:{closed_port()}")
    assert caught.value.cause == "network"


async def test_a_reset_in_the_middle_is_told_as_network(tmp_path: Path) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "100"})
        await response.prepare(request)
        await response.write(b"half")
        assert request.transport is not None
        linger = struct.pack("ii", 1, 0)
        request.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        request.transport.abort()
        return response

    assert (await failure(handler, tmp_path)).cause == "network"


async def test_a_body_that_is_cut_short_is_told_as_network(tmp_path: Path) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "100"})
        await response.prepare(request)
        await response.write(b"half")
        assert request.transport is not None
        request.transport.close()
        return response

    assert (await failure(handler, tmp_path)).cause == "network"


async def test_a_body_that_trickles_meets_the_deadline_of_the_whole_call(tmp_path: Path) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(1000):
            await response.write(b".")
            await asyncio.sleep(0.02)
        return response

    assert (await failure(handler, tmp_path, timeout=0.3)).cause == "timeout"


async def test_silence_meets_the_deadline(tmp_path: Path) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        await asyncio.Event().wait()
        raise AssertionError

    assert (await failure(handler, tmp_path, timeout=0.3)).cause == "timeout"


async def test_headers_that_never_end_are_given_up() -> None:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(b"HTTP/1.1 200 OK\r\n")
        try:
            while True:
                writer.write(b"X-Padding: " + b"x" * 1000 + b"\r\n")
                await writer.drain()
        except OSError:
            writer.close()

    async with await asyncio.start_server(handler, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with open_client(Connection(timeout=10)) as client:
            with pytest.raises(CalendarUnreachable):
                await client.request("GET", f"http://127.0.0.1:{port}")


async def test_of_a_hundred_megabytes_only_a_little_is_taken(tmp_path: Path) -> None:
    sent = 0

    async def handler(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(100):
            await response.write(b"x" * (1 << 20))
            sent += 1
        return response

    assert isinstance(await failure(handler, tmp_path), MalformedAnswer)
    assert sent < 30


async def test_a_body_of_just_the_limit_is_taken(tmp_path: Path) -> None:
    async with far_side(answering({"body": b"x" * ANSWER_LIMIT}), tmp_path) as side:
        assert len((await ask(side)).body) == ANSWER_LIMIT


async def test_a_gzip_bomb_does_not_go_off(tmp_path: Path) -> None:
    bomb = gzip.compress(bytes(64 << 20), compresslevel=1)
    async with far_side(answering({"body": bomb, "headers": {"Content-Encoding": "gzip"}}), tmp_path) as side:
        tracemalloc.start()
        try:
            with pytest.raises(MalformedAnswer):
                await ask(side)
            assert tracemalloc.get_traced_memory()[1] < 16 << 20
        finally:
            tracemalloc.stop()


async def test_gzip_is_asked_for_and_inflated(tmp_path: Path) -> None:
    packed = gzip.compress(b"words " * 1000, mtime=0)
    async with far_side(answering({"body": packed, "headers": {"Content-Encoding": "gzip"}}), tmp_path) as side:
        assert (await ask(side)).body == b"words " * 1000
    assert side.seen[0].headers["Accept-Encoding"] == "gzip"


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzip.compress(b"words " * 1000, mtime=0)[:-12]),
        ("gzip", b"not gzip at all"),
        ("br", b"\x0b\x02\x80words\x03"),
        ("gzip, gzip", b""),
    ],
)
async def test_a_compression_that_cannot_be_undone_is_malformed(encoding: str, body: bytes, tmp_path: Path) -> None:
    handler = answering({"body": body, "headers": {"Content-Encoding": encoding}})
    assert isinstance(await failure(handler, tmp_path), MalformedAnswer)


async def test_a_dead_proxy_is_told_as_proxy(tmp_path: Path) -> None:
    proxy = f"http://127.0.0.1:{closed_port()}"
    assert (await failure(answering({"text": "here"}), tmp_path, proxy=proxy)).cause == "proxy"


async def test_a_proxy_that_refuses_is_told_as_proxy(tmp_path: Path) -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(refuse, "127.0.0.1", 0) as server:
        proxy = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        assert (await failure(answering({"text": "here"}), tmp_path, proxy=proxy)).cause == "proxy"


async def test_the_proxy_of_the_settings_is_used(tmp_path: Path) -> None:
    asked: list[bytes] = []

    async def tunnel(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append((await reader.readuntil(b"\r\n\r\n")).split()[0])
        inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", int(side.url.rpartition(":")[2]))
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        await asyncio.gather(pump(reader, inner_writer), pump(inner_reader, writer))

    async def pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        while data := await source.read(65536):
            sink.write(data)
        sink.close()

    async with (
        far_side(answering({"text": "here"}), tmp_path) as side,
        await asyncio.start_server(tunnel, "127.0.0.1", 0) as server,
    ):
        port = server.sockets[0].getsockname()[1]
        assert (await ask(side, proxy=f"http://127.0.0.1:{port}")).body == b"here"
    assert asked == [b"CONNECT"]


@pytest.mark.parametrize(
    "address",
    ["nope", "ftp://127.0.0.1/", "https://", "http://127.0.0.1:99999/", "https://xn--zz-.example/", "https://a b/"],
)
async def test_an_address_that_cannot_be_is_an_error_of_ours(address: str) -> None:
    async with open_client(Connection(timeout=5)) as client:
        with pytest.raises(CalendarUnreachable):
            await client.request("GET", address)


async def test_a_header_that_cannot_be_sent_is_not_quoted(tmp_path: Path) -> None:
    secret = "".join(("can", "ary"))
    async with far_side(answering({"text": "here"}), tmp_path) as side, open_client(connection(side)) as client:
        with pytest.raises(CalendarUnreachable) as caught:
            await client.request("GET", side.url, headers={"Authorization": f"Bearer {secret}\nX: y"})
    assert secret not in "".join(traceback.format_exception(caught.value))


async def test_nothing_that_may_be_secret_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with far_side(answering({"text": "canary"}), tmp_path) as side, open_client(connection(side)) as client:
        await client.request("GET", f"{side.url}/canary", headers={"Authorization": "canary"})
        with pytest.raises(CalendarError):
            await client.request("GET", f"https://127.0.0.1:{closed_port()}/canary")
    assert "canary" not in caplog.text


@pytest.mark.parametrize("proxy", ["nonsense", "ftp://127.0.0.1", "socks9://127.0.0.1:1", "http://127.0.0.1:99999"])
def test_a_proxy_that_cannot_be_is_a_settings_error(proxy: str) -> None:
    with pytest.raises(SettingsError) as caught:
        open_client(Connection(proxy=proxy))
    assert caught.value.hint


@pytest.mark.parametrize("content", [None, "", "no certificate"])
def test_a_ca_bundle_that_cannot_be_is_a_settings_error(content: str | None, tmp_path: Path) -> None:
    bundle = tmp_path / "ca.pem"
    if content is not None:
        bundle.write_text(content)
    with pytest.raises(SettingsError) as caught:
        open_client(Connection(ca_bundle=str(bundle)))
    assert str(bundle) in str(caught.value)


def answer(status: int = 200, body: bytes = b"", **headers: str) -> Answer:
    return Answer(
        status=status,
        headers=httpx.Headers({name.replace("_", "-"): text for name, text in headers.items()}),
        body=body,
    )


DATE = "Mon, 23 Nov 2026 10:00:00 GMT"


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        ("5", 5.0),
        ("2.128", 2.128),
        ("0", 0.0),
        ("-3", 0.0),
        ("999999999999", LONGEST_WAIT.total_seconds()),
        ("1e308", LONGEST_WAIT.total_seconds()),
        ("inf", None),
        ("nan", None),
        ("soon", None),
        ("", None),
        ("Mon, 23 Nov 2026 10:00:30 GMT", 30.0),
        ("Mon, 23 Nov 2026 09:00:00 GMT", 0.0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", LONGEST_WAIT.total_seconds()),
        ("Mon, 99 Foo 2026 10:00:00 GMT", None),
    ],
)
def test_retry_after_is_read_in_every_form(header: str, wait: float | None) -> None:
    expected = None if wait is None else timedelta(seconds=wait)
    assert answer(429, retry_after=header, date=DATE).retry_after == expected


def test_a_retry_after_by_date_needs_the_servers_own_clock() -> None:
    assert answer(429, retry_after=DATE).retry_after is None
    assert answer(429).retry_after is None


@pytest.mark.parametrize(
    "header", ["", "yesterday", "Mon, 23 Nov 99999 10:00:00 GMT", "Mon, 23 Nov 2026 10:00:00 +9999"]
)
def test_a_date_that_is_none_is_no_evidence(header: str) -> None:
    assert answer(date=header).server_date is None


@pytest.mark.parametrize(
    "body",
    [b"", b'{"a": [1, 2', b"<html>", b"\xff\xfe", b"[" * 100_000, b'{"a": ' + b"9" * 5000 + b"}", b'{"a" 1}'],
)
def test_json_that_is_none_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedAnswer):
        answer(body=body, content_type="application/json").json()


@pytest.mark.parametrize("kind", ["text/html; charset=utf-8", "", "application/problem", "\x1b]0;title"])
def test_a_page_of_something_else_is_malformed_even_if_json_is_in_it(kind: str) -> None:
    with pytest.raises(MalformedAnswer) as caught:
        answer(body=b"{}", content_type=kind).json()
    assert "\x1b" not in str(caught.value)


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'{"a": "\\ud83d"}', {"a": "?"}),
        (b'{"a": "\\ud83d\\ude00"}', {"a": "😀"}),
        (b'\xef\xbb\xbf{"a": 1}', {"a": 1}),
        (b'{"a": "\xff"}', {"a": "\ufffd"}),
    ],
)
def test_text_that_is_not_quite_unicode_costs_nothing_else(body: bytes, value: object) -> None:
    assert answer(body=body, content_type="application/json;odata.metadata=minimal").json() == value


@pytest.mark.parametrize(
    ("status", "headers", "kind", "cause"),
    [
        (429, {}, CalendarBusy, "throttled"),
        (503, {"retry_after": "7"}, CalendarBusy, "throttled"),
        (504, {"retry_after": "7"}, CalendarBusy, "throttled"),
        (503, {}, CalendarUnreachable, "server"),
        (500, {}, CalendarUnreachable, "server"),
        (502, {}, CalendarUnreachable, "server"),
        (599, {}, CalendarUnreachable, "server"),
        (407, {}, CalendarUnreachable, "proxy"),
        (302, {"location": "http://portal.example/"}, MalformedAnswer, "malformed"),
        (307, {}, MalformedAnswer, "malformed"),
    ],
)
def test_statuses_that_mean_the_same_everywhere(
    status: int, headers: dict[str, str], kind: type[CalendarUnreachable], cause: str
) -> None:
    with pytest.raises(CalendarUnreachable) as caught:
        answer(status, **headers).raise_for_server()
    assert type(caught.value) is kind
    assert caught.value.cause == cause
    assert (caught.value.retry_after is not None) == ("retry_after" in headers)


@pytest.mark.parametrize("status", [200, 204, 207, 304, 400, 401, 403, 404, 409, 410, 412])
def test_every_other_status_is_the_vendors_business(status: int) -> None:
    answer(status).raise_for_server()


async def test_a_redirection_is_not_followed(tmp_path: Path) -> None:
    async with far_side(answering({"status": 302, "headers": {"Location": "/elsewhere"}}), tmp_path) as side:
        assert (await ask(side)).status == 302
    assert side.paths == ["/"]
