"""Listening to the office's Exchange: every change heard whatever breaks, and no more streams than there may be."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from exchange_room import Standing, failure, options, success, xml
from exchange_worlds import options_for
from far_side import far_side
from seat import PATIENCE

from device.calendars.exchange import PROVIDER
from device.calendars.exchange import stream as stream_module
from device.calendars.exchange.options import Access, Auth
from device.calendars.exchange.stream import Ears, _documents
from device.emulator.ews.exchange import Share
from device.emulator.faults import Fault
from device.emulator.office import Office, open_office
from device.model.errors import CredentialRefused, MalformedAnswer, NotificationsRefused
from device.model.secret import Secret

AURORA, BOREALIS = "aurora@office.example", "borealis@office.example"


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with open_office("monday", tmp_path) as opened:
        yield opened


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits between attempts are as scattered as ever, and shorter."""

    async def pause(self: Any, wait: timedelta) -> None:
        await asyncio.sleep(min(wait.total_seconds(), 0.05))

    monkeypatch.setattr(stream_module.Stream, "_pause", pause)


@asynccontextmanager
async def listening(office: Office, *rooms: str, **changes: Any) -> AsyncIterator[AsyncIterator[str]]:
    assert PROVIDER.open_account is not None
    chosen = options_for(office, **changes)
    async with PROVIDER.open_account(chosen, Standing()) as account, account.listen(rooms) as heard:
        yield heard


async def hear(heard: AsyncIterator[str], count: int = 1) -> list[str]:
    async with asyncio.timeout(PATIENCE):
        return [await anext(heard) for _ in range(count)]


async def stood(office: Office, count: int = 1) -> None:
    """Wait until so many streams stand."""
    async with asyncio.timeout(PATIENCE):
        while office.ews_edge.subscriptions.hanging != count:  # noqa: ASYNC110 - the office is another's task
            await asyncio.sleep(0.005)


@pytest.mark.parametrize("auth", [Auth.NTLM, Auth.BASIC])
async def test_every_room_comes_once_and_then_those_that_change(office: Office, auth: Auth) -> None:
    office.exchange.schemes = ("NTLM",) if auth is Auth.NTLM else ("Basic",)
    async with listening(office, AURORA, BOREALIS, auth=auth) as heard:
        assert await hear(heard, 2) == [AURORA, BOREALIS]
        for room in ("borealis", "aurora", "borealis"):
            office.control.add_meeting(room)
            assert await hear(heard) == [f"{room}@office.example"]
    assert office.ews_edge.operations.count("GetStreamingEvents") == 1


async def test_many_changes_of_one_room_are_told_once(office: Office) -> None:
    async with listening(office, AURORA) as heard:
        await hear(heard)
        for _ in range(20):
            office.control.add_meeting("aurora")
        assert await hear(heard) == [AURORA]
        await asyncio.sleep(0)
        told = asyncio.ensure_future(anext(heard))
        office.control.add_meeting("borealis")
        office.control.add_meeting("aurora")
        async with asyncio.timeout(PATIENCE):
            assert await told == AURORA


async def test_after_a_break_each_room_comes_once_and_nothing_is_missed(office: Office) -> None:
    async with listening(office, AURORA, BOREALIS) as heard:
        await hear(heard, 2)
        office.control.cut_network()
        office.control.add_meeting("borealis")
        office.control.restore_network()
        assert sorted(await hear(heard, 2)) == [AURORA, BOREALIS]
        office.control.add_meeting("aurora")
        assert AURORA in await hear(heard)
    assert office.ews_edge.operations.count("Subscribe") == 2, "the subscriptions outlive their stream"


async def test_a_stream_that_ends_in_time_is_followed_by_another(office: Office) -> None:
    office.exchange.limits.minute = 0.01
    async with listening(office, AURORA) as heard:
        assert await hear(heard, 3) == [AURORA] * 3
    assert office.ews_edge.operations.count("Subscribe") == 1


async def test_lost_subscriptions_are_made_anew(office: Office) -> None:
    async with listening(office, AURORA, BOREALIS) as heard:
        await hear(heard, 2)
        office.control.lose_subscriptions()
        assert sorted(await hear(heard, 2)) == [AURORA, BOREALIS]
        office.control.add_meeting("borealis")
        assert await hear(heard) == [BOREALIS]
    assert office.ews_edge.operations.count("Subscribe") == 4


async def test_a_silent_line_counts_as_dead(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream_module, "SILENCE", 0.3)
    async with listening(office, AURORA) as heard:
        assert await hear(heard, 3) == [AURORA] * 3  # no sign of life for 45 s: given up and connected again
        office.exchange.limits.heartbeat = 0.05
        await hear(heard)
        before = office.ews_edge.operations.count("GetStreamingEvents")
        office.control.add_meeting("aurora")
        assert await hear(heard) == [AURORA]
        assert office.ews_edge.operations.count("GetStreamingEvents") == before


@pytest.mark.parametrize("fault", [Fault.THROTTLED, Fault.SERVER_ERROR, Fault.UNAVAILABLE, Fault.HTML, Fault.RESET])
@pytest.mark.parametrize("operation", ["Subscribe", "GetStreamingEvents"])
async def test_what_passes_is_waited_for(office: Office, fault: Fault, operation: str) -> None:
    office.faults.add(fault, path=f"/{operation}/", times=2)
    async with listening(office, AURORA, BOREALIS) as heard:
        assert sorted(await hear(heard, 2)) == [AURORA, BOREALIS]


async def test_a_room_that_cannot_be_listened_to_costs_no_other(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    office.exchange.impersonates.discard(BOREALIS)
    async with listening(office, BOREALIS, AURORA, "nobody@office.example") as heard:
        assert await hear(heard) == [AURORA]
        office.control.add_meeting("aurora")
        assert await hear(heard) == [AURORA]
    assert BOREALIS in caplog.text


async def test_a_delegate_cannot_listen(office: Office) -> None:
    office.exchange.shares[AURORA] = Share.EDITOR
    async with listening(office, AURORA, access=Access.DELEGATE) as heard:
        with pytest.raises(NotificationsRefused):
            await hear(heard)


@pytest.mark.parametrize("auth", [Auth.NTLM, Auth.BASIC])
async def test_a_refused_password_ends_it_after_one_attempt(office: Office, auth: Auth) -> None:
    async with listening(office, AURORA, auth=auth, password=Secret("wrong")) as heard:
        with pytest.raises(CredentialRefused):
            await hear(heard)
    assert office.exchange.failed_logins == 1


async def test_a_password_that_expires_meanwhile_ends_it(office: Office) -> None:
    async with listening(office, AURORA) as heard:
        await hear(heard)
        office.control.expire_secret()
        office.control.cut_network()
        office.control.restore_network()
        with pytest.raises(CredentialRefused):
            await hear(heard, 2)


async def test_a_token_is_renewed_on_the_way(office: Office) -> None:
    entra = {
        "auth": Auth.OAUTH,
        "token_endpoint": f"{office.authority}/{office.tenant}/oauth2/v2.0/token",
        "client_id": office.client_id,
        "client_secret": office.client_secret,
        "scope": "https://graph.microsoft.com/.default",
    }
    async with listening(office, AURORA, **entra) as heard:
        await hear(heard)
        office.control.expire_access()
        office.control.cut_network()
        office.control.restore_network()
        assert await hear(heard) == [AURORA]


async def test_rooms_are_shared_out_among_as_many_streams_as_there_may_be(
    office: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(stream_module, "ROOMS", 2)
    rooms = [entry.address for entry in office.rooms]
    async with listening(office, *rooms, streams=2) as heard:
        assert sorted(await hear(heard, 4)) == sorted(rooms[:4])
        await stood(office, 2)
    assert "2 rooms are too many" in caplog.text
    assert office.ews_edge.operations.count("Subscribe") == 4


async def test_streams_leave_room_for_questions(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream_module, "ROOMS", 1)
    rooms = [entry.address for entry in office.rooms]
    assert PROVIDER.open_account is not None
    async with PROVIDER.open_account(options_for(office), Standing()) as account, account.listen(rooms) as heard:
        await hear(heard, len(rooms))
        await stood(office, len(rooms))
        async with asyncio.timeout(PATIENCE):
            assert len(await account.rooms()) == len(rooms)
    await stood(office, 0)


async def test_too_many_streams_are_waited_for(office: Office) -> None:
    office.exchange.limits.hanging = 0
    async with listening(office, AURORA) as heard:
        async with asyncio.timeout(PATIENCE):
            while office.ews_edge.operations.count("GetStreamingEvents") < 2:  # noqa: ASYNC110 - see `stood`
                await asyncio.sleep(0.005)
        office.exchange.limits.hanging = 1
        assert await hear(heard) == [AURORA]


async def test_behind_several_servers_all_is_led_to_one(office: Office) -> None:
    office.exchange.backends = 5
    rooms = [entry.address for entry in office.rooms]
    assert len({office.exchange.backend_of(room) for room in rooms}) > 1
    async with listening(office, *rooms) as heard:
        assert sorted(await hear(heard, len(rooms))) == sorted(rooms)
        for entry in office.rooms:
            office.control.add_meeting(entry.name)
            assert await hear(heard) == [entry.address]


async def test_leaving_closes_every_stream(office: Office) -> None:
    async with listening(office, AURORA) as heard:
        await hear(heard)
        await stood(office)
    await stood(office, 0)


async def test_nothing_to_listen_to_is_silence(office: Office) -> None:
    async with listening(office) as heard:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await anext(heard)


@pytest.mark.parametrize(
    "document",
    [
        failure("GetStreamingEvents", "ErrorInternalServerError"),
        success("GetStreamingEvents", "").replace("GetStreamingEvents", "GetEvents"),
        "<Envelope/></Envelope>",
        "<!DOCTYPE x []><Envelope></Envelope>",
        "x" * 100,
    ],
)
async def test_rubbish_on_a_stream_is_survived(tmp_path: Path, document: str) -> None:
    subscribed = success("Subscribe", "<m:SubscriptionId>s1</m:SubscriptionId>")
    stands = success("GetStreamingEvents", "<m:ConnectionStatus>OK</m:ConnectionStatus>")
    tries = 0

    async def handler(request: web.Request) -> web.StreamResponse:
        nonlocal tries
        if "GetStreamingEvents" not in await request.text():
            return xml(subscribed)
        tries += 1
        return xml(document if tries < 3 else stands)

    assert PROVIDER.open_account is not None
    async with (
        far_side(handler, tmp_path) as side,
        PROVIDER.open_account(options(side), Standing()) as account,
        account.listen((AURORA,)) as heard,
    ):
        assert await hear(heard) == [AURORA]


async def _chunks(*chunks: bytes) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


async def test_documents_are_cut_out_of_any_chunks() -> None:
    one, two = b"<Envelope>1</Envelope>", b"<s:Envelope xmlns:s='x'>2</s:Envelope >"
    whole = one + b"\r\n" + two + b"  <Env"
    for size in (1, 3, 7, len(whole)):
        pieces = [whole[at : at + size] for at in range(0, len(whole), size)]
        assert [found async for found in _documents(_chunks(*pieces))] == [one, two]


async def test_a_document_without_an_end_is_given_up() -> None:
    with pytest.raises(MalformedAnswer):
        await anext(_documents(_chunks(*[b"x" * (1 << 16)] * 40)))


async def test_a_fault_of_ours_reaches_whoever_listens() -> None:
    ears = Ears()

    async def broken() -> None:
        raise ZeroDivisionError

    task = asyncio.create_task(broken())
    task.add_done_callback(ears.ended)
    ears.hear(AURORA)
    heard = ears.tell()
    assert await anext(heard) == AURORA
    with pytest.raises(ZeroDivisionError):
        async with asyncio.timeout(PATIENCE):
            await anext(heard)


async def test_the_room_that_led_may_be_taken_away(office: Office) -> None:
    async with listening(office, AURORA, BOREALIS) as heard:
        await hear(heard, 2)
        office.exchange.impersonates.discard(AURORA)
        office.control.cut_network()
        office.control.restore_network()
        assert await hear(heard) == [BOREALIS]
        office.control.add_meeting("borealis")
        assert await hear(heard) == [BOREALIS]
