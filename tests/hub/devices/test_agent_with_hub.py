"""A device from its first start to its door and back: the real agent, the real line, a hub's listener."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from agent_with_hub import Visitor, assigned_to, device, door, event, visit, wait_until, write_calendar
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from desk_side import NOON, ROOM, Hub, listening_hub

from device.agent.cache_file import read_cache
from device.agent.hub.identity import own_identity
from device.model.availability import DoorState
from device.model.freshness import Hop
from device.model.requests import BookRequested, Outcome
from device.model.state import RoomState
from device.wire.hub import (
    AccessGiven,
    AccessRefused,
    Beat,
    DropAccess,
    Order,
    OrderKind,
    Report,
    TokenGiven,
    TurnedAway,
)
from device.wire.panel import (
    ActEnded,
    IdentifyShown,
    Painted,
    PairingShown,
    RoomShown,
    ScreenGiven,
    ScreenWanted,
)
from device.wire.proof import is_signed_by, spelled, wipe_statement
from hub.devices.listener import Standing


def key_of(folder: Path) -> str:
    return own_identity(folder / "state").key


def give(hub: Hub, folder: Path) -> None:
    """Claim the device of that folder, and give it access."""
    token = TokenGiven(token="canary-calendar-token", expires_at=NOON + timedelta(hours=1))
    hub.desk.access_answer = AccessGiven(relay=token, calendar=token)
    hub.desk.claim(key_of(folder), Standing(device="d1", assigned=assigned_to(folder, ROOM)))


@pytest.fixture
def calendar(tmp_path: Path) -> Path:
    write_calendar(tmp_path / "room.ics", event("1", "13:00", "14:00", title="Budget"))
    return tmp_path


def is_free(state: RoomState) -> bool:
    return state.availability.state is DoorState.FREE


async def hung_up(kiosk: Visitor) -> None:
    """The agent of the door before has ended."""
    while await kiosk.next() is not None:
        pass


async def test_from_the_code_on_the_glass_to_the_true_door(calendar: Path) -> None:
    async with listening_hub() as hub, device(calendar, hub.url) as (_, kiosk):
        shown = await kiosk.until(PairingShown)
        assert (shown.code, shown.online) == ("BCDFGHJK", True)
        assert shown.words == own_identity(calendar / "state").words
        await wait_until(lambda: hub.desk._claims)
        give(hub, calendar)
        await hung_up(kiosk)
        async with visit(calendar / "run" / "panel.sock") as again:
            state = await again.until_state(lambda state: state.availability.state is DoorState.FREE)
            assert state.room.id == ROOM.id


async def test_a_hint_of_the_hub_is_on_the_glass_without_waiting_for_the_poll(calendar: Path) -> None:
    async with listening_hub() as hub:
        give(hub, calendar)
        async with door(calendar, hub.url, is_free) as (_, kiosk):
            write_calendar(calendar / "room.ics", event("2", "11:30", "12:30", title="Standup"))
            await hub.fanout.changed(ROOM.id)
            await kiosk.until_state(lambda state: state.availability.state is DoorState.IN_USE)


async def test_a_door_starts_without_its_hub_and_says_so(calendar: Path) -> None:
    async with listening_hub() as hub:
        give(hub, calendar)
        async with door(calendar, hub.url, is_free):
            url = hub.url
            await wait_until(lambda: (cached := read_cache(calendar / "state" / "cache.db")) and cached.window)
    async with device(calendar, url) as (_, kiosk):
        state = await kiosk.until_state(lambda state: any(hop.hop is Hop.HUB and not hop.healthy for hop in state.hops))
        assert state.room.id == ROOM.id


async def test_access_dropped_by_the_hub_is_gone_and_nothing_is_called_free(calendar: Path) -> None:
    async with listening_hub() as hub:
        give(hub, calendar)
        async with door(calendar, hub.url, is_free) as (_, kiosk):
            hub.desk.access_answer = AccessRefused(reason="locked")
            await hub.fanout.tell("d1", DropAccess(reason="locked"))
            await kiosk.until_state(lambda state: state.availability.state is DoorState.UNKNOWN)
            await wait_until(lambda: hub.desk.heard)


async def test_a_booking_is_asked_of_the_relay_and_held_while_it_is_away(calendar: Path) -> None:
    async with listening_hub() as hub:
        give(hub, calendar)
        async with door(calendar, hub.url, is_free) as (_, kiosk):
            kiosk.say(BookRequested(key="k1", minutes=15))
            ended = await kiosk.until(ActEnded)
            assert ended.outcome in (Outcome.HELD, Outcome.NOT_NOW)


async def test_the_hub_hears_how_the_door_is(calendar: Path) -> None:
    async with listening_hub() as hub:
        give(hub, calendar)
        async with door(calendar, hub.url, is_free) as (_, kiosk):
            kiosk.say(Painted(state=DoorState.FREE, digest="d"))

            def told() -> bool:
                beats = [one for one in hub.desk.heard if isinstance(one, Beat)]
                return any(beat.glass and beat.glass.state is DoorState.FREE is beat.told for beat in beats)

            await wait_until(told)


async def report(hub: Hub, order: Order) -> Report:
    await hub.fanout.tell("d1", order)

    def found() -> list[Any]:
        return [one for one in hub.desk.heard if isinstance(one, Report) and one.order == order.id]

    await wait_until(found)
    one: Report = found()[0]
    return one


async def test_orders_are_carried_out_and_reported(calendar: Path) -> None:
    async with listening_hub() as hub:
        give(hub, calendar)
        async with door(calendar, hub.url, is_free) as (process, kiosk):
            assert (await report(hub, Order(id="1", kind=OrderKind.IDENTIFY))).done
            assert (await kiosk.until(IdentifyShown)).name == "Aurora"
            logs = await report(hub, Order(id="2", kind=OrderKind.LOGS))
            assert "ready" in logs.text
            assert "Budget" not in logs.text
            assert "canary" not in logs.text

            async def answer() -> None:
                wanted = await kiosk.until(ScreenWanted)
                kiosk.say(ScreenGiven(key=wanted.key, text="Free\nuntil 13:00"))

            _, screen = await asyncio.gather(answer(), report(hub, Order(id="3", kind=OrderKind.SCREEN)))
            assert screen.text == "Free\nuntil 13:00"
            assert (await report(hub, Order(id="4", kind=OrderKind.REFRESH))).done
            assert (await report(hub, Order(id="5", kind=OrderKind.RESTART))).done
            assert await asyncio.wait_for(process.wait(), 30) == 0


async def test_a_device_is_wiped_by_its_own_hub_only_and_gives_a_receipt(calendar: Path) -> None:
    private = Ed25519PrivateKey.generate()
    hub = Hub()
    hub.key = spelled(private.public_key().public_bytes_raw())
    async with listening_hub(hub=hub):
        give(hub, calendar)
        async with door(calendar, hub.url, is_free) as (process, _kiosk):
            key = key_of(calendar)
            assert not (await report(hub, Order(id="1", kind=OrderKind.WIPE, counter=1, signature="x"))).done
            signed = wipe_statement(hub=hub.key, key=key, counter=1, receipt=False)
            order = Order(id="2", kind=OrderKind.WIPE, counter=1, signature=spelled(private.sign(signed)))
            receipt = await report(hub, order)
            assert is_signed_by(key, receipt.signature, wipe_statement(hub=hub.key, key=key, counter=1, receipt=True))
            assert await asyncio.wait_for(process.wait(), 30) == 0
    left = {path.name for path in (calendar / "state").iterdir()}
    assert not {name for name in left if name.startswith("cache") or name == "device.key"}
    assert all(b"Budget" not in path.read_bytes() for path in (calendar / "state").iterdir())


async def test_a_revoked_device_forgets_all_it_knew_and_is_nobody(calendar: Path) -> None:
    async with listening_hub() as hub:
        give(hub, calendar)
        before = key_of(calendar)
        async with door(calendar, hub.url, is_free) as (process, kiosk):
            await hub.fanout.tell("d1", TurnedAway(reason="revoked"))
            assert await asyncio.wait_for(process.wait(), 30) == 0
        async with device(calendar, hub.url) as (_, kiosk):
            await kiosk.until(PairingShown)
        assert key_of(calendar) != before
        assert not any(isinstance(frame, RoomShown) for frame in kiosk.heard)


async def test_no_access_is_on_the_card_or_in_the_log(calendar: Path) -> None:
    async with listening_hub() as hub:
        give(hub, calendar)
        async with door(calendar, hub.url, is_free) as (process, _kiosk):
            process.terminate()
            _, said = await process.communicate()
    assert b"canary" not in said
    assert all(b"canary" not in path.read_bytes() for path in calendar.rglob("*") if path.is_file())  # noqa: ASYNC240
