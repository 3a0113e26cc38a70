"""Wall times become instants, also on the two days that are not as long as others."""

from datetime import UTC, date, datetime, timedelta

import pytest

from device.emulator.wall import instant, span, wall_length

BERLIN = "Europe/Berlin"
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)


@pytest.mark.parametrize(
    ("day", "starts", "ends", "minutes"),
    [
        (date(2026, 11, 23), "09:00", "09:30", 30),
        (date(2026, 11, 23), "23:30", "00:15", 45),
        (date(2026, 11, 23), "00:00", "24:00", 24 * 60),
        (date(2026, 11, 23), "09:00", "09:00", 24 * 60),
        (SPRING, "00:00", "24:00", 23 * 60),
        (SPRING, "01:30", "03:30", 60),
        (SPRING, "02:30", "03:00", 30),
        (SPRING, "02:00", "02:30", 30),
        (AUTUMN, "00:00", "24:00", 25 * 60),
        (AUTUMN, "01:30", "03:30", 180),
    ],
)
def test_a_span_is_as_long_as_the_clock_on_the_wall_makes_it(day: date, starts: str, ends: str, minutes: int) -> None:
    window = span(day, starts, ends, BERLIN)
    assert window.end - window.start == timedelta(minutes=minutes)


def test_the_end_of_a_day_is_the_beginning_of_the_next() -> None:
    assert instant(date(2026, 11, 23), "24:00", BERLIN) == datetime(2026, 11, 23, 23, tzinfo=UTC)


def test_a_length_over_midnight_counts_on() -> None:
    assert wall_length("23:00", "01:00") == timedelta(hours=2)
