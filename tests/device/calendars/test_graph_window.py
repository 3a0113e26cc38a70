"""Reading a window from a far side that speaks Graph as it should, oddly, or not at all."""

import asyncio
import gzip
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from far_side import FarSide, Handler, far_side, json_answer
from graph_room import DATA, ROOM, WINDOW, at, error, event, moment, open_graph, options

from device.calendars.graph import PROVIDER
from device.calendars.graph.shapes import BOOKED, CHECKED_IN
from device.calendars.interface import OCCURRENCE_LIMIT, PAGE_LIMIT, AccessToken, Booking, WindowRead
from device.model.clock import SystemClock
from device.model.errors import (
    AccessDenied,
    AccessExpired,
    CalendarBusy,
    CalendarError,
    CalendarUnreachable,
    MalformedAnswer,
    RoomNotFound,
)
from device.model.secret import Secret
from device.model.window import Window


def always(body: Any, status: int = 200, **headers: str) -> Handler:
    async def handler(request: web.Request) -> web.StreamResponse:
        return json_answer(body, status, **headers)

    return handler


def in_pages(*pages: list[Any]) -> Handler:
    """Pages that are linked as Graph links them."""

    async def handler(request: web.Request) -> web.StreamResponse:
        number = int(request.query.get("$skiptoken", "0"))
        body: dict[str, Any] = {"value": pages[number]}
        if number + 1 < len(pages):
            body["@odata.nextLink"] = f"https://{request.host}{request.path}?$skiptoken={number + 1}"
        return json_answer(body)

    return handler


async def read(handler: Handler, folder: Path, window: Window = WINDOW, **changes: Any) -> tuple[WindowRead, FarSide]:
    async with far_side(handler, folder) as side, open_graph(side, **changes) as calendar:
        return await calendar.read(window), side


async def failure(handler: Handler, folder: Path, **changes: Any) -> CalendarError:
    with pytest.raises(CalendarError) as caught:
        await read(handler, folder, **changes)
    return caught.value


async def test_the_window_is_asked_for_as_graph_wants_it(tmp_path: Path) -> None:
    found, side = await read(always({"value": [event()]}), tmp_path)
    asked = side.seen[0]
    assert asked.method == "GET"
    assert asked.path == "/v1.0/users/aurora@office.example/calendarView"
    assert asked.query["startDateTime"] == "2026-11-22T09:00:00Z"
    assert asked.query["endDateTime"] == "2026-11-25T09:00:00Z"
    assert asked.query["$top"] == "100"
    assert "body" not in asked.query["$select"]
    assert "attendees" not in asked.query["$select"]
    assert BOOKED in asked.query["$expand"]
    assert CHECKED_IN in asked.query["$expand"]
    assert "+" not in asked.rel_url.raw_query_string
    assert asked.headers["Authorization"] == "Bearer good"
    assert 'IdType="ImmutableId"' in asked.headers["Prefer"]
    assert 'outlook.timezone="UTC"' in asked.headers["Prefer"]
    assert found.window == WINDOW
    assert found.cursor == ""
    assert found.server_date is not None


async def test_the_mailbox_of_the_settings_goes_before_the_rooms_id(tmp_path: Path) -> None:
    _, side = await read(always({"value": []}), tmp_path, mailbox="a/b c@x.example")
    assert side.seen[0].rel_url.raw_path == "/v1.0/users/a%2Fb%20c@x.example/calendarView"


async def test_an_empty_calendar_is_a_good_answer(tmp_path: Path) -> None:
    found, _ = await read(always({"value": []}), tmp_path)
    assert (found.occurrences, found.skipped, found.truncated) == ((), (), False)


async def test_every_page_is_followed_with_the_preferences_on_each_request(tmp_path: Path) -> None:
    pages = [[event(f"{page}{item}", 10 + page, 11 + page) for item in range(3)] for page in range(4)]
    found, side = await read(in_pages(*pages), tmp_path)
    assert len(found.occurrences) == 12
    assert all('IdType="ImmutableId"' in request.headers["Prefer"] for request in side.seen)
    assert side.seen[3].rel_url.raw_query_string == "$skiptoken=3"


async def test_a_page_may_be_empty_and_not_the_last(tmp_path: Path) -> None:
    found, _ = await read(in_pages([], [], [event()]), tmp_path)
    assert len(found.occurrences) == 1


async def test_a_meeting_that_comes_twice_is_there_once_as_it_came_last(tmp_path: Path) -> None:
    found, _ = await read(in_pages([event("1", subject="Old")], [event("1", subject="New"), event("I")]), tmp_path)
    assert [(item.id, item.title) for item in found.occurrences] == [("1", "New"), ("I", "Budget")]


async def test_what_only_touches_the_servers_idea_of_the_window_is_left_out(tmp_path: Path) -> None:
    window = Window(start=at(10), end=at(12))
    handler = always(
        {
            "value": [
                event("ends as it starts", 9, 10),
                event("over the start", 9, 10.5),
                event("without length", 11, 11),
                event("whole", 0, 24),
                event("starts as it ends", 12, 13),
            ]
        }
    )
    found, _ = await read(handler, tmp_path, window)
    assert {item.id for item in found.occurrences} == {"over the start", "without length", "whole"}


async def test_occurrences_come_by_start_and_those_that_cannot_be_read_are_counted(tmp_path: Path) -> None:
    handler = in_pages([event("late", 15, 16), {"id": "bad"}], [None, event("early", 8, 9)])
    found, _ = await read(handler, tmp_path)
    assert [item.id for item in found.occurrences] == ["early", "late"]
    assert [item.id for item in found.skipped] == ["bad", ""]


async def test_of_too_many_meetings_the_first_are_kept_and_it_is_said(tmp_path: Path) -> None:
    pages = [[event(f"{page}-{item}", 1 + page / 10, 2 + page / 10) for item in range(200)] for page in range(9)]
    found, side = await read(in_pages(*pages), tmp_path)
    assert len(found.occurrences) == OCCURRENCE_LIMIT
    assert found.truncated
    assert len(side.seen) == 3
    assert {item.id.partition("-")[0] for item in found.occurrences} == {"0", "1", "2"}


async def test_just_as_many_as_may_be_are_not_too_many(tmp_path: Path) -> None:
    found, _ = await read(in_pages([event(str(number)) for number in range(OCCURRENCE_LIMIT)]), tmp_path)
    assert len(found.occurrences) == OCCURRENCE_LIMIT
    assert not found.truncated


async def test_rubbish_without_end_is_not_collected(tmp_path: Path) -> None:
    found, _ = await read(in_pages([{"id": "x"}] * 5000, [event()]), tmp_path)
    assert len(found.skipped) <= OCCURRENCE_LIMIT
    assert len(found.occurrences) == 1


async def test_pages_without_end_are_given_up(tmp_path: Path) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        link = f"https://{request.host}{request.path}?$skiptoken={len(request.query.get('$skiptoken', '')) * 'x'}x"
        return json_answer({"value": [event()], "@odata.nextLink": link})

    async with far_side(handler, tmp_path) as side, open_graph(side) as calendar:
        with pytest.raises(MalformedAnswer):
            await calendar.read(WINDOW)
        assert 1 < len(side.seen) <= PAGE_LIMIT


async def test_pages_in_a_circle_are_given_up_at_once(tmp_path: Path) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        link = f"https://{request.host}{request.path}?$skiptoken=again"
        return json_answer({"value": [], "@odata.nextLink": link})

    async with far_side(handler, tmp_path) as side, open_graph(side) as calendar:
        with pytest.raises(MalformedAnswer):
            await calendar.read(WINDOW)
        assert len(side.seen) == 2


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example/v1.0/users",
        "http://{host}/v1.0/users",
        "//evil.example/",
        "https://user:password@{host}/",
        "https://{host}:1/",
        "https://127.0.0.1:99999999/",
        "https://{host}.evil.example/",
        "https://evil.example\\@{host}/",
        "ftp://{host}/",
    ],
)
async def test_the_token_goes_to_no_other_host(link: str, tmp_path: Path) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        return json_answer({"value": [], "@odata.nextLink": link.format(host=request.host)})

    async with far_side(handler, tmp_path) as side, open_graph(side) as calendar:
        with pytest.raises(MalformedAnswer):
            await calendar.read(WINDOW)
        assert len(side.seen) == 1


async def test_the_whole_of_the_pages_has_one_deadline(tmp_path: Path) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(0.15)
        number = int(request.query.get("$skiptoken", "0")) + 1
        return json_answer(
            {
                "value": [],
                "@odata.nextLink": f"https://{request.host}{request.path}?$skiptoken={number}",
            }
        )

    found = await failure(handler, tmp_path, timeout=0.5)
    assert isinstance(found, CalendarUnreachable)
    assert found.cause == "timeout"


async def test_there_is_no_cheaper_question_than_to_read(tmp_path: Path) -> None:
    async with far_side(always({}), tmp_path) as side, open_graph(side) as calendar:
        assert await calendar.changed("")
    assert not side.seen


async def test_access_that_cannot_be_had_is_told_as_it_is(tmp_path: Path) -> None:
    async def no_access() -> AccessToken:
        raise AccessDenied("not you")

    async with far_side(always({}), tmp_path) as side:
        room = PROVIDER.open_room(ROOM, options(side), no_access, SystemClock())
        async with room as calendar:
            with pytest.raises(AccessDenied):
                await calendar.read(WINDOW)
    assert not side.seen


async def test_each_request_asks_for_access_anew(tmp_path: Path) -> None:
    tokens = iter(("first", "second"))

    async def changing() -> AccessToken:
        return AccessToken(token=Secret(next(tokens)))

    async with (
        far_side(in_pages([], [event()]), tmp_path) as side,
        PROVIDER.open_room(ROOM, options(side), changing, SystemClock()) as calendar,
    ):
        await calendar.read(WINDOW)
    assert [request.headers["Authorization"] for request in side.seen] == ["Bearer first", "Bearer second"]


def page_of(text: str, status: int = 200, kind: str = "text/html") -> Handler:
    async def handler(request: web.Request) -> web.StreamResponse:
        return web.Response(text=text, status=status, content_type=kind)

    return handler


async def huge(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    await response.prepare(request)
    for _ in range(16):
        await response.write(b" " * (1 << 20))
    return response


async def bomb(request: web.Request) -> web.StreamResponse:
    packed = gzip.compress(b" " * (64 << 20), compresslevel=1)
    return web.Response(body=packed, content_type="application/json", headers={"Content-Encoding": "gzip"})


async def trickle(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    await response.prepare(request)
    for _ in range(500):
        await response.write(b" ")
        await asyncio.sleep(0.02)
    return response


async def hang_up(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


def cut_short(handler: Handler) -> Handler:
    async def cutting(request: web.Request) -> web.StreamResponse:
        response = await handler(request)
        assert isinstance(response, web.Response)
        assert isinstance(response.body, bytes)
        return web.Response(body=response.body[:-9], content_type="application/json")

    return cutting


FAULTS: list[tuple[str, Handler, type[CalendarError], str]] = [
    ("401", always(error("InvalidAuthenticationToken"), 401), AccessExpired, ""),
    ("401 without a word", page_of("", 401, "text/plain"), AccessExpired, ""),
    ("403", always(error("ErrorAccessDenied"), 403), AccessDenied, ""),
    ("403 from another than Graph", page_of("<h1>Blocked</h1>", 403), MalformedAnswer, "malformed"),
    ("404 no such user", always(error("ErrorInvalidUser"), 404), RoomNotFound, ""),
    ("404 on the premises", always(error("MailboxNotEnabledForRESTAPI"), 404), RoomNotFound, ""),
    ("404 inside", always(error("Weird", innererror={"code": "MailboxNotEnabledForRESTAPI"}), 400), RoomNotFound, ""),
    ("404 from another than Graph", page_of("<h1>Not found</h1>", 404), MalformedAnswer, "malformed"),
    ("400", always(error("ErrorInvalidParameter"), 400), CalendarUnreachable, "server"),
    ("409", always(error("ErrorIrresolvableConflict"), 409), CalendarUnreachable, "server"),
    ("410", always(error("resyncRequired"), 410), CalendarUnreachable, "server"),
    (
        "412, as Exchange has answered reads",
        always(error("ErrorIrresolvableConflict"), 412),
        CalendarUnreachable,
        "server",
    ),
    ("429", always(error("TooManyRequests"), 429), CalendarBusy, "throttled"),
    (
        "429 with seconds",
        always(error("ApplicationThrottled"), 429, **{"Retry-After": "2.128"}),
        CalendarBusy,
        "throttled",
    ),
    ("429 with a page", page_of("slow down", 429), CalendarBusy, "throttled"),
    ("500", always(error("InternalServerError"), 500), CalendarUnreachable, "server"),
    ("502", page_of("<h1>Bad gateway</h1>", 502), CalendarUnreachable, "server"),
    ("503", always(error("ServiceUnavailable"), 503), CalendarUnreachable, "server"),
    ("503 with seconds", always(error("ServiceUnavailable"), 503, **{"Retry-After": "7"}), CalendarBusy, "throttled"),
    ("504 with seconds", always(error("GatewayTimeout"), 504, **{"Retry-After": "7"}), CalendarBusy, "throttled"),
    ("a captive portal", page_of("<html>Log in</html>"), MalformedAnswer, "malformed"),
    ("a redirection", always("", 302, Location="http://portal.example/"), MalformedAnswer, "malformed"),
    ("JSON called a page", page_of('{"value": []}'), MalformedAnswer, "malformed"),
    ("a page called JSON", page_of("<html>", 200, "application/json"), MalformedAnswer, "malformed"),
    ("JSON cut short", cut_short(always({"value": [event()]})), MalformedAnswer, "malformed"),
    ("other JSON", always([]), MalformedAnswer, "malformed"),
    ("nothing", page_of("", 200, "application/json"), MalformedAnswer, "malformed"),
    ("16 MB", huge, MalformedAnswer, "malformed"),
    ("a bomb", bomb, MalformedAnswer, "malformed"),
    ("a trickle", trickle, CalendarUnreachable, "timeout"),
    ("a hang-up", hang_up, CalendarUnreachable, "network"),
]


def first(fault: Handler) -> Handler:
    return fault


def second_page(fault: Handler) -> Handler:
    async def handler(request: web.Request) -> web.StreamResponse:
        if "$skiptoken" in request.query:
            return await fault(request)
        link = f"https://{request.host}{request.path}?$skiptoken=1"
        return json_answer({"value": [event()], "@odata.nextLink": link})

    return handler


@pytest.mark.parametrize("place", [first, second_page])
@pytest.mark.parametrize(("fault", "kind", "cause"), [row[1:] for row in FAULTS], ids=[row[0] for row in FAULTS])
async def test_every_fault_has_its_error_and_no_page_is_half_believed(
    fault: Handler, kind: type[CalendarError], cause: str, place: Callable[[Handler], Handler], tmp_path: Path
) -> None:
    found = await failure(place(fault), tmp_path, timeout=0.5 if cause == "timeout" else 10.0)
    assert type(found) is kind
    assert getattr(found, "cause", "") == cause


@pytest.mark.parametrize(("fault", "kind", "cause"), [row[1:] for row in FAULTS], ids=[row[0] for row in FAULTS])
async def test_every_fault_has_its_error_when_somebody_books(
    fault: Handler, kind: type[CalendarError], cause: str, tmp_path: Path
) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        return await fault(request) if request.method == "POST" else json_answer({"value": []})

    async with (
        far_side(handler, tmp_path) as side,
        open_graph(side, timeout=0.5 if cause == "timeout" else 10.0) as calendar,
    ):
        with pytest.raises(CalendarError) as caught:
            await calendar.book(Booking(key="k", start=at(10), end=at(11)))
    assert type(caught.value) is kind
    assert getattr(caught.value, "cause", "") == cause


async def test_what_the_server_asked_to_wait_is_kept(tmp_path: Path) -> None:
    found = await failure(always(error("TooManyRequests"), 429, **{"Retry-After": "2.128"}), tmp_path)
    assert isinstance(found, CalendarBusy)
    assert found.retry_after == timedelta(seconds=2.128)


async def test_an_error_names_its_code_and_request_and_never_its_message(tmp_path: Path) -> None:
    body = {"error": {"code": "Odd\x1b[2JCode", "message": "canary", "innerError": {"request-id": "2f03-8156"}}}
    found = str(await failure(always(body, 403), tmp_path))
    assert "2f03-8156" in found
    assert "canary" not in found
    assert "\x1b" not in found


@pytest.mark.parametrize("body", [{"error": "x"}, {"error": {"code": 7, "innerError": []}}, {"error": {}}])
async def test_an_error_may_be_shaped_oddly(body: Any, tmp_path: Path) -> None:
    assert isinstance(await failure(always(body, 403), tmp_path), AccessDenied | MalformedAnswer)


async def test_the_wrong_authority_is_told_as_tls(tmp_path: Path) -> None:
    found = await failure(always({"value": []}), tmp_path, ca_bundle="")
    assert isinstance(found, CalendarUnreachable)
    assert found.cause == "tls"


@pytest.mark.skipif(not DATA.is_dir(), reason="the published samples are not here")
@pytest.mark.parametrize(
    ("name", "kind"),
    [("error-accesspolicy-denied.json", AccessDenied), ("throttling-01-response.json", CalendarBusy)],
)
async def test_published_errors_mean_what_they_say(name: str, kind: type[CalendarError], tmp_path: Path) -> None:
    plain = json.loads((DATA / name).read_text(encoding="utf-8"))
    headers = {name: text for name, text in plain.get("headers", {}).items() if name != "Content-Type"}
    found = await failure(always(plain["body"], plain["http_status"], **headers), tmp_path)
    assert type(found) is kind


def schedules(*told: dict[str, Any]) -> Handler:
    return always({"value": list(told)})


def schedule(room: str, *items: tuple[float, float, str], **more: Any) -> dict[str, Any]:
    spans = [{"status": status, "start": moment(at(start)), "end": moment(at(end))} for start, end, status in items]
    return {"scheduleId": room, "availabilityView": "0", "scheduleItems": spans} | more


async def busy(handler: Handler, folder: Path, *rooms: str) -> tuple[dict[str, Any], FarSide]:
    async with far_side(handler, folder) as side, open_graph(side) as calendar:
        return dict(await calendar.busy(rooms, WINDOW)), side


async def test_busy_times_are_told_by_room_without_gaps_that_are_none(tmp_path: Path) -> None:
    handler = schedules(
        schedule(
            "B@x", (12, 13, "oof"), (10, 11, "Busy"), (11, 12, "tentative"), (14, 15, "free"), (15, 16, "unknown")
        ),
        schedule("c@x"),
        schedule("d@x", error={"responseCode": "ErrorMailRecipientNotFound"}),
        schedule("e@x", scheduleItems=[{"status": "busy", "start": {"dateTime": "soon"}}]),
        schedule("f@x", scheduleItems=None),
    )
    found, side = await busy(handler, tmp_path, "b@x", "c@x", "d@x", "e@x", "f@x", "g@x")
    assert found == {
        "b@x": (Window(start=at(10), end=at(13)), Window(start=at(15), end=at(16))),
        "c@x": (),
        "d@x": None,
        "e@x": None,
        "f@x": None,
        "g@x": None,
    }
    assert side.paths == ["/v1.0/users/aurora@office.example/calendar/getSchedule"]


async def test_no_more_than_twenty_rooms_are_asked_for_at_once(tmp_path: Path) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        wanted = await request.json()
        return json_answer({"value": [schedule(room) for room in wanted["schedules"]]})

    rooms = [f"room{number}@x" for number in range(45)]
    found, side = await busy(handler, tmp_path, *rooms)
    assert list(found) == rooms
    assert set(found.values()) == {()}
    assert len(side.seen) == 3


async def test_no_neighbours_are_no_question(tmp_path: Path) -> None:
    found, side = await busy(always({}), tmp_path)
    assert not found
    assert not side.seen


@pytest.mark.skipif(not DATA.is_dir(), reason="the published samples are not here")
async def test_a_published_schedule_in_a_zone_nobody_asked_for_cannot_be_told(tmp_path: Path) -> None:
    plain = json.loads((DATA / "freebusy-02-response.json").read_text(encoding="utf-8"))["body"]
    found, _ = await busy(always(plain), tmp_path, "alexw@contoso.onmicrosoft.com")
    assert found == {"alexw@contoso.onmicrosoft.com": None}
    in_utc = json.loads(json.dumps(plain).replace("Pacific Standard Time", "UTC"))
    found, _ = await busy(always(in_utc), tmp_path, "alexw@contoso.onmicrosoft.com")
    assert found == {"alexw@contoso.onmicrosoft.com": ()}, "those meetings are years outside the window"
