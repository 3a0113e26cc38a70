"""What people do at the door, against an office that keeps its calendar as Exchange does."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from far_side import far_side, json_answer
from graph_room import error, event, open_graph

from device.calendars.graph import PROVIDER
from device.calendars.graph.options import Options
from device.calendars.graph.shapes import CHECKED_IN
from device.calendars.interface import AccessToken, Booking, RoomCalendar
from device.emulator.event import Event, EventKind, Person
from device.emulator.faults import Fault
from device.emulator.mailbox import Mailbox
from device.emulator.office import Office, open_office
from device.emulator.series import Rule
from device.model.errors import (
    AccessDenied,
    AccessExpired,
    BookingConflict,
    CalendarBusy,
    CalendarUnreachable,
    OccurrenceGone,
    RoomNotFound,
)
from device.model.occurrence import Occurrence
from device.model.room import Room, RoomPolicy
from device.model.safetext import SafeText
from device.model.window import Dates, Window, window_around

TODAY = date(2026, 11, 23)
JANE = Person(name="Jane Doe", address="jane@elsewhere.example")
Between = Callable[[str], None]


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with open_office("empty", tmp_path) as office:
        yield office


@asynccontextmanager
async def door(office: Office, before: Between | None = None, **policy: Any) -> AsyncIterator[RoomCalendar]:
    """A door of Aurora; `before` is called with the number of each request before it goes out."""
    options = Options(
        tenant=office.tenant,
        client_id=office.client_id,
        client_secret=office.client_secret,
        endpoint=office.endpoint,
        authority=office.authority,
        ca_bundle=str(office.ca_bundle),
        timeout=10.0,
    )
    room: Room = msgspec.structs.replace(office.room("aurora").room, policy=RoomPolicy(**policy))
    assert PROVIDER.mint is not None
    token = await PROVIDER.mint(options, room.id, office.clock)
    count = 0

    async def access() -> AccessToken:
        nonlocal count
        count += 1
        if before:
            before(f"{count}")
        return token

    async with PROVIDER.open_room(room, options, access, office.clock) as calendar:
        yield calendar


def mailbox(office: Office) -> Mailbox:
    return office.tenant_cloud.mailboxes["aurora@office.example"]


def at(hour: float) -> datetime:
    """On the wall in Berlin, which is an hour ahead of UTC."""
    return datetime.fromisoformat("2026-11-23T00:00:00+00:00") + timedelta(hours=hour - 1)


def booking(start: float = 9, end: float = 10, key: str = "key-1", title: str = "") -> Booking:
    wanted = Booking(key=key, start=at(start), end=at(end))
    return msgspec.structs.replace(wanted, title=SafeText(title)) if title else wanted


def invite(office: Office, start: float = 9, end: float = 10, **changes: Any) -> Event:
    """Somebody's meeting in Aurora, made long ago."""
    box = mailbox(office)
    usual = {
        "id": box.new_id(),
        "when": Window(start=at(start), end=at(end)),
        "subject": "Budget",
        "organizer": JANE,
        "uid": "uid",
        "created": at(-100),
    }
    return box.add(Event(**(usual | changes)))


def series(office: Office) -> Event:
    return invite(office, 9, 10, kind=EventKind.MASTER, rule=Rule(first=TODAY, count=3), zone="Europe/Berlin")


async def shown(calendar: RoomCalendar) -> list[Occurrence]:
    found = await calendar.read(window_around(at(9), "Europe/Berlin", days=4))
    assert not found.skipped
    return list(found.occurrences)


async def the_one(calendar: RoomCalendar) -> Occurrence:
    (found,) = await shown(calendar)
    return found


class TestBooking:
    async def test_it_stands_in_the_calendar_for_everybody(self, office: Office) -> None:
        async with door(office) as calendar, door(office) as other:
            made = await calendar.book(booking())
            seen = await the_one(other)
        assert made == seen
        assert made.when == Window(start=at(9), end=at(10))
        assert (made.title, made.own, made.etag != "") == ("Booked at the door", True, True)
        (stored,) = mailbox(office).stored()
        assert (stored.show_as, stored.subject) == ("busy", "Booked at the door")

    async def test_it_may_be_called_something_else(self, office: Office) -> None:
        async with door(office) as calendar:
            assert (await calendar.book(booking(title="Stand-up"))).title == "Stand-up"

    async def test_the_same_key_twice_is_one_booking(self, office: Office) -> None:
        async with door(office) as calendar:
            first = await calendar.book(booking())
            again = await calendar.book(booking())
        assert first == again
        assert len(mailbox(office).stored()) == 1

    async def test_a_lost_answer_is_no_second_booking(self, office: Office) -> None:
        async with door(office) as calendar:
            office.faults.add(Fault.LOST_ANSWER, method="POST", path="/events", times=1)
            with pytest.raises(CalendarUnreachable):
                await calendar.book(booking())
            made = await calendar.book(booking())
        assert made.own
        assert len(mailbox(office).stored()) == 1

    async def test_a_repeat_finds_the_booking_even_when_it_was_made_longer_meanwhile(self, office: Office) -> None:
        async with door(office) as calendar:
            made = await calendar.book(booking())
            await calendar.extend(made, at(11))
            assert (await calendar.book(booking())).when == Window(start=at(9), end=at(11))

    async def test_what_is_taken_is_a_conflict_and_nothing_is_written(self, office: Office) -> None:
        invite(office, 9.5, 11)
        async with door(office) as calendar:
            with pytest.raises(BookingConflict):
                await calendar.book(booking())
        assert len(mailbox(office).changes) == 1

    async def test_back_to_back_is_no_conflict(self, office: Office) -> None:
        invite(office, 8, 9)
        invite(office, 10, 11)
        async with door(office) as calendar:
            assert (await calendar.book(booking())).own

    @pytest.mark.parametrize(
        "changes",
        [
            {"cancelled": True},
            {"response": "declined"},
            {"show_as": "free"},
            {"when": Window(start=at(9.5), end=at(9.5))},
        ],
    )
    async def test_what_does_not_occupy_is_no_conflict(self, changes: dict[str, Any], office: Office) -> None:
        invite(office, 9, 10, **changes)
        async with door(office) as calendar:
            assert (await calendar.book(booking())).own

    async def test_the_rooms_policy_says_what_occupies(self, office: Office) -> None:
        invite(office, 9, 10, show_as="tentative")
        async with door(office, tentative_occupies=True) as strict:
            with pytest.raises(BookingConflict):
                await strict.book(booking())
        async with door(office, tentative_occupies=False) as lax:
            assert (await lax.book(booking())).own

    async def test_a_day_of_dates_occupies_from_the_rooms_own_midnight(self, office: Office) -> None:
        invite(office, when=Dates(first=date(2026, 11, 24), until=date(2026, 11, 25)))
        async with door(office) as calendar:
            with pytest.raises(BookingConflict):
                await calendar.book(booking(23.5, 24.5))
            assert (await calendar.book(booking(23, 24, key="other"))).own

    async def test_who_was_earlier_is_yielded_to_and_nothing_of_ours_is_left(self, office: Office) -> None:
        def invited_meanwhile(request: str) -> None:
            if request == "2":
                invite(office, 9.5, 10.5)

        async with door(office, invited_meanwhile) as calendar:
            with pytest.raises(BookingConflict):
                await calendar.book(booking())
            assert [found.own for found in await shown(calendar)] == [False]

    async def test_who_comes_later_is_not_yielded_to(self, office: Office) -> None:
        def invited_meanwhile(request: str) -> None:
            if request == "3":
                invite(office, 9.5, 10.5, created=office.clock.now + timedelta(seconds=1))

        async with door(office, invited_meanwhile) as calendar:
            assert (await calendar.book(booking())).own

    async def test_a_yield_that_somebody_else_completes_is_as_good(self, office: Office) -> None:
        def meddle(request: str) -> None:
            if request == "2":
                invite(office, 9.5, 10.5)
            if request == "4":
                (ours,) = [found for found in mailbox(office).stored() if found.subject != "Budget"]
                mailbox(office).remove(ours.id)

        async with door(office, meddle) as calendar:
            with pytest.raises(BookingConflict):
                await calendar.book(booking())

    async def test_a_yield_that_fails_is_completed_by_the_repeat(self, office: Office) -> None:
        def meddle(request: str) -> None:
            if request == "2":
                invite(office, 9.5, 10.5)

        async with door(office, meddle) as calendar:
            office.faults.add(Fault.SERVER_ERROR, method="DELETE", times=1)
            with pytest.raises(CalendarUnreachable):
                await calendar.book(booking())
            with pytest.raises(BookingConflict):
                await calendar.book(booking())
            assert [found.own for found in await shown(calendar)] == [False]

    async def test_of_doors_that_book_at_once_exactly_one_wins(self, office: Office) -> None:
        office.faults.latency = 0.02
        async with door(office) as one, door(office) as two:
            for hour in range(9, 14):
                outcomes = await asyncio.gather(
                    one.book(booking(hour, hour + 1, f"one-{hour}")),
                    two.book(booking(hour, hour + 1, f"two-{hour}")),
                    return_exceptions=True,
                )
                won = [outcome for outcome in outcomes if isinstance(outcome, Occurrence)]
                lost = [outcome for outcome in outcomes if isinstance(outcome, BookingConflict)]
                assert (len(won), len(lost)) == (1, 1)
            assert len(await shown(one)) == 5

    @pytest.mark.parametrize("status", [400, 409])
    async def test_a_key_that_graph_has_seen_is_looked_for(self, status: int, tmp_path: Path) -> None:
        async def handler(request: Any) -> Any:
            if request.method == "POST":
                return json_answer(error("ErrorDuplicateTransactionId"), status)
            return json_answer({"value": []})

        async with far_side(handler, tmp_path) as side, open_graph(side) as calendar:
            with pytest.raises(BookingConflict):
                await calendar.book(booking())
        assert [request.method for request in side.seen] == ["GET", "POST", "GET"]


class TestExtending:
    async def test_it_lasts_longer(self, office: Office) -> None:
        async with door(office) as calendar:
            made = await calendar.book(booking())
            longer = await calendar.extend(made, at(10.5))
            assert longer.when == Window(start=at(9), end=at(10.5))
            assert longer.own
            assert longer == await the_one(calendar)

    async def test_somebody_elses_meeting_may_last_longer_too(self, office: Office) -> None:
        invite(office)
        async with door(office) as calendar:
            assert (await calendar.extend(await the_one(calendar), at(11))).when == Window(start=at(9), end=at(11))

    async def test_until_the_next_begins_and_not_longer(self, office: Office) -> None:
        invite(office, 10.5, 11)
        async with door(office) as calendar:
            made = await calendar.book(booking())
            assert await calendar.extend(made, at(10.5))
            with pytest.raises(BookingConflict):
                await calendar.extend(made, at(10.75))
            assert mailbox(office).stored()[1].when == Window(start=at(9), end=at(10.5))

    async def test_what_lasts_longer_already_is_left_alone(self, office: Office) -> None:
        async with door(office) as calendar:
            made = await calendar.book(booking())
            await calendar.extend(made, at(11))
            version = mailbox(office).stored()[0].version
            assert (await calendar.extend(made, at(10.5))).when == Window(start=at(9), end=at(11))
            assert mailbox(office).stored()[0].version == version

    async def test_dates_do_not_grow(self, office: Office) -> None:
        invite(office, when=Dates(first=TODAY, until=date(2026, 11, 24)))
        async with door(office) as calendar:
            with pytest.raises(BookingConflict):
                await calendar.extend(await the_one(calendar), at(25))

    async def test_only_the_one_of_a_series_lasts_longer(self, office: Office) -> None:
        series(office)
        async with door(office) as calendar:
            first, *others = await shown(calendar)
            await calendar.extend(first, at(10.5))
            again = await shown(calendar)
        assert again[0].when == Window(start=at(9), end=at(10.5))
        assert [found.when for found in again[1:]] == [found.when for found in others]

    async def test_what_changed_in_the_last_instant_is_not_overwritten(self, office: Office) -> None:
        stored = invite(office)

        def meddle(request: str) -> None:
            if request == "4":
                mailbox(office).replace(msgspec.structs.replace(stored, subject="Changed"))

        async with door(office, meddle) as calendar:
            found = await the_one(calendar)
            with pytest.raises(OccurrenceGone):
                await calendar.extend(found, at(10.5))
        assert mailbox(office).stored()[0].when == Window(start=at(9), end=at(10))


class TestEnding:
    async def test_our_own_is_shortened_once_it_runs(self, office: Office) -> None:
        async with door(office) as calendar:
            made = await calendar.book(booking())
            await calendar.end(made, at(9.25))
            assert (await the_one(calendar)).when == Window(start=at(9), end=at(9.25))

    @pytest.mark.parametrize("early", [8.5, 9])
    async def test_our_own_is_removed_before_it_runs(self, early: float, office: Office) -> None:
        async with door(office) as calendar:
            await calendar.end(await calendar.book(booking()), at(early))
            assert not await shown(calendar)

    async def test_somebody_elses_is_shortened_in_the_room_alone(self, office: Office) -> None:
        invite(office)
        async with door(office) as calendar:
            await calendar.end(await the_one(calendar), at(9.25))
            found = await the_one(calendar)
        assert (found.when, found.title) == (Window(start=at(9), end=at(9.25)), "Budget")

    async def test_somebody_elses_is_declined_where_it_cannot_be_shortened(self, office: Office) -> None:
        invite(office)
        async with door(office) as calendar:
            found = await the_one(calendar)
            office.faults.add(Fault.FORBIDDEN, method="PATCH", path="/events/")
            await calendar.end(found, at(9.25))
            assert not await shown(calendar)

    async def test_our_own_that_cannot_be_shortened_is_an_administrators_matter(self, office: Office) -> None:
        async with door(office) as calendar:
            made = await calendar.book(booking())
            office.faults.add(Fault.FORBIDDEN, method="PATCH", path="/events/")
            with pytest.raises(AccessDenied):
                await calendar.end(made, at(9.25))

    async def test_a_room_that_may_write_nothing_says_so(self, office: Office) -> None:
        invite(office)
        async with door(office) as calendar:
            found = await the_one(calendar)
            office.faults.add(Fault.FORBIDDEN, method="PATCH", path="/events/")
            office.faults.add(Fault.FORBIDDEN, method="POST", path="/decline")
            with pytest.raises(AccessDenied):
                await calendar.end(found, at(9.25))

    async def test_somebody_elses_that_has_not_begun_is_declined(self, tmp_path: Path) -> None:
        asked = []

        async def handler(request: Any) -> Any:
            if request.method == "POST":
                asked.append((request.path, await request.json()))
                return json_answer("", 202)
            return json_answer(event("1", 9, 10) if "/events/" in request.path else {"value": [event("1", 9, 10)]})

        async with far_side(handler, tmp_path) as side, open_graph(side) as calendar:
            (found,) = await shown(calendar)
            await calendar.end(found, at(9))
        (path, reply), *others = asked
        assert path.endswith("/events/1/decline")
        assert reply["sendResponse"] is True
        assert reply["comment"]
        assert not others

    async def test_what_the_room_itself_organizes_is_removed_and_not_declined(self, office: Office) -> None:
        invite(office, 9, 10, response="organizer")
        async with door(office) as calendar:
            await calendar.end(await the_one(calendar), at(8))
            assert not await shown(calendar)

    async def test_only_the_one_of_a_series_ends(self, office: Office) -> None:
        series(office)
        async with door(office) as calendar:
            first, second, third = await shown(calendar)
            await calendar.end(first, at(9.25))
            await calendar.end(second, at(9))
            again = await shown(calendar)
        assert [found.id for found in again] == [first.id, third.id]
        assert again[0].when == Window(start=at(9), end=at(9.25))

    async def test_a_day_of_dates_becomes_the_hours_that_it_took(self, office: Office) -> None:
        invite(office, when=Dates(first=TODAY, until=date(2026, 11, 25)))
        async with door(office) as calendar:
            await calendar.end(await the_one(calendar), at(9.25))
            assert (await the_one(calendar)).when == Window(start=at(0), end=at(9.25))

    async def test_what_is_over_is_left_as_it_was(self, office: Office) -> None:
        async with door(office) as calendar:
            made = await calendar.book(booking())
            await calendar.end(made, at(10))
            await calendar.end(made, at(11))
            assert (await the_one(calendar)).when == Window(start=at(9), end=at(10))


Act = Callable[[RoomCalendar, Occurrence], Any]
ACTS: list[Act] = [
    lambda calendar, found: calendar.extend(found, at(10.5)),
    lambda calendar, found: calendar.end(found, at(9.25)),
    lambda calendar, found: calendar.check_in(found, at(9)),
]


@pytest.mark.parametrize("act", ACTS, ids=["extend", "end", "check in"])
class TestWhatIsNotThereAnyMore:
    async def test_removed(self, act: Act, office: Office) -> None:
        stored = invite(office)
        async with door(office) as calendar:
            found = await the_one(calendar)
            mailbox(office).remove(stored.id)
            with pytest.raises(OccurrenceGone):
                await act(calendar, found)

    async def test_an_id_that_means_nothing(self, act: Act, office: Office) -> None:
        invite(office)
        async with door(office) as calendar:
            found = msgspec.structs.replace(await the_one(calendar), id="bm9uZQ")
            with pytest.raises(OccurrenceGone):
                await act(calendar, found)

    async def test_a_mailbox_that_is_gone_is_another_matter(self, act: Act, office: Office) -> None:
        invite(office)
        async with door(office) as calendar:
            found = await the_one(calendar)
            office.faults.add(Fault.NOT_FOUND)
            with pytest.raises(RoomNotFound):
                await act(calendar, found)

    async def test_access_that_ran_out(self, act: Act, office: Office) -> None:
        invite(office)
        async with door(office) as calendar:
            found = await the_one(calendar)
            office.faults.add(Fault.UNAUTHORISED)
            with pytest.raises(AccessExpired):
                await act(calendar, found)

    async def test_patience_asked_for(self, act: Act, office: Office) -> None:
        invite(office)
        async with door(office) as calendar:
            found = await the_one(calendar)
            office.faults.add(Fault.THROTTLED, retry_after="2.128")
            with pytest.raises(CalendarBusy) as caught:
                await act(calendar, found)
        assert caught.value.retry_after == timedelta(seconds=2.128)


@pytest.mark.parametrize("act", ACTS[:2], ids=["extend", "end"])
class TestWhatIsNotWhatTheDoorShowed:
    async def test_moved(self, act: Act, office: Office) -> None:
        stored = invite(office)
        async with door(office) as calendar:
            found = await the_one(calendar)
            moved = mailbox(office).replace(msgspec.structs.replace(stored, when=Window(start=at(33), end=at(34))))
            with pytest.raises(OccurrenceGone):
                await act(calendar, found)
        assert mailbox(office).stored() == (moved,)

    @pytest.mark.parametrize("changes", [{"cancelled": True}, {"response": "declined"}])
    async def test_called_off(self, changes: dict[str, Any], act: Act, office: Office) -> None:
        stored = invite(office)
        async with door(office) as calendar:
            found = await the_one(calendar)
            called_off = mailbox(office).replace(msgspec.structs.replace(stored, **changes))
            with pytest.raises(OccurrenceGone):
                await act(calendar, found)
        assert mailbox(office).stored() == (called_off,)


class TestCheckingIn:
    async def test_two_doors_of_one_room_agree(self, office: Office) -> None:
        invite(office)
        async with door(office) as calendar, door(office) as other:
            came = await calendar.check_in(await the_one(calendar), at(9))
            assert came.checked_in_at == at(9)
            assert came == await the_one(other)

    async def test_of_a_series_only_this_once(self, office: Office) -> None:
        series(office)
        async with door(office) as calendar:
            first, *_ = await shown(calendar)
            await calendar.check_in(first, at(9))
            assert [found.checked_in_at for found in await shown(calendar)] == [at(9), None, None]

    async def test_it_survives_what_happens_later_at_the_door(self, office: Office) -> None:
        invite(office)
        async with door(office) as calendar:
            came = await calendar.check_in(await the_one(calendar), at(9))
            longer = await calendar.extend(came, at(10.5))
            assert longer.checked_in_at == at(9)
            assert longer == await the_one(calendar)

    async def test_what_the_door_may_not_tell_is_not_needed(self, office: Office) -> None:
        invite(office)
        async with door(office) as calendar:
            seen = await the_one(calendar)
            redacted = msgspec.structs.replace(seen, title=SafeText(""), organizer=SafeText(""), organizer_address="")
            assert (await calendar.check_in(redacted, at(9))).checked_in_at == at(9)

    async def test_a_silent_yes_is_a_yes(self, tmp_path: Path) -> None:
        async def handler(request: Any) -> Any:
            if request.method == "PATCH":
                (mark,) = (await request.json())["singleValueExtendedProperties"]
                assert mark == {"id": CHECKED_IN, "value": "2026-11-23T08:00:00+00:00"}
                return json_answer("", 204)
            return json_answer({"value": [event("1", 8, 9)]})

        async with far_side(handler, tmp_path) as side, open_graph(side) as calendar:
            (found,) = await shown(calendar)
            assert (await calendar.check_in(found, at(9))).checked_in_at == at(9)


async def test_busy_times_of_the_neighbours(office: Office) -> None:
    invite(office, 9, 10)
    invite(office, 10, 11)
    async with door(office) as calendar:
        window = Window(start=at(8), end=at(18))
        found = await calendar.busy(["aurora@office.example", "cosmos@office.example", "nobody@office.example"], window)
    assert found == {
        "aurora@office.example": (Window(start=at(9), end=at(11)),),
        "cosmos@office.example": (),
        "nobody@office.example": None,
    }
