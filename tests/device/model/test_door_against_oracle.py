"""The door against a second opinion: what it says, and that it stands until `next_change`."""

from collections import Counter
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from door_oracle import Oracle
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from random_doors import INSTANT, random_door
from worlds import BERLIN, MINUTE, ZONES, all_day, changes_of_the_clock, fresh, meeting, room

from device.model.availability import Availability, DoorState, Reason, availability
from device.model.clock import ClockTrust
from device.model.room import CheckInPolicy, OpenHours


def answer(known: Oracle, at: datetime) -> Availability:
    return availability(at, known.occurrences, known.room, known.freshness, known.clock)


def judge(known: Oracle, now: datetime, rng: Random) -> Availability:
    """The answer is right now, and the same and still right at moments up to the last before `next_change`."""
    said = answer(known, now)
    assert known.objections(said, now) == []
    stands_for = said.next_change - now
    for part in (rng.random(), rng.random()):
        assert answer(known, now + part * (stands_for - INSTANT)) == said
    last = said.next_change - INSTANT
    assert answer(known, last) == said
    assert known.objections(said, last) == []
    return said


def judge_many(doors: int, seed: int) -> None:
    seen: Counter[str] = Counter()
    for number in range(doors):
        rng = Random(f"{seed}/{number}")  # noqa: S311  a test wants the same doors each time
        known, now = random_door(rng)
        try:
            said = judge(known, now, rng)
        except AssertionError as wrong:
            raise AssertionError(f"door {seed}/{number}: {wrong}\n{known}\nat {now}") from wrong
        seen.update((said.state, said.reason))
    assert all(seen[each] > doors // 500 for each in (*DoorState, *Reason) if each is not Reason.AGENT_SILENT), seen


@settings(max_examples=150, suppress_health_check=list(HealthCheck))
@given(st.randoms(use_true_random=False))
def test_the_door_agrees_with_the_oracle_and_stands_until_the_next_change(rng: Random) -> None:
    judge(*random_door(rng), rng)


def test_five_thousand_doors_agree_with_the_oracle() -> None:
    judge_many(5_000, seed=1)


@pytest.mark.prove
def test_three_hundred_thousand_doors_agree_with_the_oracle() -> None:
    judge_many(300_000, seed=2)


OFFICE_DAY = OpenHours(opens="01:30", closes="22:00", days=tuple(range(7)))


def wrong_minutes(zone: str, first: datetime, until: datetime, step: timedelta = MINUTE) -> list[str]:
    """Every minute at which a door with meetings all around a change of the clock says what it should not."""
    house = room(zone, hours=(OFFICE_DAY,), check_in=CheckInPolicy())
    found, now = [], first
    while now < until:
        local = now.astimezone(ZoneInfo(zone)).date()
        meetings = [all_day(local, local + timedelta(days=1), "banner", cancelled=local.day % 3 > 0)]
        meetings += [
            meeting(start := now.replace(minute=0) + timedelta(hours=hour), start + timedelta(minutes=40), f"m{hour}")
            for hour in range(-2, 4, 2)
        ]
        known = Oracle(meetings, house, fresh(now), ClockTrust.TRUSTED)
        found += [f"{zone} {now}: {wrong}" for wrong in known.objections(answer(known, now), now)]
        now += step
    return found


@pytest.mark.parametrize("zone", ZONES)
def test_no_minute_is_wrong_around_either_change_of_the_clock(zone: str) -> None:
    changes = changes_of_the_clock(zone)
    assert len(changes) == 4
    for change in changes[:2]:
        hours = timedelta(hours=3)
        assert wrong_minutes(zone, change - hours, change + hours) == []


@pytest.mark.prove
@pytest.mark.parametrize("zone", ZONES)
def test_no_minute_of_thirty_days_is_wrong_around_either_change_of_the_clock(zone: str) -> None:
    for change in changes_of_the_clock(zone)[:2]:
        days = timedelta(days=15)
        assert wrong_minutes(zone, change - days, change + days) == []


def test_the_oracle_objects_to_a_wrong_answer() -> None:
    now = datetime.fromisoformat("2026-11-23T12:00:00+00:00")
    empty = Oracle((), room(BERLIN), fresh(now), ClockTrust.TRUSTED)
    busy = Oracle((meeting(now, now + 30 * MINUTE),), room(BERLIN), fresh(now), ClockTrust.TRUSTED)
    assert busy.objections(answer(empty, now), now)
    assert empty.objections(answer(busy, now), now)
