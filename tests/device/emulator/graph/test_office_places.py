"""Rooms and buildings, and who is busy when: what is asked wrongly included."""

from typing import Any

import httpx
import pytest
from msgspec.structs import replace
from office_clients import ROOM, moment, wanted

from device.emulator.office import Office

SCHEDULE = f"{ROOM}/calendar/getSchedule"


def asked(**changes: Any) -> dict[str, Any]:
    usual = {"schedules": ["aurora@office.example"], "startTime": moment("07:00"), "endTime": moment("11:00")}
    return usual | changes


async def test_a_building_lists_its_rooms(graph: httpx.AsyncClient) -> None:
    lists = (await graph.get("places/microsoft.graph.roomlist")).json()["value"]
    for each, count in zip(lists, (4, 2), strict=True):
        for key in (each["emailAddress"], each["id"]):
            rooms = (await graph.get(f"places/{key}/microsoft.graph.roomlist/rooms")).json()["value"]
            assert len(rooms) == count
            assert {room["building"] for room in rooms} == {each["displayName"]}
    assert (await graph.get("places/nowhere@office.example/microsoft.graph.roomlist/rooms")).status_code == 404


async def test_rooms_come_in_pages_where_pages_are_asked_for(graph: httpx.AsyncClient) -> None:
    page = (await graph.get("places/microsoft.graph.room", params={"$top": "4", "$count": "true"})).json()
    following = (await graph.get(page["@odata.nextLink"])).json()
    assert page["@odata.count"] == 6
    assert [len(page["value"]), len(following["value"])] == [4, 2]


async def test_a_room_is_a_place_of_its_own(graph: httpx.AsyncClient) -> None:
    room = (await graph.get("places/etoile@office.example")).json()
    assert (room["displayName"], room["floorLabel"], room["capacity"]) == ("Étoile", "3rd floor", 6)
    assert (await graph.get(f"places/{room['id']}")).json() == room


async def test_busy_times_come_in_the_preferred_zone_with_their_weight(graph: httpx.AsyncClient) -> None:
    for start, end, weight in (("07:55", "08:00", "workingElsewhere"), ("08:10", "08:15", "oof")):
        await graph.post(f"{ROOM}/events", json=wanted(start=start, end=end, showAs=weight))
    answer = await graph.post(
        SCHEDULE,
        json=asked(endTime=moment("08:30"), availabilityViewInterval=15),
        headers={"Prefer": 'outlook.timezone="Europe/Berlin"'},
    )
    (found,) = answer.json()["value"]
    assert found["availabilityView"] == "200430"
    assert found["scheduleItems"][0]["start"] == {
        "dateTime": "2026-11-23T07:30:00.0000000",
        "timeZone": "Europe/Berlin",
    }
    assert [item["status"] for item in found["scheduleItems"]] == ["busy", "workingElsewhere", "oof"]


async def test_what_was_cancelled_or_declined_keeps_nobody_out(office: Office, graph: httpx.AsyncClient) -> None:
    office.control.cancel_meeting("borealis")
    answer = await graph.post(SCHEDULE, json=asked(schedules=["borealis@office.example"], endTime=moment("08:30")))
    assert answer.json()["value"][0]["scheduleItems"] == []


async def test_more_than_a_thousand_entries_are_too_many_for_one_answer(
    office: Office, graph: httpx.AsyncClient
) -> None:
    mailbox = office.tenant_cloud.mailboxes["noor@office.example"]
    (template,) = mailbox.stored()
    for number in range(1001):
        mailbox.add(replace(template, id=f"flood/{number}"))
    answer = await graph.post(SCHEDULE, json=asked(schedules=["noor@office.example"]))
    assert answer.json()["value"][0]["error"]["responseCode"] == "5006"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"schedules": []}, "ErrorInvalidParameter"),
        ({"schedules": None}, "ErrorInvalidParameter"),
        ({"schedules": ["a@office.example"] * 21}, "ErrorInvalidParameter"),
        ({"endTime": moment("06:00")}, "ErrorInvalidParameter"),
        ({"endTime": {"dateTime": "2027-11-23T00:00:00", "timeZone": "UTC"}}, "ErrorInvalidParameter"),
        ({"availabilityViewInterval": 4}, "ErrorInvalidMergedFreeBusyInterval"),
        ({"availabilityViewInterval": "30"}, "ErrorInvalidMergedFreeBusyInterval"),
        ({"startTime": "now"}, "BadRequest"),
    ],
)
async def test_a_schedule_asked_for_wrongly_is_refused(
    graph: httpx.AsyncClient, changes: dict[str, Any], code: str
) -> None:
    answer = await graph.post(SCHEDULE, json=asked(**changes))
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, code)


async def test_nobodys_schedule_is_nobodys(graph: httpx.AsyncClient) -> None:
    assert (await graph.post("users/nobody@x.example/calendar/getSchedule", json=asked())).status_code == 404
