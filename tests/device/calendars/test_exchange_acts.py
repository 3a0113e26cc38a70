"""What a person does at the door, on the office's Exchange: and what happens when others do something meanwhile."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pytest
from exchange_room import Standing
from exchange_worlds import options_for

from device.calendars.exchange import PROVIDER
from device.calendars.exchange import calendar as calendar_module
from device.calendars.exchange.options import Access
from device.calendars.interface import AccessToken, Booking, RoomCalendar
from device.emulator.event import Event
from device.emulator.ews.exchange import Share
from device.emulator.faults import Fault
from device.emulator.mailbox import Mailbox, event_bounds
from device.emulator.office import Office, open_office
from device.model.errors import (
    AccessDenied,
    BookingConflict,
    CalendarUnreachable,
    OccurrenceGone,
    SyncTokenExpired,
)
from device.model.occurrence import Occurrence
from device.model.room import Room
from device.model.safetext import SafeText
from device.model.window import Dates, Window

ROOM = Room(id="aurora@office.example", name=SafeText("Aurora"), zone="Europe/Berlin")
MINUTES = timedelta(minutes=1)


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with open_office("monday", tmp_path, machine=Standing()) as opened:
        yield opened


@asynccontextmanager
async def door(office: Office, **changes: Any) -> AsyncIterator[RoomCalendar]:
    chosen = options_for(office, **changes)

    async def access() -> AccessToken:
        return AccessToken(token=office.exchange.password, username=office.exchange.username)

    async with PROVIDER.open_room(ROOM, chosen, access, Standing(office.clock.now)) as calendar:
        yield calendar


@pytest.fixture
async def calendar(office: Office) -> AsyncIterator[RoomCalendar]:
    async with door(office) as opened:
        yield opened


@pytest.fixture
def mailbox(office: Office) -> Mailbox:
    return office.tenant_cloud.mailboxes[ROOM.id]


def around(office: Office) -> Window:
    return Window(start=office.clock.now - timedelta(hours=12), end=office.clock.now + timedelta(hours=36))


def booking(office: Office, key: str = "press-1", minutes: int = 30, after: int = 0) -> Booking:
    start = office.clock.now + after * MINUTES
    return Booking(key=key, start=start, end=start + minutes * MINUTES, title=SafeText("Walk-up"))


async def titled(calendar: RoomCalendar, office: Office, title: str) -> Occurrence:
    found = (await calendar.read(around(office))).occurrences
    return next(one for one in found if one.title == title)


def held(mailbox: Mailbox, office: Office) -> dict[str, Window]:
    return {event.subject: event_bounds(event, mailbox.zone) for event in mailbox.view(around(office))}


async def test_a_retry_after_a_lost_answer_is_one_booking(
    calendar: RoomCalendar, office: Office, mailbox: Mailbox
) -> None:
    office.faults.add(Fault.LOST_ANSWER, path="/CreateItem/", times=1)
    with pytest.raises(CalendarUnreachable):
        await calendar.book(booking(office))
    booked = await calendar.book(booking(office))
    assert [event.subject for event in mailbox.stored()].count("Walk-up") == 1
    assert booked.own


@pytest.mark.parametrize("key", ["\r\nX: y", "<&>'\"", "日本語", "k" * 5000, "ключ" * 200, " "])
async def test_any_key_makes_one_booking(calendar: RoomCalendar, office: Office, mailbox: Mailbox, key: str) -> None:
    once, twice = [await calendar.book(booking(office, key)) for _ in range(2)]
    assert once.id == twice.id
    with pytest.raises(BookingConflict):
        await calendar.book(booking(office, f"{key}."))
    assert [event.subject for event in mailbox.stored()].count("Walk-up") == 1


async def test_two_items_of_one_key_become_one(calendar: RoomCalendar, office: Office, mailbox: Mailbox) -> None:
    first = await calendar.book(booking(office))
    event = next(event for event in mailbox.stored() if event.subject == "Walk-up")
    mailbox.add(msgspec.structs.replace(event, id=mailbox.new_id(), version=0))
    assert (await calendar.book(booking(office))).id == first.id
    assert [event.subject for event in mailbox.stored()].count("Walk-up") == 1


@pytest.mark.parametrize("doors", [2, 3])
async def test_of_several_doors_in_one_second_one_books(office: Office, mailbox: Mailbox, doors: int) -> None:
    async with door(office) as one, door(office) as two, door(office) as three:
        pressed = [each.book(booking(office, f"press-{n}")) for n, each in enumerate((one, two, three)[:doors])]
        results = await asyncio.gather(*pressed, return_exceptions=True)
    assert sum(isinstance(result, Occurrence) for result in results) == 1, results
    assert sum(isinstance(result, BookingConflict) for result in results) == doors - 1, results
    assert [event.subject for event in mailbox.stored()].count("Walk-up") == 1


async def test_a_rival_of_the_same_second_that_stays_wins(
    calendar: RoomCalendar, office: Office, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exchange does not tell who was first, so the one that does not know gives way: never two."""
    monkeypatch.setattr(calendar_module, "_GLANCE", 0.01)
    when = Window(start=office.clock.now, end=office.clock.now + 30 * MINUTES)

    def come_between(changed: Mailbox, _: object) -> None:
        if changed is mailbox:
            office.tenant_cloud.watchers.remove(come_between)
            mailbox.add(Event(id=f"{mailbox.address}/zzz", when=when, subject="Rival", uid="rival"))

    office.tenant_cloud.watchers.append(come_between)
    with pytest.raises(BookingConflict):
        await calendar.book(booking(office))
    assert "Rival" in held(mailbox, office)
    assert "Walk-up" not in held(mailbox, office)


async def test_whoever_was_there_a_second_earlier_keeps_the_room(
    calendar: RoomCalendar, office: Office, mailbox: Mailbox
) -> None:
    now = office.clock.now
    when = Window(start=now, end=now + 30 * MINUTES)

    def come_earlier(changed: Mailbox, _: object) -> None:
        office.tenant_cloud.watchers.remove(come_earlier)
        event = Event(
            id=f"{mailbox.address}/000", when=when, subject="Rival", uid="r", created=now - timedelta(seconds=2)
        )
        mailbox.add(event)

    office.tenant_cloud.watchers.append(come_earlier)
    with pytest.raises(BookingConflict):
        await calendar.book(booking(office))
    assert "Walk-up" not in held(mailbox, office)


async def test_a_running_meeting_is_shortened_in_the_rooms_copy(
    calendar: RoomCalendar, office: Office, mailbox: Mailbox
) -> None:
    office.clock.jump(45 * MINUTES)
    meeting = await titled(calendar, office, "Design review: the new door")
    at = office.clock.now
    await calendar.end(meeting, at)
    assert held(mailbox, office)["Design review: the new door"].end == at


async def test_where_exchange_refuses_that_the_room_declines(
    calendar: RoomCalendar, office: Office, mailbox: Mailbox
) -> None:
    office.clock.jump(45 * MINUTES)
    meeting = await titled(calendar, office, "Design review: the new door")
    office.faults.add(Fault.FORBIDDEN, path="/UpdateItem/")
    await calendar.end(meeting, office.clock.now)
    assert "Design review: the new door" not in held(mailbox, office)


async def test_what_was_booked_here_is_not_declined_but_told(calendar: RoomCalendar, office: Office) -> None:
    booked = await calendar.book(booking(office))
    office.faults.add(Fault.FORBIDDEN, path="/UpdateItem/")
    with pytest.raises(AccessDenied):
        await calendar.end(booked, office.clock.now + 10 * MINUTES)


async def test_what_has_not_begun_is_declined_and_what_is_ours_removed(
    calendar: RoomCalendar, office: Office, mailbox: Mailbox
) -> None:
    before = len(office.ews_edge.operations)
    await calendar.end(await titled(calendar, office, "Design review: the new door"), office.clock.now)
    assert "CreateItem" in office.ews_edge.operations[before:]
    before = len(office.ews_edge.operations)
    await calendar.end(await calendar.book(booking(office)), office.clock.now)
    assert "DeleteItem" in office.ews_edge.operations[before:]
    assert {"Design review: the new door", "Walk-up"}.isdisjoint(held(mailbox, office))


async def test_a_day_that_is_ended_early_becomes_hours(
    calendar: RoomCalendar, office: Office, mailbox: Mailbox
) -> None:
    day = Dates(first=date(2026, 11, 23), until=date(2026, 11, 24))
    mailbox.add(Event(id=mailbox.new_id(), when=day, subject="Fair", uid="fair", zone="Europe/Berlin"))
    await calendar.end(await titled(calendar, office, "Fair"), office.clock.now)
    span = held(mailbox, office)["Fair"]
    assert (span.start, span.end) == (day.window("Europe/Berlin").start, office.clock.now)


async def test_an_extension_that_somebody_comes_between_is_put_back(
    calendar: RoomCalendar, office: Office, mailbox: Mailbox
) -> None:
    booked = await calendar.book(booking(office, minutes=10))
    end = booked.bounds(ROOM.zone).end

    def come_between(*_: object) -> None:
        office.tenant_cloud.watchers.remove(come_between)
        mailbox.add(
            Event(id=mailbox.new_id(), when=Window(start=end, end=end + 10 * MINUTES), subject="Rival", uid="r")
        )

    office.tenant_cloud.watchers.append(come_between)
    with pytest.raises(BookingConflict):
        await calendar.extend(booked, end + 10 * MINUTES)
    assert held(mailbox, office)["Walk-up"].end == end


async def test_what_was_moved_or_cancelled_meanwhile_is_gone(calendar: RoomCalendar, office: Office) -> None:
    meeting = await titled(calendar, office, "Design review: the new door")
    office.control.move_meeting("aurora")
    with pytest.raises(OccurrenceGone):
        await calendar.check_in(meeting, office.clock.now)
    moved = await titled(calendar, office, "Design review: the new door")
    office.control.cancel_meeting("aurora", at=moved.bounds(ROOM.zone).start)
    with pytest.raises(OccurrenceGone):
        await calendar.end(moved, office.clock.now)


async def test_the_first_check_in_counts_and_costs_no_second_write(calendar: RoomCalendar, office: Office) -> None:
    meeting = await titled(calendar, office, "Design review: the new door")
    first = await calendar.check_in(meeting, office.clock.now)
    again = await calendar.check_in(first, office.clock.now + 5 * MINUTES)
    assert again.checked_in_at == office.clock.now
    assert office.ews_edge.operations.count("UpdateItem") == 1


async def test_a_change_between_look_and_write_is_not_overwritten(
    calendar: RoomCalendar, office: Office, mailbox: Mailbox
) -> None:
    meeting = await titled(calendar, office, "Design review: the new door")
    event = next(event for event in mailbox.stored() if event.subject == "Design review: the new door")

    class Interrupting(list[str]):
        def append(self, operation: str) -> None:
            if operation == "UpdateItem":
                mailbox.replace(msgspec.structs.replace(event, location="Elsewhere"))
            super().append(operation)

    office.ews_edge.operations = Interrupting()
    with pytest.raises(OccurrenceGone):
        await calendar.check_in(meeting, office.clock.now)
    office.ews_edge.operations = []
    assert (await calendar.check_in(meeting, office.clock.now)).checked_in_at == office.clock.now


async def test_a_delegate_with_rights_books_and_one_without_is_denied(office: Office, mailbox: Mailbox) -> None:
    office.exchange.impersonates.clear()
    async with door(office, access=Access.DELEGATE) as calendar:
        with pytest.raises(AccessDenied):
            await calendar.read(around(office))
        office.exchange.shares[ROOM.id] = Share.REVIEWER
        assert await titled(calendar, office, "Sprint planning")
        with pytest.raises(AccessDenied):
            await calendar.book(booking(office))
        office.exchange.shares[ROOM.id] = Share.EDITOR
        booked = await calendar.book(booking(office))
        await calendar.check_in(booked, office.clock.now)
    assert "Walk-up" in held(mailbox, office)


async def test_acting_as_a_room_out_of_scope_is_denied(office: Office) -> None:
    office.exchange.impersonates.remove(ROOM.id)
    async with door(office) as calendar:
        with pytest.raises(AccessDenied):
            await calendar.read(around(office))


async def test_the_cursor_says_whether_anything_has_changed(calendar: RoomCalendar, office: Office) -> None:
    cursor = (await calendar.read(around(office))).cursor
    assert cursor
    assert not await calendar.changed(cursor)
    office.control.make_private("aurora")
    assert await calendar.changed(cursor)
    fresh = (await calendar.read(around(office))).cursor
    assert not await calendar.changed(fresh)
    office.control.expire_cursors()
    with pytest.raises(SyncTokenExpired):
        await calendar.changed(fresh)
    assert (await calendar.read(around(office))).cursor == ""
    assert not await calendar.changed((await calendar.read(around(office))).cursor)


async def test_a_calendar_of_many_years_has_no_cursor_before_it_was_gone_through(
    calendar: RoomCalendar, office: Office, mailbox: Mailbox
) -> None:
    long_ago = Window(start=office.clock.now - timedelta(days=900), end=office.clock.now - timedelta(days=899))
    for number in range(3000):
        mailbox.add(Event(id=f"{mailbox.address}/old{number}", when=long_ago, uid=str(number)))
    first, second = [(await calendar.read(around(office))).cursor for _ in range(2)]
    assert (first, bool(second)) == ("", True)
    assert not await calendar.changed(second)


async def test_without_a_state_of_the_calendar_the_window_is_read_all_the_same(
    calendar: RoomCalendar, office: Office
) -> None:
    office.faults.add(Fault.FORBIDDEN, path="/SyncFolderItems/")
    read = await calendar.read(around(office))
    assert (read.cursor, len(read.occurrences) > 5) == ("", True)
    assert await calendar.changed("")


async def test_busy_times_of_the_other_rooms(calendar: RoomCalendar, office: Office) -> None:
    rooms = [entry.address for entry in office.rooms if entry.address != ROOM.id]
    window = Window(start=office.clock.now, end=office.clock.now + timedelta(hours=8))
    busy = await calendar.busy([*rooms, "nobody@office.example"], window)
    assert busy["nobody@office.example"] is None
    assert busy["borealis@office.example"]
    for room in rooms:
        spans = busy[room]
        assert spans is not None
        assert list(spans) == sorted(spans, key=lambda span: span.start)
        assert all(one.end < other.start for one, other in pairwise(spans))
    assert await calendar.busy([], window) == {}


async def test_busy_times_of_many_rooms_and_months_are_asked_for_in_parts(
    calendar: RoomCalendar, office: Office
) -> None:
    window = Window(start=office.clock.now, end=office.clock.now + timedelta(days=130))
    asked = ["borealis@office.example", *(f"nobody{number}@office.example" for number in range(60))]
    busy = await calendar.busy(asked, window)
    assert office.ews_edge.operations.count("GetUserAvailability") == 6
    assert busy["borealis@office.example"]
    assert busy["nobody59@office.example"] is None
