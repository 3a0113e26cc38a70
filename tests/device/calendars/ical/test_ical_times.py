"""Times as calendars write them, and what they are at a door in Berlin."""

from datetime import date

import pytest
from calendars import event, read, read_one, utc

from device.model.window import Dates, Window

CUSTOM = "\r\n".join(
    (
        "BEGIN:VTIMEZONE",
        "TZID:Our Office",
        "BEGIN:STANDARD",
        "DTSTART:16010101T000000",
        "TZOFFSETFROM:{0}",
        "TZOFFSETTO:{0}",
        "END:STANDARD",
        "END:VTIMEZONE",
    )
)


@pytest.mark.parametrize(
    ("start", "when"),
    [
        ("DTSTART:20260113T090000Z", "09:00"),
        ("DTSTART:20260113T090000", "08:00"),
        ("DTSTART;TZID=Europe/Berlin:20260113T090000", "08:00"),
        ("DTSTART;TZID=/Europe/Berlin:20260113T090000", "08:00"),
        ("DTSTART;TZID=/freeassociation.sourceforge.net/Europe/Berlin:20260113T090000", "08:00"),
        ("DTSTART;TZID=America/New_York:20260113T090000", "14:00"),
        ("DTSTART;TZID=Asia/Kolkata:20260113T090000", "03:30"),
        ("DTSTART;TZID=W. Europe Standard Time:20260113T090000", "08:00"),
        ('DTSTART;TZID="Eastern Standard Time":20260113T090000', "14:00"),
        ("DTSTART;VALUE=DATE-TIME;TZID=Europe/Berlin:20260113T090000", "08:00"),
    ],
)
def test_every_way_to_write_a_time_is_an_instant(start: str, when: str) -> None:
    one = read_one(start, "DURATION:PT30M")
    assert isinstance(one.when, Window)
    assert f"{one.when.start:%H:%M}" == when
    assert (one.when.end - one.when.start).seconds == 1800


def test_a_calendar_may_define_its_own_zone() -> None:
    found = read(CUSTOM.format("+0530"), event("DTSTART;TZID=Our Office:20260113T090000", "DURATION:PT1H"))
    assert found.occurrences[0].when == utc("2026-01-13T03:30Z", "2026-01-13T04:30Z")


def test_what_one_calendar_calls_a_zone_is_nothing_to_the_next() -> None:
    meeting = event("DTSTART;TZID=Our Office:20260113T090000", "DURATION:PT1H")
    starts = [read(CUSTOM.format(offset), meeting).occurrences[0].when for offset in ("+0530", "-0800")]
    assert starts == [utc("2026-01-13T03:30Z", "2026-01-13T04:30Z"), utc("2026-01-13T17:00Z", "2026-01-13T18:00Z")]
    assert read(meeting).occurrences == ()


def test_a_zone_that_nobody_knows_is_named_and_not_guessed() -> None:
    found = read(event("DTSTART;TZID=Our Office:20260113T090000", "DURATION:PT1H"))
    assert [(one.id, one.why) for one in found.skipped] == [("one", "its time zone is not known")]


def test_a_floating_time_is_on_the_calendars_wall_where_it_says_which() -> None:
    found = read("X-WR-TIMEZONE:America/New_York", event("DTSTART:20260113T090000", "DURATION:PT1H"))
    assert found.occurrences[0].when == utc("2026-01-13T14:00Z", "2026-01-13T15:00Z")


def test_a_calendars_zone_that_nobody_knows_is_the_rooms() -> None:
    found = read("X-WR-TIMEZONE:Our Office", event("DTSTART:20260113T090000", "DURATION:PT1H"))
    assert found.occurrences[0].when == utc("2026-01-13T08:00Z", "2026-01-13T09:00Z")


@pytest.mark.parametrize(
    ("lines", "first", "until"),
    [
        (["DTSTART;VALUE=DATE:20260113", "DTEND;VALUE=DATE:20260114"], 13, 14),
        (["DTSTART;VALUE=DATE:20260113"], 13, 14),
        (["DTSTART;VALUE=DATE:20260113", "DURATION:P2D"], 13, 15),
        (["DTSTART;VALUE=DATE:20260113", "DTEND;VALUE=DATE:20260113"], 13, 14),
        (["DTSTART;VALUE=DATE:20260110", "DTEND;VALUE=DATE:20260116"], 10, 16),
        (["DTSTART:20260113T000000", "DTEND:20260114T000000", "X-MICROSOFT-CDO-ALLDAYEVENT:TRUE"], 13, 14),
        (["DTSTART:20260112T230000Z", "DTEND:20260113T230000Z", "X-MICROSOFT-CDO-ALLDAYEVENT:TRUE"], 13, 14),
        (
            [
                "DTSTART;TZID=Asia/Tokyo:20260113T000000",
                "DTEND;TZID=Asia/Tokyo:20260114T000000",
                "X-MICROSOFT-CDO-ALLDAYEVENT:TRUE",
            ],
            13,
            14,
        ),
    ],
)
def test_all_day_is_dates_and_stays_dates(lines: list[str], first: int, until: int) -> None:
    assert read_one(*lines).when == Dates(first=date(2026, 1, first), until=date(2026, 1, until))


def test_outlooks_mark_on_a_meeting_of_two_hours_makes_no_day_of_it() -> None:
    one = read_one("DTSTART:20260113T090000Z", "DTEND:20260113T110000Z", "X-MICROSOFT-CDO-ALLDAYEVENT:TRUE")
    assert one.when == utc("2026-01-13T09:00Z", "2026-01-13T11:00Z")


def test_a_meeting_without_an_end_takes_no_time() -> None:
    assert read_one("DTSTART:20260113T090000Z").when == utc("2026-01-13T09:00Z", "2026-01-13T09:00Z")


def test_days_of_a_duration_are_counted_on_the_wall_and_hours_exactly() -> None:
    march = utc("2026-03-28T00:00Z", "2026-03-31T00:00Z")
    saturday = "DTSTART;TZID=Europe/Berlin:20260328T220000"
    assert read_one(saturday, "DURATION:P1D", window=march).when == utc("2026-03-28T21:00Z", "2026-03-29T20:00Z")
    assert read_one(saturday, "DURATION:PT23H", window=march).when == utc("2026-03-28T21:00Z", "2026-03-29T20:00Z")


def test_a_time_that_the_spring_clock_skips_is_an_hour_later() -> None:
    march = utc("2026-03-28T00:00Z", "2026-03-31T00:00Z")
    one = read_one("DTSTART;TZID=Europe/Berlin:20260329T023000", "DURATION:PT30M", window=march)
    assert one.when == utc("2026-03-29T01:30Z", "2026-03-29T02:00Z")


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        (["SUMMARY:No times"], "it has no start"),
        (["DTSTART:yesterday"], "its DTSTART cannot be read"),
        (["DTSTART:20261399T250000Z"], "its DTSTART cannot be read"),
        (["DTSTART:20260113T090000Z", "DTEND:soon"], "its DTEND cannot be read"),
        (["DTSTART:20260113T090000Z", "DURATION:long"], "its DURATION cannot be read"),
        (["DTSTART:20260113T090000Z", "DTEND:20260113T080000Z"], "it ends before it starts"),
        (["DTSTART;VALUE=DATE:20260113", "DTEND;VALUE=DATE:20260112"], "it ends before it starts"),
        (["DTSTART:20260113T090000Z", "DURATION:-PT1H"], "it ends before it starts"),
        (["DTSTART:20260113T090000Z", "RRULE:FREQ=NEVER"], "its RRULE cannot be read"),
    ],
)
def test_what_cannot_be_read_is_named_and_costs_no_other(lines: list[str], why: str) -> None:
    found = read(event(*lines), event("DTSTART:20260114T090000Z", uid="good"))
    assert [one.id for one in found.occurrences] == ["good"]
    assert [(one.id, one.why) for one in found.skipped] == [("one", why)]


def test_a_meeting_that_begins_before_and_ends_after_the_window_is_in_it() -> None:
    assert read_one("DTSTART:20260101T090000Z", "DTEND:20260201T090000Z").when == utc(
        "2026-01-01T09:00Z", "2026-02-01T09:00Z"
    )


@pytest.mark.parametrize("edge", ["20260112T000000Z", "20260105T000000Z"])
def test_a_meeting_that_ends_where_the_window_begins_is_not_in_it(edge: str) -> None:
    assert read(event("DTSTART:20260104T000000Z", f"DTEND:{edge}")).occurrences == ()
