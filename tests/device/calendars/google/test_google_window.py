"""Reading a window from a far side that speaks Calendar v3 as it should, oddly, or not at all."""

import asyncio
import json
import logging
import traceback
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiohttp import web
from far_side import FarSide, Handler, far_side, json_answer
from google_room import EVENTS, NOW, ROOM, WINDOW, always, at, error, event, in_pages, open_google, own, page

from device.calendars.interface import OCCURRENCE_LIMIT, PAGE_LIMIT, WindowRead
from device.model.errors import (
    AccessDenied,
    AccessExpired,
    CalendarBusy,
    CalendarError,
    CalendarUnreachable,
    MalformedAnswer,
    RoomNotFound,
)
from device.model.occurrence import FreeBusy, Occurrence, Response
from device.model.room import Room
from device.model.window import Dates, Window, day_window

RESOURCE = "c_188abc@resource.calendar.google.com"


async def read(handler: Handler, folder: Path, window: Window = WINDOW, **changes: Any) -> tuple[WindowRead, FarSide]:
    room = changes.pop("room", ROOM)
    async with far_side(handler, folder) as side, open_google(side, room, **changes) as calendar:
        return await calendar.read(window), side


async def one(folder: Path, **changes: Any) -> Occurrence:
    found, _ = await read(always(page(event(**changes))), folder)
    assert found.skipped == ()
    (occurrence,) = found.occurrences
    return occurrence


async def failure(handler: Handler, folder: Path, **changes: Any) -> CalendarError:
    with pytest.raises(CalendarError) as caught:
        await read(handler, folder, **changes)
    return caught.value


async def test_the_window_is_asked_for_as_google_wants_it(tmp_path: Path) -> None:
    found, side = await read(always(page(event())), tmp_path)
    (asked,) = side.seen
    assert (asked.method, asked.path) == ("GET", EVENTS)
    assert asked.query["singleEvents"] == "true"
    assert asked.query["orderBy"] == "startTime"
    assert asked.query["timeMin"] == "2026-11-22T09:00:00Z"
    assert asked.query["timeMax"] == "2026-11-25T09:00:00Z"
    assert asked.query["timeZone"] == "UTC"
    assert asked.query["maxResults"] == "250"
    assert asked.query["maxAttendees"] == "1"
    assert "description" not in asked.query["fields"]
    assert "hangoutLink" not in asked.query["fields"]
    assert "extendedProperties/private" in asked.query["fields"]
    assert len(asked.query["quotaUser"]) <= 40
    assert ROOM.id not in asked.query["quotaUser"]
    assert asked.headers["Authorization"] == "Bearer good"
    assert (found.window, found.cursor, found.truncated) == (WINDOW, "", False)


async def test_a_calendar_may_have_another_id_than_its_room(tmp_path: Path) -> None:
    _, side = await read(always(page()), tmp_path, calendar="team/a#b@group.calendar.google.com")
    assert side.seen[0].path == "/calendar/v3/calendars/team/a#b@group.calendar.google.com/events"
    assert "/team%2Fa%23b@group.calendar.google.com/" in side.seen[0].rel_url.raw_path


async def test_an_event_becomes_an_occurrence(tmp_path: Path) -> None:
    found, _ = await read(always(page(event(recurringEventId="series1"))), tmp_path)
    assert found.occurrences == (
        Occurrence(
            id="one11",
            when=Window(start=at(10), end=at(11)),
            title="Budget",  # type: ignore[arg-type]
            organizer="Inês Carvalho",  # type: ignore[arg-type]
            organizer_address="ines@office.example",
            series="series1",
            etag='"one11"',
        ),
    )


@pytest.mark.parametrize(
    ("changes", "free_busy", "response"),
    [
        ({}, FreeBusy.BUSY, Response.ACCEPTED),
        ({"transparency": "opaque"}, FreeBusy.BUSY, Response.ACCEPTED),
        ({"transparency": "transparent"}, FreeBusy.FREE, Response.ACCEPTED),
        ({"transparency": "translucent"}, FreeBusy.UNKNOWN, Response.ACCEPTED),
        ({"status": "tentative"}, FreeBusy.TENTATIVE, Response.ACCEPTED),
        ({"status": "tentative", "transparency": "transparent"}, FreeBusy.FREE, Response.ACCEPTED),
        ({"eventType": "outOfOffice"}, FreeBusy.OUT_OF_OFFICE, Response.ACCEPTED),
        ({"eventType": "workingLocation"}, FreeBusy.FREE, Response.ACCEPTED),
        ({"eventType": "birthday"}, FreeBusy.FREE, Response.ACCEPTED),
        ({"eventType": "focusTime"}, FreeBusy.BUSY, Response.ACCEPTED),
        ({"eventType": "somethingNew"}, FreeBusy.BUSY, Response.ACCEPTED),
        ({"attendees": [own("declined")]}, FreeBusy.BUSY, Response.DECLINED),
        ({"attendees": [own("tentative")]}, FreeBusy.BUSY, Response.TENTATIVE),
        ({"attendees": [own("needsAction")]}, FreeBusy.BUSY, Response.NONE),
        ({"attendees": [own("shrugged")]}, FreeBusy.BUSY, Response.NONE),
        ({"attendees": [{"email": "x@y.example", "responseStatus": "declined"}]}, FreeBusy.BUSY, Response.ACCEPTED),
        ({"attendees": None}, FreeBusy.BUSY, Response.ACCEPTED),
        ({"attendees": [own("declined") | {"self": None}]}, FreeBusy.BUSY, Response.DECLINED),
        ({"attendees": [{"email": ROOM.id.upper(), "responseStatus": "declined"}]}, FreeBusy.BUSY, Response.DECLINED),
        (
            {
                "attendees": [
                    {"email": ROOM.id, "responseStatus": "accepted"},
                    own("declined") | {"email": "x@y.example"},
                ]
            },
            FreeBusy.BUSY,
            Response.DECLINED,
        ),
    ],
)
async def test_how_it_weighs_on_the_room(
    changes: dict[str, Any], free_busy: FreeBusy, response: Response, tmp_path: Path
) -> None:
    occurrence = await one(tmp_path, **changes)
    assert (occurrence.free_busy, occurrence.response) == (free_busy, response)


@pytest.mark.parametrize(
    ("visibility", "private"),
    [(None, False), ("default", False), ("public", False), ("private", True), ("confidential", True), ("new", True)],
)
async def test_what_is_private_says_so(visibility: str | None, private: bool, tmp_path: Path) -> None:
    assert (await one(tmp_path, visibility=visibility)).private is private


@pytest.mark.parametrize(
    ("changes", "name", "address"),
    [
        ({"organizer": {"email": "jo@x.example"}}, "jo", "jo@x.example"),
        ({"organizer": {"email": "jo@x.example", "displayName": "  "}}, "jo", "jo@x.example"),
        ({"organizer": None, "creator": None}, "", ""),
        ({"organizer": {"displayName": "Jo"}}, "Jo", ""),
        ({"organizer": {"email": "c_1@group.calendar.google.com"}}, "", "c_1@group.calendar.google.com"),
        (
            {"organizer": {"email": RESOURCE, "displayName": "Aurora", "self": True}, "attendees": None},
            "Inês Carvalho",
            "ines@office.example",
        ),
        (
            {
                "organizer": {"email": RESOURCE, "self": True},
                "creator": {"email": "doors@project.iam.gserviceaccount.com"},
            },
            "",
            "doors@project.iam.gserviceaccount.com",
        ),
    ],
)
async def test_who_has_invited(changes: dict[str, Any], name: str, address: str, tmp_path: Path) -> None:
    occurrence = await one(tmp_path, **changes)
    assert (occurrence.organizer, occurrence.organizer_address) == (name, address)


async def test_a_calendar_that_shows_only_busy_has_no_words(tmp_path: Path) -> None:
    bare = {"id": "b1111", "etag": '"1"', "status": "confirmed", "visibility": "private"}
    body = page({**bare, "start": event()["start"], "end": event()["end"]}, accessRole="freeBusyReader")
    found, _ = await read(always(body), tmp_path)
    (occurrence,) = found.occurrences
    assert (occurrence.title, occurrence.organizer, occurrence.organizer_address) == ("", "", "")
    assert occurrence.free_busy is FreeBusy.BUSY


async def test_whole_days_are_dates_wherever_the_room_is(tmp_path: Path) -> None:
    day = {"start": {"date": "2026-11-23"}, "end": {"date": "2026-11-24"}}
    for zone in ("Europe/Berlin", "Pacific/Auckland", "America/Los_Angeles"):
        room = Room(id=ROOM.id, name=ROOM.name, zone=zone)
        found, _ = await read(always(page(event(**day))), tmp_path, room=room)
        assert found.occurrences[0].when == Dates(first=date(2026, 11, 23), until=date(2026, 11, 24))


async def test_whole_days_of_a_resource_come_as_instants_and_are_days_all_the_same(tmp_path: Path) -> None:
    # As a resource's calendar really gives them: from midnight to midnight, in the zone that was asked for.
    days = {
        "start": {"dateTime": "2026-11-22T23:00:00Z", "timeZone": "Europe/Berlin"},
        "end": {"dateTime": "2026-11-24T23:00:00Z", "timeZone": "Europe/Berlin"},
    }
    room = Room(id=RESOURCE, name=ROOM.name, zone="Europe/Berlin")
    found, _ = await read(always(page(event(**days))), tmp_path, room=room)
    assert found.occurrences[0].when == Dates(first=date(2026, 11, 23), until=date(2026, 11, 25))
    elsewhere = Room(id=RESOURCE, name=ROOM.name, zone="Europe/London")
    found, _ = await read(always(page(event(**days))), tmp_path, room=elsewhere)
    assert isinstance(found.occurrences[0].when, Window)
    found, _ = await read(always(page(event(**days))), tmp_path)
    assert isinstance(found.occurrences[0].when, Window)


async def test_a_resource_that_has_a_day_of_25_hours_still_has_a_day(tmp_path: Path) -> None:
    autumn = {
        "start": {"dateTime": "2026-10-25T00:00:00+02:00"},
        "end": {"dateTime": "2026-10-26T00:00:00+01:00"},
    }
    room = Room(id=RESOURCE, name=ROOM.name, zone="Europe/Berlin")
    window = day_window(date(2026, 10, 25), "Europe/Berlin")
    found, _ = await read(always(page(event(**autumn))), tmp_path, window, room=room)
    assert found.occurrences[0].when == Dates(first=date(2026, 10, 25), until=date(2026, 10, 26))


@pytest.mark.parametrize(
    ("start", "end", "instants"),
    [
        ("2026-11-23T10:00:00+01:00", "2026-11-23T11:00:00+01:00", (9, 10)),
        ("2026-11-23T09:00:00.000Z", "2026-11-23T10:00:00.123456Z", (9, 10)),
        ("2026-11-23T00:30:00-08:00", "2026-11-23T01:30:00-08:00", (8.5, 9.5)),
    ],
)
async def test_times_are_utc_whatever_their_offset(
    start: str, end: str, instants: tuple[float, float], tmp_path: Path
) -> None:
    occurrence = await one(tmp_path, start={"dateTime": start}, end={"dateTime": end})
    assert isinstance(occurrence.when, Window)
    assert occurrence.when.start == at(instants[0])
    assert occurrence.when.end.replace(microsecond=0) == at(instants[1])
    assert occurrence.when.start.tzinfo is UTC


async def test_a_time_without_an_offset_has_its_zone(tmp_path: Path) -> None:
    times = {
        name: {"dateTime": f"2026-11-23T{hour}:00:00", "timeZone": "Europe/Berlin"}
        for name, hour in (("start", 10), ("end", 11))
    }
    assert (await one(tmp_path, **times)).when == Window(start=at(9), end=at(10))


@pytest.mark.parametrize(
    ("marks", "own_booking", "checked_in"),
    [
        ({"doorlight_booking": "k"}, True, None),
        ({"doorlight_check_in": "2026-11-23T10:01:00+00:00"}, False, at(10) + timedelta(minutes=1)),
        ({"doorlight_check_in": "2026-11-23T10:01:00"}, False, None),
        ({"doorlight_check_in": "yes"}, False, None),
        ({"other_program": "1"}, False, None),
    ],
)
async def test_our_own_marks_are_known(
    marks: dict[str, str], own_booking: bool, checked_in: datetime | None, tmp_path: Path
) -> None:
    occurrence = await one(tmp_path, extendedProperties={"private": marks})
    assert (occurrence.own, occurrence.checked_in_at) == (own_booking, checked_in)


async def test_every_page_is_followed_even_an_empty_one(tmp_path: Path) -> None:
    found, side = await read(in_pages([], [event("aaaaa", 9, 10)], [], [event("bbbbb")], []), tmp_path)
    assert [occurrence.id for occurrence in found.occurrences] == ["aaaaa", "bbbbb"]
    assert [request.query.get("pageToken") for request in side.seen] == [None, "1", "2", "3", "4"]
    assert len({request.query["fields"] for request in side.seen}) == 1


async def test_a_page_may_have_no_items_at_all(tmp_path: Path) -> None:
    found, _ = await read(always({}), tmp_path)
    assert (found.occurrences, found.skipped) == ((), ())


async def test_pages_that_do_not_end_are_no_calendar(tmp_path: Path) -> None:
    numbers = iter(range(10_000))

    async def endless(request: web.Request) -> web.StreamResponse:
        return json_answer(page(nextPageToken=str(next(numbers))))

    async def circle(request: web.Request) -> web.StreamResponse:
        return json_answer(page(nextPageToken="a" if request.query.get("pageToken") == "b" else "b"))

    assert isinstance(await failure(endless, tmp_path), MalformedAnswer)
    assert next(numbers) == PAGE_LIMIT
    assert isinstance(await failure(circle, tmp_path), MalformedAnswer)


async def test_an_event_that_comes_twice_is_one_meeting(tmp_path: Path) -> None:
    found, _ = await read(in_pages([event()], [event(summary="Later")]), tmp_path)
    assert [occurrence.title for occurrence in found.occurrences] == ["Later"]


async def test_only_what_touches_the_window_is_kept(tmp_path: Path) -> None:
    body = page(event("before", -30, -15), event("inside"), event("after", 60, 61))
    found, _ = await read(always(body), tmp_path)
    assert [occurrence.id for occurrence in found.occurrences] == ["inside"]


async def test_too_many_are_cut_off_at_the_end(tmp_path: Path) -> None:
    items = [event(f"e{number:05}", 9 + number / 600, 10 + number / 600) for number in range(OCCURRENCE_LIMIT + 50)]
    found, _ = await read(always(page(*items)), tmp_path)
    assert found.truncated
    assert [occurrence.id for occurrence in found.occurrences] == [item["id"] for item in items[:OCCURRENCE_LIMIT]]


async def test_skeletons_of_the_cancelled_are_nothing(tmp_path: Path) -> None:
    skeleton = {
        "kind": "calendar#event",
        "id": "gone1_20261123T090000Z",
        "status": "cancelled",
        "recurringEventId": "gone1",
        "originalStartTime": {"dateTime": "2026-11-23T09:00:00Z"},
    }
    found, _ = await read(always(page(skeleton, {"id": "gone2", "status": "cancelled"}, event())), tmp_path)
    assert [occurrence.id for occurrence in found.occurrences] == ["one11"]
    assert found.skipped == ()


async def test_one_that_was_cancelled_and_has_times_says_so(tmp_path: Path) -> None:
    assert (await one(tmp_path, status="cancelled")).cancelled


@pytest.mark.parametrize(
    "changes",
    [
        {"start": None},
        {"end": None},
        {"start": {}},
        {"start": {"dateTime": "at noon"}},
        {"start": {"date": "23.11.2026"}},
        {"start": {"date": "2026-11-23"}},
        {"start": {"dateTime": "2026-11-23T10:00:00", "timeZone": "Nowhere/Atlantis"}},
        {"start": {"dateTime": "2026-11-23T10:00:00", "timeZone": "/etc"}},
        {"start": {"dateTime": "2026-11-23T10:00:00"}},
        {"start": {"dateTime": "2026-11-23T12:00:00Z"}},
        {"start": {"dateTime": "0001-01-01T00:00:00+14:00"}},
        {"start": "2026-11-23T10:00:00Z"},
        {"start": {"dateTime": 5}},
        {"id": None},
        {"id": 5},
    ],
)
async def test_a_broken_one_is_named_and_costs_no_other(changes: dict[str, Any], tmp_path: Path) -> None:
    found, _ = await read(always(page(event("good1"), event(**changes))), tmp_path)
    assert [occurrence.id for occurrence in found.occurrences] == ["good1"]
    (skipped,) = found.skipped
    assert skipped.id == ("" if "id" in changes else "one11")
    assert skipped.why
    assert "Budget" not in skipped.why


@pytest.mark.parametrize(
    "changes",
    [
        {"summary": 5},
        {"organizer": "Jane"},
        {"attendees": {"self": True}},
        {"attendees": [5]},
        {"extendedProperties": {"private": {"doorlight_booking": 5}}},
        {"visibility": ["private"]},
        {"created": {}},
    ],
)
async def test_one_whose_words_are_broken_still_occupies_the_room_and_shows_none(
    changes: dict[str, Any], tmp_path: Path
) -> None:
    found, _ = await read(always(page(event("good1"), event(**changes))), tmp_path)
    assert [occurrence.id for occurrence in found.occurrences] == ["good1", "one11"]
    broken = found.occurrences[1]
    assert (broken.title, broken.organizer, broken.private, broken.free_busy) == ("", "", True, FreeBusy.BUSY)


async def test_the_rooms_own_answer_is_asked_for_again_where_it_was_left_out(tmp_path: Path) -> None:
    crowd = [{"email": f"guest{number}@x.example"} for number in range(40)]

    async def handler(request: web.Request) -> web.StreamResponse:
        if "maxAttendees" in request.query:
            asked_for_one = {"attendees": None, "attendeesOmitted": True}
            return json_answer(page(event("known"), event("crowd", 12, 13, **asked_for_one)))
        return json_answer(page(event("known"), event("crowd", 12, 13, attendees=[*crowd, own("declined")])))

    async with far_side(handler, tmp_path) as side, open_google(side) as calendar:
        first = await calendar.read(WINDOW)
        assert [one.response for one in first.occurrences] == [Response.ACCEPTED, Response.DECLINED]
        assert [request.query["maxResults"] for request in side.seen] == ["250", "50"]
        await calendar.read(WINDOW)  # from now on at once
        assert ["maxAttendees" in request.query for request in side.seen] == [True, False, False]


async def test_attendees_that_were_left_out_are_no_loss_where_the_room_is_among_the_rest(tmp_path: Path) -> None:
    _, side = await read(always(page(event(attendeesOmitted=True))), tmp_path)
    assert len(side.seen) == 1
    organized = {"organizer": {"email": ROOM.id, "self": True}, "attendees": None, "attendeesOmitted": True}
    _, side = await read(always(page(event(**organized))), tmp_path)
    assert len(side.seen) == 1


async def test_a_room_whose_answer_nobody_tells_is_asked_about_twice_and_no_more(tmp_path: Path) -> None:
    found, side = await read(always(page(event(attendees=None, attendeesOmitted=True))), tmp_path)
    assert [one.response for one in found.occurrences] == [Response.ACCEPTED]
    assert len(side.seen) == 2


@pytest.mark.parametrize(
    ("status", "reason", "kind"),
    [
        (400, "timeRangeEmpty", CalendarUnreachable),
        (401, "authError", AccessExpired),
        (403, "rateLimitExceeded", CalendarBusy),
        (403, "userRateLimitExceeded", CalendarBusy),
        (403, "quotaExceeded", CalendarBusy),
        (403, "dailyLimitExceeded", CalendarBusy),
        (429, "rateLimitExceeded", CalendarBusy),
        (403, "forbidden", AccessDenied),
        (403, "insufficientPermissions", AccessDenied),
        (403, "requiredAccessLevel", AccessDenied),
        (403, "accessNotConfigured", AccessDenied),
        (403, "notACalendarUser", AccessDenied),
        (404, "notFound", RoomNotFound),
        (410, "fullSyncRequired", CalendarUnreachable),
        (410, "updatedMinTooLongAgo", CalendarUnreachable),
        (500, "backendError", CalendarUnreachable),
        (502, "badGateway", CalendarUnreachable),
        (503, "backendError", CalendarUnreachable),
        (504, "gatewayTimeout", CalendarUnreachable),
        (418, "teapot", CalendarUnreachable),
    ],
)
async def test_an_error_is_told_by_its_status_and_reason(
    status: int, reason: str, kind: type[CalendarError], tmp_path: Path
) -> None:
    caught = await failure(always(error(reason, status), status), tmp_path)
    assert type(caught) is kind or (issubclass(type(caught), AccessDenied) and kind is AccessDenied)
    assert "words" not in str(caught)


async def test_errors_of_the_newer_shape_are_understood(tmp_path: Path) -> None:
    info = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "RATE_LIMIT_EXCEEDED"}
    busy = {"error": {"code": 403, "message": "words", "status": "PERMISSION_DENIED", "details": [info]}}
    assert isinstance(await failure(always(busy, 403), tmp_path), CalendarBusy)
    denied = {"error": {"code": 403, "message": "words", "status": "PERMISSION_DENIED"}}
    assert isinstance(await failure(always(denied, 403), tmp_path), AccessDenied)


async def test_google_may_say_how_long_to_wait(tmp_path: Path) -> None:
    caught = await failure(always(error("rateLimitExceeded"), 403, **{"Retry-After": "17"}), tmp_path)
    assert isinstance(caught, CalendarBusy)
    assert caught.retry_after == timedelta(seconds=17)


async def test_what_a_log_shows_of_an_error_is_harmless(tmp_path: Path) -> None:
    caught = await failure(always(error("no\n\x1b[2J<b>canary words</b>" * 9), 403), tmp_path)
    assert "\n" not in str(caught)
    assert "\x1b" not in str(caught)
    assert len(str(caught)) < 90


@pytest.mark.parametrize(
    "body",
    [
        "[]",
        '"no"',
        "5",
        '{"items": {"id": "one11"}}',
        '{"items": "no"}',
        '{"items": [',
        "[" * 20_000 + "]" * 20_000,
        '{"items": ' * 3_000 + "1" + "}" * 3_000,
        '{"error": "no"}' * 2,
    ],
)
async def test_rubbish_is_no_page(body: str, tmp_path: Path) -> None:
    assert isinstance(await failure(always(body), tmp_path), MalformedAnswer)


@pytest.mark.parametrize("body", ["[]", "{}", '{"error": "no"}', '{"error": []}', "<html>", "[" * 5_000])
@pytest.mark.parametrize("status", [400, 403, 404, 410])
async def test_an_error_that_is_none_of_googles_is_somebody_elses(body: str, status: int, tmp_path: Path) -> None:
    assert isinstance(await failure(always(body, status), tmp_path), MalformedAnswer)


async def test_a_stranger_can_write_what_he_likes_into_an_event(tmp_path: Path) -> None:
    hostile = "\x1b]0;pwned\x07[red]\u202egnp.exe" + "A" * 200_000
    deep: Any = "x"
    for _ in range(40):
        deep = {"private": deep}
    found, _ = await read(
        always(page(event("plain", summary=hostile), event("deepx", 12, 13, extendedProperties=deep))), tmp_path
    )
    assert len(found.occurrences) == 2
    for occurrence in found.occurrences:
        assert "\x1b" not in occurrence.title
        assert len(occurrence.title) <= 201


async def test_half_an_emoji_is_mended_for_the_sake_of_the_rest(tmp_path: Path) -> None:
    body = json.dumps(page(event("good1"), event("half1", 12, 13, summary="@@"))).replace("@@", "\\ud83d broken")
    found, _ = await read(always(body), tmp_path)
    assert [occurrence.id for occurrence in found.occurrences] == ["good1", "half1"]


async def test_a_window_that_takes_too_long_as_a_whole_is_given_up(tmp_path: Path) -> None:
    numbers = iter(range(10_000))

    async def slow(request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(0.05)
        return json_answer(page(nextPageToken=str(next(numbers))))

    caught = await failure(slow, tmp_path, timeout=0.4)
    assert isinstance(caught, CalendarUnreachable)
    assert caught.cause == "timeout"


async def test_the_servers_date_is_evidence(tmp_path: Path) -> None:
    found, _ = await read(always(page(), Date="Mon, 23 Nov 2026 09:00:00 GMT"), tmp_path)
    assert found.server_date == NOW


async def test_there_is_no_cheaper_question_than_to_read(tmp_path: Path) -> None:
    async with far_side(always(page()), tmp_path) as side, open_google(side) as calendar:
        assert (await calendar.read(WINDOW)).cursor == ""
        asked = len(side.seen)
        assert await calendar.changed("")
        assert await calendar.changed("anything")
        assert len(side.seen) == asked


def test_settings_that_cannot_be_right_are_refused() -> None:
    from device.calendars.google import Options

    for wrong in (
        {"endpoint": "http://www.googleapis.com/calendar/v3"},
        {"token_endpoint": "https://oauth2.googleapis.com/token?x=1"},
        {"people_endpoint": "people"},
        {"service_account": "{}", "refresh_token": "r"},
        {"subject": "jane@office.example", "refresh_token": "r"},
        {"credential_expires": "2027-01-01T00:00:00"},
    ):
        from device.model.value import from_plain

        with pytest.raises(msgspec.ValidationError):
            msgspec.convert(wrong, Options, dec_hook=from_plain)


async def test_nothing_of_a_meeting_and_no_token_is_in_a_log_or_a_traceback(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    told = "canary-title"
    bodies: tuple[tuple[Any, int], ...] = (
        (page(event(summary=told, organizer={"email": told}), event(summary=told, start={"dateTime": told})), 200),
        (page(event(summary=told)) | {"nextPageToken": 5}, 200),
        ({"error": {"code": 403, "message": told, "errors": [{"reason": "forbidden", "message": told}]}}, 403),
        ({"items": told}, 200),
    )
    for body, status in bodies:
        shown = ""
        try:
            found, _ = await read(always(body, status), tmp_path)
            shown = str(found.skipped)
        except CalendarError as caught:
            shown = "".join(traceback.format_exception(caught))
        assert told not in shown
        assert "Bearer good" not in shown
    ours = [record.getMessage() for record in caplog.records if record.name.startswith(("device", "httpx", "httpcore"))]
    assert not [line for line in ours if told in line or "good" in line]
