"""Real servers and a client that others wrote: what it enters is seen at the door, what the door books by it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import caldav
import pytest
from dav_worlds import WHO, DavWorld, new_collection
from far_sides import door_of
from story import BERLIN, FRIDAY, SUNDAY, WINDOW, at, span

from device.calendars.caldav import PROVIDER
from device.calendars.interface import Booking, RoomCalendar
from device.model.errors import OccurrenceGone
from device.model.occurrence import Occurrence
from device.model.safetext import SafeText
from device.model.window import Window


@pytest.fixture(params=["radicale_url", "xandikos_url"])
async def world(request: pytest.FixtureRequest) -> AsyncIterator[DavWorld]:
    async with new_collection(request.getfixturevalue(request.param)) as world:
        yield world


@pytest.fixture
async def door(world: DavWorld) -> AsyncIterator[RoomCalendar]:
    async with door_of(PROVIDER, world.options) as door:
        yield door


@contextmanager
def their_calendar(world: DavWorld) -> Iterator[Any]:
    """The same collection through the caldav library."""
    with caldav.DAVClient(url=world.url, username=WHO[0], password=WHO[1]) as client:
        yield client.calendar(url=world.url)


async def theirs(world: DavWorld, act: Callable[[Any], Any]) -> Any:
    """Let the other client do something."""

    def run() -> Any:
        with their_calendar(world) as calendar:
            return act(calendar)

    return await asyncio.to_thread(run)


async def only(door: RoomCalendar, title: str) -> Occurrence:
    (found,) = [one for one in (await door.read(WINDOW)).occurrences if one.title == title]
    return found


async def test_what_another_client_enters_moves_and_removes_is_seen(world: DavWorld, door: RoomCalendar) -> None:
    begin = datetime(2026, 3, 27, 10, tzinfo=BERLIN)
    cursor = (await door.read(WINDOW)).cursor
    await theirs(
        world, lambda it: it.add_event(dtstart=begin, dtend=begin + timedelta(hours=1), summary="Theirs", uid="t")
    )
    assert await door.changed(cursor)
    assert (await only(door, "Theirs")).when == span(FRIDAY, "10:00", "11:00")

    def move(it: Any) -> None:
        event = it.get_event_by_uid("t")
        with event.edit_icalendar_component() as component:
            component.pop("DTEND")
            component.add("DTEND", begin + timedelta(hours=2))
        event.save()

    await theirs(world, move)
    assert (await only(door, "Theirs")).when == span(FRIDAY, "10:00", "12:00")
    seen = await only(door, "Theirs")
    await theirs(world, lambda it: it.get_event_by_uid("t").delete())
    assert (await door.read(WINDOW)).occurrences == ()
    with pytest.raises(OccurrenceGone):
        await door.end(seen, at(FRIDAY, 10, 30).astimezone(UTC))


async def test_what_the_door_books_extends_and_ends_is_seen_by_another_client(
    world: DavWorld, door: RoomCalendar
) -> None:
    when = span(FRIDAY, "8:00", "8:30")

    def events(it: Any) -> list[tuple[str, Window]]:
        found = it.search(start=WINDOW.start, end=WINDOW.end, event=True, expand=True)
        parts = [one.get_icalendar_component() for one in found]
        return [(str(part["SUMMARY"]), Window(start=part["DTSTART"].dt, end=part["DTEND"].dt)) for part in parts]

    booking = Booking(key="k", start=when.start, end=when.end, title=SafeText("Künstlerfrühstück, \\;"))
    mine = await door.book(booking)
    assert await theirs(world, events) == [(booking.title, when)]
    mine = await door.extend(mine, at(FRIDAY, 9).astimezone(UTC))
    assert await theirs(world, events) == [(booking.title, span(FRIDAY, "8:00", "9:00"))]
    await door.end(mine, at(FRIDAY, 8, 20).astimezone(UTC))
    assert await theirs(world, events) == [(booking.title, span(FRIDAY, "8:00", "8:20"))]


async def test_what_the_door_does_to_a_series_is_understood_by_another_client(
    world: DavWorld, door: RoomCalendar
) -> None:
    begin = datetime(2026, 3, 27, 9, tzinfo=BERLIN)
    rule = {"FREQ": "DAILY", "COUNT": 4}
    await theirs(world, lambda it: it.add_event(dtstart=begin, duration=timedelta(minutes=30), summary="S", rrule=rule))
    friday, saturday, sunday, monday = (await door.read(WINDOW)).occurrences
    await door.check_in(friday, at(FRIDAY, 9).astimezone(UTC))
    await door.end(saturday, saturday.bounds("UTC").start)
    await door.end(sunday, at(SUNDAY, 9, 10).astimezone(UTC))

    def expanded_by_them(it: Any) -> list[str]:
        found = it.search(start=WINDOW.start, end=WINDOW.end, event=True, expand=True)
        parts = [part for one in found for part in one.icalendar_instance.walk("VEVENT")]
        spans = [(part.start, part.end) for part in parts]
        return sorted(f"{start.astimezone(UTC):%d %H:%M}-{end.astimezone(UTC):%H:%M}" for start, end in spans)

    assert await theirs(world, expanded_by_them) == ["27 08:00-08:30", "29 07:00-07:10", "30 07:00-07:30"]
    assert monday.id in {one.id for one in (await door.read(WINDOW)).occurrences}


async def test_the_free_busy_time_of_a_neighbour_is_the_same_both_ways(world: DavWorld, door: RoomCalendar) -> None:
    begin = datetime(2026, 3, 27, 9, tzinfo=BERLIN)
    await theirs(world, lambda it: it.add_event(dtstart=begin, dtend=begin + timedelta(hours=1), summary="A", uid="a"))
    later = begin + timedelta(hours=1)
    await theirs(world, lambda it: it.add_event(dtstart=later, dtend=later + timedelta(hours=1), summary="B", uid="b"))
    name = world.url.rstrip("/").rpartition("/")[2]
    assert await door.busy([name, "nobody"], WINDOW) == {name: (span(FRIDAY, "9:00", "11:00"),), "nobody": None}
