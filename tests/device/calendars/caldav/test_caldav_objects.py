"""What a door writes into the objects of others: only what it must, in the form that they have."""

from datetime import UTC, datetime

import pytest
from scripted_dav import said

from device.calendars.caldav.objects import StoredObject, rewritten
from device.calendars.ical.reading import Source, read_sources
from device.calendars.ical.text import cut
from device.model.errors import MalformedAnswer, OccurrenceGone, ReadOnlyCalendar
from device.model.occurrence import Occurrence
from device.model.window import Window

ZONE = "Europe/Berlin"
NOW = datetime(2026, 1, 13, 8, tzinfo=UTC)
WEEK = Window(start=datetime(2026, 1, 12, tzinfo=UTC), end=datetime(2026, 1, 19, tzinfo=UTC))
CUSTOM = """BEGIN:VTIMEZONE
TZID:Our Office
BEGIN:STANDARD
DTSTART:16010101T000000
TZOFFSETFROM:+0530
TZOFFSETTO:+0530
END:STANDARD
END:VTIMEZONE
"""


def stored(*lines: str, more: str = "", zones: str = "") -> bytes:
    event = "\n".join(("BEGIN:VEVENT", "UID:one", "DTSTAMP:20260101T000000Z", *lines, "END:VEVENT"))
    text = f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//x//EN\n{zones}{event}\n{more}END:VCALENDAR\n"
    return text.replace("\n", "\r\n").encode()


def occurrences(body: bytes, window: Window = WEEK) -> list[Occurrence]:
    return list(read_sources([Source(pieces=cut(body), name="a.ics")], window, ZONE).occurrences)


def recurrence(one: Occurrence) -> str:
    return one.id.partition("#")[2]


def ended(body: bytes, one: Occurrence, end: datetime) -> bytes:
    written = rewritten(body, ZONE, NOW, lambda it: it.move_end(recurrence(one), one, end))
    assert written is not None
    return written


def taken_out(body: bytes, one: Occurrence) -> bytes | None:
    return rewritten(body, ZONE, NOW, lambda it: it.remove(recurrence(one)))


def spans(body: bytes) -> list[str]:
    return [f"{one.bounds(ZONE).start:%d %H:%M}-{one.bounds(ZONE).end:%H:%M}" for one in occurrences(body)]


FORMS = [
    ("DTSTART:20260113T080000Z", "RECURRENCE-ID:20260114T080000Z"),
    ("DTSTART;TZID=Europe/Berlin:20260113T090000", "RECURRENCE-ID;TZID=Europe/Berlin:20260114T090000"),
    ("DTSTART:20260113T090000", "RECURRENCE-ID:20260114T090000"),
    ("DTSTART;TZID=Our Office:20260113T133000", "RECURRENCE-ID;TZID=Our Office:20260114T133000"),
    (
        "DTSTART;TZID=W. Europe Standard Time:20260113T090000",
        "RECURRENCE-ID;TZID=W. Europe Standard Time:20260114T090000",
    ),
]


@pytest.mark.parametrize(("start", "expected"), FORMS)
def test_an_exception_is_written_in_the_form_of_its_series(start: str, expected: str) -> None:
    body = stored(start, "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=3", "SUMMARY:Daily", zones=CUSTOM)
    written = ended(body, occurrences(body)[1], datetime(2026, 1, 14, 8, 30, tzinfo=UTC))
    assert expected in written.decode().replace("\r\n ", "")
    assert spans(written) == ["13 08:00-09:00", "14 08:00-08:30", "15 08:00-09:00"]
    assert said(written.decode(), "RRULE") == ["FREQ=DAILY;COUNT=3"]


@pytest.mark.parametrize(("start", "expected"), FORMS)
def test_a_day_is_taken_out_in_the_form_of_its_series(start: str, expected: str) -> None:
    body = stored(start, "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=3", zones=CUSTOM)
    written = taken_out(body, occurrences(body)[1])
    assert written is not None
    assert expected.replace("RECURRENCE-ID", "EXDATE") in written.decode().replace("\r\n ", "")
    assert spans(written) == ["13 08:00-09:00", "15 08:00-09:00"]


def test_a_day_of_an_all_day_series_is_taken_out_as_a_date() -> None:
    body = stored("DTSTART;VALUE=DATE:20260113", "RRULE:FREQ=DAILY;COUNT=3")
    written = taken_out(body, occurrences(body)[1])
    assert written is not None
    assert "EXDATE;VALUE=DATE:20260114" in written.decode()
    assert [one.id for one in occurrences(written)] == ["a.ics#20260113", "a.ics#20260115"]


def test_an_all_day_meeting_that_is_ended_becomes_hours() -> None:
    body = stored("DTSTART;VALUE=DATE:20260113", "RRULE:FREQ=DAILY;COUNT=2")
    written = ended(body, occurrences(body)[0], datetime(2026, 1, 13, 11, tzinfo=UTC))
    assert spans(written) == ["12 23:00-11:00", "13 23:00-23:00"]
    assert [one.all_day for one in occurrences(written)] == [False, True]


def test_taking_out_an_exception_takes_out_its_day() -> None:
    exception = "BEGIN:VEVENT\nUID:one\nRECURRENCE-ID:20260114T080000Z\nDTSTART:20260114T120000Z\nEND:VEVENT\n"
    body = stored("DTSTART:20260113T080000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=3", more=exception)
    written = taken_out(body, occurrences(body)[1])
    assert written is not None
    assert spans(written) == ["13 08:00-09:00", "15 08:00-09:00"]
    assert b"RECURRENCE-ID" not in written


def test_taking_out_the_last_that_is_left_leaves_no_object() -> None:
    single = stored("DTSTART:20260113T080000Z", "DURATION:PT1H")
    assert taken_out(single, occurrences(single)[0]) is None
    alone = stored("RECURRENCE-ID:20260113T080000Z", "DTSTART:20260113T080000Z", "DURATION:PT1H")
    assert taken_out(alone, occurrences(alone)[0]) is None


CHANGE = (
    "BEGIN:VEVENT\nUID:one\nRECURRENCE-ID;RANGE=THISANDFUTURE:20260114T080000Z\n"
    "DTSTART:20260114T100000Z\nDURATION:PT1H\nSUMMARY:Later\nEND:VEVENT\n"
)


def test_one_day_after_a_change_to_all_that_follow_can_be_changed() -> None:
    body = stored("DTSTART:20260113T080000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=4", more=CHANGE)
    third = occurrences(body)[2]
    written = ended(body, third, datetime(2026, 1, 15, 10, 30, tzinfo=UTC))
    assert spans(written) == ["13 08:00-09:00", "14 10:00-11:00", "15 10:00-10:30", "16 10:00-11:00"]
    assert [one.title for one in occurrences(written)] == ["", "Later", "Later", "Later"]
    assert [one.id for one in occurrences(written)] == [one.id for one in occurrences(body)]


def test_the_change_to_all_that_follow_itself_is_left_alone() -> None:
    body = stored("DTSTART:20260113T080000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=4", more=CHANGE)
    second = occurrences(body)[1]
    with pytest.raises(ReadOnlyCalendar):
        ended(body, second, datetime(2026, 1, 14, 10, 30, tzinfo=UTC))
    written = taken_out(body, second)
    assert written is not None
    assert spans(written) == ["13 08:00-09:00", "15 10:00-11:00", "16 10:00-11:00"]


def test_what_others_wrote_stays_as_it_is() -> None:
    theirs = (
        "X-THEIRS;X-PARAM=1:kept",
        "ATTENDEE;CN=Jane;PARTSTAT=ACCEPTED:mailto:jane@office.example",
        "DESCRIPTION:Long\\, and folded " + "x" * 100,
        "SEQUENCE:4",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        "TRIGGER:-PT5M",
        "END:VALARM",
    )
    body = stored("DTSTART:20260113T080000Z", "DTEND:20260113T090000Z", *theirs)
    text = ended(body, occurrences(body)[0], datetime(2026, 1, 13, 8, 10, tzinfo=UTC)).decode()
    for line in theirs:
        if not line.startswith("SEQUENCE"):
            assert line in text.replace("\r\n ", "")
    assert said(text, "SEQUENCE") == ["5"]
    assert said(text, "LAST-MODIFIED") == ["20260113T080000Z"]
    assert said(text, "DTEND") == ["20260113T081000Z"]


def test_an_exception_has_no_rule_of_its_own() -> None:
    body = stored("DTSTART:20260113T080000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=3", "EXDATE:20260115T080000Z")
    one = occurrences(body)[1]
    written = rewritten(body, ZONE, NOW, lambda it: it.check_in(recurrence(one), one, NOW))
    assert written is not None
    exception = written.decode().split("BEGIN:VEVENT")[2]
    assert not any(name in exception for name in ("RRULE", "EXDATE", "DURATION"))
    assert said(exception, "X-DOORLIGHT-CHECKED-IN") == ["20260113T080000Z"]
    assert spans(written) == spans(body)


def test_an_instance_that_is_not_there_cannot_be_changed() -> None:
    body = stored("DTSTART:20260113T080000Z", "DURATION:PT1H")
    (one,) = occurrences(body)
    alone = stored("RECURRENCE-ID:20260114T080000Z", "DTSTART:20260114T080000Z")
    for act in (
        lambda it: it.move_end("20260113T080000Z", one, NOW),
        lambda it: it.remove("20260113T080000Z"),
        lambda it: it.remove(""),
    ):
        with pytest.raises(OccurrenceGone):
            rewritten(alone, ZONE, NOW, act)


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"BEGIN:VCALENDAR\r\nX", b"BEGIN:VEVENT\r\nEND:VEVENT\r\n", b"\0\xff"]
)
def test_what_cannot_be_parsed_is_not_rewritten(body: bytes) -> None:
    def nothing(it: StoredObject) -> None:
        pass

    with pytest.raises(MalformedAnswer):
        rewritten(body, ZONE, NOW, nothing)
