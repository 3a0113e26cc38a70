"""What a client meets when something is wrong, seen from the client's side of the wire."""

import asyncio

import httpx
import pytest
from office_clients import ROOM, TODAY, subjects, wanted

from device.emulator.faults import Fault, Faults, Network
from device.emulator.graph import broken
from device.emulator.office import Office

VIEW = f"{ROOM}/calendarView"


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        (Fault.THROTTLED, 429, "TooManyRequests"),
        (Fault.UNAVAILABLE, 503, "ServiceUnavailable"),
        (Fault.GATEWAY_TIMEOUT, 504, "GatewayTimeout"),
        (Fault.SERVER_ERROR, 500, "InternalServerError"),
        (Fault.UNAUTHORISED, 401, "InvalidAuthenticationToken"),
        (Fault.FORBIDDEN, 403, "ErrorAccessDenied"),
        (Fault.NOT_FOUND, 404, "MailboxNotEnabledForRESTAPI"),
    ],
)
async def test_graphs_own_errors(
    office: Office, graph: httpx.AsyncClient, fault: Fault, status: int, code: str
) -> None:
    office.faults.add(fault, times=1)
    answer = await graph.get(VIEW, params=TODAY)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (status, code)
    assert error["innerError"]["date"] == "2026-11-23T07:55:00"
    assert "Retry-After" not in answer.headers
    assert (await graph.get(VIEW, params=TODAY)).status_code == 200


@pytest.mark.parametrize("wait", ["5", "2.128"])
async def test_how_long_to_wait_is_said_as_it_was_set(office: Office, graph: httpx.AsyncClient, wait: str) -> None:
    office.faults.add(Fault.THROTTLED, retry_after=wait)
    answer = await graph.get(VIEW, params=TODAY)
    assert answer.headers["Retry-After"] == wait
    assert answer.json()["error"]["innerError"]["code"] == "429"


async def test_a_fault_may_hit_one_room_or_one_method_only(office: Office, graph: httpx.AsyncClient) -> None:
    office.faults.add(Fault.UNAVAILABLE, path="/users/borealis")
    office.faults.add(Fault.FORBIDDEN, method="POST")
    assert (await graph.get("users/borealis@office.example")).status_code == 503
    assert (await graph.get(ROOM)).status_code == 200
    assert (await graph.post(f"{ROOM}/events", json=wanted())).status_code == 403


async def test_a_captive_portal_answers_with_a_page(office: Office, graph: httpx.AsyncClient) -> None:
    office.faults.add(Fault.HTML)
    answer = await graph.get(VIEW, params=TODAY)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert "guest network" in answer.text
    assert (await graph.post(f"{office.authority}/x/oauth2/v2.0/token")).headers["Content-Type"].startswith("text/html")


async def test_a_captive_portal_redirects(office: Office, graph: httpx.AsyncClient) -> None:
    office.faults.add(Fault.REDIRECT)
    answer = await graph.get(VIEW, params=TODAY)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"{office.authority}/portal")


async def test_a_request_is_met_by_a_reset(office: Office, graph: httpx.AsyncClient) -> None:
    office.faults.add(Fault.RESET, times=1)
    with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
        await graph.post(f"{ROOM}/events", json=wanted())
    assert "Walk-up" not in await subjects(graph)


async def test_an_answer_is_lost_after_the_deed(office: Office, graph: httpx.AsyncClient) -> None:
    office.faults.add(Fault.LOST_ANSWER, method="POST", times=1)
    with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
        await graph.post(f"{ROOM}/events", json=wanted(transactionId="once"))
    assert (await graph.post(f"{ROOM}/events", json=wanted(transactionId="once"))).status_code == 201
    assert (await subjects(graph)).count("Walk-up") == 1


async def test_an_answer_breaks_off(office: Office, graph: httpx.AsyncClient) -> None:
    office.faults.add(Fault.TRUNCATED)
    with pytest.raises(httpx.RemoteProtocolError):
        await graph.get(VIEW, params=TODAY)


async def test_an_answer_is_no_json(office: Office, graph: httpx.AsyncClient) -> None:
    office.faults.add(Fault.GARBAGE)
    answer = await graph.get(VIEW, params=TODAY)
    assert answer.status_code == 200
    with pytest.raises(ValueError, match="Expecting value"):
        answer.json()


async def test_an_answer_is_huge(office: Office, graph: httpx.AsyncClient) -> None:
    office.faults.add(Fault.HUGE)
    received = 0
    async with graph.stream("GET", VIEW, params=TODAY) as answer:
        async for piece in answer.aiter_raw():
            received += len(piece)
    assert received > 16 << 20


async def test_an_answer_trickles_in(office: Office, graph: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broken, "PAUSE", 0.0)
    office.faults.add(Fault.SLOW)
    assert (await graph.get("users/noor@office.example")).json()["mail"] == "noor@office.example"


async def test_a_trickling_answer_outlasts_patience(office: Office, graph: httpx.AsyncClient) -> None:
    office.faults.add(Fault.SLOW)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await graph.get(VIEW, params=TODAY)


async def test_latency_comes_before_every_answer(office: Office, graph: httpx.AsyncClient) -> None:
    office.faults.latency = 0.2
    with pytest.raises(httpx.ReadTimeout):
        await graph.get(VIEW, params=TODAY, timeout=0.05)


async def test_a_cut_network_resets_what_is_under_way(office: Office, graph: httpx.AsyncClient) -> None:
    office.faults.latency = 5
    under_way = asyncio.create_task(graph.get(VIEW, params=TODAY))
    async with asyncio.timeout(5):
        while not office.front.requests:  # noqa: ASYNC110 - the request comes over a real socket
            await asyncio.sleep(0.005)
    office.faults.network = Network.CUT
    with pytest.raises(httpx.TransportError):
        await under_way


async def test_more_than_four_requests_at_a_time_are_throttled(office: Office, graph: httpx.AsyncClient) -> None:
    office.faults.latency = 0
    limits = office.tenant_cloud.limits
    now = office.clock.now
    held = [limits.request(office.client_id, "aurora@office.example", now) for _ in range(4)]
    for request in held:
        request.__enter__()
    answer = await graph.get(VIEW, params=TODAY)
    assert (answer.status_code, answer.json()["error"]["code"]) == (429, "ApplicationThrottled")
    assert answer.headers["Retry-After"] == "1"
    assert (await graph.get("users/borealis@office.example/calendarView", params=TODAY)).status_code == 200
    for request in held:
        request.__exit__(None, None, None)
    assert (await graph.get(VIEW, params=TODAY)).status_code == 200


async def test_who_speaks_no_tls_is_let_go_and_others_are_served(office: Office, graph: httpx.AsyncClient) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", office.port)
    writer.write(b"GET / HTTP/1.0\r\n\r\n")
    assert b"HTTP/1" not in await asyncio.wait_for(reader.read(), 5)
    writer.close()
    assert await subjects(graph)


async def test_another_version_of_graph_is_not_here(office: Office, graph: httpx.AsyncClient) -> None:
    answer = await graph.get(f"{office.authority}/beta/users")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "BadRequest")


def test_the_latest_fault_that_hits_decides_and_is_counted() -> None:
    faults = Faults()
    faults.add(Fault.UNAVAILABLE)
    faults.add(Fault.THROTTLED, times=2)
    taken = [faults.take("GET", "/v1.0/users/a") for _ in range(3)]
    assert [rule.fault for rule in taken if rule] == [Fault.THROTTLED, Fault.THROTTLED, Fault.UNAVAILABLE]
    faults.remove(Fault.UNAVAILABLE)
    assert faults.take("GET", "/v1.0/users/a") is None


def test_graphs_errors_leave_the_token_endpoint_alone() -> None:
    faults = Faults()
    faults.add(Fault.UNAVAILABLE)
    assert faults.take("POST", "/tenant/oauth2/v2.0/token") is None
    assert faults.take("GET", "/tenant/v2.0/.well-known/openid-configuration") is None
    faults.add(Fault.HTML)
    rule = faults.take("POST", "/tenant/oauth2/v2.0/token")
    assert rule is not None
    assert rule.fault is Fault.HTML
