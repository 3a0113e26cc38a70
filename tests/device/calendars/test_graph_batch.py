"""Many rooms in one call: any order, faults of some, limits in a mailbox, and answers that are none."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from account_worlds import OfficeAccount, office_account
from aiohttp import web
from far_side import FarSide, far_side, json_answer
from graph_room import DATA, ROOM, WINDOW, access, error, event, open_hub, options

from device.calendars.graph import PROVIDER
from device.calendars.graph.batch import LIMIT, MOST, ask_each
from device.calendars.graph.lanes import AT_ONCE
from device.calendars.graph.service import Service
from device.calendars.http import Answer, open_client
from device.calendars.interface import OCCURRENCE_LIMIT, ManyRooms, WindowRead
from device.emulator.faults import Fault
from device.model.errors import (
    AccessDenied,
    AccessError,
    CalendarBusy,
    CalendarError,
    CalendarUnreachable,
    CredentialRefused,
    MalformedAnswer,
    RoomNotFound,
)
from device.model.room import Room
from device.model.safetext import SafeText

Step = Callable[[str, dict[str, Any]], Awaitable[dict[str, Any]] | dict[str, Any]]
"""`(mailbox, request)` to one answer within the answer, its id left out."""


def rooms(count: int) -> list[Room]:
    return [Room(id=f"room-{number}@office.example", name=SafeText("R"), zone="UTC") for number in range(count)]


def good(*events: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"status": 200, "headers": {"Content-Type": "application/json"}, "body": {"value": list(events), **more}}


def refused(status: int, code: str = "X", **headers: str) -> dict[str, Any]:
    return {"status": status, "headers": {"Content-Type": "application/json", **headers}, "body": error(code)}


class Batches:
    """Graph's `$batch`, each question answered by `step`, in reverse order."""

    def __init__(self, step: Step) -> None:
        self.step = step
        self.calls: list[list[dict[str, Any]]] = []

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        assert (request.method, request.path) == ("POST", "/v1.0/$batch")
        asked = (await request.json())["requests"]
        self.calls.append(asked)
        responses = []
        for one in reversed(asked):
            told = self.step(one["url"].split("/")[2], one)
            responses.append({"id": one["id"], **(await told if asyncio.iscoroutine(told) else told)})  # type: ignore[dict-item]
        return json_answer({"responses": responses})

    @property
    def sizes(self) -> list[int]:
        """How many questions each call had."""
        return [len(call) for call in self.calls]


async def read(
    step: Step, folder: Path, count: int = 3, **changes: Any
) -> tuple[dict[str, WindowRead | CalendarError], Batches]:
    batches = Batches(step)
    async with open_hub(batches, folder, **changes) as (account, _):
        assert isinstance(account, ManyRooms)
        return dict(await account.windows(rooms(count), WINDOW)), batches


def kinds(found: dict[str, WindowRead | CalendarError]) -> list[type]:
    return [type(one) for one in found.values()]


async def test_forty_five_rooms_are_three_calls_and_each_gets_its_own(tmp_path: Path) -> None:
    found, batches = await read(lambda room, _: good(event(room)), tmp_path, 45)
    assert batches.sizes == [20, 20, 5]
    for room, one in found.items():
        assert isinstance(one, WindowRead)
        assert [occurrence.id for occurrence in one.occurrences] == [room]


async def test_every_question_carries_the_preferences_and_a_relative_address(tmp_path: Path) -> None:
    _, batches = await read(lambda *_: good(), tmp_path)
    for one in batches.calls[0]:
        assert one["method"] == "GET"
        assert one["url"].startswith("/users/room-")
        assert 'IdType="ImmutableId"' in one["headers"]["Prefer"]
        assert 'outlook.timezone="UTC"' in one["headers"]["Prefer"]
        assert set(one) == {"id", "method", "url", "headers"}
    assert len({one["id"] for one in batches.calls[0]}) == 3


async def test_no_room_is_no_call(tmp_path: Path) -> None:
    found, batches = await read(lambda *_: good(), tmp_path, 0)
    assert (found, batches.calls) == ({}, [])


async def test_one_rooms_error_costs_no_other(tmp_path: Path) -> None:
    answers = {
        0: refused(403, "ErrorAccessDenied"),
        1: refused(404, "ErrorInvalidUser"),
        2: refused(500, "InternalServerError"),
        3: refused(401, "InvalidAuthenticationToken"),
        4: {"status": 200, "body": {"value": "no list"}},
        5: {"status": 200, "headers": {"Content-Type": "text/html"}, "body": "PGh0bWw+"},
        6: {"status": "two hundred"},
        7: {"status": 200, "headers": {"Content-Type": 5}, "body": {"value": []}},
        8: {"status": 204},
        9: {"status": 200, "body": None},
        10: good(event("here")),
    }
    found, _ = await read(lambda room, _: answers[int(room[5:].partition("@")[0])], tmp_path, len(answers))
    one = found.pop("room-10@office.example")
    assert isinstance(one, WindowRead)
    assert [occurrence.id for occurrence in one.occurrences] == ["here"]
    assert [kind.__name__ for kind in kinds(found)] == [
        "AccessDenied",
        "RoomNotFound",
        "CalendarUnreachable",
        "AccessExpired",
        *["MalformedAnswer"] * 6,
    ]


async def test_only_those_told_to_wait_are_asked_again_after_the_longest_wait(tmp_path: Path) -> None:
    asked = Counter[str]()
    loop = asyncio.get_running_loop()
    times: list[float] = []

    def step(room: str, _: dict[str, Any]) -> dict[str, Any]:
        asked[room] += 1
        if room.startswith("room-0"):
            times.append(loop.time())
        waits = {"room-0@office.example": "0.05", "room-1@office.example": "0.2"}
        if room in waits and asked[room] == 1:
            return refused(429 if room.startswith("room-0") else 503, **{"Retry-After": waits[room]})
        if room.startswith("room-2") and asked[room] == 1:
            return refused(424, "FailedDependency")
        return good(event(room))

    found, batches = await read(step, tmp_path, 5)
    assert kinds(found) == [WindowRead] * 5
    assert batches.sizes == [5, 3]
    assert times[1] - times[0] >= 0.2


async def test_a_wait_that_is_too_long_is_the_callers_to_wait(tmp_path: Path) -> None:
    found, batches = await read(
        lambda room, _: refused(429, **{"Retry-After": "128.5"}) if room.startswith("room-0") else good(), tmp_path
    )
    busy = found["room-0@office.example"]
    assert isinstance(busy, CalendarBusy)
    assert busy.retry_after == timedelta(seconds=128.5)
    assert batches.sizes == [3]


async def test_patience_ends(tmp_path: Path) -> None:
    found, batches = await read(lambda *_: refused(429, **{"Retry-After": "0.01"}), tmp_path, 2)
    assert kinds(found) == [CalendarBusy] * 2
    assert batches.sizes == [2, 2, 2]


async def test_pages_of_some_rooms_are_followed_within_the_batch(tmp_path: Path) -> None:
    def step(room: str, request: dict[str, Any]) -> dict[str, Any]:
        page = int(request["url"].partition("$skiptoken=")[2] or 0)
        last = 2 if room.startswith("room-1") else 0
        origin = origins[0]
        link = {"@odata.nextLink": f"{origin}/v1.0/users/{room}/calendarView?$skiptoken={page + 1}"}
        return good(event(f"{room}/{page}"), **(link if page < last else {}))

    origins: list[str] = []
    batches = Batches(step)

    async def handler(request: web.Request) -> web.StreamResponse:
        origins[:] = [f"https://{request.host}"]
        return await batches(request)

    async with open_hub(handler, tmp_path) as (account, _):
        assert isinstance(account, ManyRooms)
        found = await account.windows(rooms(3), WINDOW)
    assert batches.sizes == [3, 1, 1]
    counts = [len(one.occurrences) for one in found.values() if isinstance(one, WindowRead)]
    assert counts == [1, 3, 1]


@pytest.mark.parametrize(
    "link",
    ["https://evil.example/v1.0/users/x", "https://graph@127.0.0.1/v1.0/x", "/beta/users/x", "\ud800", "https://[", ""],
)
async def test_a_next_page_elsewhere_is_not_followed(tmp_path: Path, link: str) -> None:
    found, batches = await read(lambda *_: good(event(), **{"@odata.nextLink": link}), tmp_path, 1)
    assert batches.sizes == [1]
    assert kinds(found) == [WindowRead if not link else MalformedAnswer]


async def test_pages_without_end_are_given_up(tmp_path: Path) -> None:
    number = 0

    def step(room: str, _: dict[str, Any]) -> dict[str, Any]:
        nonlocal number
        number += 1
        return good(event(f"{number}"), **{"@odata.nextLink": f"/v1.0/users/{room}/calendarView?$skiptoken={number}"})

    def circle(room: str, _: dict[str, Any]) -> dict[str, Any]:
        return good(event(), **{"@odata.nextLink": f"/v1.0/users/{room}/calendarView?$skiptoken=1"})

    found, batches = await read(step, tmp_path, 1)
    assert kinds(found) == [MalformedAnswer]
    assert len(batches.calls) <= 50
    found, batches = await read(circle, tmp_path, 1)
    assert kinds(found) == [MalformedAnswer]
    assert len(batches.calls) == 2


async def test_a_window_keeps_no_more_than_five_hundred(tmp_path: Path) -> None:
    found, _ = await read(lambda *_: good(*(event(f"{number}") for number in range(600))), tmp_path, 1)
    (one,) = found.values()
    assert isinstance(one, WindowRead)
    assert (len(one.occurrences), one.truncated) == (OCCURRENCE_LIMIT, True)


WHOLE: dict[str, tuple[Any, int, type[CalendarError]]] = {
    "no batch": ({"value": []}, 200, MalformedAnswer),
    "no list": ({"responses": {}}, 200, MalformedAnswer),
    "nobody answers": ({"responses": []}, 200, MalformedAnswer),
    "strangers answer": ({"responses": [{"id": "99", "status": 200, "body": {"value": []}}]}, 200, MalformedAnswer),
    "ids that are none": ({"responses": [{"id": 1, "status": 200, "body": {"value": []}}]}, 200, MalformedAnswer),
    "rubbish in it": ({"responses": [None, 5, "x", [], {}]}, 200, MalformedAnswer),
    "too deep": ('{"responses": [' + "[" * 100_000, 200, MalformedAnswer),
    "cut short": ('{"responses": [{"id": "1"', 200, MalformedAnswer),
    "half an emoji": ('{"responses": [{"id": "1", "status": 200, "headers": {"a": "\\ud83d"}}]}', 200, MalformedAnswer),
    "too large": (f'{{"responses": [], "x": "{"y" * LIMIT}"}}', 200, MalformedAnswer),
    "throttled whole": (error("TooManyRequests"), 429, CalendarBusy),
    "forbidden whole": (error("ErrorAccessDenied"), 403, AccessDenied),
    "not found": (error("ResourceNotFound"), 404, RoomNotFound),
    "broken": (error("InternalServerError"), 500, CalendarUnreachable),
}


@pytest.mark.parametrize("case", WHOLE)
async def test_a_call_that_fails_as_a_whole_fails_for_each_of_its_rooms(tmp_path: Path, case: str) -> None:
    body, status, kind = WHOLE[case]

    async def handler(request: web.Request) -> web.StreamResponse:
        return json_answer(body, status)

    async with open_hub(handler, tmp_path) as (account, _):
        assert isinstance(account, ManyRooms)
        found = await account.windows(rooms(2), WINDOW)
    assert kinds(dict(found)) == [kind] * 2


async def test_access_that_is_not_accepted_is_not_tried_room_by_room(tmp_path: Path) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        return json_answer(error("InvalidAuthenticationToken"), 401)

    async with open_hub(handler, tmp_path) as (account, side):
        assert isinstance(account, ManyRooms)
        with pytest.raises(CredentialRefused):
            await account.windows(rooms(45), WINDOW)
    assert sum(request.path.endswith("$batch") for request in side.seen) == 2


async def test_a_call_that_never_ends_is_ended(tmp_path: Path) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(60)
        return json_answer({})

    async with open_hub(handler, tmp_path, timeout=0.3) as (account, _):
        assert isinstance(account, ManyRooms)
        found = await account.windows(rooms(2), WINDOW)
    assert [str(one) for one in found.values()] == ["no answer within 0.3 s"] * 2


@asynccontextmanager
async def services(step: Step, folder: Path, count: int = 1) -> AsyncIterator[tuple[list[Service], Batches, FarSide]]:
    """Several clients of one application, as rooms and batches of one process have them."""
    batches = Batches(step)
    async with far_side(batches, folder) as side, open_client(options(side)) as client:
        yield [Service(client, options(side), access) for _ in range(count)], batches, side


async def test_no_more_than_two_are_in_one_mailbox_however_many_ask(tmp_path: Path) -> None:
    inside, most = 0, 0

    async def step(room: str, _: dict[str, Any]) -> dict[str, Any]:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        await asyncio.sleep(0.01)
        inside -= 1
        return good()

    async with services(step, tmp_path, 8) as (asking, _, _):
        wanted = {ROOM.id: "/users/x/calendarView"}
        await asyncio.gather(*(ask_each(service, wanted) for service in asking))
        await asyncio.gather(*(ask_each(service, {ROOM.id.upper(): "/users/x/calendarView"}) for service in asking))
    assert most == AT_ONCE


async def test_batches_that_share_rooms_never_wait_for_each_other_for_ever(tmp_path: Path) -> None:
    names = [f"r{number}@x.example" for number in range(MOST)]

    async with services(lambda *_: good(), tmp_path, 12) as (asking, batches, _):
        shuffled = [dict.fromkeys(names[at:] + names[:at], "/users/x/calendarView") for at in range(12)]
        pairs = zip(asking, shuffled, strict=True)
        async with asyncio.timeout(30):
            found = await asyncio.gather(*(ask_each(service, wanted) for service, wanted in pairs))
    assert batches.sizes == [MOST] * 12
    assert all(isinstance(answer, Answer) for one in found for answer in one.values())


async def test_who_waits_too_long_for_a_place_is_told_so(tmp_path: Path) -> None:
    async with services(lambda *_: good(), tmp_path) as ([service], _, side):
        hurried = Service(service._client, options(side, timeout=0.2), access)
        async with service.lanes([ROOM.id]), service.lanes([ROOM.id]):
            found = await ask_each(hurried, {ROOM.id: "/users/x/calendarView"})
        assert isinstance(found[ROOM.id], CalendarUnreachable)
        assert isinstance((await ask_each(hurried, {ROOM.id: "/users/x/calendarView"}))[ROOM.id], Answer)


@pytest.fixture
async def world(request: pytest.FixtureRequest) -> AsyncIterator[OfficeAccount]:
    async with office_account(request) as world:
        yield world


@pytest.mark.parametrize("fault", [Fault.THROTTLED, Fault.UNAVAILABLE, Fault.GATEWAY_TIMEOUT])
async def test_the_offices_own_faults_within_a_batch_pass(world: OfficeAccount, fault: Fault) -> None:
    assert PROVIDER.open_account is not None
    async with PROVIDER.open_account(world.options, world.clock) as account:
        assert isinstance(account, ManyRooms)
        known = [Room(id=entry.address, name=entry.room.name, zone=entry.room.zone) for entry in world.office.rooms]
        world.office.faults.add(fault, path="/users/borealis", times=2, retry_after="0.05")
        found = await account.windows(known, WINDOW)
    assert kinds(dict(found)) == [WindowRead] * len(known)


@pytest.mark.skipif(not DATA.is_dir(), reason="the published samples are not here")
async def test_the_published_answer_is_taken_apart(tmp_path: Path) -> None:
    body = json.loads((DATA / "batch-02-body.json").read_text(encoding="utf-8"))["body"]

    async def handler(request: web.Request) -> web.StreamResponse:
        return json_answer(body)

    async with far_side(handler, tmp_path) as side, open_client(options(side)) as client:
        found = await ask_each(Service(client, options(side), access), dict.fromkeys("abcd", "/me"))
    answers = [answer for answer in found.values() if isinstance(answer, Answer)]
    assert [answer.status for answer in answers] == [302, 200, 401, 204]
    assert answers[1].json()["value"] == []
    assert answers[0].headers["location"].startswith("https://")


async def test_access_errors_are_not_taken_for_a_rooms_own(tmp_path: Path) -> None:
    async def nobody() -> Any:
        raise CredentialRefused("no")

    async with far_side(Batches(lambda *_: good()), tmp_path) as side, open_client(options(side)) as client:
        with pytest.raises(AccessError):
            await ask_each(Service(client, options(side), nobody), {"a": "/x"})
