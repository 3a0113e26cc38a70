"""Up to twenty calls in one."""

from typing import Any

import httpx
from office_clients import ROOM, TODAY, wanted

from device.emulator.faults import Fault
from device.emulator.office import Office

WINDOW = "startDateTime=2026-11-23T00:00:00Z&endDateTime=2026-11-24T00:00:00Z"


async def batch(graph: httpx.AsyncClient, *requests: dict[str, Any]) -> dict[str, dict[str, Any]]:
    answer = await graph.post("$batch", json={"requests": list(requests)})
    assert answer.status_code == 200, answer.text
    return {each["id"]: each for each in answer.json()["responses"]}


def get(key: str, room: str, **more: Any) -> dict[str, Any]:
    return {"id": key, "method": "GET", "url": f"/users/{room}@office.example/calendarView?{WINDOW}", **more}


async def test_several_rooms_are_read_in_one_call(graph: httpx.AsyncClient) -> None:
    answers = await batch(graph, get("1", "aurora"), get("2", "borealis"), get("3", "nowhere"))
    assert {key: answer["status"] for key, answer in answers.items()} == {"1": 200, "2": 200, "3": 404}
    assert answers["2"]["body"]["value"][0]["subject"] == "Mentoring"
    assert answers["3"]["body"]["error"]["code"] == "ErrorInvalidUser"


async def test_each_call_has_preferences_of_its_own(graph: httpx.AsyncClient) -> None:
    zone = {"Prefer": 'outlook.timezone="Asia/Tokyo"'}
    answers = await batch(graph, get("1", "aurora"), get("2", "aurora", headers=zone))
    assert answers["1"]["body"]["value"][0]["start"]["timeZone"] == "UTC"
    assert answers["2"]["body"]["value"][0]["start"]["timeZone"] == "Asia/Tokyo"


async def test_one_call_is_throttled_and_the_others_are_not(office: Office, graph: httpx.AsyncClient) -> None:
    office.faults.add(Fault.THROTTLED, path="/users/borealis", retry_after="2.128")
    answers = await batch(graph, get("1", "aurora"), get("2", "borealis"))
    assert answers["1"]["status"] == 200
    assert answers["2"]["status"] == 429
    assert answers["2"]["headers"]["Retry-After"] == "2.128"


async def test_a_call_waits_for_what_it_depends_on_and_fails_with_it(graph: httpx.AsyncClient) -> None:
    post = {"id": "make", "method": "POST", "url": f"/{ROOM}/events", "body": wanted("In a batch")}
    answers = await batch(graph, post, get("look", "aurora", dependsOn=["make"]))
    assert answers["make"]["status"] == 201
    assert "In a batch" in [item["subject"] for item in answers["look"]["body"]["value"]]
    answers = await batch(graph, get("bad", "nowhere"), get("then", "aurora", dependsOn=["bad"]))
    assert (answers["bad"]["status"], answers["then"]["status"]) == (404, 424)


async def test_twenty_calls_of_one_mailbox_are_within_its_limit(office: Office, graph: httpx.AsyncClient) -> None:
    office.faults.latency = 0.01
    answers = await batch(graph, *(get(str(number), "aurora") for number in range(20)))
    assert {answer["status"] for answer in answers.values()} == {200}


async def test_a_batch_that_makes_no_sense_is_refused_whole(graph: httpx.AsyncClient) -> None:
    twins = [get("1", "aurora"), get("1", "aurora")]
    many = [get(str(number), "aurora") for number in range(21)]
    for requests in (twins, many, [], "x", [{"method": "GET"}], [5]):
        answer = await graph.post("$batch", json={"requests": requests})
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "BadRequest")


async def test_a_call_in_a_batch_that_makes_no_sense_fails_alone(graph: httpx.AsyncClient) -> None:
    answers = await batch(
        graph,
        {"id": "1", "method": "BREW", "url": f"/{ROOM}"},
        {"id": "2", "method": "GET"},
        {"id": "3", "method": "POST", "url": "/$batch", "body": {"requests": []}},
        {"id": "4", "method": "GET", "url": f"{ROOM}", "headers": "none"},
        {"id": "5", "method": "DELETE", "url": f"/{ROOM}/events/x"},
    )
    assert [answers[key]["status"] for key in "12345"] == [400, 400, 400, 200, 400]


async def test_a_removal_has_no_body(graph: httpx.AsyncClient) -> None:
    event = (await graph.post(f"{ROOM}/events", json=wanted())).json()
    answers = await batch(graph, {"id": "1", "method": "DELETE", "url": f"/{ROOM}/events/{event['id']}"})
    assert answers["1"]["status"] == 204
    assert "body" not in answers["1"]
    assert event["subject"] not in (await graph.get(f"{ROOM}/calendarView", params=TODAY)).text
