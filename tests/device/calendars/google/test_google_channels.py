"""Channels at an office that really calls, and what a call from anybody else is worth."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from far_side import json_answer
from google_room import ROOM, always, error
from google_schema import GoogleOracle
from google_worlds import with_service_account
from seat import PATIENCE
from test_google_account import account_at

from device.calendars.google import PROVIDER
from device.calendars.google.channels import LIFE, hear
from device.calendars.interface import CalendarAccount, Heard, Notification, NotificationTarget, Subscription
from device.emulator.office import Office, open_office
from device.model.errors import (
    AccessDenied,
    CalendarBusy,
    CalendarError,
    CredentialRefused,
    MalformedAnswer,
    NotificationsRefused,
    RoomNotFound,
)
from device.model.secret import Secret

AURORA = "aurora@office.example"
TARGET = NotificationTarget(url="https://hub.example/google")


class Hub:
    """Who is called: what arrived, and how it answers."""

    def __init__(self) -> None:
        self.heard: list[Notification] = []
        self.status = 202
        self.url = ""

    async def handle(self, request: web.Request) -> web.Response:
        body = await request.read()
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.heard.append(Notification(headers=headers, query=dict(request.query), body=body))
        return web.Response(status=self.status)

    async def until(self, count: int) -> None:
        async with asyncio.timeout(PATIENCE):
            while len(self.heard) < count:  # noqa: ASYNC110 - what is waited for comes over the network
                await asyncio.sleep(0.005)

    def states(self) -> list[str]:
        return [one.headers["x-goog-resource-state"] for one in self.heard]


@pytest.fixture
async def hub() -> AsyncIterator[Hub]:
    hub = Hub()
    app = web.Application()
    app.router.add_post("/google", hub.handle)
    async with TestServer(app, host="127.0.0.1") as server:
        hub.url = str(server.make_url("/google?room=1"))
        yield hub


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with open_office("monday", tmp_path) as office:
        with GoogleOracle().watching(office):
            yield office


@pytest.fixture
async def account(office: Office) -> AsyncIterator[CalendarAccount]:
    assert PROVIDER.open_account is not None
    async with PROVIDER.open_account(with_service_account(office), office.clock) as account:
        yield account


async def subscribed(account: CalendarAccount, hub: Hub, room: str = AURORA) -> Subscription:
    return await account.subscribe(room, NotificationTarget(url=hub.url))


async def test_a_change_is_heard_without_a_word_of_what_it_is(
    office: Office, account: CalendarAccount, hub: Hub
) -> None:
    channel = await subscribed(account, hub)
    assert channel.room == AURORA
    assert timedelta(days=6) < channel.expires_at - office.clock.now <= LIFE
    await hub.until(1)
    assert account.hear(hub.heard[0], [channel]) == Heard()  # the greeting
    office.control.add_meeting("aurora", title="Secret plan")
    await hub.until(2)
    assert hub.states() == ["sync", "exists"]
    assert account.hear(hub.heard[1], [channel]) == Heard(rooms=(AURORA,))
    assert hub.heard[1].body == b""
    assert hub.heard[1].query == {"room": "1"}
    assert "Secret" not in str(hub.heard)


async def test_each_room_is_heard_by_its_own_channel(office: Office, account: CalendarAccount, hub: Hub) -> None:
    channels = [await subscribed(account, hub), await subscribed(account, hub, "borealis@office.example")]
    assert channels[0].secret.reveal() != channels[1].secret.reveal()
    office.control.add_meeting("borealis")
    await hub.until(3)
    heard = {room for one in hub.heard for room in account.hear(one, channels).rooms}
    assert heard == {"borealis@office.example"}


async def test_renewing_makes_a_new_channel_that_overlaps_the_old(
    office: Office, account: CalendarAccount, hub: Hub
) -> None:
    old = await subscribed(account, hub)
    new = await account.renew(old, NotificationTarget(url=hub.url))
    assert new.id != old.id
    assert new.secret.reveal() != old.secret.reveal()
    office.control.add_meeting("aurora")
    await hub.until(4)
    assert sum(account.hear(one, [old, new]) == Heard(rooms=(AURORA,)) for one in hub.heard) == 2
    await account.unsubscribe(old)
    office.control.add_meeting("aurora")
    await hub.until(5)
    assert account.hear(hub.heard[-1], [new]) == Heard(rooms=(AURORA,))
    await account.unsubscribe(new)
    assert office.workspace.channels.active() == ()


async def test_ending_what_has_ended_is_no_error(office: Office, account: CalendarAccount, hub: Hub) -> None:
    channel = await subscribed(account, hub)
    await account.unsubscribe(channel)
    await account.unsubscribe(channel)
    channel = await subscribed(account, hub)
    assert office.control.lose_subscriptions() == "1 subscription lost."
    await account.unsubscribe(channel)
    await account.unsubscribe(msgspec.structs.replace(channel, resource=""))


async def test_a_channel_runs_out(office: Office, account: CalendarAccount, hub: Hub) -> None:
    channel = await subscribed(account, hub)
    await hub.until(1)
    office.clock.jump(LIFE + timedelta(minutes=1))
    office.control.add_meeting("aurora")
    assert office.workspace.channels.active() == ()
    await account.unsubscribe(channel)
    await subscribed(account, hub)
    await hub.until(2)
    assert hub.states() == ["sync", "sync"]


async def test_what_could_not_be_delivered_comes_later(office: Office, account: CalendarAccount, hub: Hub) -> None:
    await subscribed(account, hub)
    await hub.until(1)
    hub.status = 503
    office.control.add_meeting("aurora")
    await hub.until(2)
    hub.status = 204
    office.clock.jump(timedelta(minutes=10))
    await hub.until(3)
    numbers = [one.headers["x-goog-message-number"] for one in hub.heard]
    assert numbers[1] == numbers[2] != numbers[0]


async def test_a_calendar_that_nobody_is_told_about_is_only_polled(
    office: Office, account: CalendarAccount, hub: Hub
) -> None:
    office.workspace.unwatchable.add(AURORA)
    with pytest.raises(NotificationsRefused, match="pushNotSupportedForRequestedResource"):
        await subscribed(account, hub)


async def test_an_address_that_google_does_not_call_is_refused(account: CalendarAccount) -> None:
    with pytest.raises(NotificationsRefused):
        await account.subscribe(AURORA, TARGET)


async def test_a_room_that_is_not_shared_cannot_be_watched(account: CalendarAccount, hub: Hub) -> None:
    with pytest.raises(RoomNotFound):
        await subscribed(account, hub, "nobody@office.example")


@pytest.mark.parametrize(
    ("status", "reason", "kind"),
    [
        (400, "pushNotSupportedForRequestedResource", NotificationsRefused),
        (400, "push.webhookUrlNotHttps", NotificationsRefused),
        (401, "push.webhookUrlUnauthorized", NotificationsRefused),
        (400, "channelIdNotUnique", CalendarError),
        (401, "authError", CredentialRefused),
        (403, "forbidden", AccessDenied),
        (403, "quotaExceeded", CalendarBusy),
    ],
)
async def test_why_there_is_no_channel(status: int, reason: str, kind: type[Exception], tmp_path: Path) -> None:
    async with account_at(always(error(reason, status), status), tmp_path) as (account, _):
        with pytest.raises(kind):
            await account.subscribe(ROOM.id, TARGET)


@pytest.mark.parametrize(
    ("expiration", "life"),
    [
        ("{ms}", timedelta(hours=2)),
        (0, None),
        ("soon", timedelta(hours=1)),
        (None, timedelta(hours=1)),
        ("9" * 40, timedelta(hours=1)),
        ("99999999999999", LIFE),
    ],
)
async def test_google_says_when_it_runs_out(expiration: Any, life: timedelta | None, tmp_path: Path) -> None:
    until = datetime.now(UTC) + timedelta(hours=2)
    told = str(int(until.timestamp() * 1000)) if expiration == "{ms}" else expiration

    async def handler(request: web.Request) -> web.StreamResponse:
        body = {"kind": "api#channel", "id": "x", "resourceId": "r1"}
        return json_answer(body | ({} if told is None else {"expiration": told}))

    async with account_at(handler, tmp_path) as (account, side):
        channel = await account.subscribe(ROOM.id, TARGET)
    assert channel.resource == "r1"
    expected = datetime.now(UTC) + life if life else datetime.fromtimestamp(0, UTC)
    assert abs(channel.expires_at - expected) < timedelta(seconds=PATIENCE)
    asked = await side.seen[-1].json()
    assert asked["type"] == "web_hook"
    assert asked["params"] == {"ttl": "604800"}
    assert asked["address"] == TARGET.url
    assert len(asked["id"]) <= 64
    assert 32 <= len(asked["token"]) <= 256


@pytest.mark.parametrize("body", ["[]", "{}", '{"resourceId": 5}'])
async def test_rubbish_is_no_channel(body: str, tmp_path: Path) -> None:
    async with account_at(always(body), tmp_path) as (account, _):
        with pytest.raises(MalformedAnswer):
            await account.subscribe(ROOM.id, TARGET)


KNOWN = Subscription(
    id="channel-1", room=AURORA, expires_at=datetime(2026, 11, 30, tzinfo=UTC), secret=Secret("token-1"), resource="r1"
)
OTHER = Subscription(
    id="channel-2", room="b@office.example", expires_at=datetime(2026, 11, 30, tzinfo=UTC), secret=Secret("token-2")
)


def called(**changes: str | None) -> Notification:
    usual: dict[str, str | None] = {
        "x-goog-channel-id": "channel-1",
        "x-goog-channel-token": "token-1",
        "x-goog-resource-id": "r1",
        "x-goog-resource-state": "exists",
        "x-goog-message-number": "2",
    }
    told = usual | {f"x-goog-{name.replace('_', '-')}": value for name, value in changes.items()}
    return Notification(headers={name: value for name, value in told.items() if value is not None})


@pytest.mark.parametrize(
    "changes",
    [
        {"channel_token": "token-2"},
        {"channel_token": "token-1 "},
        {"channel_token": ""},
        {"channel_token": None},
        {"channel_token": "tökén-1\ud800"},
        {"channel_token": "x" * 1_000_000},
        {"channel_id": "channel-2"},
        {"channel_id": "channel-3"},
        {"channel_id": None},
        {"channel_id": None, "channel_token": "nobody's"},
        {"channel_id": "unknown", "channel_token": "nobody's"},
        {"resource_id": "r2"},
        {"channel_id": None, "channel_token": None, "resource_id": None, "resource_state": None},
    ],
)
def test_what_is_not_genuine_means_nothing(changes: dict[str, str | None]) -> None:
    assert hear(called(**changes), [KNOWN, OTHER]) == Heard()


@pytest.mark.parametrize(
    ("changes", "heard"),
    [
        ({}, Heard(rooms=(AURORA,))),
        ({"resource_state": "sync", "message_number": "1"}, Heard()),
        ({"resource_state": "SYNC"}, Heard()),
        ({"resource_state": "not_exists"}, Heard(rooms=(AURORA,))),
        ({"resource_state": "something new"}, Heard(rooms=(AURORA,))),
        ({"resource_state": None}, Heard(rooms=(AURORA,))),
        ({"resource_id": None}, Heard(rooms=(AURORA,))),
        ({"channel_id": "channel-2", "channel_token": "token-2", "resource_id": "any"}, Heard(rooms=(OTHER.room,))),
    ],
)
def test_what_a_genuine_call_means(changes: dict[str, str | None], heard: Heard) -> None:
    assert hear(called(**changes), [KNOWN, OTHER]) == heard


def test_a_channel_without_a_secret_hears_nobody() -> None:
    open_to_all = Subscription(id="channel-1", room=AURORA, expires_at=KNOWN.expires_at, secret=Secret(""))
    for token in ("", None, "token-1"):
        assert hear(called(channel_token=token), [open_to_all]) == Heard()


def test_nobody_known_means_nothing() -> None:
    assert hear(called(), []) == Heard()
