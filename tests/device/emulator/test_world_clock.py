"""The office's clock: pace, jumps, and a device that is wrong about it."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from office_clients import StillClock

from device.emulator.world_clock import WorldClock
from device.model.clock import ClockTrust

START = datetime(2026, 11, 23, 7, 55, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_time_passes_as_fast_as_the_pace_says() -> None:
    machine = StillClock()
    clock = WorldClock(START, rate=60, machine=machine)
    machine.elapsed += timedelta(seconds=2)
    assert clock.now == START + timedelta(minutes=2)
    clock.set_rate(1)
    machine.elapsed += timedelta(seconds=2)
    assert clock.now == START + timedelta(minutes=2, seconds=2)
    assert clock.read().elapsed == timedelta(minutes=2, seconds=2)
    assert clock.rate == 1


def test_a_jump_ahead_is_time_that_has_passed() -> None:
    clock = WorldClock(START, machine=StillClock())
    clock.jump(HOUR)
    assert clock.now == START + HOUR
    assert clock.read().elapsed == HOUR


def test_a_jump_back_moves_the_wall_clock_alone() -> None:
    clock = WorldClock(START, machine=StillClock())
    clock.jump(HOUR)
    clock.jump(-HOUR)
    assert clock.now == START
    assert clock.read().elapsed == HOUR


def test_the_device_can_be_wrong_while_the_office_is_right() -> None:
    clock = WorldClock(START, machine=StillClock())
    clock.set_device(-HOUR, ClockTrust.FLOOR)
    assert clock.now == START
    assert clock.read().trust is ClockTrust.TRUSTED
    assert clock.read_device().now == START - HOUR
    assert clock.read_device().trust is ClockTrust.FLOOR
    clock.set_device()
    assert clock.read_device() == clock.read()


@pytest.mark.parametrize("rate", [0, -1, 1e9, float("nan"), float("inf")])
def test_an_impossible_pace_is_refused_and_changes_nothing(rate: float) -> None:
    clock = WorldClock(START, machine=StillClock())
    with pytest.raises(ValueError, match="pace"):
        clock.set_rate(rate)
    assert clock.rate == 1


def test_a_jump_of_years_is_refused() -> None:
    clock = WorldClock(START, machine=StillClock())
    with pytest.raises(ValueError, match="400 days"):
        clock.jump(timedelta(days=4000))
    assert clock.now == START


async def test_who_waits_for_an_instant_is_woken_by_a_jump_past_it() -> None:
    clock = WorldClock(START, machine=StillClock())
    waiting = asyncio.create_task(clock.reach(START + HOUR))
    await asyncio.sleep(0)
    clock.jump(timedelta(minutes=59))
    await asyncio.sleep(0)
    assert not waiting.done()
    clock.jump(timedelta(minutes=1))
    await asyncio.wait_for(waiting, 5)


async def test_who_waits_for_an_instant_is_woken_when_it_comes() -> None:
    clock = WorldClock(START, rate=3600)
    await asyncio.wait_for(clock.reach(START + timedelta(minutes=2)), 5)
    assert clock.now >= START + timedelta(minutes=2)


async def test_who_waits_hears_of_a_change_made_before_the_waiting_began_to_run() -> None:
    clock = WorldClock(START, machine=StillClock())
    changed = clock.changed()
    clock.set_rate(2)
    await asyncio.wait_for(changed, 5)
