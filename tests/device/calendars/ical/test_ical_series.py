"""Series: rules, exceptions and what writers of calendars make of them."""

from datetime import UTC, datetime, timedelta

import pytest
from calendars import WEEK, event, read, starts, utc

from device.calendars.ical import reading
from device.model.errors import MalformedAnswer
from device.model.window import Window

NINE = ("DTSTART;TZID=Europe/Berlin:20260112T090000", "DTEND;TZID=Europe/Berlin:20260112T093000")


def test_an_exception_takes_the_place_of_its_day() -> None:
    found = read(
        event(*NINE, "RRULE:FREQ=DAILY;COUNT=3"),
        event(
            "RECURRENCE-ID;TZID=Europe/Berlin:20260113T090000",
            "DTSTART;TZID=Europe/Berlin:20260113T150000",
            "DTEND;TZID=Europe/Berlin:20260113T160000",
            "SUMMARY:Moved",
        ),
    )
    assert starts(found) == ["12 08:00", "13 14:00", "14 08:00"]
    assert [one.id for one in found.occurrences] == [
        "one#20260112T080000Z",
        "one#20260113T080000Z",
        "one#20260114T080000Z",
    ]
    assert {one.series for one in found.occurrences} == {"one"}


@pytest.mark.parametrize(
    "recurrence",
    ["RECURRENCE-ID:20260113T080000Z", "RECURRENCE-ID;TZID=America/New_York:20260113T030000"],
)
def test_an_exception_is_known_by_its_instant_in_any_zone(recurrence: str) -> None:
    found = read(
        event(*NINE, "RRULE:FREQ=DAILY;COUNT=2"), event(recurrence, "DTSTART:20260113T100000Z", "DURATION:PT1H")
    )
    assert starts(found) == ["12 08:00", "13 10:00"]


def test_a_day_that_is_taken_out_costs_no_other_of_that_day() -> None:
    found = read(
        event(*NINE, "RRULE:FREQ=DAILY;BYHOUR=9,10,11;COUNT=6", "EXDATE;TZID=Europe/Berlin:20260113T100000"),
        event("RECURRENCE-ID:20260112T100000Z", "DTSTART:20260112T150000Z", "DURATION:PT30M"),
    )
    assert starts(found) == ["12 08:00", "12 09:00", "12 15:00", "13 08:00", "13 10:00"]


def test_a_series_keeps_its_time_on_the_wall_through_the_clock_change() -> None:
    march = utc("2026-03-28T00:00Z", "2026-03-31T00:00Z")
    series = event(
        "DTSTART;TZID=Europe/Berlin:20260328T090000", "DURATION:PT30M", "RRULE:FREQ=DAILY;UNTIL=20260330T070000Z"
    )
    assert starts(read(series, window=march)) == ["28 08:00", "29 07:00", "30 07:00"]


def test_a_floating_series_is_on_the_wall_of_the_room() -> None:
    assert starts(read(event("DTSTART:20260112T090000", "DURATION:PT30M", "RRULE:FREQ=DAILY;COUNT=2"))) == [
        "12 08:00",
        "13 08:00",
    ]


def test_all_that_follow_a_change_are_changed_and_keep_their_names() -> None:
    found = read(
        event(*NINE, "RRULE:FREQ=DAILY;COUNT=4"),
        event(
            "RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:20260113T090000",
            "DTSTART;TZID=Europe/Berlin:20260113T110000",
            "DTEND;TZID=Europe/Berlin:20260113T120000",
        ),
    )
    assert starts(found) == ["12 08:00", "13 10:00", "14 10:00", "15 10:00"]
    assert [one.id[-16:] for one in found.occurrences] == [f"202601{day}T080000Z" for day in (12, 13, 14, 15)]
    assert found.occurrences[3].bounds("UTC").end == datetime(2026, 1, 15, 11, tzinfo=UTC)


@pytest.mark.parametrize(
    ("until", "last"),
    [("20260114", 14), ("20260114T080000Z", 14), ("20260114T075959Z", 13), ("20260114T090000", 14)],
)
def test_the_end_of_a_rule_is_understood_however_it_is_written(until: str, last: int) -> None:
    found = read(event(*NINE, f"RRULE:FREQ=DAILY;UNTIL={until}"))
    assert starts(found)[-1] == f"{last} 08:00"


@pytest.mark.parametrize("until", ["20260114", "20260114T000000Z", "20260113T230000Z", "20260114T090000"])
def test_the_end_of_a_series_of_days_is_a_day(until: str) -> None:
    found = read(event("DTSTART;VALUE=DATE:20260112", f"RRULE:FREQ=DAILY;UNTIL={until}"))
    assert [one.id for one in found.occurrences] == ["one#20260112", "one#20260113", "one#20260114"]


def test_more_days_and_periods_may_be_added_to_a_rule() -> None:
    found = read(
        event(
            *NINE,
            "RDATE;TZID=Europe/Berlin:20260114T100000",
            "RDATE;VALUE=PERIOD:20260115T100000Z/PT2H,20260116T100000Z/20260116T103000Z",
        )
    )
    assert starts(found) == ["12 08:00", "14 09:00", "15 10:00", "16 10:00"]
    lengths = [one.bounds("UTC").end - one.bounds("UTC").start for one in found.occurrences]
    assert lengths == [timedelta(minutes=minutes) for minutes in (30, 30, 120, 30)]


def test_a_whole_day_may_be_taken_out_of_a_series_of_times() -> None:
    assert starts(read(event(*NINE, "RRULE:FREQ=DAILY;COUNT=3", "EXDATE;VALUE=DATE:20260113"))) == [
        "12 08:00",
        "14 08:00",
    ]


def test_a_list_that_cannot_be_read_costs_only_itself() -> None:
    found = read(event(*NINE, "RRULE:FREQ=DAILY;COUNT=2", "EXDATE:never"))
    assert starts(found) == ["12 08:00", "13 08:00"]
    assert [one.why for one in found.skipped] == ["its EXDATE cannot be read"]


def test_an_exception_that_cannot_be_read_costs_only_itself() -> None:
    found = read(event(*NINE, "RRULE:FREQ=DAILY;COUNT=2"), event("RECURRENCE-ID:20260113T080000Z", "DTSTART:some day"))
    assert starts(found) == ["12 08:00", "13 08:00"]
    assert [one.why for one in found.skipped] == ["its DTSTART cannot be read"]


def test_exceptions_without_their_series_stand_for_themselves() -> None:
    found = read(
        event("RECURRENCE-ID:20260113T080000Z", "DTSTART:20260113T090000Z", "DURATION:PT1H"),
        event("RECURRENCE-ID:20260114T080000Z", "DTSTART:20260114T090000Z", "DURATION:PT1H"),
    )
    assert starts(found) == ["13 09:00", "14 09:00"]


def test_meetings_that_share_a_uid_by_mistake_are_all_there() -> None:
    found = read(
        event("DTSTART:20260113T090000Z", "DURATION:PT1H"),
        event("DTSTART:20260114T090000Z", "DURATION:PT1H"),
        event(*NINE, "RRULE:FREQ=DAILY;COUNT=2"),
    )
    assert starts(found) == ["12 08:00", "13 08:00", "13 09:00", "14 09:00"]
    assert len({one.id for one in found.occurrences}) == 4


def test_of_two_versions_the_newer_counts() -> None:
    found = read(
        event("DTSTART:20260113T090000Z", "DURATION:PT1H", "SEQUENCE:1"),
        event("DTSTART:20260114T090000Z", "DURATION:PT1H", "SEQUENCE:2"),
    )
    assert starts(found) == ["14 09:00"]


def test_meetings_without_a_uid_are_there_and_told_apart() -> None:
    bare = [f"BEGIN:VEVENT\r\nDTSTART:2026011{day}T090000Z\r\nEND:VEVENT" for day in (3, 4)]
    found = read(*bare)
    assert starts(found) == ["13 09:00", "14 09:00"]
    assert len({one.id for one in found.occurrences}) == 2
    assert read(*bare) == found


def test_a_series_that_ended_long_ago_or_begins_later_is_not_there() -> None:
    old = event("DTSTART:20200101T090000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY;UNTIL=20251231T235959Z")
    later = event("DTSTART:20270101T090000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY", uid="later")
    assert read(old, later).occurrences == ()


def test_a_long_meeting_of_a_series_that_began_before_the_window_is_in_it() -> None:
    weeks = event("DTSTART:20260101T090000Z", "DURATION:P20D", "RRULE:FREQ=YEARLY;COUNT=1")
    last = event(
        "DTSTART:20251225T090000Z", "DTEND:20260120T090000Z", "RRULE:FREQ=YEARLY;UNTIL=20251225T090000Z", uid="b"
    )
    assert len(read(weeks, last).occurrences) == 2


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SECONDLY",
        "FREQ=MINUTELY",
        "FREQ=SECONDLY;BYHOUR=3",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;INTERVAL=0",
    ],
)
def test_a_rule_without_measure_is_stopped_and_named(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "SERIES_LIMIT", 0.2)
    endless = event("DTSTART:20200101T000000Z", "DURATION:PT1S", f"RRULE:{rule}", uid="endless")
    found = read(endless, event(*NINE))
    assert starts(found) == ["12 08:00"]
    assert [one.id for one in found.skipped] == ["endless"]


def test_a_rule_of_the_week_may_be_dense() -> None:
    found = read(event("DTSTART:20260112T000000Z", "DURATION:PT1M", "RRULE:FREQ=MINUTELY;COUNT=1500"))
    assert (len(found.occurrences), found.truncated, found.skipped) == (500, True, ())


def test_more_instances_than_a_door_can_use_are_not_shown_by_halves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "SERIES_LIMIT", 60.0)
    monkeypatch.setattr(reading, "CALENDAR_LIMIT", 60.0)
    found = read(event("DTSTART:20260112T000000Z", "DURATION:PT1M", "RRULE:FREQ=MINUTELY;COUNT=2500"))
    assert found.occurrences == ()
    assert [one.why for one in found.skipped] == ["it repeats more than 2000 times"]


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kolkata", "UTC"])
def test_floating_days_are_found_in_every_zone_of_the_world(zone: str) -> None:
    day = Window(start=datetime(2026, 1, 13, 10, tzinfo=UTC), end=datetime(2026, 1, 13, 10, 1, tzinfo=UTC))
    found = read(event("DTSTART;VALUE=DATE:20260101", "RRULE:FREQ=DAILY"), window=day, zone=zone)
    assert len(found.occurrences) == 1
    assert found.occurrences[0].bounds(zone).covers(day.start)


def test_floating_days_are_found_where_the_calendar_is_on_the_other_side_of_the_world() -> None:
    noon = Window(start=datetime(2026, 1, 13, 10, tzinfo=UTC), end=datetime(2026, 1, 13, 10, 1, tzinfo=UTC))
    days = event("DTSTART;VALUE=DATE:20260101", "RRULE:FREQ=DAILY")
    found = read("X-WR-TIMEZONE:Pacific/Pago_Pago", days, window=noon, zone="Pacific/Kiritimati")
    assert [one.id for one in found.occurrences] == ["one#20260114"]


def test_nothing_is_lost_by_not_parsing_what_lies_outside() -> None:
    hours = [WEEK.start + timedelta(hours=hour) for hour in range(-72, 24 * 7 + 72, 7)]
    events = [event(f"DTSTART:{hour:%Y%m%dT%H%M%SZ}", "DURATION:PT5H", uid=f"u{at}") for at, hour in enumerate(hours)]
    expected = [hour for hour in hours if WEEK.overlaps(hour, hour + timedelta(hours=5))]
    assert [one.bounds("UTC").start for one in read(*events).occurrences] == expected


def test_a_calendar_that_is_nothing_but_work_is_refused_as_a_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "SERIES_LIMIT", 0.1)
    monkeypatch.setattr(reading, "CALENDAR_LIMIT", 0.25)
    endless = [
        event("DTSTART:20200101T000000Z", "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", uid=f"u{number}")
        for number in range(8)
    ]
    with pytest.raises(MalformedAnswer):
        read(*endless)
