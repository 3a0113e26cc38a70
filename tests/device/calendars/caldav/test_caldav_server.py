"""What CalDAV servers do that the two real ones here do not: other sign-ins, cursors, refusals and oddities."""

import base64
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from far_side import FarSide, far_side
from far_sides import FridayMorning, door_of
from ical_writer import calendar, vevents
from scripted_dav import Hook, ScriptedDav
from story import FRIDAY, REVIEW, ROOM, WINDOW, span

from device.calendars.caldav import PROVIDER, Options
from device.calendars.interface import AccessToken, Booking, RoomCalendar
from device.model.errors import (
    AccessDenied,
    AccessExpired,
    CalendarError,
    CalendarUnreachable,
    MalformedAnswer,
    OccurrenceGone,
    RoomNotFound,
    SettingsError,
    SyncTokenExpired,
)
from device.model.secret import Secret

BODY = calendar(*vevents(REVIEW))
WALK_UP = span(FRIDAY, "8:00", "8:30")
SYNCS = (
    "<D:supported-report-set><D:supported-report><D:report><D:sync-collection/></D:report></D:supported-report>"
    "</D:supported-report-set><D:sync-token>urn:token:1&amp;2</D:sync-token>"
)


@pytest.fixture
def dav() -> ScriptedDav:
    return ScriptedDav()


@pytest.fixture
async def side(dav: ScriptedDav, tmp_path: Path) -> AsyncIterator[FarSide]:
    async with far_side(dav, tmp_path) as side:
        yield side


@pytest.fixture
async def door(side: FarSide) -> AsyncIterator[RoomCalendar]:
    async with door_of(PROVIDER, options(side)) as door:
        yield door


def options(side: FarSide, **changes: object) -> Options:
    known: dict[str, object] = {
        "url": f"{side.url}/rooms/aurora",
        "username": "door",
        "password": Secret("secret"),
        "ca_bundle": side.ca_bundle,
    }
    return Options(**{**known, **changes})  # type: ignore[arg-type]


def answering(status: int, body: str = "", **headers: str) -> Hook:
    async def hook(request: web.Request) -> web.StreamResponse | None:
        return web.Response(status=status, text=body, content_type="application/xml", headers=headers)

    return hook


def condition(name: str) -> str:
    return f'<?xml version="1.0"?><D:error xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><{name}/></D:error>'


async def test_a_password_is_sent_as_basic(door: RoomCalendar, side: FarSide) -> None:
    await door.read(WINDOW)
    expected = f"Basic {base64.b64encode(b'door:secret').decode()}"
    assert {request.headers["Authorization"] for request in side.seen} == {expected}


async def test_a_server_that_wants_digest_gets_it_and_no_password(dav: ScriptedDav, side: FarSide) -> None:
    async def challenge(request: web.Request) -> web.StreamResponse | None:
        if request.headers.get("Authorization", "").startswith("Digest "):
            return None
        return web.Response(status=401, headers={"WWW-Authenticate": 'Digest realm="r", nonce="n", qop="auth"'})

    dav.hooks = dict.fromkeys(("PROPFIND", "REPORT"), challenge)
    dav.store("a.ics", BODY)
    async with door_of(PROVIDER, options(side)) as door:
        assert len((await door.read(WINDOW)).occurrences) == 1


async def test_a_token_without_a_name_is_a_bearer_token(dav: ScriptedDav, side: FarSide) -> None:
    async def access() -> AccessToken:
        return AccessToken(token=Secret("abc"))

    async with PROVIDER.open_room(ROOM, options(side), access, FridayMorning()) as door:
        await door.read(WINDOW)
    assert {request.headers["Authorization"] for request in side.seen} == {"Bearer abc"}


async def test_a_path_that_has_moved_is_followed_on_the_same_server(dav: ScriptedDav, side: FarSide) -> None:
    async def moved(request: web.Request) -> web.StreamResponse | None:
        return (
            None
            if request.path.startswith("/rooms/")
            else web.Response(status=308, headers={"Location": "/rooms/aurora/"})
        )

    dav.hooks = dict.fromkeys(("PROPFIND", "REPORT"), moved)
    dav.store("a.ics", BODY)
    async with door_of(PROVIDER, options(side, url=f"{side.url}/old/")) as door:
        assert len((await door.read(WINDOW)).occurrences) == 1


async def test_the_password_never_follows_to_another_server(dav: ScriptedDav, side: FarSide, tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    async with far_side(ScriptedDav(), folder) as elsewhere:
        dav.hooks["PROPFIND"] = answering(301, Location=f"{elsewhere.url}/rooms/aurora/")
        async with door_of(PROVIDER, options(side)) as door:
            with pytest.raises(MalformedAnswer):
                await door.read(WINDOW)
        assert elsewhere.seen == []


async def test_redirections_in_circles_come_to_an_end(dav: ScriptedDav, door: RoomCalendar) -> None:
    dav.hooks["PROPFIND"] = answering(302, Location="/rooms/aurora/")
    with pytest.raises(MalformedAnswer):
        await door.read(WINDOW)
    assert len(dav.methods) < 6


async def test_a_folder_that_is_no_calendar_is_told(dav: ScriptedDav, door: RoomCalendar) -> None:
    dav.properties = "<D:resourcetype><D:collection/></D:resourcetype>"
    with pytest.raises(RoomNotFound):
        await door.read(WINDOW)


async def test_a_ctag_is_a_cursor_where_there_is_no_sync(dav: ScriptedDav, door: RoomCalendar) -> None:
    dav.properties += "<S:getctag>1</S:getctag><D:sync-token>urn:not-reported</D:sync-token>"
    cursor = (await door.read(WINDOW)).cursor
    assert not await door.changed(cursor)
    dav.properties = dav.properties.replace("<S:getctag>1", "<S:getctag>2")
    assert await door.changed(cursor)


async def test_without_any_cursor_everything_may_have_changed(dav: ScriptedDav, door: RoomCalendar) -> None:
    cursor = (await door.read(WINDOW)).cursor
    assert cursor == ""
    assert await door.changed(cursor)
    assert await door.changed("of another provider")


@pytest.mark.parametrize("status", [403, 409, 412])
async def test_a_sync_token_that_is_not_known_any_more_expires(
    dav: ScriptedDav, door: RoomCalendar, status: int
) -> None:
    dav.properties += SYNCS
    cursor = (await door.read(WINDOW)).cursor
    assert not await door.changed(cursor)
    dav.hooks["REPORT"] = answering(status, condition("D:valid-sync-token"))
    with pytest.raises(SyncTokenExpired):
        await door.changed(cursor)


async def test_a_refusal_to_sync_is_no_expiry(dav: ScriptedDav, door: RoomCalendar) -> None:
    dav.properties += SYNCS
    cursor = (await door.read(WINDOW)).cursor
    dav.hooks["REPORT"] = answering(403, condition("D:need-privileges"))
    with pytest.raises(AccessDenied):
        await door.changed(cursor)


async def test_a_sync_that_names_only_the_collection_names_no_change(dav: ScriptedDav, door: RoomCalendar) -> None:
    dav.properties += SYNCS
    cursor = (await door.read(WINDOW)).cursor
    dav.more_responses = "<D:response><D:href>/rooms/aurora/</D:href></D:response>"
    assert not await door.changed(cursor)
    dav.more_responses = (
        "<D:response><D:href>/rooms/aurora/x.ics</D:href><D:status>HTTP/1.1 404 Gone</D:status></D:response>"
    )
    assert await door.changed(cursor)


async def test_half_an_answer_is_none(dav: ScriptedDav, door: RoomCalendar) -> None:
    dav.store("a.ics", BODY)
    dav.more_responses = (
        "<D:response><D:href>/rooms/aurora/</D:href><D:status>HTTP/1.1 507 Insufficient Storage</D:status></D:response>"
    )
    with pytest.raises(CalendarUnreachable):
        await door.read(WINDOW)


async def test_members_that_are_not_given_or_break_off_are_named(dav: ScriptedDav, door: RoomCalendar) -> None:
    dav.store("good.ics", BODY)
    dav.store("cut.ics", BODY[:-30])
    dav.store("html.ics", "<html>")
    dav.more_responses = "<D:response><D:href>/rooms/aurora/secret.ics</D:href></D:response>"
    read = await door.read(WINDOW)
    assert [one.title for one in read.occurrences] == ["Review"]
    assert {one.id for one in read.skipped} == {"cut.ics", "html.ics", "secret.ics"}


@pytest.mark.parametrize(
    "xml",
    [
        '<!DOCTYPE x [<!ENTITY a "b">]><D:multistatus xmlns:D="DAV:">&a;</D:multistatus>',
        '<?xml version="1.0" encoding="klingon"?><a/>',
        '<D:multistatus xmlns:D="DAV:"><D:response>',
        "<multistatus/>",
        "\x00",
        "<a>" * 100_000,
    ],
)
async def test_xml_that_is_none_or_means_harm_is_refused(dav: ScriptedDav, door: RoomCalendar, xml: str) -> None:
    dav.hooks["REPORT"] = answering(207, xml)
    with pytest.raises(MalformedAnswer):
        await door.read(WINDOW)


@pytest.mark.parametrize(
    "href", ["/rooms/aurora/../../x", "https://evil.example/x.ics", "https://[::1/x.ics", "", "#", "x\ny", "/a?b#c"]
)
async def test_a_hostile_path_leads_nowhere(dav: ScriptedDav, side: FarSide, door: RoomCalendar, href: str) -> None:
    data = f"<C:calendar-data>{BODY}</C:calendar-data>"
    dav.more_responses = (
        f"<D:response><D:href>{href}</D:href><D:propstat><D:prop>{data}</D:prop></D:propstat></D:response>"
    )
    for one in (await door.read(WINDOW)).occurrences:
        with pytest.raises(CalendarError):
            await door.check_in(one, WINDOW.start)
    assert all(request.path.startswith("/rooms/aurora/") for request in side.seen)
    assert all(request.path.count("/") == 3 for request in side.seen)


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (401, "", AccessExpired),
        (403, condition("D:need-privileges"), AccessDenied),
        (404, "", RoomNotFound),
        (409, "", RoomNotFound),
        (423, "", CalendarUnreachable),
        (500, "", CalendarUnreachable),
        (507, "", CalendarUnreachable),
        (302, "", MalformedAnswer),
        (418, "", MalformedAnswer),
    ],
)
async def test_a_write_that_is_refused_says_who_must_act(
    dav: ScriptedDav, door: RoomCalendar, status: int, body: str, error: type[Exception]
) -> None:
    dav.hooks["PUT"] = answering(status, body)
    with pytest.raises(error):
        await door.book(Booking(key="k", start=WALK_UP.start, end=WALK_UP.end))


async def test_a_uid_that_the_server_has_under_another_name_is_no_second_booking(
    dav: ScriptedDav, door: RoomCalendar
) -> None:
    dav.hooks["PUT"] = answering(409, condition("C:no-uid-conflict"))
    with pytest.raises(OccurrenceGone):
        await door.book(Booking(key="k", start=WALK_UP.start, end=WALK_UP.end))


async def test_what_is_gone_when_it_is_to_be_removed_is_removed(dav: ScriptedDav, door: RoomCalendar) -> None:
    mine = await door.book(Booking(key="k", start=WALK_UP.start, end=WALK_UP.end))
    dav.hooks["DELETE"] = answering(404)
    await door.end(mine, WALK_UP.start)


@pytest.mark.parametrize("status", [404, 405])
async def test_a_collection_that_takes_no_reports_is_no_calendar(
    dav: ScriptedDav, door: RoomCalendar, status: int
) -> None:
    dav.properties += SYNCS
    cursor = (await door.read(WINDOW)).cursor
    dav.hooks["REPORT"] = answering(status)
    for ask in (door.read(WINDOW), door.changed(cursor)):
        with pytest.raises((RoomNotFound, MalformedAnswer)):
            await ask


async def test_access_that_ran_out_is_told_even_for_neighbours(dav: ScriptedDav, door: RoomCalendar) -> None:
    dav.hooks["REPORT"] = answering(401)
    with pytest.raises(AccessExpired):
        await door.busy(["cedar"], WINDOW)


async def test_a_write_that_is_swallowed_is_no_booking(dav: ScriptedDav, door: RoomCalendar) -> None:
    dav.hooks["PUT"] = answering(201)
    with pytest.raises(MalformedAnswer):
        await door.book(Booking(key="k", start=WALK_UP.start, end=WALK_UP.end))


async def test_a_member_that_is_always_written_by_others_is_given_up(dav: ScriptedDav, door: RoomCalendar) -> None:
    dav.store("a.ics", BODY)
    (review,) = (await door.read(WINDOW)).occurrences
    dav.hooks["PUT"] = answering(412)
    with pytest.raises(OccurrenceGone):
        await door.check_in(review, WINDOW.start)
    assert dav.methods.count("PUT") < 5


async def test_a_member_that_was_written_in_between_is_read_again(dav: ScriptedDav, door: RoomCalendar) -> None:
    dav.store("a.ics", BODY)
    (review,) = (await door.read(WINDOW)).occurrences

    async def interfere(request: web.Request) -> web.StreamResponse | None:
        if dav.methods.count("PUT") == 1:
            dav.store("a.ics", BODY.replace("SUMMARY:Review", "SUMMARY:Renamed"))
        return None

    dav.hooks["PUT"] = interfere
    checked = await door.check_in(review, WINDOW.start)
    assert (checked.title, checked.checked_in_at) == ("Renamed", WINDOW.start)


@pytest.mark.parametrize("room", ["cedar", "/rooms/cedar/", "cedar@office.example"])
async def test_a_neighbour_is_asked_for_events_and_else_for_free_busy(
    dav: ScriptedDav, side: FarSide, door: RoomCalendar, room: str
) -> None:
    free_busy = (
        "BEGIN:VCALENDAR\r\nBEGIN:VFREEBUSY\r\nFREEBUSY;FBTYPE=BUSY:20260327T090000Z/PT1H,\r\n"
        " 20260327T100000Z/20260327T103000Z\r\nFREEBUSY;FBTYPE=FREE:20260327T120000Z/PT1H\r\n"
        "FREEBUSY:20260327T140000Z/PT1H\r\nEND:VFREEBUSY\r\nEND:VCALENDAR\r\n"
    )

    async def only_free_busy(request: web.Request) -> web.StreamResponse | None:
        if "free-busy-query" in await request.text():
            return web.Response(text=free_busy, content_type="text/calendar")
        return web.Response(status=403)

    dav.hooks["REPORT"] = only_free_busy
    assert await door.busy([room], WINDOW) == {room: (span(FRIDAY, "10:00", "11:30"), span(FRIDAY, "15:00", "16:00"))}
    assert {request.path for request in side.seen} == {f"/rooms/{room.strip('/').rpartition('/')[2]}/"}


@pytest.mark.parametrize("answer", [(403, ""), (200, "<html>"), (200, "BEGIN:VFREEBUSY\r\nFREEBUSY:soon/later")])
async def test_a_neighbour_that_cannot_be_told_is_none(
    dav: ScriptedDav, door: RoomCalendar, answer: tuple[int, str]
) -> None:
    dav.hooks["REPORT"] = answering(*answer)
    assert await door.busy(["cedar", "birch"], WINDOW) == {"cedar": None, "birch": None}


async def test_a_neighbour_on_another_server_is_not_asked(side: FarSide, door: RoomCalendar) -> None:
    rooms = ["https://evil.example/cedar/", "//evil.example/cedar/", "http://[::1/"]
    assert await door.busy(rooms, WINDOW) == dict.fromkeys(rooms)
    assert side.seen == []


@pytest.mark.parametrize("url", ["", "aurora", "ftp://a/b", "https://", "https://[::1"])
async def test_an_address_that_is_none_is_told_in_the_settings(url: str) -> None:
    with pytest.raises(SettingsError):
        async with door_of(PROVIDER, Options(url=url)):
            pass
