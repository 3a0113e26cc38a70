"""One-touch join by a whole agent: a calendar, a door, and an emulated device in the room."""

import hashlib
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from agent_side import Hand, Visitor, agent_in_here, at, clock_at, event, settings, write_calendar

from device.emulator.faults import Network
from device.emulator.rooms.codec import Codec
from device.emulator.rooms.far_side import FarSide, Manner
from device.emulator.rooms.xapi import XapiServer
from device.model.joining import Call, Cause, JoinRequested, JoinShown, LeaveRequested
from device.model.requests import Outcome
from device.wire.panel import ActEnded

ZOOM = "LOCATION:https://acme.zoom.us/j/81234567890?pwd=abcDEF123"
OTHER = "LOCATION:https://acme.zoom.us/j/89999999999?pwd=abcDEF123"
TEAMS = "LOCATION:https://teams.microsoft.com/meet/2123456789012?p=AbCdEf"


class Place:
    """One room: its calendar file, its clock, its device, and somebody at its door."""

    def __init__(self, folder: Path, hand: Hand, server: XapiServer, visitor: Visitor) -> None:
        self._file = folder / "room.ics"
        self.hand, self.server, self.visitor = hand, server, visitor

    @property
    def dialled(self) -> list[str]:
        return [str(one.get("MeetingID") or one.get("Url")) for one in self.server.codec.dialled]

    def write(self, *events: str) -> None:
        write_calendar(self._file, *events)

    async def join(self, is_it: Callable[[JoinShown], object]) -> JoinShown:
        state = await self.visitor.until_state(lambda state: state.join is not None and is_it(state.join))
        assert state.join is not None
        return state.join

    async def touch(self, shown: JoinShown, key: str = "k1", choice: int = 0) -> ActEnded:
        revision = shown.choices[choice].revision
        self.visitor.say(JoinRequested(key=key, occurrence=shown.occurrence, revision=revision))
        return await self.visitor.until(ActEnded, lambda ended: ended.key == key)


@asynccontextmanager
async def place(folder: Path, *events: str, now: str = "11:52", **join: Any) -> AsyncIterator[Place]:
    server = XapiServer(Codec(FarSide(rings_for=timedelta(milliseconds=20))))
    write_calendar(folder / "room.ics", *events)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(server.running())
        hand = await stack.enter_async_context(clock_at(folder / "clock", at(now)))
        system = {
            "driver": "roomos",
            "host": "127.0.0.1",
            "port": server.port,
            "username": server.username,
            "password": server.password.reveal(),
            "fingerprint": hashlib.sha256(server.certificate).hexdigest(),
        }
        told = settings(folder, room_system=system, join=join)
        visitor = await stack.enter_async_context(agent_in_here(told))
        yield Place(folder, hand, server, visitor)


async def test_ten_minutes_before_the_door_says_whether_it_can_join(tmp_path: Path) -> None:
    async with place(tmp_path, event("a", "12:00", "13:00", ZOOM), now="11:45") as room:
        assert (await room.visitor.until_state()).join is None
        room.hand.forward(timedelta(minutes=6))
        shown = await room.join(lambda join: join.ready)
        assert [str(choice.label) for choice in shown.choices] == ["Zoom · 812 3456 ····"]
        assert room.dialled == []


async def test_a_touch_joins_that_meeting_and_the_device_confirms_it(tmp_path: Path) -> None:
    async with place(tmp_path, event("a", "12:00", "13:00", ZOOM)) as room:
        ended = await room.touch(await room.join(lambda join: join.ready))
        assert ended.outcome is Outcome.DONE
        await room.join(lambda join: join.call is Call.CONNECTED)
        assert room.dialled == ["81234567890"]
        assert room.server.codec.status["Standby"]["State"] == "Off"


async def test_done_is_not_said_to_be_connected_before_it_is(tmp_path: Path) -> None:
    async with place(tmp_path, event("a", "12:00", "13:00", ZOOM)) as room:
        room.server.codec.far_side = FarSide(manner=Manner.BUSY)
        await room.touch(await room.join(lambda join: join.ready))
        shown = await room.join(lambda join: join.call is Call.FAILED)
        assert shown.cause is Cause.BUSY
        assert not any(
            frame.state.join.call is Call.CONNECTED
            for frame in room.visitor.heard
            if getattr(frame, "state", None) is not None and frame.state.join  # type: ignore[attr-defined]
        )
        room.server.codec.far_side = FarSide()
        assert (await room.touch(shown, "k2")).outcome is Outcome.DONE
        await room.join(lambda join: join.call is Call.CONNECTED)


async def test_a_double_tap_dials_once(tmp_path: Path) -> None:
    async with place(tmp_path, event("a", "12:00", "13:00", ZOOM)) as room:
        shown = await room.join(lambda join: join.ready)
        for key in ("k1", "k1", "k2", "k3"):
            assert (await room.touch(shown, key)).outcome is Outcome.DONE
        await room.join(lambda join: join.call is Call.CONNECTED)
        assert room.dialled == ["81234567890"]


@pytest.mark.parametrize(
    "changed",
    [
        (event("a", "12:00", "13:00", OTHER),),
        (event("a", "12:30", "13:00", ZOOM),),
        (event("a", "12:00", "13:00", ZOOM, "STATUS:CANCELLED"),),
        (event("b", "12:00", "13:00", OTHER),),
        (),
    ],
    ids=["another link", "moved", "cancelled", "replaced", "removed"],
)
async def test_a_meeting_that_is_no_longer_what_was_drawn_is_not_joined(
    tmp_path: Path, changed: tuple[str, ...]
) -> None:
    async with place(tmp_path, event("a", "12:00", "13:00", ZOOM)) as room:
        shown = await room.join(lambda join: join.ready)
        room.write(*changed)
        ended = await room.touch(shown)
        assert ended.outcome in (Outcome.GONE, Outcome.NOT_NOW)
        assert room.dialled == []


async def test_a_call_of_the_meeting_before_is_not_cut_off(tmp_path: Path) -> None:
    async with place(tmp_path, event("a", "12:00", "13:00", ZOOM)) as room:
        shown = await room.join(lambda join: join.ready)
        room.server.codec.call_in()
        assert (await room.touch(shown)).outcome is Outcome.NO_JOIN
        assert (await room.join(lambda join: join.cause is not None)).cause is Cause.IN_CALL
        assert len(room.server.codec.status["Call"]) == 1
        assert room.dialled == []


async def test_the_start_joins_by_itself_where_the_room_may(tmp_path: Path) -> None:
    rules = {"start": "automatic", "lead": "1m"}
    async with place(tmp_path, event("a", "12:00", "13:00", ZOOM), **rules) as room:
        await room.join(lambda join: join.ready)
        assert room.dialled == []
        room.hand.forward(timedelta(minutes=7, seconds=5))
        await room.join(lambda join: join.call is Call.CONNECTED)
        assert room.dialled == ["81234567890"]


async def test_where_two_meetings_are_told_a_person_is_asked(tmp_path: Path) -> None:
    two = event("a", "12:00", "13:00", ZOOM, f"DESCRIPTION:{TEAMS.partition(':')[2]}")
    async with place(tmp_path, two, start="automatic") as room:
        shown = await room.join(lambda join: join.ready)
        assert (shown.cause, len(shown.choices)) == (Cause.SEVERAL, 2)
        room.hand.forward(timedelta(minutes=9))
        await room.visitor.until_state(lambda state: state.availability.current is not None)
        assert room.dialled == []
        shown = await room.join(lambda join: join.ready)
        await room.touch(shown, choice=1)
        await room.join(lambda join: join.call is Call.CONNECTED)
        assert room.dialled == ["https://teams.microsoft.com/meet/2123456789012?p=AbCdEf"]


async def test_what_the_rooms_policy_refuses_is_not_offered(tmp_path: Path) -> None:
    rules = {"policy": {"services": ["teams"]}}
    async with place(tmp_path, event("a", "12:00", "13:00", ZOOM), **rules) as room:
        shown = await room.join(lambda join: join.cause is not None)
        assert (shown.cause, shown.choices) == (Cause.NOT_ALLOWED, ())


async def test_a_room_for_touches_within_the_booking_offers_none_before(tmp_path: Path) -> None:
    async with place(tmp_path, event("a", "12:00", "13:00", ZOOM), start="booked") as room:
        shown = await room.join(lambda join: join.ready)
        assert shown.choices == ()
        room.hand.forward(timedelta(minutes=9))
        assert (await room.join(lambda join: join.choices)).ready


async def test_the_room_leaves_at_the_door_and_at_the_end(tmp_path: Path) -> None:
    async with place(tmp_path, event("a", "12:00", "13:00", ZOOM)) as room:
        shown = await room.join(lambda join: join.ready)
        await room.touch(shown)
        await room.join(lambda join: join.call is Call.CONNECTED)
        room.visitor.say(LeaveRequested(key="l1", occurrence=shown.occurrence))
        assert (await room.visitor.until(ActEnded)).outcome is Outcome.DONE
        shown = await room.join(lambda join: join.call is Call.ENDED and join.choices)
        await room.touch(shown, "k2")
        await room.join(lambda join: join.call is Call.CONNECTED)
        room.hand.forward(timedelta(minutes=70))
        await room.visitor.until_state(lambda state: state.join is None)
        assert room.server.codec.status["Call"] == []


async def test_a_device_that_is_away_is_told_and_found_again(tmp_path: Path) -> None:
    async with place(tmp_path, event("a", "12:00", "13:00", ZOOM), now="11:45") as room:
        await room.visitor.until_state()
        room.server.faults.network = Network.CUT
        room.hand.forward(timedelta(minutes=6))
        shown = await room.join(lambda join: join.cause is not None)
        assert (shown.cause, shown.ready) == (Cause.UNREACHABLE, False)
        room.server.faults.network = Network.UP
        room.hand.forward(timedelta(minutes=3))
        await room.join(lambda join: join.ready)


async def test_a_meeting_without_a_link_says_so(tmp_path: Path) -> None:
    async with place(tmp_path, event("a", "12:00", "13:00")) as room:
        shown = await room.join(lambda join: join.cause is not None)
        assert (shown.cause, shown.choices) == (Cause.NO_LINK, ())


async def test_a_door_without_a_room_system_never_speaks_of_joining(tmp_path: Path) -> None:
    write_calendar(tmp_path / "room.ics", event("a", "12:00", "13:00", ZOOM))
    async with clock_at(tmp_path / "clock", at("11:55")), agent_in_here(settings(tmp_path)) as visitor:
        state = await visitor.until_state()
        assert state.join is None
        visitor.say(JoinRequested(key="k", occurrence="a", revision="x"))
        assert (await visitor.until(ActEnded)).outcome is Outcome.NOT_NOW


async def test_the_card_never_holds_a_link_or_a_passcode(tmp_path: Path) -> None:
    async with place(tmp_path, event("a", "12:00", "13:00", ZOOM)) as room:
        await room.touch(await room.join(lambda join: join.ready))
        await room.join(lambda join: join.call is Call.CONNECTED)
        written = b"".join(
            file.read_bytes()
            for folder in ("state", "run")
            for file in (tmp_path / folder).rglob("*")
            if file.is_file()
        )
    assert b"abcDEF123" not in written
    assert b"81234567890" not in written
