"""Days on which the clock changes, zones with two names, days without hours, exceptions, midnight: any of them, and
what a door makes of it is what two libraries make of it that no provider uses for it, dateutil and zoneinfo.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import DAILY, rrule
from far_sides import World, door_of
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from story import ROOM, Meeting

from device.calendars.interface import Provider, RoomCalendar
from device.model.window import Dates, Window

ZONES = {
    "Europe/Berlin": "W. Europe Standard Time",
    "America/New_York": "Eastern Standard Time",
    "Asia/Kolkata": "India Standard Time",
    "Australia/Lord_Howe": "Lord Howe Standard Time",
    "Pacific/Auckland": "New Zealand Standard Time",
    "UTC": "UTC",
}
"""By both their names; one of them changes by half an hour, two in the other half of the year, two never."""
CHANGES = tuple(map(date.fromisoformat, ("2026-03-08", "2026-03-29", "2026-04-05", "2026-09-27", "2026-10-04")))
CHANGES += (date(2026, 10, 25), date(2026, 11, 1))
"""Days on which one of them changes."""
TITLE = "Any"
When = Window | Dates


def exists(wall: datetime, zone: ZoneInfo) -> bool:
    """Whether a clock in that zone ever shows it."""
    return wall.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None) == wall


def instant(wall: datetime, zone: ZoneInfo) -> datetime:
    return wall.replace(tzinfo=zone).astimezone(UTC)


walls = st.builds(
    lambda day, off, at: datetime.combine(day + timedelta(days=off), at),
    st.sampled_from(CHANGES),
    st.integers(-3, 1),
    st.one_of(
        st.sampled_from([time(0), time(1, 30), time(2), time(2, 15), time(2, 30), time(3), time(23, 45)]),
        st.builds(time, st.integers(0, 23), st.sampled_from([0, 5, 50])),
    ),
)
lengths = st.sampled_from([5, 30, 60, 95, 24 * 60, 36 * 60]).map(lambda minutes: timedelta(minutes=minutes))


@st.composite
def timed(draw: st.DrawFn) -> tuple[Meeting, list[When]]:
    """A meeting with hours, once or daily, with days that were moved or dropped; and when it takes place."""
    name = draw(st.sampled_from(sorted(ZONES)))
    zone, wall, length = ZoneInfo(name), draw(walls), draw(lengths)
    days = draw(st.one_of(st.just(0), st.integers(2, 5)))
    begins = [instant(each, zone) for each in rrule(DAILY, dtstart=wall, count=days or 1)]
    # An iCalendar time that the clock shows twice is the first of the two: the second cannot be written.
    assume(exists(wall, zone) and (begins[0] + length).astimezone(zone).fold == 0)
    whole = [Window(start=start, end=start + length) for start in begins]
    later = [start.astimezone(zone).date() for start in begins]
    assume(len(set(later)) == len(later))
    picks = st.sets(st.sampled_from(range(1, days)), max_size=2) if days else st.just(set())
    moved_days, dropped_days = draw(picks), draw(picks)
    moved = {}
    for number in moved_days - dropped_days:
        by = draw(st.sampled_from([-90, 15, 120, 24 * 60])) * timedelta(minutes=1)
        start = whole[number].start + by
        assume(start.astimezone(zone).fold == 0 and (start + length).astimezone(zone).fold == 0)
        moved[number] = whole[number] = Window(start=start, end=start + length)
    meeting = Meeting(
        TITLE,
        Window(start=begins[0], end=begins[0] + length),
        zone=zone,
        windows_zone=draw(st.sampled_from(["", ZONES[name]])),
        days=days,
        moved={wall.date() + timedelta(days=number): when for number, when in moved.items()},
        dropped=tuple(wall.date() + timedelta(days=number) for number in sorted(dropped_days)),
    )
    return meeting, [when for number, when in enumerate(whole) if number not in dropped_days]


@st.composite
def dated(draw: st.DrawFn) -> tuple[Meeting, list[When]]:
    """An all-day meeting, once or daily: the same dates in every zone."""
    first, lasts = draw(walls).date(), timedelta(days=draw(st.integers(1, 3)))
    days = draw(st.one_of(st.just(0), st.integers(2, 4))) if lasts == timedelta(days=1) else 0
    spans = [first + timedelta(days=number) for number in range(days or 1)]
    meeting = Meeting(TITLE, Dates(first=first, until=first + lasts), zone=ZoneInfo(ROOM.zone), days=days)
    return meeting, [Dates(first=day, until=day + lasts) for day in spans]


meetings = st.one_of(timed(), timed(), dated())


@pytest.fixture
def calendar(
    world_of: tuple[Provider, Callable[[], AbstractAsyncContextManager[World]]],
) -> Callable[[], AbstractAsyncContextManager[tuple[World, RoomCalendar]]]:
    """A way to one world and a door of it, for all examples."""

    @asynccontextmanager
    async def opened() -> AsyncIterator[tuple[World, RoomCalendar]]:
        async with world_of[1]() as world, door_of(world_of[0], world.options) as door:
            yield world, door

    return opened


async def check(world: World, door: RoomCalendar, told: tuple[Meeting, list[When]]) -> None:
    """Somebody enters it, the door reads it, and everybody agrees on when it is."""
    meeting, expected = told
    bounds = [when.window(ROOM.zone) if isinstance(when, Dates) else when for when in expected]
    if not bounds:
        return
    margin = timedelta(days=1)
    window = Window(start=min(one.start for one in bounds) - margin, end=max(one.end for one in bounds) + margin)
    await world.enter(meeting)
    try:
        read = await door.read(window)
    finally:
        await world.withdraw(meeting)
    assert read.skipped == ()
    assert sorted((one.when for one in read.occurrences), key=str) == sorted(expected, key=str), meeting


ANY = {"deadline": None, "suppress_health_check": list(HealthCheck), "derandomize": True, "database": None}


@given(told=meetings)
@settings(max_examples=25, **ANY)
async def test_any_meeting_is_when_it_is(world: World, door: RoomCalendar, told: tuple[Meeting, list[When]]) -> None:
    await check(world, door, told)


@pytest.mark.prove
@given(told=meetings)
@settings(max_examples=400, **ANY)
async def test_any_of_many_meetings_is_when_it_is(
    world: World, door: RoomCalendar, told: tuple[Meeting, list[When]]
) -> None:
    await check(world, door, told)
