"""Rooms by places and people by users, from directories of every kind."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from aiohttp import web
from far_side import json_answer
from graph_room import DATA, asked, error, open_hub

from device.calendars.graph.people import MOST
from device.calendars.interface import PAGE_LIMIT, Person
from device.model.errors import (
    AccessDenied,
    CalendarBusy,
    CalendarError,
    CalendarUnreachable,
    MalformedAnswer,
)
from device.model.room import Room
from device.model.safetext import SafeText

ROOMS, LISTS = "/v1.0/places/microsoft.graph.room", "/v1.0/places/microsoft.graph.roomlist"


def place(number: int, **more: Any) -> dict[str, Any]:
    return {"id": str(number), "emailAddress": f"room{number}@office.example", "displayName": f"Room {number}", **more}


class House:
    """Graph's places: rooms, and the rooms of lists, which are asked for by a batch."""

    def __init__(self, found: list[Any], lists: dict[str, Any] | None = None, page: int = 2) -> None:
        self.found, self.lists, self.page = found, lists or {}, page

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        if request.path == ROOMS:
            at = int(request.query.get("$skip", "0"))
            body: dict[str, Any] = {"value": self.found[at : at + self.page]}
            if at + self.page < len(self.found):
                body["@odata.nextLink"] = f"https://{request.host}{ROOMS}?$skip={at + self.page}"
            return json_answer(body)
        if request.path == LISTS:
            return json_answer({"value": [{"emailAddress": key, "displayName": key.title()} for key in self.lists]})
        assert request.path == "/v1.0/$batch"
        steps = (await request.json())["requests"]
        return json_answer({"responses": [{"id": step["id"], **self._of(step["url"])} for step in steps]})

    def _of(self, url: str) -> dict[str, Any]:
        listed = self.lists[unquote(url.split("/")[2])]
        if isinstance(listed, int):
            return {"status": listed, "body": error("X")}
        return {"status": 200, "body": {"value": listed}}


async def listed(house: House | Callable[..., Any], folder: Path) -> tuple[Room, ...]:
    async with open_hub(house, folder) as (account, _):
        return await account.rooms()


async def test_all_pages_of_rooms_are_read_with_what_they_hold(tmp_path: Path) -> None:
    whole = place(3, building="Lighthouse", floorLabel="3rd floor", floorNumber=3, capacity=8)
    rooms = await listed(House([place(5), place(4), whole, place(2), place(1)]), tmp_path)
    assert [room.id for room in rooms] == [f"room{number}@office.example" for number in range(1, 6)]
    assert rooms[2].capacity == 8
    assert rooms[2].place == "Lighthouse, 3rd floor"
    assert (rooms[0].capacity, rooms[0].place, rooms[0].zone) == (None, "", "")


async def test_lists_bring_rooms_that_were_left_out_and_name_buildings(tmp_path: Path) -> None:
    lists = {"boathouse@x.example": [place(1), place(2, building="Own"), place(9)], "gone@x.example": 404}
    rooms = await listed(House([place(1), place(2, building="Own")], lists), tmp_path)
    assert [(room.id.partition("@")[0], room.place) for room in rooms] == [
        ("room1", "Boathouse@X.Example"),
        ("room2", "Own"),
        ("room9", "Boathouse@X.Example"),
    ]


async def test_forty_lists_are_two_calls(tmp_path: Path) -> None:
    lists = {f"list{number}@x.example": [place(number)] for number in range(40)}
    async with open_hub(House([], lists), tmp_path) as (account, side):
        assert len(await account.rooms()) == 40
    assert asked(side).count("POST /$batch") == 2


async def test_a_list_that_fails_for_now_fails_the_whole(tmp_path: Path) -> None:
    with pytest.raises(CalendarUnreachable):
        await listed(House([place(1)], {"a@x.example": 500}), tmp_path)


BROKEN = [
    None,
    5,
    "room",
    [],
    {},
    {"emailAddress": None},
    {"emailAddress": 5, "displayName": "X"},
    {"emailAddress": "no address", "displayName": "X"},
]


async def test_a_broken_place_costs_no_other(tmp_path: Path) -> None:
    odd = place(1, displayName=["x"], capacity="eight", building=5, floorLabel={}, floorNumber=True)
    (room,) = await listed(House([*BROKEN, odd], page=20), tmp_path)
    assert (room.name, room.capacity, room.place) == ("room1@office.example", None, "")


async def test_text_from_the_directory_is_made_safe(tmp_path: Path) -> None:
    hostile = place(1, displayName="Roo\x1b[2Jm\u202e", building="A\x07", capacity=10**9)
    (room,) = await listed(House([hostile]), tmp_path)
    assert isinstance(room.name, SafeText)
    assert "\x1b" not in room.name + room.place
    assert "\u202e" not in room.name
    assert room.capacity is None


async def test_the_same_room_twice_is_one(tmp_path: Path) -> None:
    twin = place(1) | {"emailAddress": "ROOM1@office.example"}
    assert len(await listed(House([place(1), twin]), tmp_path)) == 1


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        (error("Authorization_RequestDenied"), 403, AccessDenied),
        (error("TooManyRequests"), 429, CalendarBusy),
        (error("X"), 500, CalendarUnreachable),
        ({"value": {}}, 200, MalformedAnswer),
        ([], 200, MalformedAnswer),
        ("[" * 100_000, 200, MalformedAnswer),
        ('{"value": [', 200, MalformedAnswer),
    ],
)
async def test_an_answer_that_is_none_says_so(
    tmp_path: Path, body: Any, status: int, kind: type[CalendarError]
) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        return json_answer(body, status)

    async with open_hub(handler, tmp_path) as (account, _):
        for call in (account.rooms, lambda: account.people("an")):
            with pytest.raises(CalendarError) as caught:
                await call()
            assert type(caught.value) is kind


async def test_pages_without_end_are_given_up(tmp_path: Path) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        at = int(request.query.get("$skip", "0")) + 1
        return json_answer({"value": [], "@odata.nextLink": f"https://{request.host}{ROOMS}?$skip={at}"})

    async with open_hub(handler, tmp_path) as (account, side):
        with pytest.raises(MalformedAnswer):
            await account.rooms()
    assert len(asked(side)) == PAGE_LIMIT


def user(name: Any, mail: Any, principal: Any = None) -> dict[str, Any]:
    return {"displayName": name, "mail": mail, "userPrincipalName": principal}


async def test_people_are_asked_for_as_an_advanced_query(tmp_path: Path) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        assert request.path == "/v1.0/users"
        assert request.headers["ConsistencyLevel"] == "eventual"
        query = dict(request.query)
        assert query.pop("$filter") == (
            "startswith(displayName,'o''brien & co') or startswith(mail,'o''brien & co')"
            " or startswith(userPrincipalName,'o''brien & co')"
        )
        assert query == {
            "$select": "displayName,mail,userPrincipalName",
            "$orderby": "displayName",
            "$count": "true",
            "$top": str(MOST),
        }
        return json_answer({"value": [user("O'Brien", "ob@x.example")]})

    async with open_hub(handler, tmp_path) as (account, _):
        assert await account.people("  o'brien & co ") == (Person(name=SafeText("O'Brien"), address="ob@x.example"),)


async def test_who_cannot_be_invited_is_not_listed(tmp_path: Path) -> None:
    users = [
        user("By mail", "mail@x.example", "principal@x.example"),
        user("By principal", None, "principal@x.example"),
        user("", "nameless@x.example"),
        user("Nowhere", None),
        user("Strange", 5, []),
        user("Hostile\x1b[2J", "hostile\x1b@x.example"),
        None,
        "x",
        *[user(f"More {number}", f"more{number}@x.example") for number in range(100)],
    ]

    async def handler(request: web.Request) -> web.StreamResponse:
        return json_answer({"value": users})

    async with open_hub(handler, tmp_path) as (account, _):
        found = await account.people("x")
    assert [person.address for person in found[:3]] == ["mail@x.example", "principal@x.example", "nameless@x.example"]
    assert found[2].name == "nameless@x.example"
    assert all("\x1b" not in person.address for person in found)
    assert len(found) < MOST


async def test_nothing_is_asked_for_nothing(tmp_path: Path) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        raise AssertionError

    async with open_hub(handler, tmp_path) as (account, side):
        assert await account.people("") == await account.people(" \x00\u200b ") == ()
    assert asked(side) == []


@pytest.mark.skipif(not DATA.is_dir(), reason="the published samples are not here")
async def test_published_places_are_the_rooms_they_are(tmp_path: Path) -> None:
    def sample(name: str) -> Any:
        return json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))["body"]["value"]

    flat, of_list = sample("places-list-01-response"), sample("places-list-03-response")
    rooms = await listed(House(flat, {"bldg2@contoso.com": of_list}), tmp_path)
    assert rooms == (
        Room(id="cf100@contoso.com", name=SafeText("Conf Room 100"), zone="", capacity=50, place=SafeText("1, 1")),
        Room(id="cf200@contoso.com", name=SafeText("Conf Room 200"), zone="", capacity=40, place=SafeText("2, 2")),
    )
