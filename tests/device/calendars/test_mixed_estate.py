"""One office whose rooms are at three vendors at once: every door shows the truth, and a change is seen at its door."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from agent_side import Visitor, agent_in_here
from desks import graph_desk_at

from device.agent.settings import build
from device.emulator.office import Office, open_office
from device.model.availability import DoorState
from device.model.requests import BookRequested, Outcome
from device.model.state import RoomState
from device.model.window import Window
from device.wire.panel import ActEnded, RetryRequested

LATER = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)
"""After all that is planned."""
BERLIN = ZoneInfo("Europe/Berlin")
VENDORS = {"aurora": "graph", "borealis": "google", "cirrus": "exchange"}
DAYS = {
    "aurora": ["Migration stand-up", "Mailboxes moved so far"],
    "borealis": ["Migration stand-up", "Shared drives"],
    "cirrus": ["Migration stand-up", ""],
}
"""The titles that each glass may show; the last is private."""


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with open_office("mixed", tmp_path) as office:
        yield office


@pytest.fixture
async def doors(office: Office, tmp_path: Path) -> AsyncIterator[dict[str, Visitor]]:
    """A real agent for each room, by the settings that the emulator gives it."""
    async with AsyncExitStack() as stack:
        opened = {}
        for room in VENDORS:
            paths = {"state": str(tmp_path / room / "state"), "runtime": str(tmp_path / room / "run")}
            told = build(office.agent_settings(room) | {"paths": paths}, tmp_path / f"{room}.toml")
            opened[room] = await stack.enter_async_context(agent_in_here(told))
        yield opened


async def seen(kiosk: Visitor, *titles: str) -> RoomState:
    return await kiosk.until_state(lambda state: [str(one.title) for one in state.day][: len(titles)] == list(titles))


def test_every_room_is_at_another_vendor(office: Office) -> None:
    assert {entry.name: entry.provider for entry in office.rooms} == VENDORS


async def test_all_doors_show_their_rooms(doors: dict[str, Visitor]) -> None:
    for room, kiosk in doors.items():
        state = await seen(kiosk, *DAYS[room])
        assert state.availability.state is DoorState.FREE
        assert state.availability.until == state.day[0].bounds("Europe/Berlin").start


async def test_a_meeting_that_an_organizer_moves_has_moved_at_all_doors(
    office: Office, doors: dict[str, Visitor]
) -> None:
    for room, kiosk in doors.items():
        await seen(kiosk, *DAYS[room])
    office.control.move_meeting("aurora", timedelta(minutes=5))
    for kiosk in doors.values():
        kiosk.say(RetryRequested(key="look"))
        state = await kiosk.until_state(lambda state: state.day and starts(state) == "09:15")
        assert state.availability.state is DoorState.FREE


@pytest.mark.parametrize("room", VENDORS)
async def test_what_is_booked_at_a_door_is_there_for_other_programs(
    office: Office, doors: dict[str, Visitor], room: str
) -> None:
    kiosk = doors[room]
    await seen(kiosk, *DAYS[room])
    kiosk.say(BookRequested(key="press", minutes=None))
    assert (await kiosk.until(ActEnded)).outcome is Outcome.DONE
    start = office.clock.now.astimezone(UTC).replace(second=0, microsecond=0)
    async with graph_desk_at(office, f"{room}@office.example") as desk:
        there = await desk.seen(Window(start=start, end=start + timedelta(minutes=1)))
    assert list(there.values()) == ["Booked at the door"]


@pytest.mark.parametrize("room", VENDORS)
async def test_a_meeting_that_another_program_moves_has_moved_at_its_door(
    office: Office, doors: dict[str, Visitor], room: str
) -> None:
    kiosk = doors[room]
    await seen(kiosk, *DAYS[room])
    later = Window(start=LATER, end=LATER + timedelta(minutes=30))
    async with graph_desk_at(office, f"{room}@office.example") as desk:
        names = await desk.seen(Window(start=LATER - timedelta(hours=4), end=LATER))
        await desk.move(list(names)[-1], later)
    kiosk.say(RetryRequested(key="look"))
    state = await kiosk.until_state(lambda state: later in [one.bounds("Europe/Berlin") for one in state.day])
    moved = next(one for one in state.day if one.bounds("Europe/Berlin") == later)
    assert str(moved.title) == DAYS[room][-1]


def starts(state: RoomState) -> str:
    return f"{state.day[0].bounds('Europe/Berlin').start.astimezone(BERLIN):%H:%M}"
