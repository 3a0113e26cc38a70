"""The delta with the habits that make it no more than a hint."""

from typing import Any

import httpx
import pytest
from office_clients import ROOM, TODAY, wanted

from device.emulator.office import Office

DELTA = f"{ROOM}/calendarView/delta"


async def whole_round(graph: httpx.AsyncClient, url: str = DELTA, size: int = 50) -> tuple[list[dict[str, Any]], str]:
    """All that a round gives, and where the next begins."""
    items: list[dict[str, Any]] = []
    params = TODAY if "?" not in url else None
    while True:
        answer = await graph.get(
            url, params=params, headers={"Prefer": f'odata.maxpagesize={size}, IdType="ImmutableId"'}
        )
        assert answer.status_code == 200, answer.text
        body = answer.json()
        items += body["value"]
        assert len(body["value"]) <= size
        if "@odata.deltaLink" in body:
            return items, body["@odata.deltaLink"]
        url, params = body["@odata.nextLink"], None


@pytest.mark.parametrize("path", [DELTA, f"{DELTA}()", f"{ROOM}/calendar/calendarView/microsoft.graph.delta()"])
async def test_a_first_round_gives_everything_in_pages(graph: httpx.AsyncClient, path: str) -> None:
    everything, _ = await whole_round(graph, path)
    in_pages, _ = await whole_round(graph, path, size=3)
    assert [item["id"] for item in everything] == [item["id"] for item in in_pages]
    kinds = [item["type"] for item in everything]
    assert kinds.count("seriesMaster") == 2
    assert kinds.count("occurrence") == 2
    assert kinds.count("singleInstance") == 7


async def test_an_occurrence_comes_with_little_more_than_its_times(graph: httpx.AsyncClient) -> None:
    items, _ = await whole_round(graph)
    occurrence = next(item for item in items if item["type"] == "occurrence")
    assert occurrence.keys() == {"@odata.type", "@odata.etag", "id", "seriesMasterId", "type", "start", "end"}
    assert occurrence["seriesMasterId"] in {item["id"] for item in items}


async def test_nothing_new_is_an_empty_round(graph: httpx.AsyncClient) -> None:
    _, link = await whole_round(graph)
    for _ in range(3):
        items, link = await whole_round(graph, link)
        assert items == []


async def test_changes_and_removals_come_once(office: Office, graph: httpx.AsyncClient) -> None:
    _, link = await whole_round(graph)
    made = (await graph.post(f"{ROOM}/events", json=wanted())).json()
    office.control.make_private("aurora")
    items, link = await whole_round(graph, link)
    assert [item["subject"] for item in items] == ["Walk-up"]
    assert items[0]["sensitivity"] == "private"
    await graph.delete(f"{ROOM}/events/{made['id']}")
    items, link = await whole_round(graph, link)
    assert items == [{"@removed": {"reason": "deleted"}, "id": made["id"]}]
    assert (await whole_round(graph, link))[0] == []


async def test_an_event_outside_the_window_is_reported_as_removed(graph: httpx.AsyncClient) -> None:
    _, link = await whole_round(graph)
    elsewhere = wanted()
    elsewhere["start"]["dateTime"] = elsewhere["end"]["dateTime"] = "2027-01-01T10:00:00"
    made = (await graph.post(f"{ROOM}/events", json=elsewhere)).json()
    items, _ = await whole_round(graph, link)
    assert items == [{"@removed": {"reason": "deleted"}, "id": made["id"]}]


async def test_a_removed_occurrence_may_be_kept_silent_about(office: Office, graph: httpx.AsyncClient) -> None:
    items, link = await whole_round(graph)
    occurrence = next(item for item in items if item["type"] == "occurrence")
    office.tenant_cloud.mailboxes["aurora@office.example"].silent_removals = True
    assert (await graph.delete(f"{ROOM}/events/{occurrence['id']}")).status_code == 204
    assert (await whole_round(graph, link))[0] == []
    assert (await graph.get(f"{ROOM}/events/{occurrence['id']}")).status_code == 404


async def test_an_expired_token_is_gone_and_says_where_to_begin_again(office: Office, graph: httpx.AsyncClient) -> None:
    before, link = await whole_round(graph)
    office.control.expire_cursors()
    answer = await graph.get(link)
    assert (answer.status_code, answer.json()["error"]["code"]) == (410, "syncStateNotFound")
    again, _ = await whole_round(graph, answer.headers["Location"])
    assert [item["id"] for item in again] == [item["id"] for item in before]


async def test_the_token_of_another_mailbox_and_no_token_at_all_are_refused(graph: httpx.AsyncClient) -> None:
    _, link = await whole_round(graph)
    other = link.replace("aurora", "borealis")
    assert (await graph.get(other)).status_code == 400
    assert (await graph.get(DELTA, params={**TODAY, "$deltatoken": "made-up"})).status_code == 400


@pytest.mark.parametrize("option", ["$select", "$filter", "$orderby", "$expand", "$search"])
async def test_options_that_the_delta_does_not_know_are_refused(graph: httpx.AsyncClient, option: str) -> None:
    assert (await graph.get(DELTA, params={**TODAY, option: "subject"})).status_code == 400


async def test_a_delta_without_a_window_is_refused(graph: httpx.AsyncClient) -> None:
    answer = await graph.get(DELTA, params={"startDateTime": "", "endDateTime": ""})
    assert answer.json()["error"]["code"] == "ErrorInvalidParameter"
