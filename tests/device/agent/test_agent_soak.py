"""Days in the life of a door: it is right at every step, and it neither grows nor gathers descriptors or tasks."""

import asyncio
import gc
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from agent_side import agent_in_here, clock_at, settings, write_calendar

from device.model.availability import DoorState
from device.model.state import RoomState

STEP = timedelta(minutes=5, seconds=1)
WARM_UP = 400
DAILY = "RRULE:FREQ=DAILY"


def daily(uid: str, begins: str, ends: str) -> str:
    """A meeting of every day, by Berlin's wall."""
    lines = (f"UID:{uid}", "DTSTAMP:20260301T000000Z", DAILY, f"SUMMARY:Meeting {uid}")
    times = (f"{name};TZID=Europe/Berlin:20260301T{clock}00" for name, clock in (("DTSTART", begins), ("DTEND", ends)))
    return "\r\n".join(("BEGIN:VEVENT", *lines, *times, "END:VEVENT", ""))


def expected(now: datetime) -> DoorState:
    """What the door says at an instant, from the wall clock alone."""
    wall = now.astimezone(ZoneInfo("Europe/Berlin"))
    minutes = wall.hour * 60 + wall.minute
    for begins, ends in ((9 * 60, 10 * 60), (10 * 60, 11 * 60 + 30), (22 * 60, 23 * 60)):
        if begins <= minutes < ends:
            return DoorState.IN_USE
        if begins - 10 <= minutes < begins:
            return DoorState.STARTING
    return DoorState.FREE


def resident() -> int:
    """KiB of this process in memory."""
    gc.collect()
    lines = Path("/proc/self/smaps_rollup").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Rss:"))


def descriptors() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


async def live(folder: Path, start: datetime, steps: int) -> tuple[int, int, int]:
    """Let time pass step by step; how much memory, descriptors and tasks grew after the warm-up."""
    write_calendar(
        folder / "room.ics", daily("1", "0900", "1000"), daily("2", "1000", "1130"), daily("3", "2200", "2300")
    )
    before = (0, 0, 0)
    async with clock_at(folder / "clock", start) as hand, agent_in_here(settings(folder)) as kiosk:
        seen = await kiosk.until_state(lambda state: state.confirmed_at is not None)
        for step in range(steps):
            hand.forward(STEP)
            seen = await kiosk.until_state(lambda state, last=seen: confirmed_after(state, last))
            if seen.as_of.minute % 5 or seen.as_of.second > 5:  # no edge is within the moment of looking
                assert seen.availability.state is expected(seen.as_of), seen.as_of
            kiosk.heard.clear()
            if step == min(WARM_UP, steps // 2):
                before = resident(), descriptors(), len(asyncio.all_tasks())
        after = resident(), descriptors(), len(asyncio.all_tasks())
    return after[0] - before[0], after[1] - before[1], after[2] - before[2]


def confirmed_after(state: RoomState, last: RoomState) -> bool:
    return bool(state.confirmed_at and last.confirmed_at and state.confirmed_at > last.confirmed_at)


@pytest.mark.parametrize("start", ["2026-03-28T18:00:00+00:00", "2026-10-24T18:00:00+00:00"])
async def test_a_night_in_which_the_clock_changes_is_right_at_every_step(tmp_path: Path, start: str) -> None:
    _, files, tasks = await live(tmp_path, datetime.fromisoformat(start), 160)

    assert (files, tasks) == (0, 0)


@pytest.mark.prove
async def test_thirty_days_leave_no_trace(tmp_path: Path) -> None:
    steps = int(timedelta(days=30) / STEP)
    base = resident()

    grown, files, tasks = await live(tmp_path, datetime.fromisoformat("2026-10-10T00:00:00+00:00"), steps)

    assert grown <= base * 0.05, f"grew by {grown} KiB"
    assert (files, tasks) == (0, 0)
