"""Two doors and other people at one moment: never two in a room, and nothing left behind."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, timedelta
from pathlib import Path

import pytest
from aiohttp import web
from far_side import FarSide, far_side
from far_sides import door_of
from ical_writer import calendar, vevents
from scripted_dav import ScriptedDav, said
from story import FRIDAY, Meeting, at, span

from device.calendars.caldav import PROVIDER, Options
from device.calendars.interface import Booking, RoomCalendar
from device.model.clock import ClockReading
from device.model.errors import BookingConflict, CalendarUnreachable, OccurrenceGone
from device.model.secret import Secret

WALK_UP = span(FRIDAY, "8:00", "8:30")
THEIRS = calendar(*vevents(Meeting("Theirs", span(FRIDAY, "8:15", "9:00"))))


class Clock:
    """A door's own clock, wrong by so many seconds."""

    def __init__(self, wrong: float = 0) -> None:
        self._now = at(FRIDAY, 8).astimezone(UTC) + timedelta(seconds=wrong)

    def read(self) -> ClockReading:
        return ClockReading(now=self._now, elapsed=timedelta())


@pytest.fixture
def dav() -> ScriptedDav:
    return ScriptedDav()


@pytest.fixture
async def doors(dav: ScriptedDav, tmp_path: Path) -> AsyncIterator[tuple[RoomCalendar, RoomCalendar]]:
    """Two doors of one room; the clock of the second is an hour slow."""
    async with far_side(dav, tmp_path) as side, AsyncExitStack() as stack:
        enter = stack.enter_async_context
        yield await enter(_door(side, Clock())), await enter(_door(side, Clock(-3600)))


def _door(side: FarSide, clock: Clock):  # type: ignore[no-untyped-def]
    options = Options(url=f"{side.url}/rooms/aurora/", username="d", password=Secret("s"), ca_bundle=side.ca_bundle)
    return door_of(PROVIDER, options, clock)


def booking(key: str) -> Booking:
    return Booking(key=key, start=WALK_UP.start, end=WALK_UP.end)


async def test_a_person_who_came_in_between_has_the_room(
    dav: ScriptedDav, doors: tuple[RoomCalendar, RoomCalendar]
) -> None:
    async def somebody_books(request: web.Request) -> web.StreamResponse | None:
        dav.store("theirs.ics", THEIRS)
        return None

    dav.hooks["PUT"] = somebody_books
    with pytest.raises(BookingConflict):
        await doors[0].book(booking("k"))
    assert list(dav.members) == ["theirs.ics"]


@pytest.mark.parametrize("seconds", [0, 1, 90])
async def test_the_door_that_wrote_first_has_the_room_and_the_other_yields(
    dav: ScriptedDav, doors: tuple[RoomCalendar, RoomCalendar], seconds: int
) -> None:
    """The first door has seen that it is alone before the other, who looked earlier, writes."""
    first, other = doors
    if not seconds:
        first, other = other, first  # within one second of the server it is the doors' own clocks that decide

    async def the_first_is_faster(request: web.Request) -> web.StreamResponse | None:
        dav.hooks.clear()
        await first.book(booking("first"))
        dav.seconds += seconds
        return None

    dav.hooks["PUT"] = the_first_is_faster
    with pytest.raises(BookingConflict):
        await other.book(booking("other"))
    (left,) = dav.members.values()
    assert said(left, "X-DOORLIGHT-KEY") == ["first"]


async def test_the_door_that_wrote_first_stays_though_it_sees_the_other(
    dav: ScriptedDav, doors: tuple[RoomCalendar, RoomCalendar]
) -> None:
    first, other = doors
    rival = await other.book(booking("other"))
    text = dav.members.pop(rival.id)

    async def the_other_writes_as_well(request: web.Request) -> web.StreamResponse | None:
        if "PUT" in dav.methods[3:]:
            dav.hooks.clear()
            dav.seconds += 5
            dav.store(rival.id, text)
        return None

    dav.hooks["REPORT"] = the_other_writes_as_well
    mine = await first.book(booking("first"))
    assert rival.id in dav.members
    with pytest.raises(BookingConflict):
        await other.book(booking("other"))
    assert list(dav.members) == [mine.id]


async def test_a_conflict_that_cannot_be_cleaned_up_is_no_quiet_conflict(
    dav: ScriptedDav, doors: tuple[RoomCalendar, RoomCalendar]
) -> None:
    async def somebody_books(request: web.Request) -> web.StreamResponse | None:
        dav.store("theirs.ics", THEIRS)
        return None

    async def broken(request: web.Request) -> web.StreamResponse | None:
        return web.Response(status=500)

    dav.hooks = {"PUT": somebody_books, "DELETE": broken}
    with pytest.raises(CalendarUnreachable):
        await doors[0].book(booking("k"))
    dav.hooks.clear()
    with pytest.raises(BookingConflict):
        await doors[0].book(booking("k"))
    assert list(dav.members) == ["theirs.ics"]


async def test_an_extension_into_which_somebody_came_is_taken_back(
    dav: ScriptedDav, doors: tuple[RoomCalendar, RoomCalendar]
) -> None:
    mine = await doors[0].book(booking("k"))

    async def somebody_books(request: web.Request) -> web.StreamResponse | None:
        dav.hooks.clear()
        dav.store("next.ics", calendar(*vevents(Meeting("Next", span(FRIDAY, "8:45", "9:30")))))
        return None

    dav.hooks["PUT"] = somebody_books
    with pytest.raises(BookingConflict):
        await doors[0].extend(mine, at(FRIDAY, 9))
    assert said(dav.members[mine.id], "DTEND") == ["20260327T073000Z"]


@pytest.mark.parametrize(("day", "days"), [("20260328", 1), ("20260331", 4)])
async def test_a_key_whose_booking_was_moved_away_is_still_that_booking(
    dav: ScriptedDav, doors: tuple[RoomCalendar, RoomCalendar], day: str, days: int
) -> None:
    mine = await doors[0].book(booking("k"))
    dav.store(mine.id, dav.members[mine.id].replace("20260327T07", f"{day}T07"))

    async def only_what_is_near(request: web.Request) -> web.StreamResponse | None:
        nothing = '<D:multistatus xmlns:D="DAV:"/>'
        return web.Response(status=207, text=nothing, content_type="application/xml") if days > 1 else None

    dav.hooks["REPORT"] = only_what_is_near
    again = await doors[0].book(booking("k"))
    assert (again.id, again.bounds("UTC").start) == (mine.id, mine.bounds("UTC").start + timedelta(days=days))
    assert len(dav.members) == 1


@pytest.mark.parametrize(("old", "new"), [("20260327T07", "20260327T12"), ("T070000Z", "T071500Z")])
async def test_what_somebody_moved_meanwhile_is_not_changed_unseen(
    dav: ScriptedDav, doors: tuple[RoomCalendar, RoomCalendar], old: str, new: str
) -> None:
    mine = await doors[0].book(booking("k"))
    moved = dav.members[mine.id].replace(old, new)
    dav.store(mine.id, moved)
    for act in (doors[0].extend, doors[0].end, doors[0].check_in):
        with pytest.raises(OccurrenceGone):
            await act(mine, at(FRIDAY, 8, 10))
    assert dav.members[mine.id] == moved


async def test_an_extension_to_an_earlier_end_and_a_second_check_in_change_nothing(
    dav: ScriptedDav, doors: tuple[RoomCalendar, RoomCalendar]
) -> None:
    mine = await doors[0].book(booking("k"))
    assert await doors[0].extend(mine, at(FRIDAY, 8, 20)) == mine
    first = await doors[0].check_in(mine, at(FRIDAY, 8, 1))
    assert await doors[1].check_in(mine, at(FRIDAY, 8, 5)) == first
    await doors[0].end(mine, at(FRIDAY, 9))
    assert dav.methods.count("PUT") == 2
