"""What every calendar provider keeps to, told once: the interface's promises, against real far sides."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from far_sides import World, door_of
from story import EXPECTED, FRIDAY, REVIEW, ROOM, SATURDAY, STANDUP, STORY, SUNDAY, WINDOW, Meeting, at, shown, span

from device.calendars.interface import Booking, Provider, RoomCalendar
from device.model.availability import occupies
from device.model.errors import BookingConflict, OccurrenceGone, ReadOnlyCalendar
from device.model.occurrence import Occurrence
from device.model.safetext import SafeText
from device.model.window import Window, day_window

WALK_UP = span(FRIDAY, "8:00", "8:30")


def booking(key: str = "key-1", when: Window = WALK_UP) -> Booking:
    return Booking(key=key, start=when.start, end=when.end, title=SafeText("Walk-up"))


def bounds(occurrence: Occurrence) -> Window:
    return occurrence.bounds(ROOM.zone)


async def titled(door: RoomCalendar, title: str, window: Window = WINDOW) -> list[Occurrence]:
    return [one for one in (await door.read(window)).occurrences if one.title == title]


async def only(door: RoomCalendar, title: str, window: Window = WINDOW) -> Occurrence:
    (one,) = await titled(door, title, window)
    return one


async def test_the_whole_story_is_read_alike(world: World, door: RoomCalendar) -> None:
    for meeting in STORY:
        await world.enter(meeting)
    read = await door.read(WINDOW)
    told = [shown(one) for one in read.occurrences]
    assert told == [one for one in EXPECTED if one in told or not one.cancelled]  # which may be left out
    assert (read.skipped, read.truncated, read.window) == ((), False, WINDOW)


async def test_an_empty_calendar_is_an_answer(door: RoomCalendar) -> None:
    read = await door.read(WINDOW)
    assert (read.occurrences, read.skipped, read.truncated) == ((), (), False)


async def test_only_what_touches_the_window_is_read(world: World, door: RoomCalendar) -> None:
    for meeting in STORY:
        await world.enter(meeting)
    saturday = (await door.read(day_window(SATURDAY, ROOM.zone))).occurrences
    assert [one.title for one in saturday] == ["Across midnight", "Stand-up"]


async def test_identifiers_are_unique_and_last(world: World, door: RoomCalendar, provider: Provider) -> None:
    for meeting in STORY:
        await world.enter(meeting)
    first = [one.id for one in (await door.read(WINDOW)).occurrences]
    async with door_of(provider, world.options) as other_door:
        assert [one.id for one in (await other_door.read(WINDOW)).occurrences] == first
    assert len(set(first)) == len(first)


async def test_the_occurrences_of_a_series_share_its_name(world: World, door: RoomCalendar) -> None:
    await world.enter(STANDUP)
    assert len({one.series for one in (await door.read(WINDOW)).occurrences}) == 1


async def test_one_that_cannot_be_read_is_named_and_costs_no_other(world: World, door: RoomCalendar) -> None:
    await world.enter(REVIEW)
    await world.spoil()
    read = await door.read(WINDOW)
    assert [one.title for one in read.occurrences] == ["Review"]
    (skipped,) = read.skipped
    assert skipped.id
    assert skipped.why


async def test_a_change_by_somebody_else_is_noticed_and_seen(world: World, door: RoomCalendar) -> None:
    await world.enter(REVIEW)
    await world.enter(STANDUP)
    cursor = (await door.read(WINDOW)).cursor
    assert not cursor or not await door.changed(cursor)
    await world.withdraw(REVIEW)
    assert await door.changed(cursor)
    assert not await titled(door, "Review")
    assert await titled(door, "Stand-up")


async def test_the_server_tells_its_time_or_nothing(door: RoomCalendar) -> None:
    date = (await door.read(WINDOW)).server_date
    assert date is None or date.utcoffset() == timedelta()


@pytest.mark.usefixtures("writable")
async def test_a_booking_is_seen_by_others_and_known_as_ours(world: World, door: RoomCalendar) -> None:
    booked = await door.book(booking())
    assert (bounds(booked), booked.title, booked.own) == (WALK_UP, "Walk-up", True)
    assert await world.seen(WINDOW) == [("Walk-up", WALK_UP)]
    assert await only(door, "Walk-up") == booked


@pytest.mark.usefixtures("writable")
async def test_the_same_key_twice_is_one_booking(world: World, door: RoomCalendar) -> None:
    once, twice = await door.book(booking()), await door.book(booking())
    assert once.id == twice.id
    assert await world.seen(WINDOW) == [("Walk-up", WALK_UP)]


@pytest.mark.usefixtures("writable")
async def test_what_is_not_free_cannot_be_booked(world: World, door: RoomCalendar) -> None:
    await world.enter(REVIEW)
    with pytest.raises(BookingConflict):
        await door.book(booking(when=span(FRIDAY, "10:30", "11:30")))
    assert await world.seen(WINDOW) == [("Review", bounds_of(REVIEW))]


@pytest.mark.usefixtures("writable")
async def test_an_occurrence_of_a_series_keeps_the_room(world: World, door: RoomCalendar) -> None:
    await world.enter(STANDUP)
    with pytest.raises(BookingConflict):
        await door.book(booking(when=span(SUNDAY, "9:10", "9:40")))
    await door.book(booking(when=span(FRIDAY, "9:10", "9:40")))


@pytest.mark.usefixtures("writable")
async def test_a_booking_may_end_where_the_next_begins(world: World, door: RoomCalendar) -> None:
    await world.enter(REVIEW)
    await door.book(booking(when=span(FRIDAY, "9:30", "10:00")))
    await door.book(booking("key-2", span(FRIDAY, "11:00", "11:30")))
    assert len(await titled(door, "Walk-up")) == 2


@pytest.mark.usefixtures("writable")
async def test_free_cancelled_and_private_count_as_they_should(world: World, door: RoomCalendar) -> None:
    for meeting in STORY:
        await world.enter(meeting)
    await door.book(booking("on a cancelled one", span(FRIDAY, "15:00", "15:30")))
    await door.book(booking("on one that counts as free", span(FRIDAY, "15:30", "16:00")))
    for times in (("13:00", "13:30"), ("16:00", "16:30")):
        with pytest.raises(BookingConflict):
            await door.book(booking("on a private or a tentative one", span(FRIDAY, *times)))


@pytest.mark.usefixtures("writable")
async def test_of_two_doors_at_once_one_books_and_nothing_is_left_of_the_other(
    world: World, door: RoomCalendar, provider: Provider
) -> None:
    async with door_of(provider, world.options) as other:
        results = await asyncio.gather(door.book(booking("one")), other.book(booking("other")), return_exceptions=True)
    assert sum(isinstance(result, Occurrence) for result in results) == 1, results
    assert sum(isinstance(result, BookingConflict) for result in results) == 1, results
    assert await world.seen(WINDOW) == [("Walk-up", WALK_UP)]


@pytest.mark.usefixtures("writable")
async def test_a_booking_can_be_extended(world: World, door: RoomCalendar) -> None:
    booked = await door.book(booking())
    until = booked.bounds(ROOM.zone).end + timedelta(minutes=30)
    extended = await door.extend(booked, until)
    assert (extended.id, bounds(extended)) == (booked.id, Window(start=WALK_UP.start, end=until))
    assert await world.seen(WINDOW) == [("Walk-up", Window(start=WALK_UP.start, end=until))]


@pytest.mark.usefixtures("writable")
async def test_it_cannot_be_extended_into_the_next_meeting(world: World, door: RoomCalendar) -> None:
    await world.enter(REVIEW)
    booked = await door.book(booking(when=span(FRIDAY, "9:30", "9:45")))
    with pytest.raises(BookingConflict):
        await door.extend(booked, at(FRIDAY, 10, 15).astimezone(UTC))
    assert bounds(await only(door, "Walk-up")) == span(FRIDAY, "9:30", "9:45")
    extended = await door.extend(booked, at(FRIDAY, 10).astimezone(UTC))
    assert bounds(extended) == span(FRIDAY, "9:30", "10:00")


@pytest.mark.usefixtures("writable")
async def test_a_running_meeting_ends_when_it_is_ended(world: World, door: RoomCalendar) -> None:
    booked = await door.book(booking())
    await door.end(booked, at(FRIDAY, 8, 10).astimezone(UTC))
    assert await world.seen(WINDOW) == [("Walk-up", span(FRIDAY, "8:00", "8:10"))]
    await door.book(booking("next", span(FRIDAY, "8:10", "8:40")))


@pytest.mark.usefixtures("writable")
async def test_what_has_not_begun_is_taken_out(world: World, door: RoomCalendar) -> None:
    booked = await door.book(booking())
    await door.end(booked, at(FRIDAY, 7, 55).astimezone(UTC))
    assert await world.seen(WINDOW) == []
    assert (await door.read(WINDOW)).occurrences == ()


@pytest.mark.usefixtures("writable")
async def test_ending_one_day_of_a_series_leaves_the_others(world: World, door: RoomCalendar) -> None:
    await world.enter(STANDUP)
    saturday, sunday, monday = await titled(door, "Stand-up")
    await door.end(sunday, bounds(sunday).start + timedelta(minutes=5))
    await door.end(monday, bounds(monday).start - timedelta(minutes=5))
    left = [one for one in await titled(door, "Stand-up") if occupies(one, ROOM.policy)]
    if getattr(world, "invited", False):  # a guest frees the room by declining, and no time is its own to change
        assert [(one.id, bounds(one)) for one in left] == [(saturday.id, bounds(saturday))]
        return
    assert [one.id for one in left] == [saturday.id, sunday.id]
    assert [bounds(one).end - bounds(one).start for one in left] == [timedelta(minutes=30), timedelta(minutes=5)]


@pytest.mark.usefixtures("writable")
async def test_a_check_in_is_seen_at_the_other_door(world: World, door: RoomCalendar, provider: Provider) -> None:
    await world.enter(REVIEW)
    await world.enter(STANDUP)
    came = at(FRIDAY, 10, 1).astimezone(UTC)
    checked = await door.check_in(await only(door, "Review"), came)
    assert checked.checked_in_at == came
    sunday = (await titled(door, "Stand-up"))[1]
    await door.check_in(sunday, bounds(sunday).start)
    async with door_of(provider, world.options) as other:
        seen = {one.id: one.checked_in_at for one in (await other.read(WINDOW)).occurrences if one.checked_in_at}
    assert seen == {checked.id: came, sunday.id: bounds(sunday).start}


@pytest.mark.usefixtures("writable")
@pytest.mark.parametrize("act", ["extend", "end", "check_in"])
async def test_what_somebody_took_away_is_gone(act: str, world: World, door: RoomCalendar) -> None:
    await world.enter(REVIEW)
    review = await only(door, "Review")
    await world.withdraw(REVIEW)
    with pytest.raises(OccurrenceGone):
        await getattr(door, act)(review, bounds(review).end + timedelta(minutes=15))


@pytest.mark.usefixtures("writable")
async def test_words_from_the_door_arrive_unharmed(world: World, door: RoomCalendar) -> None:
    title = SafeText("Künstler, \\n; „Ä“ 日本語 𝄞" * 8, limit=120)
    booked = await door.book(Booking(key="\r\nX: y", start=WALK_UP.start, end=WALK_UP.end, title=title))
    assert booked.title == title
    assert await world.seen(WINDOW) == [(title, WALK_UP)]


async def test_a_calendar_that_is_read_only_says_so(provider: Provider, world: World, door: RoomCalendar) -> None:
    if provider.writable:
        pytest.skip(f"{provider.name} can be written")
    await world.enter(REVIEW)
    review = await only(door, "Review")
    acts = (door.book(booking()), door.extend(review, WINDOW.end), door.end(review, WINDOW.start))
    for act in (*acts, door.check_in(review, WINDOW.start)):
        with pytest.raises(ReadOnlyCalendar):
            await act
    assert await door.busy(["b", "a"], WINDOW) == {"a": None, "b": None}


async def test_more_than_the_limit_is_cut_off_at_the_end_and_said(world: World, door: RoomCalendar) -> None:
    start = datetime(2026, 3, 27, tzinfo=UTC)
    await world.enter(Meeting("Every day", Window(start=start, end=start + timedelta(minutes=5)), days=900))
    read = await door.read(Window(start=start, end=start + timedelta(days=600)))
    assert read.window.end <= start + timedelta(days=600)
    assert all(read.window.overlaps(bounds(one).start, bounds(one).end) for one in read.occurrences)
    assert len(read.occurrences) <= 500


def bounds_of(meeting: Meeting) -> Window:
    assert isinstance(meeting.when, Window)
    return meeting.when
