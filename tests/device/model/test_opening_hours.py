"""Opening hours, overnight and across both changes of the clock."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from worlds import BERLIN, at

from device.model.hours import hours_edges, is_open, next_closing, next_opening
from device.model.room import OpenHours

DAILY = tuple(range(7))
OFFICE = (OpenHours(opens="08:00", closes="18:00"),)


def open_at(now: datetime, *hours: OpenHours) -> bool:
    return is_open(now, hours, BERLIN)


def test_a_room_without_hours_is_always_open_and_never_closes() -> None:
    assert open_at(at(3))
    assert next_opening(at(3), (), BERLIN) is None
    assert next_closing(at(3), (), BERLIN) is None
    assert list(hours_edges(at(3), (), BERLIN)) == []


def test_an_office_room_is_open_from_its_opening_and_closed_from_its_closing() -> None:
    assert [open_at(at(hour, minute), *OFFICE) for hour, minute in ((7, 59), (8, 0), (17, 59), (18, 0))] == [
        False,
        True,
        True,
        False,
    ]


def test_on_friday_evening_the_next_opening_is_on_monday() -> None:
    assert next_opening(at(19, day=27), OFFICE, BERLIN) == at(8, day=30)
    assert next_closing(at(19, day=27), OFFICE, BERLIN) is None


def test_before_its_opening_a_room_opens_today() -> None:
    opening = next_opening(at(7), OFFICE, BERLIN)
    assert opening == at(8)
    assert opening.tzinfo is UTC
    assert next_opening(at(8), OFFICE, BERLIN) == at(8, day=24)


def test_hours_that_adjoin_or_overlap_are_one_opening() -> None:
    adjoining = (
        OpenHours(opens="08:00", closes="12:00"),
        OpenHours(opens="12:00", closes="15:00"),
        OpenHours(opens="14:00", closes="20:00"),
        OpenHours(opens="21:00", closes="22:00"),
    )
    assert next_closing(at(9), adjoining, BERLIN) == at(20)
    assert next_closing(at(21), adjoining, BERLIN) == at(22)


def test_a_long_opening_holds_a_short_one_within_it() -> None:
    within = (OpenHours(opens="08:00", closes="20:00"), OpenHours(opens="09:00", closes="10:00"))
    assert next_closing(at(9, 30), within, BERLIN) == at(20)


@pytest.mark.parametrize(("opens", "closes"), [("00:00", "24:00"), ("00:00", "00:00"), ("09:00", "09:00")])
def test_a_room_open_around_the_clock_does_not_close(opens: str, closes: str) -> None:
    hours = (OpenHours(opens=opens, closes=closes, days=DAILY),)
    for hour in range(24):
        assert is_open(at(hour), hours, BERLIN)
    assert next_closing(at(12), hours, BERLIN) is None


def test_a_night_belongs_to_the_day_on_which_it_begins() -> None:
    friday_night = OpenHours(opens="20:00", closes="03:00", days=(4,))
    assert open_at(at(2, 59, day=28), friday_night)
    assert not open_at(at(2, 59, day=27), friday_night)
    assert next_closing(at(23, day=27), (friday_night,), BERLIN) == at(3, day=28)


def test_hours_on_no_day_never_open() -> None:
    never = (OpenHours(opens="08:00", closes="18:00", days=()),)
    assert not is_open(at(12), never, BERLIN)
    assert next_opening(at(12), never, BERLIN) is None


def test_an_opening_within_the_skipped_hour_begins_when_the_offset_before_says() -> None:
    night = (OpenHours(opens="02:30", closes="04:00", days=DAILY),)
    opening = next_opening(datetime(2026, 3, 28, 12, tzinfo=UTC), night, BERLIN)
    assert opening == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)  # shown as 3:30


def test_an_opening_that_the_change_of_the_clock_swallows_does_not_take_place() -> None:
    swallowed = (OpenHours(opens="02:50", closes="03:10", days=(6,)),)
    before = datetime(2026, 3, 28, 12, tzinfo=UTC)
    assert next_opening(before, swallowed, BERLIN) == datetime(2026, 4, 5, 0, 50, tzinfo=UTC)


def test_an_opening_through_the_hour_told_twice_lasts_an_hour_longer() -> None:
    night = (OpenHours(opens="01:00", closes="04:00", days=DAILY),)
    start = datetime(2026, 10, 24, 23, tzinfo=UTC)
    assert next_closing(start, night, BERLIN) == start + timedelta(hours=4)


def test_all_openings_of_the_coming_week_are_edges() -> None:
    edges = set(hours_edges(at(12), OFFICE, BERLIN))
    assert {at(8, day=day) for day in (23, 24, 25, 26, 27, 30)} <= edges
    assert {at(18, day=day) for day in (23, 24, 25, 26, 27, 30)} <= edges


@pytest.mark.parametrize("wall", ["24:01", "7:00", "23:60", "noon", "", "25:00"])
def test_what_is_no_time_is_refused(wall: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"opens": wall, "closes": "18:00"}, OpenHours)
