"""What people do at the door, against an office that keeps its calendars as Google does."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiohttp import web
from far_side import FarSide, Handler, far_side, json_answer
from google_room import EVENTS, always, error, event, open_google, own, page, sent
from google_room import at as hour_of_now
from google_schema import GoogleOracle
from google_worlds import with_refresh_token, with_service_account

from device.calendars.google import PROVIDER
from device.calendars.google.shapes import CHECKED_IN
from device.calendars.interface import AccessToken, Booking, RoomCalendar
from device.emulator.event import Attendee, Event, EventKind, Person
from device.emulator.faults import Fault
from device.emulator.google.event_json import PRIVATE
from device.emulator.google.workspace import Role
from device.emulator.mailbox import Mailbox
from device.emulator.office import Office, open_office
from device.emulator.series import Rule
from device.model.availability import occupies
from device.model.errors import (
    AccessDenied,
    AccessExpired,
    BookingConflict,
    CalendarBusy,
    CalendarUnreachable,
    OccurrenceGone,
    RoomNotFound,
)
from device.model.occurrence import Occurrence, Response
from device.model.room import Room, RoomPolicy
from device.model.safetext import SafeText
from device.model.window import Dates, Window, window_around

JANE = Person(name="Jane Doe", address="jane@elsewhere.example")
GUEST = Attendee(person=Person(name="Guest", address="guest@elsewhere.example"), response="accepted")
Between = Callable[[int], None]


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with open_office("empty", tmp_path) as office:
        with GoogleOracle().watching(office):
            yield office


@asynccontextmanager
async def door(office: Office, before: Between | None = None, **policy: Any) -> AsyncIterator[RoomCalendar]:
    """A door of Aurora; `before` is called with the number of each request before it goes out."""
    options = with_service_account(office)
    assert PROVIDER.mint is not None
    token = await PROVIDER.mint(options, "aurora", office.clock)
    number = 0

    async def access() -> AccessToken:
        nonlocal number
        number += 1
        if before:
            before(number)
        return token

    room = room_of(office)
    if policy:
        room = msgspec.structs.replace(room, policy=RoomPolicy(**policy))
    async with PROVIDER.open_room(room, options, access, office.clock) as calendar:
        yield calendar


def room_of(office: Office) -> Room:
    return office.room("aurora").room


def mailbox_of(office: Office) -> Mailbox:
    return office.tenant_cloud.mailboxes["aurora@office.example"]


def at(office: Office, minutes: float) -> datetime:
    """So many minutes after this one."""
    return office.clock.now.replace(second=0, microsecond=0) + timedelta(minutes=minutes)


def enter(office: Office, begins: float, ends: float, *, here: bool = False, **parts: Any) -> Event:
    """A meeting that Jane invited the room to, or wrote into its own calendar."""
    mailbox = mailbox_of(office)
    people: dict[str, Any] = {"organizer": JANE, "attendees": (GUEST,), "response": "accepted"}
    if here:
        people = {"organizer": mailbox.owner, "creator": JANE, "response": "organizer"}
    usual = {
        "id": mailbox.new_id(),
        "when": Window(start=at(office, begins), end=at(office, ends)),
        "subject": "Review",
        "uid": "review",
        "zone": "Europe/Berlin",
        "created": at(office, -10_000),
        **people,
    }
    return mailbox.add(Event(**(usual | parts)))


def booking(office: Office, begins: float = 0, ends: float = 30, key: str = "key") -> Booking:
    return Booking(key=key, start=at(office, begins), end=at(office, ends))


async def all_of(calendar: RoomCalendar, office: Office) -> list[Occurrence]:
    read = await calendar.read(window_around(office.clock.now, room_of(office).zone))
    return [one for one in read.occurrences if occupies(one, room_of(office).policy)]


async def only(calendar: RoomCalendar, office: Office) -> Occurrence:
    (one,) = await all_of(calendar, office)
    return one


def held(office: Office) -> list[tuple[str, Window | Dates, str]]:
    """What the calendar itself holds."""
    window = Window(start=at(office, -2000), end=at(office, 2000))
    return [(event.subject, event.when, event.response) for event in mailbox_of(office).view(window)]


async def test_a_booking_is_the_rooms_own_and_nobody_is_invited(office: Office) -> None:
    async with door(office) as calendar:
        booked = await calendar.book(booking(office))
    (stored,) = mailbox_of(office).stored()
    assert (stored.subject, stored.response, stored.attendees) == ("Booked at the door", "organizer", ())
    assert stored.when == Window(start=at(office, 0), end=at(office, 30))
    assert booked.id.startswith("doorlight")
    assert booked.own
    assert [name for name in stored.properties if name.startswith(PRIVATE)]


async def test_the_settings_may_name_the_title_and_a_person_another(office: Office) -> None:
    for title, shown in ((None, "Spontan gebucht"), (SafeText("Stand-up"), "Stand-up")):
        async with PROVIDER.open_room(
            room_of(office),
            msgspec.structs.replace(with_service_account(office), booked_title=SafeText("Spontan gebucht")),
            await _access(office),
            office.clock,
        ) as calendar:
            begins = 0 if title is None else 60
            more = {} if title is None else {"title": title}
            wanted = msgspec.structs.replace(booking(office, begins, begins + 30, key=shown), **more)
            assert (await calendar.book(wanted)).title == shown


async def _access(office: Office) -> Any:
    assert PROVIDER.mint is not None
    token = await PROVIDER.mint(with_service_account(office), "aurora", office.clock)

    async def access() -> AccessToken:
        return token

    return access


async def test_of_two_that_overlap_the_later_goes(office: Office) -> None:
    def intrude(number: int) -> None:
        if number == 2:  # between the look and the insert
            enter(office, 10, 20, subject="Earlier")

    async with door(office, intrude) as calendar:
        with pytest.raises(BookingConflict):
            await calendar.book(booking(office))
    assert [subject for subject, _, _ in held(office)] == ["Earlier"]


async def test_whoever_comes_later_is_no_rival(office: Office) -> None:
    def intrude(number: int) -> None:
        if number == 3:  # between the insert and the second look
            enter(office, 10, 20, subject="Later", created=at(office, 60))

    async with door(office, intrude) as calendar:
        assert (await calendar.book(booking(office))).own
    assert [subject for subject, _, _ in held(office)] == ["Booked at the door", "Later"]


async def test_a_key_is_used_once_even_if_its_answer_was_lost(office: Office) -> None:
    async with door(office) as calendar:
        office.faults.add(Fault.LOST_ANSWER, method="POST", times=1)
        with pytest.raises(CalendarUnreachable):
            await calendar.book(booking(office))
        assert (await calendar.book(booking(office))).own
    assert len(held(office)) == 1


async def test_a_booking_that_was_removed_is_not_made_again_under_its_key(office: Office) -> None:
    async with door(office) as calendar:
        booked = await calendar.book(booking(office))
        await calendar.end(booked, at(office, 0))
        with pytest.raises(BookingConflict, match="removed"):
            await calendar.book(booking(office))
    assert held(office) == []


async def test_a_booking_that_is_not_listed_yet_is_found_by_its_id(tmp_path: Path) -> None:
    stored = event("doorlightid", summary="Booked at the door")

    async def forgetful(request: web.Request) -> web.StreamResponse:
        if request.method == "POST":
            return json_answer(error("duplicate", 409), 409)
        return json_answer(page() if request.path == EVENTS else stored)

    async with far_side(forgetful, tmp_path) as side, open_google(side) as calendar:
        booked = await calendar.book(Booking(key="k", start=hour_of_now(10), end=hour_of_now(11)))
    assert booked.id == "doorlightid"


async def test_declined_and_free_meetings_are_in_nobodys_way(office: Office) -> None:
    enter(office, 0, 30, response="declined")
    enter(office, 0, 30, show_as="free")
    async with door(office) as calendar:
        assert (await calendar.book(booking(office))).own


async def test_a_tentative_meeting_is_in_the_way_as_the_room_has_it(office: Office) -> None:
    enter(office, 0, 30, response="tentativelyAccepted")
    async with door(office) as calendar:
        with pytest.raises(BookingConflict):
            await calendar.book(booking(office))
    async with door(office, tentative_occupies=False) as calendar:
        assert (await calendar.book(booking(office))).own


@pytest.mark.parametrize("role", [Role.READER, Role.FREE_BUSY])
async def test_a_calendar_that_may_only_be_read_is_denied(role: Role, office: Office) -> None:
    office.workspace.share("aurora@office.example", role)
    async with door(office) as calendar:
        with pytest.raises(AccessDenied):
            await calendar.book(booking(office))


async def test_ours_is_extended_in_place(office: Office) -> None:
    async with door(office) as calendar:
        booked = await calendar.book(booking(office))
        extended = await calendar.extend(booked, at(office, 45))
        assert (extended.id, extended.own) == (booked.id, True)
        assert await calendar.extend(extended, at(office, 40)) == extended
    assert [when for _, when, _ in held(office)] == [Window(start=at(office, 0), end=at(office, 45))]


async def test_somebody_elses_is_extended_by_a_booking_behind_it(office: Office) -> None:
    enter(office, -10, 20)
    async with door(office) as calendar:
        review = await only(calendar, office)
        behind = await calendar.extend(review, at(office, 35))
        assert behind.own
        assert behind.when == Window(start=at(office, 20), end=at(office, 35))
        assert (await calendar.extend(review, at(office, 35))).id == behind.id
    assert [(subject, when) for subject, when, _ in held(office)] == [
        ("Review", Window(start=at(office, -10), end=at(office, 20))),
        ("Booked at the door", Window(start=at(office, 20), end=at(office, 35))),
    ]


async def test_what_was_booked_behind_a_meeting_goes_with_it(office: Office) -> None:
    enter(office, -10, 20)
    async with door(office) as calendar:
        review = await only(calendar, office)
        await calendar.extend(review, at(office, 35))
        await calendar.end(review, at(office, 5))
        assert await all_of(calendar, office) == []


async def test_nothing_is_extended_into_the_next_meeting(office: Office) -> None:
    enter(office, 30, 60)
    async with door(office) as calendar:
        booked = await calendar.book(booking(office, 0, 20))
        with pytest.raises(BookingConflict):
            await calendar.extend(booked, at(office, 31))
        await calendar.extend(booked, at(office, 30))


async def test_who_comes_in_between_gets_the_time_back(office: Office) -> None:
    def intrude(number: int) -> None:
        if number == 7:  # after the patch and before the second look
            enter(office, 35, 60)

    async with door(office, intrude) as calendar:
        booked = await calendar.book(booking(office))  # three requests
        with pytest.raises(BookingConflict):
            await calendar.extend(booked, at(office, 45))
    assert held(office)[0][1] == Window(start=at(office, 0), end=at(office, 30))


async def test_whole_days_are_not_extended(office: Office) -> None:
    today = office.clock.now.date()
    enter(office, 0, 0, here=True, when=Dates(first=today, until=today + timedelta(days=1)))
    async with door(office) as calendar:
        with pytest.raises(BookingConflict):
            await calendar.extend(await only(calendar, office), at(office, 3000))


async def test_a_running_meeting_of_ours_is_shortened(office: Office) -> None:
    enter(office, -20, 40, here=True)
    async with door(office) as calendar:
        await calendar.end(await only(calendar, office), at(office, 0))
    assert held(office) == [("Review", Window(start=at(office, -20), end=at(office, 0)), "organizer")]


async def test_what_is_over_is_left_alone(office: Office) -> None:
    enter(office, -20, 40, here=True)
    async with door(office) as calendar:
        await calendar.end(await only(calendar, office), at(office, 50))
    assert held(office)[0][1] == Window(start=at(office, -20), end=at(office, 40))


async def test_somebody_elses_meeting_is_declined_and_nobody_elses_answer_is_touched(office: Office) -> None:
    enter(office, -20, 40)
    async with door(office) as calendar:
        await calendar.end(await only(calendar, office), at(office, 0))
        assert await all_of(calendar, office) == []
    (stored,) = mailbox_of(office).stored()
    assert (stored.response, stored.attendees) == ("declined", (GUEST,))
    assert stored.when == Window(start=at(office, -20), end=at(office, 40))


async def test_declining_tells_the_organizer_why_and_sends_no_list_of_guests(tmp_path: Path) -> None:
    async with _answering(event()) as (side, calendar):
        await calendar.end(_shown(), hour_of_now(10.5))
    patch = next(request for request in side.seen if request.method == "PATCH")
    assert patch.query["sendUpdates"] == "all"
    assert patch.headers["If-Match"] == '"one11"'
    told = {"email": "aurora@office.example", "responseStatus": "declined", "comment": "Ended at the door of the room."}
    assert await sent(patch) == {"attendeesOmitted": True, "attendees": [told]}


async def test_one_day_of_a_series_is_ended_alone(office: Office) -> None:
    start = at(office, -10)
    rule = Rule(first=start.date(), count=5)
    enter(office, -10, 30, here=True, zone="UTC", kind=EventKind.MASTER, rule=rule)
    async with door(office) as calendar:
        first, second, *_ = await all_of(calendar, office)
        await calendar.end(first, at(office, 0))
        await calendar.end(second, at(office, 0))
        left = await all_of(calendar, office)
    assert left[0].id == first.id
    assert left[0].when == Window(start=start, end=at(office, 0))
    assert second.id not in [one.id for one in left]
    assert len(left) >= 1


async def test_a_whole_day_of_ours_ends_when_it_is_ended(office: Office) -> None:
    zone, now = room_of(office).zone, at(office, 0)
    today = now.date()
    enter(office, 0, 0, here=True, when=Dates(first=today, until=today + timedelta(days=1)))
    async with door(office) as calendar:
        shown = await only(calendar, office)
        middle = shown.bounds(zone).start + timedelta(hours=10)
        await calendar.end(shown, middle)
    assert held(office)[0][1] == Window(start=shown.bounds(zone).start, end=middle)


async def test_a_copy_without_an_answer_of_its_own_is_taken_away(tmp_path: Path) -> None:
    async with _answering(event(attendees=None)) as (side, calendar):
        await calendar.end(_shown(), hour_of_now(10.5))
    assert ("DELETE", f"{EVENTS}/one11") in [(request.method, request.path) for request in side.seen]


async def test_an_account_that_may_not_answer_takes_the_copy_away(tmp_path: Path) -> None:
    async with _answering(event(), PATCH=(403, "forbiddenForServiceAccounts")) as (side, calendar):
        await calendar.end(_shown(), hour_of_now(10.5))
    assert [request.method for request in side.seen] == ["GET", "GET", "PATCH", "DELETE"]
    async with _answering(event(), PATCH=(403, "requiredAccessLevel")) as (side, calendar):
        with pytest.raises(AccessDenied):
            await calendar.end(_shown(), hour_of_now(10.5))


async def test_a_room_whose_answer_is_left_out_is_asked_about_by_itself(tmp_path: Path) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        few = "maxAttendees" in request.query
        told = {"attendees": None, "attendeesOmitted": True} if few else {"attendees": [own("declined")]}
        return json_answer(event(**told))

    async with far_side(handler, tmp_path) as side, open_google(side) as calendar:
        with pytest.raises(OccurrenceGone):
            await calendar.end(_shown(), hour_of_now(10.5))
    assert ["maxAttendees" in request.query for request in side.seen] == [True, False]


async def test_a_check_in_is_a_private_property_and_changes_nothing_else(office: Office) -> None:
    enter(office, -5, 30)
    async with door(office) as calendar:
        checked = await calendar.check_in(await only(calendar, office), at(office, 0))
        assert checked.checked_in_at == at(office, 0)
        assert (await calendar.check_in(checked, at(office, 5))).checked_in_at == at(office, 0)
    (stored,) = mailbox_of(office).stored()
    assert stored.properties == {f"{PRIVATE}{CHECKED_IN}": at(office, 0).isoformat()}
    assert (stored.subject, stored.response, stored.attendees) == ("Review", "accepted", (GUEST,))


async def test_a_check_in_leaves_other_programs_properties_alone(office: Office) -> None:
    enter(office, -5, 30, properties={f"{PRIVATE}other": "1"})
    async with door(office) as calendar:
        await calendar.check_in(await only(calendar, office), at(office, 0))
    (stored,) = mailbox_of(office).stored()
    assert stored.properties[f"{PRIVATE}other"] == "1"


@pytest.mark.parametrize("act", ["extend", "end", "check_in"])
async def test_what_somebody_changed_meanwhile_is_decided_on_anew(act: str, office: Office) -> None:
    stored = enter(office, -5, 30, here=True)
    changed = 0

    def meddle(number: int) -> None:
        nonlocal changed
        write = {"extend": 4, "end": 3, "check_in": 3}[act]  # the first read is the test's
        if number == write and not changed:
            changed += 1
            now = mailbox_of(office).find(stored.id)
            assert now is not None
            mailbox_of(office).replace(msgspec.structs.replace(now, subject="Renamed"))

    async with door(office, meddle) as calendar:
        shown = await only(calendar, office)
        until = at(office, 45) if act == "extend" else at(office, 5)
        await getattr(calendar, act)(shown, until)
        after = await only(calendar, office)
    assert changed == 1
    assert after.title == "Renamed"
    if act == "check_in":
        assert after.checked_in_at == until
    else:
        assert after.bounds("UTC").end == until


async def test_who_is_overtaken_again_and_again_gives_up(tmp_path: Path) -> None:
    async with _answering(event(), PATCH=(412, "conditionNotMet")) as (side, calendar):
        with pytest.raises(OccurrenceGone):
            await calendar.check_in(_shown(), hour_of_now(10))
    assert [request.method for request in side.seen] == ["GET", "PATCH"] * 3


@pytest.mark.parametrize("act", ["extend", "end", "check_in"])
@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (always(error("notFound", 404), 404), OccurrenceGone),
        (always(error("deleted", 410), 410), OccurrenceGone),
        (always({"id": "one11", "status": "cancelled"}), OccurrenceGone),
        (always(event(status="cancelled")), OccurrenceGone),
        (always(event(attendees=[own("declined")])), OccurrenceGone),
        (always(event(begins=10.5)), OccurrenceGone),
        (always(error("authError", 401), 401), AccessExpired),
        (always(error("forbidden", 403), 403), AccessDenied),
        (always(error("rateLimitExceeded", 403), 403), CalendarBusy),
        (always(error("backendError", 503), 503), CalendarUnreachable),
    ],
)
async def test_what_is_not_there_any_more_is_gone(
    act: str, answer: Handler, kind: type[Exception], tmp_path: Path
) -> None:
    async with far_side(answer, tmp_path) as side, open_google(side) as calendar:
        with pytest.raises(kind):
            await getattr(calendar, act)(_shown(), hour_of_now(12))
    assert {request.method for request in side.seen} == {"GET"}


async def test_a_room_that_is_not_shared_is_not_found(office: Office) -> None:
    office.workspace.share("aurora@office.example", Role.NONE)
    async with door(office) as calendar:
        with pytest.raises(RoomNotFound):
            await calendar.read(window_around(office.clock.now, "UTC"))


async def test_an_answer_that_is_no_event_has_changed_nothing(tmp_path: Path) -> None:
    async def portal(request: web.Request) -> web.StreamResponse:
        if request.method == "POST":
            return web.Response(text="<html>Welcome</html>", content_type="text/html")
        return json_answer(page())

    async with far_side(portal, tmp_path) as side, open_google(side) as calendar:
        with pytest.raises(CalendarUnreachable):
            await calendar.book(Booking(key="k", start=hour_of_now(10), end=hour_of_now(11)))


async def test_ids_with_anything_in_them_stay_below_their_calendar(tmp_path: Path) -> None:
    async with far_side(always(error("notFound", 404), 404), tmp_path) as side, open_google(side) as calendar:
        shown = msgspec.structs.replace(_shown(), id="../../users/me?x=1#y/z")
        with pytest.raises(OccurrenceGone):
            await calendar.check_in(shown, hour_of_now(10))
    assert side.seen[0].rel_url.raw_path == f"{EVENTS}/..%2F..%2Fusers%2Fme%3Fx%3D1%23y%2Fz"


async def test_busy_times_have_no_words_and_those_that_cannot_be_told_are_none(office: Office) -> None:
    enter(office, 0, 30)
    enter(office, 30, 40)
    enter(office, 90, 120, response="declined")
    window = Window(start=at(office, -60), end=at(office, 600))
    async with door(office) as calendar:
        busy = await calendar.busy(["aurora@office.example", "nobody@office.example"], window)
    assert busy == {
        "aurora@office.example": (Window(start=at(office, 0), end=at(office, 40)),),
        "nobody@office.example": None,
    }


async def test_many_rooms_are_asked_about_by_fifties(tmp_path: Path) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        asked = [item["id"] for item in (await sent(request))["items"]]
        return json_answer({"kind": "calendar#freeBusy", "calendars": {room: {"busy": []} for room in asked}})

    rooms = [f"room{number}@office.example" for number in range(120)]
    async with far_side(handler, tmp_path) as side, open_google(side) as calendar:
        busy = await calendar.busy(rooms, Window(start=hour_of_now(9), end=hour_of_now(12)))
    assert busy == dict.fromkeys(rooms, ())
    assert [len((await sent(request))["items"]) for request in side.seen] == [50, 50, 20]


@pytest.mark.parametrize(
    "told",
    [
        None,
        [],
        {"errors": [{"domain": "global", "reason": "notFound"}]},
        {"busy": "always"},
        {"busy": [{"start": "soon", "end": "later"}]},
        {"busy": [{"start": "2026-11-23T10:00:00", "end": "2026-11-23T11:00:00"}]},
        {"busy": [{"start": "2026-11-23T10:00:00Z"}]},
    ],
)
async def test_a_calendar_that_cannot_be_understood_might_be_taken(told: Any, tmp_path: Path) -> None:
    body = {"calendars": {"a": told, "b": {"busy": [{"start": "2026-11-23T10:00:00Z", "end": "2026-11-23T11:00:00Z"}]}}}
    async with far_side(always(body), tmp_path) as side, open_google(side) as calendar:
        busy = await calendar.busy(["a", "b"], Window(start=hour_of_now(9), end=hour_of_now(12)))
    assert busy == {"a": None, "b": (Window(start=hour_of_now(10), end=hour_of_now(11)),)}


async def test_two_doors_agree_by_refresh_token_and_service_account(office: Office) -> None:
    enter(office, -5, 30)
    options = with_refresh_token(office)
    assert PROVIDER.mint is not None
    token = await PROVIDER.mint(options, "aurora", office.clock)

    async def access() -> AccessToken:
        return token

    async with door(office) as one, PROVIDER.open_room(room_of(office), options, access, office.clock) as other:
        await one.check_in(await only(one, office), at(office, 0))
        assert (await only(other, office)).checked_in_at == at(office, 0)
        await other.end(await only(other, office), at(office, 1))
        assert await all_of(one, office) == []
        (declined,) = (await one.read(window_around(office.clock.now, "UTC"))).occurrences
        assert declined.response is Response.DECLINED


def _shown() -> Occurrence:
    return Occurrence(id="one11", when=Window(start=hour_of_now(10), end=hour_of_now(11)), etag='"one11"')


@asynccontextmanager
async def _answering(body: dict[str, Any], **refused: tuple[int, str]) -> AsyncIterator[tuple[FarSide, RoomCalendar]]:
    """A door whose far side knows one event, and refuses some methods."""
    import tempfile

    async def handler(request: web.Request) -> web.StreamResponse:
        if request.method in refused:
            status, reason = refused[request.method]
            return json_answer(error(reason, status), status)
        if request.method == "DELETE":
            gone = not request.path.endswith("/one11")
            return json_answer(error("notFound", 404), 404) if gone else web.Response(status=204)
        return json_answer(body)

    with tempfile.TemporaryDirectory() as folder:
        async with far_side(handler, Path(folder)) as side, open_google(side) as calendar:
            yield side, calendar
