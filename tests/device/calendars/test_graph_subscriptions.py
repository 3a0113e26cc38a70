"""Subscriptions of Graph's: handshakes, conflicts, lives, losses, against the office and whatever else may answer."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from account_worlds import OfficeAccount, office_account
from aiohttp import web
from far_side import json_answer
from graph_room import DATA, NOW, ROOM, asked, error, open_hub

from device.calendars.graph import PROVIDER
from device.calendars.graph.subscriptions import LIVES
from device.calendars.interface import CalendarAccount, Heard, NotificationTarget, Subscription
from device.emulator.subscriptions import MOST, Subscribed
from device.model.errors import (
    AccessDenied,
    CalendarBusy,
    CalendarError,
    CalendarUnreachable,
    CredentialRefused,
    MalformedAnswer,
    NotificationsRefused,
    RoomNotFound,
    SubscriptionLost,
)
from device.model.secret import Secret

TARGET = NotificationTarget(url="https://hub.example/notify?key=1", lifecycle_url="https://hub.example/lifecycle")
KNOWN = Subscription(id="sub-1", room=ROOM.id, expires_at=NOW + timedelta(hours=1), secret=Secret("k" * 32))


@pytest.fixture
async def world(request: pytest.FixtureRequest) -> AsyncIterator[OfficeAccount]:
    async with office_account(request) as world:
        yield world


@asynccontextmanager
async def hub_of(world: OfficeAccount) -> AsyncIterator[CalendarAccount]:
    assert PROVIDER.open_account is not None
    async with PROVIDER.open_account(world.options, world.clock) as account:
        yield account


@pytest.fixture
async def account(world: OfficeAccount) -> AsyncIterator[CalendarAccount]:
    async with hub_of(world) as account:
        world.receiver.hear = lambda call: account.hear(call, [])
        yield account


def active(world: OfficeAccount) -> tuple[Subscribed, ...]:
    return world.office.tenant_cloud.subscriptions.active()


def made(key: str = "sub-1", **more: Any) -> dict[str, Any]:
    return {"id": key, "resource": "/users/x/events", "expirationDateTime": "2026-11-28T09:00:00.1234567Z", **more}


async def test_it_is_made_with_all_that_graph_wants(world: OfficeAccount, account: CalendarAccount) -> None:
    subscription = await account.subscribe(world.room, world.receiver.target)
    (entry,) = active(world)
    assert entry.id == subscription.id
    assert entry.resource == subscription.resource == f"/users/{world.room}/events"
    assert entry.immutable_ids
    assert entry.client_state == subscription.secret.reveal()
    assert len(entry.client_state) == 32
    assert {kind.value for kind in entry.change_types} == {"created", "updated", "deleted"}
    assert (entry.notification_url, entry.lifecycle_url) == (
        world.receiver.target.url,
        world.receiver.target.lifecycle_url,
    )
    assert subscription.expires_at == entry.expires_at
    assert abs(entry.expires_at - world.clock.read().now - LIVES[0]) < timedelta(minutes=1)
    assert [call.query.get("key") for call in world.receiver.calls] == ["k", None]
    assert all("validationToken" in call.query for call in world.receiver.calls)


async def test_many_are_made_at_once_while_their_handshakes_are_answered(
    world: OfficeAccount, account: CalendarAccount
) -> None:
    rooms = [entry.address for entry in world.office.rooms]
    subscriptions = await asyncio.gather(*(account.subscribe(room, world.receiver.target) for room in rooms))
    assert [subscription.room for subscription in subscriptions] == rooms
    assert len({subscription.secret.reveal() for subscription in subscriptions}) == len(rooms)
    assert len(world.receiver.calls) == 2 * len(rooms)


async def test_an_address_that_does_not_echo_is_refused(world: OfficeAccount, account: CalendarAccount) -> None:
    world.receiver.hear = lambda call: PROVIDER_DEAF
    with pytest.raises(NotificationsRefused, match="ValidationError"):
        await account.subscribe(world.room, world.receiver.target)
    with pytest.raises(NotificationsRefused):
        await account.subscribe(world.room, NotificationTarget(url="https://hub.example/notify"))
    assert active(world) == ()


PROVIDER_DEAF = Heard()


async def test_a_twin_that_calls_the_same_addresses_is_taken_over(
    world: OfficeAccount, account: CalendarAccount
) -> None:
    first = await account.subscribe(world.room, world.receiver.target)
    handshakes = len(world.receiver.calls)
    async with hub_of(world) as after_a_restart:
        second = await after_a_restart.subscribe(world.room, world.receiver.target)
    assert (second.id, second.secret, second.room) == (first.id, first.secret, world.room)
    assert len(world.receiver.calls) == handshakes
    assert len(active(world)) == 1


async def test_a_twin_that_calls_elsewhere_is_replaced(world: OfficeAccount, account: CalendarAccount) -> None:
    first = await account.subscribe(world.room, world.receiver.target)
    moved = NotificationTarget(url=world.receiver.target.url.replace("key=k", "key=new"))
    second = await account.subscribe(world.room, moved)
    assert second.id != first.id
    assert second.secret != first.secret
    assert [entry.notification_url for entry in active(world)] == [moved.url]


async def test_a_twin_with_a_secret_that_could_be_guessed_is_replaced(
    world: OfficeAccount, account: CalendarAccount
) -> None:
    await account.subscribe(world.room, world.receiver.target)
    book = world.office.tenant_cloud.subscriptions
    (entry,) = book.active()
    book.remove(entry.id)
    weak = book.add(msgspec.structs.replace(entry, client_state="1234"))
    subscription = await account.subscribe(world.room, world.receiver.target)
    assert subscription.id != weak.id
    assert len(subscription.secret) == 32


async def test_a_full_mailbox_notifies_nobody_more(world: OfficeAccount, account: CalendarAccount) -> None:
    book = world.office.tenant_cloud.subscriptions
    template = Subscribed(
        id="",
        client_id="other",
        mailbox=world.room,
        resource="",
        change_types=(),
        notification_url="",
        expires_at=world.clock.read().now + timedelta(days=1),
    )
    for _ in range(MOST):
        book.add(template)
    with pytest.raises(NotificationsRefused, match="ExtensionError"):
        await account.subscribe(world.room, world.receiver.target)


async def test_renewing_prolongs_and_wakes_a_paused_one(world: OfficeAccount, account: CalendarAccount) -> None:
    known = [await account.subscribe(world.room, world.receiver.target)]
    world.receiver.hear = lambda call: account.hear(call, known)
    world.office.control.ask_reauthorisation()
    heard = await world.receiver.until(lambda heard: bool(heard.renew))
    assert heard.renew == (known[0].id,)
    assert heard.rooms == heard.lost == ()
    await world.change()
    world.office.clock.jump(timedelta(days=2))
    renewed = await account.renew(known[0], world.receiver.target)
    assert renewed.expires_at - known[0].expires_at > timedelta(days=1)
    await world.change()
    heard = await world.receiver.until(lambda heard: bool(heard.rooms))
    assert heard.rooms == (world.room,)
    assert sum(bool(one.rooms) for one in world.receiver.heard) == 1


async def test_what_was_lost_or_missed_is_told_as_such(world: OfficeAccount, account: CalendarAccount) -> None:
    known = [await account.subscribe(world.room, world.receiver.target)]
    world.receiver.hear = lambda call: account.hear(call, known)
    world.office.control.miss_notifications()
    assert (await world.receiver.until(lambda heard: bool(heard.rooms))).rooms == (world.room,)
    world.office.control.lose_subscriptions()
    assert (await world.receiver.until(lambda heard: bool(heard.lost))).lost == (known[0].id,)
    with pytest.raises(SubscriptionLost):
        await account.renew(known[0], world.receiver.target)


async def test_one_that_ran_out_is_lost(world: OfficeAccount, account: CalendarAccount) -> None:
    subscription = await account.subscribe(world.room, world.receiver.target)
    world.office.clock.jump(timedelta(days=8))
    with pytest.raises(SubscriptionLost):
        await account.renew(subscription, world.receiver.target)
    await account.unsubscribe(subscription)


async def test_expired_access_is_renewed_once(world: OfficeAccount, account: CalendarAccount) -> None:
    subscription = await account.subscribe(world.room, world.receiver.target)
    world.office.control.expire_access()
    assert (await account.renew(subscription, world.receiver.target)).id == subscription.id
    world.office.clock.jump(timedelta(hours=2))
    assert (await account.renew(subscription, world.receiver.target)).id == subscription.id


async def test_a_life_that_a_cloud_finds_too_long_is_asked_for_shorter(tmp_path: Path) -> None:
    wanted: list[datetime] = []

    async def graph(request: web.Request) -> web.StreamResponse:
        expiry = datetime.fromisoformat((await request.json())["expirationDateTime"])
        wanted.append(expiry)
        if expiry - NOW > timedelta(minutes=4230):
            return json_answer(error("ExtensionError"), 400)
        return json_answer(made(expirationDateTime=expiry.isoformat()), 201 if request.method == "POST" else 200)

    async with open_hub(graph, tmp_path) as (account, _):
        subscription = await account.subscribe(ROOM.id, TARGET)
        assert subscription.expires_at == NOW + LIVES[1]
        assert (await account.renew(subscription, TARGET)).expires_at == NOW + LIVES[1]
    assert wanted == [NOW + LIVES[0], NOW + LIVES[1]] * 2


async def test_many_whose_access_expired_at_once_renew_it_once(tmp_path: Path) -> None:
    refused = asyncio.Barrier(5)
    calls = 0

    async def graph(request: web.Request) -> web.StreamResponse:
        nonlocal calls
        calls += 1
        if calls <= 5:
            await refused.wait()
            return json_answer(error("InvalidAuthenticationToken"), 401)
        return json_answer(made())

    async with open_hub(graph, tmp_path) as (account, side):
        await asyncio.gather(*(account.renew(KNOWN, TARGET) for _ in range(5)))
    assert calls == 10
    assert sum(request.path.endswith("/token") for request in side.seen) == 2


ANSWERS: dict[str, tuple[Any, int, type[CalendarError]]] = {
    "the handshake failed": (error("ValidationError"), 400, NotificationsRefused),
    "no life is short enough": (error("ExtensionError"), 400, NotificationsRefused),
    "new access is refused too": (error("InvalidAuthenticationToken"), 401, CredentialRefused),
    "no permission": (error("Authorization_RequestDenied"), 403, AccessDenied),
    "the mailbox says no": (error("ExtensionError"), 403, NotificationsRefused),
    "no mailbox": (error("ErrorInvalidUser"), 404, RoomNotFound),
    "a conflict with nobody": (error("ExtensionError"), 409, CalendarUnreachable),
    "throttled": (error("TooManyRequests"), 429, CalendarBusy),
    "Graph's own fault": (error("InternalServerError"), 500, CalendarUnreachable),
    "out of service": (error("ServiceUnavailable"), 503, CalendarUnreachable),
    "not Graph's": ("<html>", 400, MalformedAnswer),
    "no id": ({"expirationDateTime": "2026-11-28T09:00:00Z"}, 201, MalformedAnswer),
    "no end": ({"id": "x"}, 201, MalformedAnswer),
    "an end that is none": (made(expirationDateTime="soon"), 201, MalformedAnswer),
    "an end of another kind": (made(expirationDateTime=[5]), 201, MalformedAnswer),
    "an id of another kind": (made(5), 201, MalformedAnswer),  # type: ignore[arg-type]
    "a list": ([made()], 201, MalformedAnswer),
    "nothing": ("null", 201, MalformedAnswer),
    "deep": ("[" * 100_000, 201, MalformedAnswer),
}


@pytest.mark.parametrize("case", ANSWERS)
async def test_every_other_answer_has_its_meaning(tmp_path: Path, case: str) -> None:
    body, status, kind = ANSWERS[case]

    async def graph(request: web.Request) -> web.StreamResponse:
        if request.method == "GET":
            return json_answer({"value": []})
        return json_answer(body, status, **({"Retry-After": "2.128"} if status == 429 else {}))

    async with open_hub(graph, tmp_path) as (account, _):
        with pytest.raises(CalendarError) as caught:
            await account.subscribe(ROOM.id, TARGET)
    assert type(caught.value) is kind
    assert "canary" not in str(caught.value)
    if isinstance(caught.value, CalendarBusy):
        assert caught.value.retry_after == timedelta(seconds=2.128)


RENEWALS = [
    (404, SubscriptionLost),
    (410, SubscriptionLost),
    (403, AccessDenied),
    (500, CalendarUnreachable),
    (400, CalendarUnreachable),
]


@pytest.mark.parametrize(("status", "kind"), RENEWALS)
async def test_a_renewal_that_fails_says_how(tmp_path: Path, status: int, kind: type[CalendarError]) -> None:
    async def graph(request: web.Request) -> web.StreamResponse:
        return json_answer(error("ResourceNotFound" if status == 404 else "X"), status)

    async with open_hub(graph, tmp_path) as (account, _):
        with pytest.raises(CalendarError) as caught:
            await account.renew(KNOWN, TARGET)
    assert type(caught.value) is kind


async def test_the_twin_is_found_on_a_later_page_by_the_conflicts_words(tmp_path: Path) -> None:
    posts = 0

    async def graph(request: web.Request) -> web.StreamResponse:
        nonlocal posts
        if request.method == "POST":
            posts += 1
            if posts == 1:
                return json_answer(error("ExtensionError") | {"note": "Subscription Id AB-12 already exists"}, 409)
            return json_answer(made("new"), 201)
        if request.method == "DELETE":
            return web.Response(status=204)
        if "$skiptoken" in request.query:
            return json_answer({"value": [5, {"id": []}, made("ab-12", resource="Users/0-0/Events")]})
        link = f"https://{request.host}/v1.0/subscriptions?$skiptoken=2"
        return json_answer({"value": [made("other", resource="/users/y/events")], "@odata.nextLink": link})

    async with open_hub(graph, tmp_path) as (account, side):
        assert (await account.subscribe(ROOM.id, TARGET)).id == "new"
    assert asked(side) == [
        "POST /subscriptions",
        "GET /subscriptions",
        "GET /subscriptions",
        "DELETE /subscriptions/ab-12",
        "POST /subscriptions",
    ]


async def test_an_id_cannot_lead_to_another_path(tmp_path: Path) -> None:
    async def graph(request: web.Request) -> web.StreamResponse:
        return web.Response(status=204)

    async with open_hub(graph, tmp_path) as (account, side):
        await account.unsubscribe(msgspec.structs.replace(KNOWN, id="../users/x?y#z"))
    assert side.seen[-1].raw_path == "/v1.0/subscriptions/..%2Fusers%2Fx%3Fy%23z"


@pytest.mark.skipif(not DATA.is_dir(), reason="the published samples are not here")
async def test_published_answers_are_understood(tmp_path: Path) -> None:
    def sample(name: str) -> dict[str, Any]:
        return dict(json.loads((DATA / f"{name}.json").read_text(encoding="utf-8")))

    created, listed, one = map(
        sample, ("outlook-subscription-created", "subscription-list-01-response", "subscription-get-01-response")
    )
    renewed = sample("subscription-renew-01-response")

    async def graph(request: web.Request) -> web.StreamResponse:
        if request.method == "POST":
            return json_answer(created["body"], created["http_status"])
        if request.method == "PATCH":
            return json_answer(renewed["body"], renewed["http_status"])
        return json_answer(listed["body"] if request.path.endswith("/subscriptions") else one["body"])

    async with open_hub(graph, tmp_path) as (account, _):
        subscription = await account.subscribe(ROOM.id, TARGET)
        assert subscription.id == "5522bd62-7c96-4530-85b0-00b916f6151a"
        assert subscription.expires_at == datetime(2022, 1, 1, 21, 42, 18, 225776, UTC)
        again = await account.renew(subscription, TARGET)
        assert again.expires_at == datetime(2016, 11, 22, 18, 23, 45, 935691, UTC)
        assert again.secret == subscription.secret
