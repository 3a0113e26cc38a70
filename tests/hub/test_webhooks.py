"""Who may have a room read again: the provider, on whichever process it calls, and nobody else."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random

import pytest
from running_hub import connect_office, hub_in_here
from seat import PATIENCE

from device.calendars.interface import Notification, Subscription
from device.emulator.office import Office, open_office
from device.model.secret import Secret
from hub.assembly import open_services
from hub.connections.rows import Connection
from hub.connections.subscriptions import Keeper, SubscriptionBook
from hub.server_settings import ServerSettings
from hub.services import Services
from hub.webhooks import Webhooks

SECRET = "s" * 43


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    (tmp_path / "office").mkdir()
    async with open_office("monday", tmp_path / "office") as opened:
        yield opened


def call(room: str, state: str, subscription: str = "s1") -> Notification:
    body = {"value": [{"subscriptionId": subscription, "clientState": state, "resource": f"users/{room}/events/1"}]}
    return Notification(headers={"content-type": "application/json"}, body=json.dumps(body).encode())


async def promised(hub: Services, office: Office, book: SubscriptionBook, name: str = "s1") -> tuple[Connection, str]:
    """A connection with one subscription about one room."""
    made = next(iter(await hub.connections.all()), None) or await connect_office(hub, office)
    room = office.default_room.address
    ends = office.clock.now.replace(year=office.clock.now.year + 1)
    await book.keep(made.id, Subscription(id=name, room=room, expires_at=ends, secret=Secret(SECRET)))
    return made, room


async def flood(hub: Services, office: Office, calls: int) -> None:
    book = SubscriptionBook(hub)
    webhooks = Webhooks(hub, book, Keeper(hub, book, "test", Random(1)))  # noqa: S311 - jitter
    made, room = await promised(hub, office, book)
    rng = Random(2)  # noqa: S311 - forged on purpose
    for number in range(calls):
        forged = call(room, f"{rng.getrandbits(256):043x}"[:43], rng.choice(("s1", "s2", "")))
        target = made.id if number % 4 else f"{rng.getrandbits(96):024x}"
        assert await webhooks.take("graph" if number % 3 else "google", target, forged) is None
    assert webhooks.heard == 0
    assert webhooks.ignored == calls
    assert set(hub.accounts._opening) == {made.id}
    assert set(book._known) == {made.id}
    assert await webhooks.take("graph", made.id, call(room, SECRET)) is None
    assert webhooks.heard == 1


async def test_forged_calls_are_taken_for_nothing_and_leave_nothing_behind(tmp_path: Path, office: Office) -> None:
    async with hub_in_here(tmp_path / "hub", office.clock) as hub:
        await flood(hub, office, 1_000)


@pytest.mark.prove
async def test_a_hundred_thousand_forged_calls(tmp_path: Path, office: Office) -> None:
    async with hub_in_here(tmp_path / "hub", office.clock) as hub:
        await flood(hub, office, 100_000)


async def test_what_one_process_subscribes_another_hears(tmp_path: Path, office: Office) -> None:
    async with (
        hub_in_here(tmp_path / "hub", office.clock) as one,
        open_services(one.foundation, ServerSettings()) as other,
    ):
        listening = asyncio.create_task(other.board.run())
        mine, theirs = SubscriptionBook(one), SubscriptionBook(other)
        made, _ = await promised(one, office, mine)
        assert [promise.id for promise in await theirs.known(made.id)] == ["s1"]
        await promised(one, office, mine, "s2")
        async with asyncio.timeout(PATIENCE):
            while {promise.id for promise in await theirs.known(made.id)} != {"s1", "s2"}:  # noqa: ASYNC110 - by notice
                await asyncio.sleep(0.02)
        await mine.forget(made.id, "s1")
        async with asyncio.timeout(PATIENCE):
            while {promise.id for promise in await theirs.known(made.id)} != {"s2"}:  # noqa: ASYNC110 - by notice
                await asyncio.sleep(0.02)
        listening.cancel()
