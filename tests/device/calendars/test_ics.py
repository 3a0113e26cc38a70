"""What is particular to published calendars: conditional requests, redirections, files that come and go."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
from aiohttp import web
from far_side import FarSide, far_side
from far_sides import door_of
from ical_writer import calendar, vevents
from story import REVIEW, STANDUP, WINDOW

from device.calendars.ics import PROVIDER, Options
from device.calendars.ics.origin import FEED_LIMIT
from device.calendars.interface import RoomCalendar
from device.model.clock import SystemClock
from device.model.errors import CalendarUnreachable, MalformedAnswer, SettingsError
from device.model.secret import Secret

BODY = calendar(*vevents(REVIEW))
OTHER = calendar(*vevents(REVIEW), *vevents(STANDUP))


def door(**options: object) -> AbstractAsyncContextManager[RoomCalendar]:
    return door_of(PROVIDER, Options(**options))  # type: ignore[arg-type]


class Publisher:
    """A web server that publishes one calendar and remembers how it was asked."""

    def __init__(self) -> None:
        self.body = BODY
        self.headers: dict[str, str] = {}
        self.conditions: list[tuple[str | None, str | None]] = []
        self.redirections: dict[str, str] = {}

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        if request.path in self.redirections:
            return web.Response(status=302, headers={"Location": self.redirections[request.path]})
        asked = (request.headers.get("If-None-Match"), request.headers.get("If-Modified-Since"))
        self.conditions.append(asked)
        if any(value and value in self.headers.values() for value in asked):
            return web.Response(status=304)
        return web.Response(text=self.body, content_type="text/calendar", headers=self.headers)


@pytest.fixture
def publisher() -> Publisher:
    return Publisher()


@pytest.fixture
async def side(publisher: Publisher, tmp_path: Path) -> AsyncIterator[FarSide]:
    async with far_side(publisher, tmp_path) as side:
        yield side


async def titles(calendar: RoomCalendar) -> set[str]:
    return {one.title for one in (await calendar.read(WINDOW)).occurrences}


@pytest.mark.parametrize("name", ["ETag", "Last-Modified"])
async def test_what_is_not_new_is_not_sent_again(publisher: Publisher, side: FarSide, name: str) -> None:
    publisher.headers = {name: '"v1"' if name == "ETag" else "Fri, 27 Mar 2026 07:00:00 GMT"}
    async with door(url=Secret(f"{side.url}/a.ics"), ca_bundle=side.ca_bundle) as calendar:
        first = await calendar.read(WINDOW)
        assert not await calendar.changed(first.cursor)
        assert (await calendar.read(WINDOW)).occurrences == first.occurrences
    assert len(publisher.conditions) == 3
    assert publisher.conditions[0] == (None, None)
    assert all(any(asked) for asked in publisher.conditions[1:])


async def test_what_is_new_is_noticed_without_any_header(publisher: Publisher, side: FarSide) -> None:
    async with door(url=Secret(f"{side.url}/a.ics"), ca_bundle=side.ca_bundle) as calendar:
        cursor = (await calendar.read(WINDOW)).cursor
        assert not await calendar.changed(cursor)
        publisher.body = OTHER
        assert await calendar.changed(cursor)
        assert await titles(calendar) == {"Review", "Stand-up"}


async def test_a_broken_text_is_never_confirmed_by_its_etag(publisher: Publisher, side: FarSide) -> None:
    publisher.body, publisher.headers = "<html></html>", {"ETag": '"broken"'}
    async with door(url=Secret(f"{side.url}/a.ics"), ca_bundle=side.ca_bundle) as calendar:
        for _ in range(2):
            with pytest.raises(MalformedAnswer):
                await calendar.read(WINDOW)


async def test_a_text_that_breaks_later_leaves_the_good_one_to_nobody(publisher: Publisher, side: FarSide) -> None:
    async with door(url=Secret(f"{side.url}/a.ics"), ca_bundle=side.ca_bundle) as calendar:
        await calendar.read(WINDOW)
        publisher.body = BODY[:-20]
        with pytest.raises(MalformedAnswer):
            await calendar.read(WINDOW)
        publisher.body = OTHER
        assert await titles(calendar) == {"Review", "Stand-up"}


@pytest.mark.parametrize("scheme", ["webcal", "WEBCAL", "webcals"])
async def test_webcal_is_asked_by_https(side: FarSide, scheme: str) -> None:
    url = side.url.replace("https", scheme)
    async with door(url=Secret(f"{url}/a.ics"), ca_bundle=side.ca_bundle) as calendar:
        assert await titles(calendar) == {"Review"}


async def test_a_feed_that_has_moved_is_followed(publisher: Publisher, side: FarSide) -> None:
    publisher.redirections = {"/a.ics": "/b.ics", "/b.ics": f"{side.url}/c.ics"}
    async with door(url=Secret(f"{side.url}/a.ics"), ca_bundle=side.ca_bundle) as calendar:
        assert await titles(calendar) == {"Review"}
    assert side.paths == ["/a.ics", "/b.ics", "/c.ics"]


async def test_the_password_goes_to_its_own_server_only(publisher: Publisher, side: FarSide, tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    async with far_side(Publisher(), folder) as elsewhere:
        publisher.redirections = {"/a.ics": f"{elsewhere.url}/b.ics"}
        options = {"username": "door", "password": Secret("s"), "ca_bundle": side.ca_bundle}
        async with door(url=Secret(f"{side.url}/a.ics"), **options) as calendar:
            assert await titles(calendar) == {"Review"}
        assert [request.headers.get("Authorization") for request in side.seen] == ["Basic ZG9vcjpz"]
        assert [request.headers.get("Authorization") for request in elsewhere.seen] == [None]


@pytest.mark.parametrize(
    "onward", ["/a.ics", "http://127.0.0.1:1/b.ics", "ftp://127.0.0.1/b", "", "https://", "https://[::1"]
)
async def test_a_redirection_that_leads_nowhere_safe_is_refused(
    publisher: Publisher, side: FarSide, onward: str
) -> None:
    publisher.redirections = {"/a.ics": onward}
    async with door(url=Secret(f"{side.url}/a.ics"), ca_bundle=side.ca_bundle) as calendar:
        with pytest.raises(CalendarUnreachable):
            await calendar.read(WINDOW)


async def test_a_file_that_vanishes_is_unreachable_and_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "a.ics"
    async with door(path=str(path)) as calendar:
        for wrong in (path.unlink, lambda missing_ok: path.mkdir()):
            wrong(missing_ok=True)  # type: ignore[operator]
            with pytest.raises(CalendarUnreachable) as caught:
                await calendar.read(WINDOW)
            assert caught.value.cause == "disk"
        path.rmdir()
        path.write_text(BODY)
        assert await titles(calendar) == {"Review"}


async def test_a_name_that_no_disk_takes_is_unreachable() -> None:
    async with door(path="x" * 5000) as calendar:
        with pytest.raises(CalendarUnreachable) as caught:
            await calendar.read(WINDOW)
    assert caught.value.cause == "disk"


async def test_a_file_that_is_too_long_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.ics"
    path.write_bytes(b"X" * (FEED_LIMIT + 1))
    async with door(path=str(path)) as calendar:
        with pytest.raises(MalformedAnswer):
            await calendar.read(WINDOW)


@pytest.mark.parametrize("options", [{}, {"url": Secret("https://a.example/x.ics"), "path": "x.ics"}])
async def test_either_a_url_or_a_path_is_needed(options: dict[str, object]) -> None:
    with pytest.raises(SettingsError) as caught:
        async with door(**options):
            pass
    assert caught.value.hint


@pytest.mark.parametrize("url", ["not a url", "https://", "file:///etc/passwd", "https://[::1", "https://a:b:c/", "/"])
async def test_an_address_that_is_none_is_told_in_the_settings(url: str) -> None:
    with pytest.raises(SettingsError) as caught:
        async with door(url=Secret(url)):
            pass
    assert url not in str(caught.value)


def test_the_address_of_a_private_feed_does_not_print_itself() -> None:
    assert "hidden" not in repr(Options(url=Secret("https://a.example/hidden.ics"), password=Secret("hidden")))


async def test_the_hub_half_is_the_one_room_and_names_no_secret(tmp_path: Path) -> None:
    assert PROVIDER.open_account is not None
    secret = Options(url=Secret("https://calendar.example/private-t0ken/basic.ics"))
    for options, name in (
        (secret, "calendar.example"),
        (Options(path=str(tmp_path / "aurora.ics")), "aurora"),
        (Options(path=str(tmp_path / "x.ics"), address="aurora@office.example"), "aurora@office.example"),
    ):
        async with PROVIDER.open_account(options, SystemClock()) as account:
            (room,) = await account.rooms()
            assert (room.id, room.name) == (name, name)
            assert await account.audit(room.id, "Europe/Berlin") == ()
    with pytest.raises(SettingsError):
        async with PROVIDER.open_account(Options(), SystemClock()):
            pass
