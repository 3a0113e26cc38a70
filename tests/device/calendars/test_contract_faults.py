"""What every provider makes of a far side that is broken, slow, hostile or somebody else: errors of ours, in time."""

import asyncio
import gzip
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
import trustme
from aiohttp import web
from far_side import Handler, far_side
from far_sides import ASKED, FAR_SIDES, door_with, require_far_side
from story import WINDOW

from device.calendars import Providers
from device.calendars.interface import Connection, WindowRead
from device.model.errors import (
    AccessDenied,
    AccessExpired,
    CalendarBusy,
    CalendarUnreachable,
    MalformedAnswer,
    RoomNotFound,
)

MEGABYTES = 12
PORTAL = "<!DOCTYPE html><html><head><title>Guest Wi-Fi</title></head><body>Please sign in &amp; pay</body></html>"


@pytest.fixture(params=[pytest.param(member, id=member.value) for member in ASKED])
def member(request: pytest.FixtureRequest) -> Providers:
    """Every provider."""
    member: Providers = request.param
    require_far_side(member)
    return member


Reading = Callable[[Handler], Awaitable[WindowRead]]


@pytest.fixture
def reading(member: Providers, tmp_path: Path) -> Reading:
    """Read a window from a server whose every answer is the handler's."""

    async def read(handler: Handler, **changes: object) -> WindowRead:
        async with far_side(handler, tmp_path) as side:
            options = FAR_SIDES[member].against(side.url, side.ca_bundle)
            async with door_with(member.load(), msgspec.structs.replace(options, **changes)) as door:
                return await door.read(WINDOW)

    return read


def always(status: int, body: bytes | str = "", kind: str = "text/plain", **headers: str) -> Handler:
    async def handler(request: web.Request) -> web.StreamResponse:
        raw = body.encode() if isinstance(body, str) else body
        return web.Response(status=status, body=raw, content_type=kind, headers=headers)

    return handler


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (401, AccessExpired),
        (403, AccessDenied),
        (404, RoomNotFound),
        (410, (RoomNotFound, CalendarUnreachable)),
        (429, CalendarBusy),
        (500, CalendarUnreachable),
        (502, CalendarUnreachable),
        (503, CalendarUnreachable),
    ],
)
async def test_a_status_becomes_the_error_of_who_must_act(
    reading: Reading, member: Providers, status: int, error: type[Exception] | tuple[type[Exception], ...]
) -> None:
    with pytest.raises(error):
        await reading(always(status, *FAR_SIDES[member].complaint))


async def test_a_server_may_say_how_long_to_wait(reading: Reading) -> None:
    with pytest.raises(CalendarBusy) as caught:
        await reading(always(503, **{"Retry-After": "120"}))
    assert caught.value.retry_after == timedelta(minutes=2)


@pytest.mark.parametrize("status", [200, 207])
async def test_a_captive_portal_is_no_calendar(reading: Reading, status: int) -> None:
    with pytest.raises(MalformedAnswer):
        await reading(always(status, PORTAL, "text/html"))


async def test_a_redirection_to_a_portal_is_no_calendar_and_gets_no_password(reading: Reading, tmp_path: Path) -> None:
    folder = tmp_path / "portal"
    folder.mkdir()
    async with far_side(always(200, PORTAL, "text/html"), folder) as portal:
        with pytest.raises(CalendarUnreachable):
            await reading(always(302, Location=f"{portal.url}/login"))
        assert not any("Authorization" in request.headers for request in portal.seen)


@pytest.mark.parametrize(
    "body", [b"", b"\0" * 100, b"\xff\xfe\xfa", b"{", b"<", b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n"]
)
@pytest.mark.parametrize("kind", ["application/xml", "application/json", "text/calendar"])
async def test_rubbish_is_no_calendar(reading: Reading, body: bytes, kind: str) -> None:
    for status in (200, 207):
        with pytest.raises(MalformedAnswer):
            await reading(always(status, body, kind))


async def test_a_body_that_breaks_off_is_no_answer(reading: Reading) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "5000", "Content-Type": "text/calendar"})
        await response.prepare(request)
        await response.write(b"BEGIN:VCALENDAR\r\n")
        assert request.transport is not None
        request.transport.close()
        return response

    with pytest.raises(CalendarUnreachable):
        await reading(handler)


async def test_a_server_that_drips_meets_the_deadline_of_the_whole_call(reading: Reading) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b" ")
            await asyncio.sleep(0.02)

    with pytest.raises(CalendarUnreachable) as caught:
        await reading(handler, timeout=0.4)  # type: ignore[call-arg]
    assert caught.value.cause == "timeout"


@pytest.mark.parametrize("status", [200, 207])
async def test_too_much_is_refused(reading: Reading, status: int) -> None:
    with pytest.raises(MalformedAnswer):
        await reading(always(status, b"X" * (MEGABYTES << 20), "text/calendar"))


@pytest.mark.parametrize("status", [200, 207])
async def test_a_bomb_does_not_go_off(reading: Reading, status: int) -> None:
    bomb = gzip.compress(bytes(100 << 20))
    with pytest.raises(MalformedAnswer):
        await reading(always(status, bomb, "text/calendar", **{"Content-Encoding": "gzip"}))


async def test_a_server_that_nobody_vouches_for_is_not_spoken_to(reading: Reading, tmp_path: Path) -> None:
    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(str(other))
    with pytest.raises(CalendarUnreachable) as caught:
        await reading(always(200), ca_bundle=str(other))  # type: ignore[call-arg]
    assert caught.value.cause == "tls"


async def test_a_name_that_nobody_has_is_told_apart(member: Providers) -> None:
    options = FAR_SIDES[member].against("https://calendar.invalid", "")
    async with door_with(member.load(), options) as door:
        with pytest.raises(CalendarUnreachable) as caught:
            await door.read(WINDOW)
    assert caught.value.cause == "dns"


async def test_a_port_where_nobody_listens_is_a_network_fault(member: Providers) -> None:
    options: Connection = FAR_SIDES[member].against("https://127.0.0.1:1", "")
    async with door_with(member.load(), options) as door:
        with pytest.raises(CalendarUnreachable) as caught:
            await door.read(WINDOW)
    assert caught.value.cause == "network"
