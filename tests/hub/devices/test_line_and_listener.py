"""A device's line and a hub's listener, over a real socket: greeted, judged, told, heard and cut."""

import asyncio
import secrets
from datetime import timedelta
from pathlib import Path

import pytest
from desk_side import NOON, ROOM, Hub, assigned, device_line, listening_hub
from seat import PATIENCE
from websockets.asyncio.client import ClientConnection, connect
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.http11 import Request

from device.agent.hub.assignment import AssignmentFile
from device.agent.hub.identity import own_identity
from device.model.availability import DoorState
from device.model.clock import ClockTrust
from device.model.errors import CredentialLocked, HubUnreachable
from device.model.secret import Secret
from device.model.value import decode, encode
from device.wire.hub import (
    AccessGiven,
    AccessRefused,
    Beat,
    Challenge,
    ComeBack,
    DropAccess,
    FromHub,
    Hello,
    Order,
    OrderKind,
    Report,
    TokenGiven,
    TurnedAway,
)
from device.wire.proof import spelled, statement
from hub.devices.listener import PATH, Standing, address_of


async def until(so: object) -> None:
    assert callable(so)
    async with asyncio.timeout(PATIENCE):
        while not so():  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.005)


async def test_a_new_device_waits_with_its_code_and_becomes_a_door_when_claimed(tmp_path: Path) -> None:
    async with listening_hub() as hub, device_line(tmp_path, hub.url) as (line, ear):
        waiting = await ear.until("waiting")
        assert waiting.code == "BCDFGHJK"
        await until(lambda: hub.desk._claims)
        hub.desk.claim(own_identity(tmp_path).key, Standing(device="d1", assigned=assigned()))
        told = await ear.until("assigned")
        assert told.assignment.room == ROOM
        assert line.up
        assert hub.fanout.is_connected("d1")


async def claimed_hub(hub: Hub, folder: Path) -> None:
    hub.desk.standings[own_identity(folder).key] = Standing(device="d1", assigned=assigned())


async def test_access_is_asked_for_once_however_many_want_it(tmp_path: Path) -> None:
    async with listening_hub() as hub:
        await claimed_hub(hub, tmp_path)
        async with device_line(tmp_path, hub.url) as (line, ear):
            await ear.until("assigned")
            given = await asyncio.gather(*(line.access() for _ in range(20)))
    assert {one.relay.token for one in given} == {"relay-token"}
    assert hub.desk.asked == 1


@pytest.mark.parametrize(("reason", "error"), [("locked", CredentialLocked), ("unreachable", HubUnreachable)])
async def test_a_refusal_is_told_as_what_it_is(tmp_path: Path, reason: str, error: type[Exception]) -> None:
    async with listening_hub() as hub:
        await claimed_hub(hub, tmp_path)
        hub.desk.access_answer = AccessRefused(reason=reason)
        async with device_line(tmp_path, hub.url) as (line, ear):
            await ear.until("assigned")
            with pytest.raises(error):
                await line.access()


async def test_many_changes_are_few_words_and_the_last_is_not_lost(tmp_path: Path) -> None:
    async with listening_hub() as hub:
        await claimed_hub(hub, tmp_path)
        async with device_line(tmp_path, hub.url) as (_, ear):
            await ear.until("assigned")
            for _ in range(500):
                await hub.fanout.changed(ROOM.id)
            await ear.until("look again")
            await asyncio.sleep(0.05)
            assert ear.names().count("look again") < 50
            await hub.fanout.changed("another@office.example")
            before = ear.names().count("look again")
            await asyncio.sleep(0.05)
            assert ear.names().count("look again") == before


async def test_what_a_device_says_arrives_under_its_own_name(tmp_path: Path) -> None:
    beat = Beat(told=DoorState.FREE, glass=None, trust=ClockTrust.TRUSTED)
    async with listening_hub() as hub:
        await claimed_hub(hub, tmp_path)
        async with device_line(tmp_path, hub.url) as (line, ear):
            await ear.until("assigned")
            await line.send(beat)
            await line.send(Report(order="o1", done=True))
            await until(lambda: len(hub.desk.heard) == 2)
        await until(lambda: hub.desk.left == ["d1"])
    assert hub.desk.heard[0] == beat


async def test_orders_and_dropped_access_reach_the_device(tmp_path: Path) -> None:
    async with listening_hub() as hub:
        await claimed_hub(hub, tmp_path)
        async with device_line(tmp_path, hub.url) as (_, ear):
            await ear.until("assigned")
            assert await hub.fanout.tell("d1", Order(id="o1", kind=OrderKind.IDENTIFY))
            assert await hub.fanout.tell("d1", DropAccess(reason="locked"))
            assert (await ear.until("ordered")).kind is OrderKind.IDENTIFY
            assert await ear.until("drop") == "locked"
        assert not await hub.fanout.tell("nobody", DropAccess(reason="locked"))


async def test_the_line_comes_back_by_itself(tmp_path: Path) -> None:
    hub = Hub()
    async with listening_hub(hub=hub):
        await claimed_hub(hub, tmp_path)
        port = int(hub.url.rsplit(":", 1)[1])
        async with device_line(tmp_path, hub.url) as (line, ear):
            await ear.until("assigned")
            await hub.fanout.cut("d1", 1011, "test")
            await ear.until("assigned", times=2)
            assert line.up
    assert port


async def test_a_second_line_of_one_device_ends_the_first(tmp_path: Path) -> None:
    async with listening_hub() as hub:
        await claimed_hub(hub, tmp_path)
        async with device_line(tmp_path, hub.url) as (_, ear):
            await ear.until("assigned")
            async with device_line(tmp_path, hub.url) as (_, other):
                await other.until("assigned")
                await ear.until("turned", times=2)
                assert hub.fanout.connected == 1


async def test_a_device_remembers_its_hub_and_speaks_to_no_other(tmp_path: Path) -> None:
    async with listening_hub() as hub:
        await claimed_hub(hub, tmp_path)
        async with device_line(tmp_path, hub.url) as (_, ear):
            frame = await ear.until("assigned")
            AssignmentFile(tmp_path).keep(assignment=frame.assignment)
    async with listening_hub() as impostor:
        await claimed_hub(impostor, tmp_path)
        async with device_line(tmp_path, impostor.url) as (line, ear):
            await until(lambda: line.fault == "tls")
            assert ear.names() == []
            assert impostor.desk.seen == []


@pytest.mark.parametrize("path", ["/", "/devices", f"{PATH}?x=1"])
async def test_there_is_nothing_else_at_that_port(path: str) -> None:
    async with listening_hub() as hub:
        with pytest.raises(InvalidStatus):
            async with connect(hub.url.replace("http", "ws") + path):
                pass


async def test_browsers_are_refused() -> None:
    async with listening_hub() as hub:
        with pytest.raises(InvalidStatus) as refused:
            async with connect(hub.url.replace("http", "ws") + PATH, origin="https://evil.example"):  # type: ignore[arg-type]
                pass
        assert refused.value.response.status_code == 403


async def spoken(hub: Hub, words: list[bytes | str]) -> object:
    """What the hub answers to somebody who first listens and then says these words."""
    async with connect(hub.url.replace("http", "ws") + PATH, compression=None) as socket:
        await socket.recv()
        for word in words:
            await socket.send(word)
        return decode(await socket.recv(), FromHub)


@pytest.mark.parametrize(
    "word",
    ["", "{}", "[]", '{"type":"hello"}', '{"type":"beat"}', b"\xff\x00", "x" * 60_000, '{"type":"access-wanted"}'],
)
async def test_rubbish_is_no_proof(word: str | bytes) -> None:
    async with listening_hub() as hub:
        assert await spoken(hub, [word]) == TurnedAway(reason="proof-refused")
        assert hub.desk.seen == []


async def signed_hello(dialled: Hub, folder: Path, challenge: Challenge, **changes: object) -> Hello:
    identity = own_identity(folder)
    parts: dict[str, str] = {
        "hub": challenge.hub,
        "origin": dialled.url,
        "key": identity.key,
        "hub_nonce": challenge.nonce,
        "device_nonce": spelled(secrets.token_bytes(32)),
        "claim": "",
    } | {name: str(value) for name, value in changes.items()}
    return Hello(
        key=parts["key"],
        nonce=parts["device_nonce"],
        signature=identity.sign(statement(**parts)),
        version="1",
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"hub": "another hub"},
        {"origin": "https://evil.example"},
        {"hub_nonce": "an older nonce"},
        {"key": spelled(bytes(32))},
        {"claim": "a claim that was not sent"},
    ],
)
async def test_a_proof_for_anything_else_is_none(tmp_path: Path, changes: dict[str, str]) -> None:
    async with listening_hub() as hub:
        async with connect(hub.url.replace("http", "ws") + PATH, compression=None) as socket:
            challenge = decode(await socket.recv(), FromHub)
            await socket.send(encode(await signed_hello(hub, tmp_path, challenge, **changes)).decode())
            assert decode(await socket.recv(), FromHub) == TurnedAway(reason="proof-refused")
        assert hub.desk.seen == []


async def test_a_proof_is_good_on_its_own_line_only(tmp_path: Path) -> None:
    async with listening_hub() as hub:
        address = hub.url.replace("http", "ws") + PATH
        async with connect(address, compression=None) as one, connect(address, compression=None) as other:
            challenge = decode(await one.recv(), FromHub)
            await other.recv()
            stolen = encode(await signed_hello(hub, tmp_path, challenge)).decode()
            await other.send(stolen)
            assert decode(await other.recv(), FromHub) == TurnedAway(reason="proof-refused")


async def flooded(socket: ClientConnection) -> None:
    while True:
        await socket.send('{"type":"dropped"}')
        await asyncio.sleep(0)


async def test_a_flood_of_words_is_cut_off(tmp_path: Path) -> None:
    async with listening_hub() as hub:
        await claimed_hub(hub, tmp_path)
        async with connect(hub.url.replace("http", "ws") + PATH, compression=None) as socket:
            challenge = decode(await socket.recv(), FromHub)
            await socket.send(encode(await signed_hello(hub, tmp_path, challenge)).decode())
            with pytest.raises(ConnectionClosed):
                await flooded(socket)
        assert len(hub.desk.heard) <= 121


async def test_a_planned_pause_is_told_and_kept(tmp_path: Path) -> None:
    hub = Hub()
    async with listening_hub(hub=hub):
        await claimed_hub(hub, tmp_path)
        async with device_line(tmp_path, hub.url) as (line, ear):
            await ear.until("assigned")
            hub.listener.pause(timedelta(seconds=30))
            hub.fanout.everyone(ComeBack(after=timedelta(seconds=30)))
            await until(lambda: line._pause is not None)
            assert line._pause is not None
            assert timedelta(seconds=30) <= line._pause <= timedelta(seconds=40)


async def test_what_a_device_keeps_of_access_is_a_secret() -> None:
    given = AccessGiven(relay=TokenGiven(token="canary-token", expires_at=NOON))
    from device.agent.hub.process import kept

    assert "canary-token" not in repr(kept(given.relay))


async def test_access_that_was_asked_for_before_the_line_stood_is_asked_for_again(tmp_path: Path) -> None:
    async with listening_hub() as hub:
        await claimed_hub(hub, tmp_path)
        async with device_line(tmp_path, hub.url) as (line, ear):
            with pytest.raises(HubUnreachable):
                await line.access()
            await ear.until("assigned")
            assert (await line.access()).relay.token == Secret("relay-token")


class Came:
    """A line, as far as it tells where it comes from."""

    remote_address = ("10.0.0.9", 4711)

    def __init__(self, *told: str) -> None:
        headers = Headers()
        for one in told:
            headers["X-Forwarded-For"] = one
        self.request = Request(PATH, headers)


@pytest.mark.parametrize(
    ("told", "found"),
    [
        ((), "10.0.0.9"),
        (("203.0.113.5",), "203.0.113.5"),
        (("6.6.6.6, 203.0.113.5",), "203.0.113.5"),
        (("6.6.6.6", "2001:db8::1"), "2001:db8::1"),
        (("nowhere",), "10.0.0.9"),
        (("",), "10.0.0.9"),
    ],
)
def test_a_trusted_proxy_tells_where_a_device_comes_from_and_nobody_else_does(
    told: tuple[str, ...], found: str
) -> None:
    assert address_of(Came(*told), frozenset({"10.0.0.9"})) == found  # type: ignore[arg-type]
    assert address_of(Came(*told), frozenset({"10.0.0.1"})) == "10.0.0.9"  # type: ignore[arg-type]
