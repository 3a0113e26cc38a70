"""Writing: made once, changed in part, an occurrence made an exception, an invitation answered, nonsense refused."""

from typing import Any

import httpx
import pytest
from office_clients import ROOM, TODAY, moment, subjects, wanted

from device.emulator.office import Office

EVENTS = f"{ROOM}/events"


async def find(graph: httpx.AsyncClient, title: str, **window: str) -> dict[str, Any]:
    answer = await graph.get(f"{ROOM}/calendarView", params={**TODAY, "$top": "100", **window})
    found: dict[str, Any] = next(item for item in answer.json()["value"] if item["subject"] == title)
    return found


async def made(graph: httpx.AsyncClient, body: dict[str, Any]) -> dict[str, Any]:
    answer = await graph.post(EVENTS, json=body)
    assert answer.status_code == 201, answer.text
    event: dict[str, Any] = answer.json()
    assert answer.headers["Location"].endswith(event["id"])
    return event


async def test_what_the_room_makes_itself_is_the_rooms_own(graph: httpx.AsyncClient) -> None:
    event = await made(graph, wanted(transactionId="press-1"))
    assert event["organizer"]["emailAddress"] == {"name": "Aurora", "address": "aurora@office.example"}
    assert (event["isOrganizer"], event["responseStatus"]["response"]) == (True, "organizer")
    assert (event["type"], event["showAs"], event["sensitivity"]) == ("singleInstance", "busy", "normal")
    assert event["transactionId"] == "press-1"
    assert event["createdDateTime"] == "2026-11-23T07:55:00.0000000Z"


async def test_the_same_key_with_the_same_content_is_one_event(graph: httpx.AsyncClient) -> None:
    first = await made(graph, wanted(transactionId="press-1"))
    second = await made(graph, wanted(transactionId="press-1"))
    assert first["id"] == second["id"]
    assert (await subjects(graph)).count("Walk-up") == 1


async def test_the_same_key_with_other_content_is_a_conflict(graph: httpx.AsyncClient) -> None:
    await made(graph, wanted(transactionId="press-1"))
    answer = await graph.post(EVENTS, json=wanted("Another", transactionId="press-1"))
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "ErrorDuplicateTransactionId")


async def test_only_what_is_named_is_changed(graph: httpx.AsyncClient) -> None:
    before = await made(graph, wanted(body={"contentType": "text", "content": "Bring cake"}))
    answer = await graph.patch(f"{EVENTS}/{before['id']}", json={"end": moment("08:40")})
    after = answer.json()
    assert after["end"]["dateTime"] == "2026-11-23T08:40:00.0000000"
    volatile = {"end", "@odata.etag", "changeKey", "lastModifiedDateTime"}
    assert {key: before[key] for key in before.keys() - volatile} == {
        key: after[key] for key in after.keys() - volatile
    }


async def test_a_version_that_has_passed_is_not_overwritten(graph: httpx.AsyncClient) -> None:
    event = await made(graph, wanted())
    path, old = f"{EVENTS}/{event['id']}", {"If-Match": event["@odata.etag"]}
    assert (await graph.patch(path, json={"subject": "Longer"}, headers=old)).status_code == 200
    for answer in (
        await graph.patch(path, json={"subject": "Lost"}, headers=old),
        await graph.delete(path, headers=old),
    ):
        assert (answer.status_code, answer.json()["error"]["code"]) == (412, "ErrorIrresolvableConflict")
    assert (await graph.get(path)).json()["subject"] == "Longer"


async def test_an_occurrence_that_is_changed_becomes_an_exception_and_the_others_stay(
    graph: httpx.AsyncClient,
) -> None:
    today = await find(graph, "Early shift handover")
    answer = await graph.patch(f"{EVENTS}/{today['id']}", json={"end": moment("06:45"), "subject": "Short"})
    changed = answer.json()
    assert (changed["type"], changed["id"]) == ("exception", today["id"])
    assert changed["originalStart"] == "2026-11-23T06:30:00.0000000Z"
    assert changed["seriesMasterId"] == today["seriesMasterId"]
    titles = await subjects(graph, endDateTime="2026-11-26T00:00:00Z")
    assert titles.count("Short") == 1
    assert titles.count("Early shift handover") == 2


async def test_an_occurrence_is_removed_alone_and_a_master_with_all(graph: httpx.AsyncClient) -> None:
    until_friday = {"endDateTime": "2026-11-28T00:00:00Z"}
    today = await find(graph, "Early shift handover")
    assert (await graph.delete(f"{EVENTS}/{today['id']}")).status_code == 204
    assert (await subjects(graph, **until_friday)).count("Early shift handover") == 4
    assert (await graph.get(f"{EVENTS}/{today['id']}")).status_code == 404
    assert (await graph.delete(f"{EVENTS}/{today['seriesMasterId']}")).status_code == 204
    assert (await subjects(graph, **until_friday)).count("Early shift handover") == 0


async def test_a_series_can_be_made_and_be_made_single_again(graph: httpx.AsyncClient) -> None:
    recurrence = {
        "pattern": {"type": "daily", "interval": 1},
        "range": {"type": "endDate", "startDate": "2026-11-23", "endDate": "2026-11-25"},
    }
    master = await made(graph, wanted("Daily", recurrence=recurrence))
    assert master["type"] == "seriesMaster"
    assert (await subjects(graph, endDateTime="2026-12-24T00:00:00Z")).count("Daily") == 3
    await graph.patch(f"{EVENTS}/{master['id']}", json={"recurrence": None})
    assert (await subjects(graph, endDateTime="2026-12-24T00:00:00Z")).count("Daily") == 1


async def test_an_all_day_event_runs_from_midnight_to_midnight(graph: httpx.AsyncClient) -> None:
    days = {
        "start": {"dateTime": "2026-11-24T00:00:00", "timeZone": "Asia/Tokyo"},
        "end": {"dateTime": "2026-11-25T00:00:00", "timeZone": "Asia/Tokyo"},
    }
    event = await made(graph, {"subject": "All day", "isAllDay": True, **days})
    assert event["start"]["dateTime"] == "2026-11-24T00:00:00.0000000"
    bad = {**days, "end": {"dateTime": "2026-11-24T10:00:00", "timeZone": "Asia/Tokyo"}}
    answer = await graph.post(EVENTS, json={"isAllDay": True, **bad})
    assert answer.json()["error"]["code"] == "ErrorPropertyValidationFailure"
    timed = {"isAllDay": False, "start": moment("09:00"), "end": moment("10:00")}
    assert (await graph.patch(f"{EVENTS}/{event['id']}", json=timed)).json()["isAllDay"] is False
    half = {"isAllDay": True, "start": moment("00:00")}
    assert (await graph.patch(f"{EVENTS}/{event['id']}", json=half)).status_code == 400


async def test_an_invitation_is_accepted_taken_tentatively_and_declined(graph: httpx.AsyncClient) -> None:
    event = await find(graph, "Design review: the new door")
    path = f"{EVENTS}/{event['id']}"
    assert (await graph.post(f"{path}/tentativelyAccept", json={"sendResponse": True})).status_code == 202
    shown = (await graph.get(path)).json()
    assert (shown["responseStatus"]["response"], shown["showAs"]) == ("tentativelyAccepted", "tentative")
    assert (await graph.post(f"{path}/accept")).status_code == 202
    assert (await graph.get(path)).json()["responseStatus"]["response"] == "accepted"
    assert (await graph.post(f"{path}/decline", json={"comment": "Sorry"})).status_code == 202
    assert (await graph.get(path)).status_code == 404


async def test_only_the_organizer_cancels_and_only_others_decline(graph: httpx.AsyncClient) -> None:
    own = await made(graph, wanted())
    other = await find(graph, "Design review: the new door")
    for path in (f"{EVENTS}/{own['id']}/decline", f"{EVENTS}/{other['id']}/cancel"):
        answer = await graph.post(path, json={})
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "ErrorInvalidRequest")
    assert (await graph.post(f"{EVENTS}/{own['id']}/cancel", json={"Comment": "Over"})).status_code == 202
    assert (await graph.get(f"{EVENTS}/{own['id']}")).status_code == 404


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"start": None}, "BadRequest"),
        ({"start": moment("09:00", "")}, "TimeZoneNotSupportedException"),
        ({"start": moment("09:00", "Nowhere Standard Time")}, "TimeZoneNotSupportedException"),
        ({"start": {"dateTime": "tomorrow", "timeZone": "UTC"}}, "BadRequest"),
        ({"start": moment("12:00")}, "ErrorPropertyValidationFailure"),
        ({"subject": 5}, "BadRequest"),
        ({"colour": "red"}, "BadRequest"),
        ({"showAs": "blocked"}, "BadRequest"),
        ({"sensitivity": []}, "BadRequest"),
        ({"isAllDay": "yes"}, "BadRequest"),
        ({"attendees": "everybody"}, "BadRequest"),
        ({"attendees": [{}]}, "ErrorPropertyValidationFailure"),
        ({"attendees": [{"emailAddress": {"address": "a@b.example"}}] * 501}, "ErrorPropertyValidationFailure"),
        ({"recurrence": {"pattern": {"type": "hourly"}}}, "ErrorPropertyValidationFailure"),
        ({"recurrence": "daily"}, "ErrorPropertyValidationFailure"),
        ({"singleValueExtendedProperties": {}}, "BadRequest"),
        ({"singleValueExtendedProperties": [{"value": "1"}]}, "ErrorPropertyValidationFailure"),
        ({"transactionId": 7}, "BadRequest"),
        ({"body": "text"}, "BadRequest"),
        ({"location": 3}, "BadRequest"),
    ],
)
async def test_nonsense_is_refused_and_leaves_nothing(
    office: Office, graph: httpx.AsyncClient, change: dict[str, Any], code: str
) -> None:
    before = office.tenant_cloud.mailboxes["aurora@office.example"].sequence
    answer = await graph.post(EVENTS, json={**wanted(), **change})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, code), answer.text
    assert office.tenant_cloud.mailboxes["aurora@office.example"].sequence == before


@pytest.mark.parametrize("content", [b"", b"[]", b"null", b"{", b"\xff\xfe", b'"text"', b"5"])
async def test_a_body_that_is_no_object_is_refused(graph: httpx.AsyncClient, content: bytes) -> None:
    answer = await graph.post(EVENTS, content=content, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "BadRequest")


async def test_a_body_of_five_megabytes_is_refused(graph: httpx.AsyncClient) -> None:
    answer = await graph.post(EVENTS, json=wanted("x" * (5 << 20)))
    assert answer.status_code == 413


async def test_events_are_found_by_what_was_written_on_them(graph: httpx.AsyncClient) -> None:
    mark = {"id": "String {bf2722d5-ad38-4c8e-83f9-848ea9617aba} Name Key", "value": "it's"}
    event = await made(graph, wanted("O'Neill's", transactionId="t-1", singleValueExtendedProperties=[mark]))
    for expression in (
        "subject eq 'O''Neill''s'",
        "transactionId eq 't-1'",
        f"singleValueExtendedProperties/any(ep: ep/id eq '{mark['id']}' and ep/value eq 'it''s')",
    ):
        found = (await graph.get(EVENTS, params={"$filter": expression})).json()["value"]
        assert [item["id"] for item in found] == [event["id"]]
    assert (await graph.get(EVENTS, params={"$filter": "subject ne 'x'"})).status_code == 400


async def test_a_method_that_a_path_does_not_know_is_refused(graph: httpx.AsyncClient) -> None:
    assert (await graph.put(EVENTS, json={})).status_code == 405
