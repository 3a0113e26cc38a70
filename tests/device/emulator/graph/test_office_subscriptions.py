"""Subscriptions with a real receiver on loopback: handshake, notifications, retries, expiry, ways to lose them."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any

import httpx
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from msgspec.structs import replace
from office_clients import ROOM, add_app, client_for, token_of, until, wanted

from device.emulator.directory import directory_id
from device.emulator.notifier import Lifecycle
from device.emulator.office import Office
from device.emulator.subscriptions import MOST


class Receiver:
    """Who is notified: what it was sent, and how it answers."""

    def __init__(self) -> None:
        self.notes: list[dict[str, Any]] = []
        self.calls = 0
        self.handshakes: list[str] = []
        self.status = 202
        self.echo = True
        self.url = ""

    async def handle(self, request: web.Request) -> web.Response:
        token = request.query.get("validationToken")
        if token is not None:
            self.handshakes.append(request.path)
            return web.Response(text=token if self.echo else "wrong", content_type="text/plain")
        self.calls += 1
        if self.status == 202:
            self.notes += json.loads(await request.text())["value"]
        return web.Response(status=self.status)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    app = web.Application()
    app.router.add_post("/{path}", receiver.handle)
    async with TestServer(app, host="127.0.0.1") as server:
        receiver.url = str(server.make_url("/"))
        yield receiver


def body(receiver: Receiver, room: str = "aurora", **changes: Any) -> dict[str, Any]:
    return {
        "changeType": "created,updated,deleted",
        "notificationUrl": f"{receiver.url}notify?room=1",
        "resource": f"/users/{room}@office.example/events",
        "expirationDateTime": "2026-11-28T09:00:00Z",
        "clientState": "a secret of ours",
        **changes,
    }


async def subscribe(graph: httpx.AsyncClient, receiver: Receiver, **changes: Any) -> dict[str, Any]:
    answer = await graph.post("subscriptions", json=body(receiver, **changes))
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def test_both_addresses_must_answer_the_handshake(graph: httpx.AsyncClient, receiver: Receiver) -> None:
    made = await subscribe(graph, receiver, lifecycleNotificationUrl=f"{receiver.url}lifecycle")
    assert receiver.handshakes == ["/notify", "/lifecycle"]
    assert made["expirationDateTime"] == "2026-11-28T09:00:00.0000000Z"
    assert (await graph.get(f"subscriptions/{made['id']}")).json()["id"] == made["id"]


async def test_who_does_not_echo_is_not_subscribed(graph: httpx.AsyncClient, receiver: Receiver) -> None:
    receiver.echo = False
    answer = await graph.post("subscriptions", json=body(receiver))
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "ValidationError")
    nobody = await graph.post("subscriptions", json=body(receiver, notificationUrl="http://127.0.0.1:9/notify"))
    assert nobody.json()["error"]["code"] == "ValidationError"
    assert (await graph.get("subscriptions")).json()["value"] == []


async def test_a_change_is_told_without_a_word_of_its_content(
    office: Office, graph: httpx.AsyncClient, receiver: Receiver
) -> None:
    made = await subscribe(graph, receiver)
    event = (await graph.post(f"{ROOM}/events", json=wanted("Secret plan"))).json()
    await graph.patch(f"{ROOM}/events/{event['id']}", json={"subject": "Other"})
    await graph.delete(f"{ROOM}/events/{event['id']}")
    await until(lambda: len(receiver.notes) == 3)
    assert [note["changeType"] for note in receiver.notes] == ["created", "updated", "deleted"]
    note = receiver.notes[0]
    assert note["subscriptionId"] == made["id"]
    assert note["clientState"] == "a secret of ours"
    assert note["tenantId"] == office.tenant
    assert note["resource"] == f"Users/{directory_id('aurora@office.example')}/Events/{event['id']}"
    assert note["resourceData"]["id"] == event["id"]
    assert "Secret" not in json.dumps(receiver.notes)


async def test_what_people_do_in_the_office_is_told_too_and_other_rooms_are_not(
    office: Office, graph: httpx.AsyncClient, receiver: Receiver
) -> None:
    await subscribe(graph, receiver, changeType="updated")
    office.control.cancel_meeting("borealis")
    office.control.add_meeting("aurora")
    office.control.cancel_meeting("aurora")
    await until(lambda: bool(receiver.notes))
    assert [note["changeType"] for note in receiver.notes] == ["updated"]


async def test_ids_are_of_the_kind_that_the_subscription_was_made_with(
    office: Office, graph: httpx.AsyncClient, receiver: Receiver
) -> None:
    async with AsyncExitStack() as stack:
        plain = await stack.enter_async_context(client_for(office, Authorization=f"Bearer {token_of(office)}"))
        await subscribe(plain, receiver)
    office.control.add_meeting("aurora")
    await until(lambda: bool(receiver.notes))
    identifier = receiver.notes[0]["resourceData"]["id"]
    assert identifier.startswith("AAMk")
    assert (await graph.get(f"{ROOM}/events/{identifier}")).status_code == 200


async def test_the_same_wish_twice_is_a_conflict_that_names_the_first(
    graph: httpx.AsyncClient, receiver: Receiver
) -> None:
    made = await subscribe(graph, receiver)
    answer = await graph.post("subscriptions", json=body(receiver, changeType="deleted,created,updated"))
    assert answer.status_code == 409
    assert made["id"] in answer.json()["error"]["message"]
    assert [each["id"] for each in (await graph.get("subscriptions")).json()["value"]] == [made["id"]]


async def test_it_runs_out_unless_it_is_renewed(office: Office, graph: httpx.AsyncClient, receiver: Receiver) -> None:
    office.tenant_cloud.tokens.life = timedelta(days=30)
    made = await subscribe(graph, receiver, expirationDateTime="2026-11-23T08:00:00Z")
    assert made["expirationDateTime"].startswith("2026-11-23T08:40:00")
    office.clock.jump(timedelta(minutes=44))
    renewed = await graph.patch(
        f"subscriptions/{made['id']}", json={"expirationDateTime": "2026-11-23T10:00:00.0000000Z"}
    )
    assert renewed.json()["expirationDateTime"].startswith("2026-11-23T10:00:00")
    office.clock.jump(timedelta(hours=2))
    async with client_for(office, Authorization=f"Bearer {token_of(office)}") as later:
        answer = await later.patch(f"subscriptions/{made['id']}", json={"expirationDateTime": "2026-11-23T12:00:00Z"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "ResourceNotFound")


async def test_it_ends_when_it_is_deleted(office: Office, graph: httpx.AsyncClient, receiver: Receiver) -> None:
    made = await subscribe(graph, receiver)
    assert (await graph.post(f"subscriptions/{made['id']}/reauthorize")).status_code == 204
    assert (await graph.delete(f"subscriptions/{made['id']}")).status_code == 204
    assert (await graph.delete(f"subscriptions/{made['id']}")).status_code == 404
    assert office.tenant_cloud.subscriptions.active() == ()


async def passing(office: Office, condition: Callable[[], bool]) -> None:
    """Let office time pass, five minutes at a time, until a condition holds; with a bound."""

    def passed() -> bool:
        if not condition():
            office.clock.jump(timedelta(minutes=5))
        return condition()

    await until(passed)


async def test_what_could_not_be_delivered_is_delivered_later(
    office: Office, graph: httpx.AsyncClient, receiver: Receiver
) -> None:
    await subscribe(graph, receiver)
    receiver.status = 503
    office.control.add_meeting("aurora")
    await until(lambda: receiver.calls == 1)
    receiver.status = 202
    await passing(office, lambda: len(receiver.notes) == 1)
    await until(lambda: office.tenant_cloud.notifier.delivered == 1)


async def test_after_five_attempts_a_notification_is_lost(
    office: Office, graph: httpx.AsyncClient, receiver: Receiver
) -> None:
    await subscribe(graph, receiver)
    receiver.status = 500
    office.control.add_meeting("aurora")
    await passing(office, lambda: receiver.calls == 5)
    receiver.status = 202
    office.control.add_meeting("borealis")
    office.control.add_meeting("aurora", title="After it")
    await passing(office, lambda: bool(receiver.notes))
    office.clock.jump(timedelta(hours=1))
    assert (receiver.calls, len(receiver.notes)) == (6, 1)


async def test_nobody_is_notified_while_the_network_is_cut(
    office: Office, graph: httpx.AsyncClient, receiver: Receiver
) -> None:
    await subscribe(graph, receiver)
    office.control.cut_network()
    office.control.add_meeting("aurora")
    office.control.restore_network()
    await passing(office, lambda: len(receiver.notes) == 1)


async def test_who_has_gone_away_is_tried_again_and_disturbs_nobody(
    office: Office, graph: httpx.AsyncClient, receiver: Receiver
) -> None:
    app = web.Application()
    app.router.add_post("/{path}", receiver.handle)
    async with TestServer(app, host="127.0.0.1") as gone:
        await subscribe(graph, receiver, room="borealis", notificationUrl=str(gone.make_url("/notify")))
    await subscribe(graph, receiver)
    office.control.add_meeting("borealis")
    office.control.add_meeting("aurora")
    await until(lambda: len(receiver.notes) == 1)


async def test_a_silent_death_delivers_nothing_and_looks_healthy(
    office: Office, graph: httpx.AsyncClient, receiver: Receiver
) -> None:
    await subscribe(graph, receiver)
    office.faults.drop_notifications = True
    office.control.add_meeting("aurora")
    office.faults.drop_notifications = False
    office.control.add_meeting("aurora")
    await until(lambda: bool(receiver.notes))
    assert len(receiver.notes) == 1
    assert len((await graph.get("subscriptions")).json()["value"]) == 1


async def test_subscriptions_are_lost_with_a_warning_to_who_wanted_one(
    office: Office, graph: httpx.AsyncClient, receiver: Receiver
) -> None:
    made = await subscribe(graph, receiver, lifecycleNotificationUrl=f"{receiver.url}lifecycle")
    await subscribe(graph, receiver, room="borealis")
    assert office.control.lose_subscriptions() == "2 subscriptions lost."
    await until(lambda: bool(receiver.notes))
    assert [(note["lifecycleEvent"], note["subscriptionId"]) for note in receiver.notes] == [
        (Lifecycle.REMOVED.value, made["id"])
    ]
    office.control.add_meeting("aurora")
    assert (await graph.get("subscriptions")).json()["value"] == []


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"resource": "/me/messages"}, 400),
        ({"resource": "/users/nobody@office.example/events"}, 400),
        ({"resource": "/users/ines.carvalho@office.example/events"}, 403),
        ({"resource": None}, 400),
        ({"notificationUrl": "https://hooks.example/notify"}, 400),
        ({"notificationUrl": "file:///etc/passwd"}, 400),
        ({"notificationUrl": 5}, 400),
        ({"lifecycleNotificationUrl": "http://[::2]/x"}, 400),
        ({"changeType": "exploded"}, 400),
        ({"clientState": "x" * 129}, 400),
        ({"clientState": 5}, 400),
        ({"expirationDateTime": "2026-11-30T07:56:00Z"}, 400),
        ({"expirationDateTime": "2026-11-20T00:00:00Z"}, 400),
        ({"expirationDateTime": "soon"}, 400),
        ({"includeResourceData": True}, 400),
    ],
)
async def test_a_wish_that_cannot_be_granted_is_refused(
    graph: httpx.AsyncClient, receiver: Receiver, changes: dict[str, Any], status: int
) -> None:
    answer = await graph.post("subscriptions", json=body(receiver) | changes)
    assert answer.status_code == status, answer.text
    assert receiver.handshakes == []


async def test_another_app_sees_nothing_of_it(office: Office, graph: httpx.AsyncClient, receiver: Receiver) -> None:
    made = await subscribe(graph, receiver)
    app = add_app(office, "other")
    async with client_for(office, Authorization=f"Bearer {token_of(office, app.client_id)}") as other:
        assert (await other.get("subscriptions")).json()["value"] == []
        assert (await other.delete(f"subscriptions/{made['id']}")).status_code == 404


async def test_the_handshake_comes_while_the_wish_is_still_open(
    office: Office, graph: httpx.AsyncClient, receiver: Receiver
) -> None:
    seen = asyncio.Event()

    async def handle(request: web.Request) -> web.Response:
        assert office.tenant_cloud.subscriptions.active() == ()
        seen.set()
        return web.Response(text=request.query["validationToken"], content_type="text/plain")

    app = web.Application()
    app.router.add_post("/late", handle)
    async with TestServer(app, host="127.0.0.1") as server:
        await subscribe(graph, receiver, notificationUrl=str(server.make_url("/late")))
    assert seen.is_set()


async def test_a_mailbox_has_room_for_a_thousand(office: Office, graph: httpx.AsyncClient, receiver: Receiver) -> None:
    made = await subscribe(graph, receiver, room="borealis")
    (template,) = office.tenant_cloud.subscriptions.active()
    for _ in range(MOST):
        office.tenant_cloud.subscriptions.add(replace(template, client_id="other", mailbox="aurora@office.example"))
    answer = await graph.post("subscriptions", json=body(receiver))
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "ExtensionError")
    assert (await graph.get("subscriptions")).json()["value"][0]["id"] == made["id"]


async def test_a_list_does_not_tell_secrets_and_each_by_itself_does(
    graph: httpx.AsyncClient, receiver: Receiver
) -> None:
    made = await subscribe(graph, receiver)
    assert (await graph.get("subscriptions")).json()["value"][0]["clientState"] is None
    assert (await graph.get(f"subscriptions/{made['id']}")).json()["clientState"] == "a secret of ours"


@pytest.mark.parametrize("by", ["reauthorize", "renewal"])
async def test_nothing_is_delivered_until_it_is_confirmed(
    office: Office, graph: httpx.AsyncClient, receiver: Receiver, by: str
) -> None:
    made = await subscribe(graph, receiver, lifecycleNotificationUrl=f"{receiver.url}lifecycle")
    assert office.control.ask_reauthorisation() == "1 subscription must be confirmed."
    await until(lambda: len(receiver.notes) == 1)
    assert receiver.notes[0]["lifecycleEvent"] == "reauthorizationRequired"
    office.control.add_meeting("aurora")
    if by == "reauthorize":
        assert (await graph.post(f"subscriptions/{made['id']}/reauthorize")).status_code == 204
    else:
        expiry = {"expirationDateTime": "2026-11-27T08:00:00Z"}
        assert (await graph.patch(f"subscriptions/{made['id']}", json=expiry)).status_code == 200
    office.control.add_meeting("aurora")
    await until(lambda: len(receiver.notes) == 2)
    assert receiver.notes[1]["changeType"] == "created"


async def test_what_was_missed_is_said(office: Office, graph: httpx.AsyncClient, receiver: Receiver) -> None:
    await subscribe(graph, receiver, lifecycleNotificationUrl=f"{receiver.url}lifecycle")
    office.control.miss_notifications()
    await until(lambda: bool(receiver.notes))
    assert receiver.notes[0]["lifecycleEvent"] == "missed"
