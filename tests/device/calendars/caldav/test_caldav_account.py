"""The hub half for CalDAV: calendars found on servers of every manner, rights and zones looked at, nothing more."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from account_worlds import FridayEight
from aiohttp import web
from dav_worlds import WHO, new_collection
from far_side import FarSide, far_side

from device.calendars.caldav import PROVIDER, Options
from device.calendars.interface import AccessToken, Ailment, CalendarAccount, Complaint
from device.model.errors import (
    AccessExpired,
    CalendarError,
    CalendarUnreachable,
    CredentialRefused,
    MalformedAnswer,
    RoomNotFound,
    SettingsError,
)
from device.model.secret import Secret

ZONE = "BEGIN:VCALENDAR\r\nBEGIN:VTIMEZONE\r\nTZID:{}\r\nEND:VTIMEZONE\r\nEND:VCALENDAR"
READ = "<D:privilege><D:read/></D:privilege>"
WRITE = "<D:privilege><D:write/></D:privilege>"


def calendar(
    path: str, name: str = "", rights: str | None = READ + WRITE, zone: str = "Europe/Berlin", more: str = ""
) -> str:
    told = "" if rights is None else f"<D:current-user-privilege-set>{rights}</D:current-user-privilege-set>"
    zoned = f"<C:calendar-timezone>{ZONE.format(zone)}</C:calendar-timezone>" if zone else ""
    kind = "<D:resourcetype><D:collection/><C:calendar/></D:resourcetype>"
    return response(path, f"{kind}<D:displayname>{name}</D:displayname>{told}{zoned}{more}")


def response(path: str, properties: str) -> str:
    ok = "<D:status>HTTP/1.1 200 OK</D:status>"
    return f"<D:response><D:href>{path}</D:href><D:propstat><D:prop>{properties}</D:prop>{ok}</D:propstat></D:response>"


def multistatus(*responses: str) -> web.Response:
    head = '<D:multistatus xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">'
    text = f'<?xml version="1.0"?>{head}{"".join(responses)}</D:multistatus>'
    return web.Response(status=207, text=text, content_type="application/xml")


class Server:
    """A server with one user, whose principal and home are where they are said to be."""

    def __init__(self, *calendars: str) -> None:
        self.calendars = calendars
        self.principal, self.home = "/principals/door/", "/homes/door/"
        self.found_at = "/"
        self.status = 207

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        body = await request.text()
        if self.status != 207:
            return web.Response(status=self.status)
        if request.method == "REPORT":
            return multistatus()
        if "current-user-principal" in body:
            if request.path != self.found_at:
                return web.Response(status=404)
            principal = f"<D:current-user-principal><D:href>{self.principal}</D:href></D:current-user-principal>"
            return multistatus(response(request.path, principal if self.principal else ""))
        if "calendar-home-set" in body:
            home = f"<C:calendar-home-set><D:href>{self.home}</D:href></C:calendar-home-set>"
            return multistatus(response(request.path, home))
        if request.headers["Depth"] == "0":
            own = [one for one in self.calendars if f"<D:href>{request.path}</D:href>" in one]
            return multistatus(*own) if own else web.Response(status=404)
        plain = response(self.home, "<D:resourcetype><D:collection/></D:resourcetype>")
        inbox = response(f"{self.home}in/", "<D:resourcetype><D:collection/><C:schedule-inbox/></D:resourcetype>")
        return multistatus(plain, inbox, *self.calendars)


@asynccontextmanager
async def opened(server: Any, folder: Path, path: str = "/") -> AsyncIterator[tuple[CalendarAccount, FarSide]]:
    async with far_side(server, folder) as side:
        options = Options(
            url=f"{side.url}{path}", username="door", password=Secret("s3cret"), ca_bundle=side.ca_bundle, timeout=5
        )
        assert PROVIDER.open_account is not None
        async with PROVIDER.open_account(options, FridayEight()) as account:
            yield account, side


AURORA, BOREALIS = calendar("/homes/door/aurora/", "Aurora"), calendar("/homes/door/b%C3%A9a/")


async def test_calendars_are_found_from_the_servers_root(tmp_path: Path) -> None:
    tasks = '<C:supported-calendar-component-set><C:comp name="VTODO"/></C:supported-calendar-component-set>'
    both = tasks.replace("<C:comp", '<C:comp name="VEVENT"/><C:comp')
    server = Server(
        AURORA, BOREALIS, calendar("/homes/door/tasks/", more=tasks), calendar("/homes/door/both/", "Both", more=both)
    )
    async with opened(server, tmp_path) as (account, _):
        rooms = await account.rooms()
    assert [(room.id, room.name, room.zone) for room in rooms] == [
        ("/homes/door/aurora/", "Aurora", "Europe/Berlin"),
        ("/homes/door/b%C3%A9a/", "béa", "Europe/Berlin"),
        ("/homes/door/both/", "Both", "Europe/Berlin"),
    ]


async def test_the_well_known_address_and_the_homes_own_are_tried_too(tmp_path: Path) -> None:
    server = Server(AURORA)
    server.found_at = "/.well-known/caldav"
    async with opened(server, tmp_path) as (account, _):
        assert [room.name for room in await account.rooms()] == ["Aurora"]
    server.found_at = "/nowhere"
    async with opened(server, tmp_path, "/homes/door/") as (account, side):
        assert [room.name for room in await account.rooms()] == ["Aurora"]
    assert side.seen[-1].path == "/homes/door/"


async def test_the_password_goes_to_no_other_server(tmp_path: Path) -> None:
    server = Server(AURORA)
    server.home = "https://p42.icloud.example/homes/door/"
    async with opened(server, tmp_path) as (account, _):
        with pytest.raises(RoomNotFound, match="another server"):
            await account.rooms()
        for call in (account.audit, lambda room: account.reach(AccessToken(token=Secret("x")), room, ())):
            with pytest.raises(RoomNotFound):
                await call("https://elsewhere.example/aurora/")
    server = Server(AURORA)
    server.principal = "https://elsewhere.example/principal/"
    async with opened(server, tmp_path) as (account, _):
        assert [room.name for room in await account.rooms()] == ["Aurora"]


async def test_no_calendar_is_said_to_be_none(tmp_path: Path) -> None:
    async with opened(Server(), tmp_path) as (account, _):
        with pytest.raises(RoomNotFound):
            await account.rooms()


async def audit(calendar_told: str, folder: Path, zone: str = "Europe/Berlin") -> dict[Ailment, Complaint]:
    async with opened(Server(calendar_told), folder) as (account, _):
        return {one.ailment: one for one in await account.audit("/homes/door/aurora/", zone)}


@pytest.mark.parametrize(
    ("rights", "expected"),
    [
        (READ + WRITE, {}),
        ("<D:privilege><D:all/></D:privilege>", {}),
        (READ + "<D:privilege><D:bind/></D:privilege>", {}),
        (READ, {Ailment.NO_WRITE_PERMISSION: True}),
        (
            "<D:privilege><C:read-free-busy/></D:privilege>",
            {Ailment.DETAILS_HIDDEN: True, Ailment.NO_WRITE_PERMISSION: True},
        ),
        ("", {Ailment.DETAILS_HIDDEN: True, Ailment.NO_WRITE_PERMISSION: True}),
        (None, {Ailment.NO_WRITE_PERMISSION: False}),
    ],
)
async def test_rights_are_read_as_the_server_grants_them(
    tmp_path: Path, rights: str | None, expected: dict[Ailment, bool]
) -> None:
    found = await audit(calendar("/homes/door/aurora/", rights=rights), tmp_path)
    assert {ailment: one.seen for ailment, one in found.items()} == expected
    for one in found.values():
        assert one.sure
        assert one.cure
        assert "s3cret" not in repr(one)


@pytest.mark.parametrize(
    ("zone", "door", "ailment"),
    [
        ("Europe/Berlin", "Europe/Vienna", None),
        ("Romance Standard Time", "Europe/Berlin", None),
        ("America/New_York", "Europe/Berlin", Ailment.TIME_ZONE_DIFFERS),
        ("America/New_York", "", None),
        ("Customized Time Zone", "Europe/Berlin", Ailment.TIME_ZONE_MISSING),
        ("", "Europe/Berlin", Ailment.TIME_ZONE_MISSING),
    ],
)
async def test_zones_are_compared_by_their_clocks(
    tmp_path: Path, zone: str, door: str, ailment: Ailment | None
) -> None:
    found = await audit(calendar("/homes/door/aurora/", zone=zone), tmp_path, door)
    assert set(found) == ({ailment} if ailment else set())


async def test_a_calendar_that_may_not_be_seen_is_not_shared(tmp_path: Path) -> None:
    server = Server(AURORA)
    server.status = 403
    async with opened(server, tmp_path) as (account, _):
        (one,) = await account.audit("/homes/door/aurora/")
        assert one.ailment is Ailment.NOT_SHARED
        reach = await account.reach(await account.mint("x"), "/homes/door/aurora/", ("/homes/ceo/",))
        assert (reach.own_room, reach.beyond) == (False, ())


@pytest.mark.parametrize(
    ("status", "kind"),
    [(401, CredentialRefused), (500, CalendarUnreachable), (404, RoomNotFound), (405, MalformedAnswer)],
)
async def test_what_a_status_means(tmp_path: Path, status: int, kind: type[CalendarError]) -> None:
    server = Server(AURORA)
    server.status = status
    async with opened(server, tmp_path) as (account, _):
        with pytest.raises(CalendarError) as caught:
            await account.audit("/homes/door/aurora/")
        assert type(caught.value) is kind
        with pytest.raises(CalendarError) as caught:
            await account.rooms()
        assert type(caught.value) is kind
        if status == 401:
            with pytest.raises(AccessExpired):
                await account.reach(AccessToken(token=Secret("old"), username="door"), "/homes/door/aurora/", ())


HOSTILE = [
    "",
    "<html/>",
    "<D:multistatus",
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><D:multistatus xmlns:D="DAV:">&a;</D:multistatus>',
    "<a>" * 50_000,
]


@pytest.mark.parametrize("number", range(len(HOSTILE)))
async def test_what_is_no_multistatus_is_told_as_such(tmp_path: Path, number: int) -> None:
    async def server(request: web.Request) -> web.StreamResponse:
        return web.Response(status=207, text=HOSTILE[number], content_type="application/xml")

    async with opened(server, tmp_path) as (account, _):
        for call in (account.rooms, lambda: account.audit("/x/")):
            with pytest.raises(MalformedAnswer):
                await call()


def test_an_address_that_is_none_is_a_settings_error() -> None:
    assert PROVIDER.open_account is not None
    with pytest.raises(SettingsError):
        PROVIDER.open_account(Options(url="ftp://x"), FridayEight())


async def test_a_real_server_tells_its_users_rights(radicale_url: str) -> None:
    async with new_collection(radicale_url) as world:
        assert PROVIDER.open_account is not None
        async with PROVIDER.open_account(world.options, FridayEight()) as account:
            path = httpx.URL(world.url).path
            found = {one.ailment for one in await account.audit(path) if one.seen}
            assert found == {Ailment.TIME_ZONE_MISSING}
            assert path in {room.id for room in await account.rooms()}
            reach = await account.reach(await account.mint(path), path, ("/nobody/calendar/",))
            assert (reach.own_room, reach.beyond) == (True, ())


async def test_another_real_server_is_discovered_too(xandikos_url: str) -> None:
    async with new_collection(xandikos_url) as world:
        root = re.sub(r"/rooms/.*", "/", world.url)
        options = Options(url=root, username=WHO[0], password=Secret(WHO[1]))
        assert PROVIDER.open_account is not None
        async with PROVIDER.open_account(options, FridayEight()) as account:
            assert httpx.URL(world.url).path in {room.id for room in await account.rooms()}
