"""calendarView as programs without an SDK see it: zones, pages, choices, and every way of asking wrongly."""

from typing import Any

import httpx
import pytest
from office_clients import ROOM, TODAY, subjects, wanted

from device.emulator.office import Office

VIEW = f"{ROOM}/calendarView"
MARK = "String {BF2722D5-AD38-4C8E-83F9-848EA9617ABA} Name Booked"


async def view(
    graph: httpx.AsyncClient, room: str = ROOM, prefer: str = "", **options: str
) -> dict[str, dict[str, Any]]:
    headers = {"Prefer": prefer} if prefer else {}
    answer = await graph.get(f"{room}/calendarView", params={**TODAY, "$top": "50", **options}, headers=headers)
    assert answer.status_code == 200, answer.text
    return {item.get("subject", item["id"]): item for item in answer.json()["value"]}


async def test_times_are_utc_with_seven_digits(graph: httpx.AsyncClient) -> None:
    item = (await view(graph))["Design review: the new door"]
    assert item["start"] == {"dateTime": "2026-11-23T08:30:00.0000000", "timeZone": "UTC"}


@pytest.mark.parametrize("zone", ["Europe/Berlin", "W. Europe Standard Time"])
async def test_times_come_in_the_zone_that_is_preferred(graph: httpx.AsyncClient, zone: str) -> None:
    item = (await view(graph, prefer=f'outlook.timezone="{zone}"'))["Design review: the new door"]
    assert item["start"] == {"dateTime": "2026-11-23T09:30:00.0000000", "timeZone": zone}


async def test_the_window_is_not_moved_by_the_preferred_zone(graph: httpx.AsyncClient) -> None:
    assert await view(graph) == await view(graph, prefer='outlook.timezone="UTC", IdType="ImmutableId"')
    there = await view(graph, prefer='outlook.timezone="Tokyo Standard Time"')
    assert there.keys() == (await view(graph)).keys()


async def test_a_window_may_carry_offsets(graph: httpx.AsyncClient) -> None:
    local = {"startDateTime": "2026-11-23T09:30:00+01:00", "endDateTime": "2026-11-23T10:15:00+01:00"}
    assert await subjects(graph, **local) == ["Design review: the new door"]


async def test_all_day_is_midnight_in_whatever_zone_is_asked_for(graph: httpx.AsyncClient) -> None:
    for zone in ("UTC", "Asia/Tokyo", "Pacific Standard Time"):
        items = await view(graph, "users/cosmos@office.example", prefer=f'outlook.timezone="{zone}"')
        item = items["Week of open doors"]
        assert item["isAllDay"]
        assert item["start"] == {"dateTime": "2026-11-23T00:00:00.0000000", "timeZone": zone}
        assert item["end"] == {"dateTime": "2026-11-28T00:00:00.0000000", "timeZone": zone}


async def test_ten_come_unless_more_are_asked_for_and_the_next_link_leads_to_the_rest(
    office: Office, graph: httpx.AsyncClient
) -> None:
    for number in range(14):
        office.control.add_meeting("noor", title=f"Meeting {number}")
    page = (await graph.get("users/noor@office.example/calendarView", params=TODAY)).json()
    titles = [item["subject"] for item in page["value"]]
    assert len(titles) == 10
    while "@odata.nextLink" in page:
        page = (await graph.get(page["@odata.nextLink"])).json()
        titles += [item["subject"] for item in page["value"]]
    assert len(titles) == len(set(titles)) == 15


async def test_a_choice_of_properties_is_kept_through_the_pages(graph: httpx.AsyncClient) -> None:
    options = {**TODAY, "$select": "subject,start", "$top": "3", "$orderby": "start/dateTime desc"}
    page = (await graph.get(VIEW, params=options)).json()
    following = (await graph.get(page["@odata.nextLink"])).json()
    assert page["value"][0]["subject"] == "Community evening"
    for item in (*page["value"], *following["value"]):
        assert item.keys() == {"@odata.etag", "id", "subject", "start"}


async def test_masters_do_not_come_and_occurrences_name_theirs(graph: httpx.AsyncClient) -> None:
    items = await view(graph)
    assert {item["type"] for item in items.values()} == {"singleInstance", "occurrence"}
    occurrence = items["Sprint planning"]
    master = (await graph.get(f"{ROOM}/events/{occurrence['seriesMasterId']}")).json()
    assert master["type"] == "seriesMaster"
    assert master["recurrence"]["pattern"]["daysOfWeek"] == ["monday"]
    assert master["iCalUId"] != occurrence["iCalUId"]
    listed = (await graph.get(f"{ROOM}/events", params={"$top": "50"})).json()["value"]
    assert {item["type"] for item in listed} == {"singleInstance", "seriesMaster"}
    instances = (await graph.get(f"{ROOM}/events/{master['id']}/instances", params=TODAY)).json()["value"]
    assert [item["id"] for item in instances] == [occurrence["id"]]


async def test_ids_are_of_the_kind_that_was_asked_for_and_both_are_understood(graph: httpx.AsyncClient) -> None:
    fixed = (await view(graph))["Design review: the new door"]["id"]
    loose = (await view(graph, prefer='IdType="Other"'))["Design review: the new door"]["id"]
    assert fixed != loose
    for identifier in (fixed, loose):
        assert (await graph.get(f"{ROOM}/events/{identifier}")).json()["subject"] == "Design review: the new door"
    swapped = await graph.get(f"{ROOM}/events/{fixed.swapcase()}")
    assert swapped.json()["error"]["code"] == "ErrorInvalidIdMalformed"


async def test_bodies_are_html_unless_text_is_preferred(graph: httpx.AsyncClient) -> None:
    title = "Design review: the new door"
    assert (await view(graph))[title]["body"]["contentType"] == "html"
    text = (await view(graph, prefer='outlook.body-content-type="text"'))[title]["body"]
    assert text == {"contentType": "text", "content": "Please bring the prints."}


async def test_extended_properties_come_only_when_asked_for_by_id(graph: httpx.AsyncClient) -> None:
    body = wanted(singleValueExtendedProperties=[{"id": MARK, "value": "key-1"}])
    made = (await graph.post(f"{ROOM}/events", json=body)).json()
    assert "singleValueExtendedProperties" not in made
    asked = f"singleValueExtendedProperties($filter=id eq '{MARK.lower().replace('string', 'String')}')"
    assert "singleValueExtendedProperties" not in (await view(graph, **{"$expand": asked}))["Walk-up"]
    asked = f"singleValueExtendedProperties($filter=id eq 'String x' or id eq '{MARK}')"
    found = (await view(graph, **{"$expand": asked, "$select": "subject"}))["Walk-up"]
    assert [each["value"] for each in found["singleValueExtendedProperties"]] == ["key-1"]
    changed = await graph.patch(
        f"{ROOM}/events/{made['id']}", json={"singleValueExtendedProperties": [{"id": "String x", "value": "2"}]}
    )
    assert changed.status_code == 200
    found = (await view(graph, **{"$expand": asked}))["Walk-up"]
    assert {each["value"] for each in found["singleValueExtendedProperties"]} == {"key-1", "2"}


async def test_a_meeting_that_ends_where_the_window_begins_is_not_in_it(graph: httpx.AsyncClient) -> None:
    window = {"startDateTime": "2026-11-23T09:15:00Z", "endDateTime": "2026-11-23T10:00:00Z"}
    assert await subjects(graph, **window) == ["Sprint planning"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"startDateTime": ""}, "ErrorInvalidParameter"),
        ({"startDateTime": "yesterday"}, "ErrorInvalidParameter"),
        ({"endDateTime": "2020-01-01T00:00:00Z"}, "ErrorInvalidParameter"),
        ({"endDateTime": "2036-01-01T00:00:00Z"}, "ErrorCalendarViewRangeTooBig"),
        ({"$select": "subject,colour"}, "RequestBroker--ParseUri"),
        ({"$top": "0"}, "RequestBroker--ParseUri"),
        ({"$top": "-1"}, "RequestBroker--ParseUri"),
        ({"$skip": "x"}, "RequestBroker--ParseUri"),
        ({"$orderby": "colour"}, "ErrorInvalidUrlQuery"),
        ({"$orderby": "subject sideways"}, "ErrorInvalidUrlQuery"),
        ({"$expand": "attachments"}, "RequestBroker--ParseUri"),
        ({"$expand": "singleValueExtendedProperties"}, "RequestBroker--ParseUri"),
        ({"$expand": "singleValueExtendedProperties($filter=value eq '1')"}, "ErrorInvalidUrlQueryFilter"),
        ({"$filter": "start/dateTime ge '2026-11-23'"}, "ErrorInvalidUrlQueryFilter"),
        ({"$skiptoken": "made-up"}, "ErrorInvalidUrlQuery"),
    ],
)
async def test_what_is_asked_wrongly_is_refused_in_graphs_shape(
    graph: httpx.AsyncClient, changes: dict[str, str], code: str
) -> None:
    answer = await graph.get(VIEW, params={**TODAY, **changes})
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (400, code)
    assert error["message"]
    assert {"date", "request-id", "client-request-id"} <= error["innerError"].keys()


async def test_an_unknown_zone_is_refused(graph: httpx.AsyncClient) -> None:
    answer = await graph.get(VIEW, params=TODAY, headers={"Prefer": 'outlook.timezone="Mars/Olympus"'})
    assert answer.json()["error"]["code"] == "TimeZoneNotSupportedException"


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("users/nobody@office.example/calendarView", 404, "ErrorInvalidUser"),
        ("users/aurora@office.example/calendarVue", 400, "BadRequest"),
        ("me/calendarView", 400, "BadRequest"),
        ("users/nobody@office.example", 404, "Request_ResourceNotFound"),
        ("places/nowhere@office.example", 404, "ErrorItemNotFound"),
        ("users/aurora@office.example/events/!!", 400, "ErrorInvalidIdMalformed"),
    ],
)
async def test_what_is_not_there_is_said_to_be_missing(
    graph: httpx.AsyncClient, path: str, status: int, code: str
) -> None:
    answer = await graph.get(path, params=TODAY)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


async def test_a_mailbox_answers_to_its_id_and_to_any_case(graph: httpx.AsyncClient) -> None:
    user = (await graph.get("users/Aurora@Office.Example")).json()
    assert await subjects(graph, f"users/{user['id']}") == await subjects(graph, "users/AURORA@office.example")


async def test_the_date_of_an_answer_is_the_offices(office: Office, graph: httpx.AsyncClient) -> None:
    assert (await graph.get(ROOM)).headers["Date"] == "Mon, 23 Nov 2026 07:55:00 GMT"
