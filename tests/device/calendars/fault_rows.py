"""The rows of the fault matrix: what goes wrong, as a proxy, a resolver, or somebody with the calendar does it."""

import asyncio
import gzip
import json
import socket
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import trustme
from aiohttp import web
from far_side import authority
from far_sides import FarSides, World
from fault_proxy import HOST, FaultProxy, Passing, Resolver, Spoil, black_hole
from story import FRIDAY, ROOM, Meeting, at, span

from device.model.window import Dates, Window

PORTAL = "<!DOCTYPE html><html><head><title>Guest Wi-Fi</title></head><body>Please sign in &amp; pay</body></html>"


@dataclass
class Place:
    """Where a fault is put."""

    side: FarSides
    proxy: FaultProxy
    resolver: Resolver
    undo: ExitStack
    tokens: bool | None
    """Where access is given out (True), or everywhere else (False)."""


Line = Callable[[Place], None]
"""Breaks the line."""
Entry = Callable[[World, str], Awaitable[None]]
"""Does something to the calendar, in a meeting of this title."""


def status(code: int, *, once: bool = False, body: str = "", **headers: str) -> Line:
    """The vendor's own no, or somebody's on the way."""

    def put(place: Place) -> None:
        text, kind = place.side.complaint

        async def spoil(passing: Passing) -> web.StreamResponse:
            if once and passing.number > 1:
                return await passing.forward()
            return web.Response(status=code, text=body or text, content_type=kind, headers=headers)

        place.proxy.spoil(spoil, tokens=place.tokens)

    return put


def answer(spoil: Spoil) -> Line:
    """Something else than was asked for."""
    return lambda place: place.proxy.spoil(spoil, tokens=place.tokens)


def text(body: str, kind: str, code: int = 200, **headers: str) -> Line:
    """The same page for everything."""

    async def spoil(passing: Passing) -> web.StreamResponse:
        return web.Response(status=code, text=body, content_type=kind, headers=headers)

    return answer(spoil)


async def _drips(passing: Passing) -> web.StreamResponse:
    """One byte now and then, for ever: every read succeeds."""
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    await response.prepare(passing.request)
    for _ in range(600):
        await response.write(b" ")
        await asyncio.sleep(0.05)
    return response


async def _breaks_off(passing: Passing) -> web.StreamResponse:
    """The connection is reset in the middle of the right answer."""
    right = await passing.forward()
    response = web.StreamResponse(status=right.status, headers={"Content-Length": "5000"})
    await response.prepare(passing.request)
    await response.write((right.body or b"")[:20] if isinstance(right.body, bytes) else b"")
    if passing.request.transport is not None:
        passing.request.transport.abort()
    return response


def _with_body(change: Callable[[bytes], bytes]) -> Line:
    """The right answer with another body."""

    async def spoil(passing: Passing) -> web.StreamResponse:
        right = await passing.forward()
        body = right.body if isinstance(right.body, bytes) else b""
        if right.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        headers = {name: value for name, value in right.headers.items() if name.lower() != "content-encoding"}
        return web.Response(status=right.status, body=change(body), headers=headers)

    return answer(spoil)


async def _huge(passing: Passing) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    await response.prepare(passing.request)
    chunk = b" " * (1 << 20)
    for _ in range(100):
        await response.write(chunk)
    return response


_BOMB = gzip.compress(bytes(100 << 20))


async def _bomb(passing: Passing) -> web.StreamResponse:
    headers = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
    return web.Response(body=_BOMB, headers=headers)


def _pages(body: bytes, link: Callable[[dict[str, Any]], dict[str, Any]]) -> bytes:
    told = json.loads(body)
    return json.dumps(link(told)).encode()


async def _endless(passing: Passing) -> web.StreamResponse:
    """Every page has another one behind it."""
    right = await passing.forward()
    told = json.loads(right.body if isinstance(right.body, bytes) else b"{}")
    if "value" in told:
        told["@odata.nextLink"] = f"https://{passing.request.host}{passing.request.raw_path}"
    if "items" in told:
        told["nextPageToken"] = "again"
    return web.Response(status=right.status, text=json.dumps(told), content_type="application/json")


def _twice(body: bytes) -> bytes:
    """Everything in a list twice; in a calendar, every event."""
    if body.lstrip().startswith(b"{"):
        told = json.loads(body)
        doubled = {name: value * 2 if name in ("value", "items") else value for name, value in told.items()}
        return json.dumps(doubled).encode()
    for opens, closes in ((b"BEGIN:VEVENT", b"END:VEVENT"), (b"<response>", b"</response>")):
        pieces = body.split(opens)
        events = [opens + piece.rpartition(closes)[0] + closes for piece in pieces[1:]]
        if events:
            return pieces[0] + b"\r\n".join(events * 2) + pieces[-1].rpartition(closes)[2]
    return body


def certificate(make: Callable[[], trustme.LeafCert]) -> Line:
    def put(place: Place) -> None:
        place.proxy.present(make())
        place.proxy.hang_up()

    return put


def resolver(change: Callable[[Resolver], None]) -> Line:
    def put(place: Place) -> None:
        change(place.resolver)
        place.proxy.hang_up()

    return put


def _dropped(*addresses: str, hole: str) -> Line:
    """The name leads to these addresses, one of which drops everything."""

    def put(place: Place) -> None:
        place.undo.enter_context(black_hole(hole, place.proxy.port))
        place.resolver.leads_to(*addresses)
        place.proxy.hang_up()

    return put


def _expired() -> trustme.LeafCert:
    return authority().issue_cert(HOST, not_after=datetime(2020, 1, 1, tzinfo=UTC))


SOON = format_datetime(datetime(2026, 3, 27, 7, 2, tzinfo=UTC), usegmt=True)
SERVED = format_datetime(datetime(2026, 3, 27, 7, 0, tzinfo=UTC), usegmt=True)
LINES: dict[str, Line] = {
    "401 once": status(401, once=True),
    "401 for ever": status(401),
    "403 no permission": status(403),
    "403 rate limit exceeded": text(
        '{"error": {"code": 403, "errors": [{"reason": "rateLimitExceeded"}]}}', "application/json", 403
    ),
    "404 room gone": status(404),
    "409 conflict": status(409),
    "410 gone": status(410),
    "412 precondition failed": status(412),
    "429 wait seconds": status(429, **{"Retry-After": "30"}),
    "429 wait until a date": status(429, **{"Retry-After": SOON, "Date": SERVED}),
    "429 without a word": status(429),
    "429 wait for a day": status(429, **{"Retry-After": "86400"}),
    "500": status(500),
    "502": text("<html>Bad Gateway</html>", "text/html", 502),
    "503": text("<html>Unavailable</html>", "text/html", 503),
    "504": text("<html>Timeout</html>", "text/html", 504),
    "connection never made": _dropped("127.0.0.2", hole="127.0.0.2"),
    "one byte now and then": answer(_drips),
    "TLS expired": certificate(_expired),
    "TLS for another host": certificate(lambda: authority().issue_cert("elsewhere.example")),
    "TLS by nobody known": certificate(lambda: trustme.CA().issue_cert(HOST)),
    "reset in the middle": answer(_breaks_off),
    "cut short": _with_body(lambda body: body[: len(body) // 2]),
    "a portal's page": text(PORTAL, "text/html"),
    "a portal's redirection": text("", "text/html", 302, Location="/portal"),
    "another type of content": text("Hello.", "text/plain"),
    "100 MB": answer(_huge),
    "a gzip bomb": answer(_bomb),
    "pages without end": answer(_endless),
    "everything twice": _with_body(_twice),
    "DNS: no such name": resolver(lambda names: names.fails(socket.EAI_NONAME)),
    "DNS: no answer": resolver(lambda names: names.fails(socket.EAI_AGAIN)),
    "DNS: silence": resolver(Resolver.hangs),
    "IPv6 drops everything": _dropped("::1", "127.0.0.1", hole="::1"),
    "the grant is revoked": status(400, body='{"error": "invalid_grant", "error_description": "revoked"}'),
}
"""Faults between the door and its calendar."""

SLOW = {"connection never made", "one byte now and then", "DNS: silence"}
"""Those that cost as much time as a call may take."""

NOW = span(FRIDAY, "7:30", "8:30")


def entered(**parts: Any) -> Entry:
    async def enter(world: World, title: str) -> None:
        await world.enter(Meeting(title, **({"when": NOW} | parts)))

    return enter


async def _spoilt(world: World, title: str) -> None:
    await world.spoil()


async def _vanished(world: World, title: str) -> None:
    gone = Meeting(f"{title} that vanishes", NOW)
    await world.enter(gone)
    await world.withdraw(gone)


async def _nothing(world: World, title: str) -> None:
    """Nobody does anything."""


ENTRIES: dict[str, Entry] = {
    "an ordinary meeting": entered(),
    "a meeting nobody can read": _spoilt,
    "all day": entered(when=Dates(first=FRIDAY, until=FRIDAY + timedelta(days=1))),
    "ten years long": entered(
        when=Window(
            start=at(FRIDAY.replace(year=2020), 8).astimezone(UTC), end=at(FRIDAY.replace(year=2030), 8).astimezone(UTC)
        )
    ),
    "cancelled": entered(cancelled=True),
    "declined by the room": entered(declined=True),
    "nothing at all": _nothing,
    "vanished": _vanished,
}
"""What stands in a calendar."""
assert ROOM.zone == "Europe/Berlin"
