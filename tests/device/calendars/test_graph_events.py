"""Graph's events put into our words: published ones, odd ones, broken ones."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest
from graph_room import DATA, at, event, moment

from device.calendars.graph.events import Meeting, read_event, read_page
from device.calendars.graph.shapes import BOOKED, CHECKED_IN
from device.calendars.http import Answer
from device.calendars.interface import Skipped
from device.model.availability import occupies
from device.model.errors import MalformedAnswer
from device.model.occurrence import FreeBusy, Occurrence, Response
from device.model.room import RoomPolicy
from device.model.window import Dates, Window


def answer(body: Any) -> Answer:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(status=200, headers=httpx.Headers({"Content-Type": "application/json; charset=utf-8"}), body=raw)


def page(*items: Any, **more: Any) -> tuple[list[Meeting], list[Skipped], str]:
    return read_page(answer({"value": list(items), **more}))


def one(**changes: Any) -> Occurrence:
    meetings, skipped, _ = page(event(**changes))
    assert not skipped
    return meetings[0].occurrence


def why(item: Any) -> str:
    meetings, skipped, _ = page(item, event("good"))
    assert [meeting.occurrence.id for meeting in meetings] == ["good"]
    assert len(skipped) == 1
    return skipped[0].why


def test_an_ordinary_meeting_keeps_everything_that_a_door_tells() -> None:
    assert one() == Occurrence(
        id="1",
        when=Window(start=at(10), end=at(11)),
        title="Budget",
        organizer="Inês Carvalho",
        organizer_address="ines@office.example",
        etag='W/"1"',
    )


def test_the_link_to_the_next_page_is_handed_on_untouched() -> None:
    assert page(event(), **{"@odata.nextLink": "https://g/?$skip=%2b1"})[2] == "https://g/?$skip=%2b1"
    assert page(**{"@odata.nextLink": None})[2] == ""


def test_an_all_day_meeting_is_its_dates_in_whatever_zone_it_is_written() -> None:
    midnight = {"dateTime": "2026-11-24T00:00:00.0000000", "timeZone": "Mid-Atlantic Standard Time"}
    end = {"dateTime": "2026-11-26T00:00:00.0000000", "timeZone": "Mid-Atlantic Standard Time"}
    found = one(isAllDay=True, start=midnight, end=end)
    assert found.when == Dates(first=date(2026, 11, 24), until=date(2026, 11, 26))


def test_an_all_day_meeting_without_length_is_one_day() -> None:
    midnight = {"dateTime": "2026-11-24T00:00:00", "timeZone": "UTC"}
    assert one(isAllDay=True, start=midnight, end=midnight).when == Dates(
        first=date(2026, 11, 24), until=date(2026, 11, 25)
    )


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("2026-11-23T10:00:00.0000000", "UTC"),
        ("2026-11-23T10:00:00", "tzone://Microsoft/Utc"),
        ("2026-11-23T11:00:00.0000000", "Europe/Berlin"),
        ("2026-11-23T10:00:00Z", "UTC"),
        ("2026-11-23T12:00:00+02:00", "Pacific Standard Time"),
    ],
)
def test_a_time_is_understood_wherever_it_can_be(text: str, zone: str) -> None:
    assert one(start={"dateTime": text, "timeZone": zone}).when == Window(start=at(10), end=at(11))


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("free", FreeBusy.FREE),
        ("tentative", FreeBusy.TENTATIVE),
        ("busy", FreeBusy.BUSY),
        ("Oof", FreeBusy.OUT_OF_OFFICE),
        ("workingElsewhere", FreeBusy.ELSEWHERE),
        ("unknown", FreeBusy.UNKNOWN),
        ("unknownFutureValue", FreeBusy.UNKNOWN),
        ("quantum", FreeBusy.UNKNOWN),
        (None, FreeBusy.BUSY),
        ("", FreeBusy.BUSY),
    ],
)
def test_show_as_says_how_it_weighs_and_what_is_not_known_is_busy(said: str | None, meant: FreeBusy) -> None:
    found = one(showAs=said)
    assert found.free_busy is meant
    assert occupies(found, RoomPolicy()) is (said != "free")


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("accepted", Response.ACCEPTED),
        ("organizer", Response.ACCEPTED),
        ("TentativelyAccepted", Response.TENTATIVE),
        ("Declined", Response.DECLINED),
        ("notResponded", Response.NONE),
        ("none", Response.NONE),
        ("else", Response.NONE),
    ],
)
def test_what_the_room_answered(said: str, meant: Response) -> None:
    assert one(responseStatus={"response": said, "time": "0001-01-01T00:00:00Z"}).response is meant


@pytest.mark.parametrize("nothing", [None, {}, {"response": None}])
def test_a_room_that_was_not_asked_has_answered_nothing(nothing: Any) -> None:
    assert one(responseStatus=nothing).response is Response.NONE


@pytest.mark.parametrize(
    ("said", "private"),
    [
        ("normal", False),
        ("personal", False),
        ("private", True),
        ("Confidential", True),
        ("secretFuture", True),
        (None, False),
    ],
)
def test_what_may_be_private_is(said: str | None, private: bool) -> None:
    assert one(sensitivity=said).private is private


@pytest.mark.parametrize("subject", ["Inês Carvalho", " Inês Carvalho ", "", None])
def test_a_subject_that_is_only_the_organizer_is_no_title(subject: str | None) -> None:
    assert one(subject=subject).title == ""


def test_a_subject_cannot_move_a_cursor() -> None:
    assert one(subject="\x1b[2Jred\u202etxet").title == "redtxet"


@pytest.mark.parametrize("organizer", [None, {}, {"emailAddress": None}, {"emailAddress": {"name": None}}])
def test_a_meeting_needs_no_organizer(organizer: Any) -> None:
    found = one(organizer=organizer)
    assert (found.organizer, found.organizer_address) == ("", "")


def test_a_cancelled_meeting_says_so() -> None:
    assert one(isCancelled=True).cancelled
    assert not one(isCancelled=None).cancelled


def test_the_key_of_a_series_is_its_master() -> None:
    assert one(seriesMasterId="master").series == "master"


def test_our_marks_are_found_whatever_case_their_guid_is_in() -> None:
    marks = [
        {"id": BOOKED.replace("bf2722d5", "BF2722D5"), "value": "key-1"},
        {"id": CHECKED_IN, "value": "2026-11-23T11:01:02+01:00"},
        {"id": "String {00000000-0000-0000-0000-000000000000} Name Other", "value": None},
    ]
    found = page(event(singleValueExtendedProperties=marks))[0][0]
    assert found.key == "key-1"
    assert found.occurrence.own
    assert found.occurrence.checked_in_at == datetime(2026, 11, 23, 10, 1, 2, tzinfo=UTC)


@pytest.mark.parametrize("value", ["", "soon", None, "2026-11-23T10:00:00", "0001-01-01T00:00:00+14:00"])
def test_a_check_in_that_cannot_be_read_did_not_happen(value: str | None) -> None:
    assert one(singleValueExtendedProperties=[{"id": CHECKED_IN, "value": value}]).checked_in_at is None


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        ({"id": "x", "start": moment(at(10))}, "end"),
        ({"id": "x", "start": moment(at(10)), "end": None}, "end"),
        ({"start": moment(at(10)), "end": moment(at(11))}, "id"),
        (event("x", 11, 10), "ends before"),
        (event("x") | {"start": {"dateTime": "yesterday", "timeZone": "UTC"}}, "none"),
        (event("x") | {"start": {"dateTime": "2026-11-23T10:00", "timeZone": "Pacific Standard Time"}}, "zone"),
        (event("x") | {"start": {"dateTime": "2026-11-23T10:00", "timeZone": "../../etc/passwd"}}, "zone"),
        (event("x") | {"start": {"dateTime": "2026-11-23T10:00", "timeZone": ""}}, "zone"),
        (event("x") | {"start": {"dateTime": "0001-01-01T00:00:00+14:00"}}, "beyond"),
        (event("x", isAllDay=True) | {"end": moment(at(-40))}, "ends before"),
        (None, "broken"),
        ("text", "broken"),
        ([], "broken"),
        (7, "broken"),
    ],
)
def test_one_that_cannot_be_read_is_named_and_costs_no_other(item: Any, reason: str) -> None:
    assert reason in why(item)


def test_why_it_was_skipped_quotes_nothing_of_it() -> None:
    said = why(event("x") | {"start": {"dateTime": "canary", "timeZone": "canary"}})
    assert "canary" not in said


@pytest.mark.parametrize(
    "words",
    [
        {"subject": 7},
        {"subject": ["a"]},
        {"organizer": "Inês"},
        {"showAs": {"x": 1}},
        {"sensitivity": 0},
        {"responseStatus": []},
        {"singleValueExtendedProperties": {"id": 1}},
        {"isOrganizer": "yes"},
    ],
)
def test_a_meeting_whose_words_are_broken_occupies_the_room_and_tells_nothing(words: dict[str, Any]) -> None:
    meetings, skipped, _ = page(event("x", **words), event("good"))
    assert not skipped
    found = meetings[0].occurrence
    assert found.when == Window(start=at(10), end=at(11))
    assert (found.title, found.private, occupies(found, RoomPolicy())) == ("", True, True)
    assert meetings[1].occurrence.title == "Budget"


def test_half_an_emoji_costs_a_character_and_no_meeting() -> None:
    raw = json.dumps({"value": [event("1", subject="\ud83d half"), event("2")]}).encode()
    meetings, skipped, _ = read_page(answer(raw))
    assert [meeting.occurrence.title for meeting in meetings] == ["? half", "Budget"]
    assert not skipped


def test_a_meeting_of_all_times_can_still_be_reckoned_with() -> None:
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
        for all_day in (False, True):
            ends = {"start": {"dateTime": "0001-01-01T00:00:00"}, "end": {"dateTime": "9999-12-31T00:00:00"}}
            bounds = one(isAllDay=all_day, **ends).bounds(zone)
            assert bounds.covers(at(12))
            assert bounds.start - timedelta(days=1) < bounds.start < bounds.end < bounds.end + timedelta(days=1)


@pytest.mark.parametrize("body", [b"[]", b"{}", b'{"value": {}}', b"null", b'{"value": [', b'"text"', b'{"error": {}}'])
def test_a_page_that_is_none_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedAnswer):
        read_page(answer(body))


@pytest.mark.parametrize("body", [b"[]", b"{}", b"null", b'{"id": "1"}'])
def test_an_event_that_is_none_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedAnswer):
        read_event(answer(body))


@pytest.mark.skipif(not DATA.is_dir(), reason="the published samples are not here")
class TestPublishedSamples:
    """Every published page or event of Graph's documentation and of another project's tests."""

    def sample(self, name: str) -> Answer:
        plain = json.loads((DATA / name).read_text(encoding="utf-8"))
        return answer(plain["body"])

    @pytest.mark.parametrize(
        ("name", "read", "skipped"),
        [
            ("ms365cal-calendar1_calendar_view.json", 2, 0),
            ("ms365cal-calendar1_calendar_view_none.json", 0, 0),
            ("ms365cal-calendar1_calendar_view_not_started.json", 2, 0),
            ("ms365cal-calendar1_calendar_view_started.json", 2, 0),
            ("ms365cal-calendar2_calendar_view.json", 1, 0),
            ("calendarview-list-user-01-response.json", 0, 1),
            ("event-delta-01-response.json", 0, 1),
        ],
    )
    def test_a_page_is_read_and_what_was_abridged_is_counted(self, name: str, read: int, skipped: int) -> None:
        meetings, left_out, _ = read_page(self.sample(name))
        assert (len(meetings), len(left_out)) == (read, skipped)

    def test_the_view_of_another_projects_tests_means_what_it_says(self) -> None:
        first, second = (item.occurrence for item in read_page(self.sample("ms365cal-calendar1_calendar_view.json"))[0])
        assert first.when == Window(
            start=datetime(2020, 1, 1, tzinfo=UTC), end=datetime(2020, 1, 2, 23, 59, 59, tzinfo=UTC)
        )
        assert (first.title, first.organizer, first.private) == ("Test event 1 calendar1", "John Doe", False)
        assert second.when == Dates(first=date(2020, 1, 1), until=date(2020, 1, 2))
        assert (second.private, second.series) == (True, "master2")

    @pytest.mark.parametrize(
        "name",
        [
            "event-create-user-02-response.json",
            "event-create-user-04-response.json",
            "event-create-user-06-response.json",
            "event-create-user-08-response.json",
            "event-get-01-response.json",
        ],
    )
    def test_an_event_in_another_zone_than_asked_for_is_refused_rather_than_guessed(self, name: str) -> None:
        plain = json.loads((DATA / name).read_text(encoding="utf-8"))["body"]
        with pytest.raises(MalformedAnswer, match="zone"):
            read_event(answer(plain))
        in_utc = {end: plain[end] | {"timeZone": "UTC"} for end in ("start", "end")}
        found = read_event(answer(plain | in_utc)).occurrence
        assert found.title
        assert found.organizer
