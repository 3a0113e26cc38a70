"""What every hub half makes of a far side that is broken, slow, hostile or somebody else: errors of ours, in time."""

import asyncio
import gzip
import traceback
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
import trustme
from aiohttp import web
from far_side import Handler, far_side
from far_sides import ASKED, FAR_SIDES, FridayMorning, require_far_side
from story import ROOM

from device.calendars import Providers
from device.calendars.interface import AccessToken, CalendarAccount, NotificationTarget, Subscription
from device.model.errors import AccessError, CalendarBusy, CalendarError, CalendarUnreachable
from device.model.secret import Secret

TARGET = NotificationTarget(url="https://hub.example/notify", lifecycle_url="https://hub.example/lifecycle")
CANARIES = ("cAnArY-one", "cAnArY-two")
"""Secrets: of the minted access, and of a subscription."""
PORTAL = b"<!DOCTYPE html><html><body>Please sign in &amp; pay</body></html>"
JSON, XML = "application/json", "application/xml"

Call = Callable[[CalendarAccount], Awaitable[Any]]
KNOWN = Subscription(
    id="known",
    room=ROOM.id,
    expires_at=FridayMorning().read().now + timedelta(hours=1),
    secret=Secret(CANARIES[1]),
    resource="resource",
)
ACCESS = AccessToken(token=Secret(CANARIES[0]), username="door")
CALLS: dict[str, Call] = {
    "rooms": lambda account: account.rooms(),
    "people": lambda account: account.people("an"),
    "subscribe": lambda account: account.subscribe(ROOM.id, TARGET),
    "renew": lambda account: account.renew(KNOWN, TARGET),
    "unsubscribe": lambda account: account.unsubscribe(KNOWN),
    "audit": lambda account: account.audit(ROOM.id, ROOM.zone),
    "reach": lambda account: account.reach(ACCESS, ROOM.id, ("ceo@office.example",)),
}


@pytest.fixture(params=[pytest.param(member, id=member.value) for member in ASKED if member.load().open_account])
def member(request: pytest.FixtureRequest) -> Providers:
    """Every provider that has a hub half."""
    member: Providers = request.param
    require_far_side(member)
    return member


async def outcomes(member: Providers, handler: Handler, folder: Path, **changes: Any) -> dict[str, CalendarError]:
    """What each call ends in, where it does not succeed: anything but an error of ours fails the test."""
    ended: dict[str, CalendarError] = {}
    provider, side_of = member.load(), FAR_SIDES[member]
    assert provider.open_account is not None
    async with far_side(side_of.signing_in(handler), folder) as side:
        options = msgspec.structs.replace(side_of.against(side.url, side.ca_bundle), **changes)
        for name, call in CALLS.items():
            async with provider.open_account(options, FridayMorning()) as account:
                try:
                    await call(account)
                except CalendarError as error:
                    ended[name] = error
                    told = "".join(traceback.format_exception(error))
                    assert not [canary for canary in CANARIES if canary in told]
    return ended


def always(status: int, body: bytes | str = b"", kind: str = "text/plain", **headers: str) -> Handler:
    async def handler(request: web.Request) -> web.StreamResponse:
        raw = body.encode() if isinstance(body, str) else body
        return web.Response(status=status, body=raw, content_type=kind, headers=headers)

    return handler


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 405, 409, 410, 412, 418, 423, 429, 500, 502, 503, 504])
async def test_every_status_is_told_in_our_words(member: Providers, tmp_path: Path, status: int) -> None:
    ended = await outcomes(member, always(status, *FAR_SIDES[member].complaint), tmp_path)
    assert "reach" in ended or status in (403, 404, 410)
    if status == 401:
        assert all(
            isinstance(error, AccessError) for name, error in ended.items() if name in ("rooms", "audit", "reach")
        )
    if status == 429:
        assert isinstance(ended["reach"], CalendarBusy)


RUBBISH: dict[str, tuple[bytes, str]] = {
    "a portal": (PORTAL, "text/html"),
    "nothing": (b"", JSON),
    "zeros": (b"\0" * 100, JSON),
    "no text": (b"\xff\xfe\xfa", JSON),
    "a brace": (b"{", JSON),
    "null": (b"null", JSON),
    "a number": (b"1e999", JSON),
    "a list": (b"[[], 5, null]", JSON),
    "wrong kinds": (b'{"value": {"a": []}, "responses": 5, "id": [], "items": "x"}', JSON),
    "items that are none": (b'{"value": [null, 5, "x", []], "items": [null, 5]}', JSON),
    "deep": (b"[" * 200_000, JSON),
    "deep in a key": (b'{"value": ' + b'{"a":' * 200_000, JSON),
    "half an emoji": (b'{"value": [{"id": "\\ud83d"}]}', JSON),
    "a bracket": (b"<", XML),
    "other XML": (b"<a><b/></a>", XML),
    "deep XML": (b"<a>" * 100_000, XML),
    "an entity": (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', XML),
}


@pytest.mark.parametrize("case", RUBBISH)
async def test_rubbish_is_no_answer(member: Providers, tmp_path: Path, case: str) -> None:
    body, kind = RUBBISH[case]
    for status in (200, 201, 207):
        await outcomes(member, always(status, body, kind), tmp_path)


async def test_too_much_or_a_bomb_is_refused(member: Providers, tmp_path: Path) -> None:
    bomb = gzip.compress(bytes(100 << 20))
    for handler in (
        always(200, b" " * (12 << 20), JSON),
        always(207, bomb, XML, **{"Content-Encoding": "gzip"}),
    ):
        ended = await outcomes(member, handler, tmp_path)
        assert "reach" in ended


async def test_a_far_side_that_drips_meets_the_deadline(member: Providers, tmp_path: Path) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": JSON})
        await response.prepare(request)
        while True:
            await response.write(b" ")
            await asyncio.sleep(0.02)

    ended = await outcomes(member, handler, tmp_path, timeout=0.3)
    assert isinstance(ended["reach"], CalendarUnreachable)
    assert ended["reach"].cause == "timeout"


async def test_a_line_that_breaks_is_a_line_that_breaks(member: Providers, tmp_path: Path) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    ended = await outcomes(member, handler, tmp_path)
    assert all(isinstance(error, CalendarError) for error in ended.values())
    assert isinstance(ended["reach"], CalendarUnreachable)


async def test_nobody_that_nobody_vouches_for_is_spoken_to(member: Providers, tmp_path: Path) -> None:
    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(str(other))
    ended = await outcomes(member, always(200), tmp_path, ca_bundle=str(other))
    reach = ended["reach"]
    assert isinstance(reach, CalendarUnreachable)
    assert reach.cause == "tls"
