"""Spans of time: half open, in any zone, at any length of day, and from any year."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
import pytest
from worlds import BERLIN, ZONES, at, changes_of_the_clock

from device.model.value import decode
from device.model.window import Dates, Window, day_window, local_day, midnight, window_around

SPAN = Window(start=at(10), end=at(12))


def test_a_window_holds_its_start_and_not_its_end() -> None:
    assert [SPAN.covers(at(9, 59)), SPAN.covers(at(10)), SPAN.covers(at(11, 59)), SPAN.covers(at(12))] == [
        False,
        True,
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("start", "end", "touches"),
    [
        (at(9), at(10), False),
        (at(9), at(10, 1), True),
        (at(11), at(11), True),
        (at(10), at(10), True),
        (at(12), at(12), False),
        (at(12), at(13), False),
        (at(9), at(13), True),
    ],
)
def test_spans_that_only_meet_do_not_overlap(start: datetime, end: datetime, touches: bool) -> None:
    assert SPAN.overlaps(start, end) is touches


@pytest.mark.parametrize("zone", ZONES)
def test_a_day_on_which_the_clock_changes_is_shorter_or_longer_by_the_change(zone: str) -> None:
    for change in changes_of_the_clock(zone):
        before, after = (
            (change + step).astimezone(ZoneInfo(zone)).utcoffset() for step in (-timedelta(seconds=1), timedelta())
        )
        assert before is not None
        assert after is not None
        day = day_window(local_day(change - timedelta(seconds=1), zone), zone)
        following = day_window(local_day(change, zone), zone)
        lengths = {day.end - day.start, following.end - following.start} - {timedelta(days=1)}
        assert lengths == {timedelta(days=1) + before - after}


@pytest.mark.parametrize("zone", ZONES)
def test_days_follow_one_another_without_gap_or_overlap(zone: str) -> None:
    for offset in range(730):
        day = date(2026, 1, 1) + timedelta(days=offset)
        assert day_window(day, zone).end == day_window(day + timedelta(days=1), zone).start
        assert local_day(midnight(day, zone), zone) == day


def test_the_window_asked_for_reaches_a_day_beyond_the_days_shown() -> None:
    window = window_around(at(12), BERLIN)
    assert window == Window(start=at(0, day=22), end=at(0, day=26))
    assert window_around(at(12), BERLIN, days=1).end == at(0, day=25)


def test_an_unknown_zone_is_refused() -> None:
    with pytest.raises(ZoneInfoNotFoundError):
        midnight(date(2026, 1, 1), "Europe/Atlantis")


@pytest.mark.parametrize("zone", [*ZONES, "Pacific/Kiritimati", "Etc/GMT+12"])
def test_the_ends_of_time_stay_within_what_every_zone_can_show(zone: str) -> None:
    ever = Window(start=datetime.min.replace(tzinfo=UTC), end=datetime.max.replace(tzinfo=UTC))
    for edge in (ever.start, ever.end, *_ends(Dates(first=date.min, until=date.max).window(zone))):
        assert edge.astimezone(ZoneInfo(zone)).year in range(1, 9999)
        assert edge + timedelta(days=30)
        assert edge - timedelta(days=30)


def _ends(window: Window) -> tuple[datetime, datetime]:
    return window.start, window.end


def test_a_window_keeps_times_that_are_not_at_the_ends() -> None:
    assert _ends(SPAN) == (at(10), at(12))
    dates = Dates(first=date(2026, 1, 1), until=date(2026, 1, 2))
    assert (dates.first, dates.until) == (date(2026, 1, 1), date(2026, 1, 2))


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(TypeError):
        Window(start=datetime(2026, 1, 1), end=at(12))  # noqa: DTZ001  what is tested
    with pytest.raises(msgspec.ValidationError):
        decode('{"kind":"instants","start":"2026-01-01T00:00:00","end":"2026-01-01T01:00:00Z"}', Window)


def test_a_span_says_which_kind_it_is() -> None:
    for span in (SPAN, Dates(first=date(2026, 1, 1), until=date(2026, 1, 2))):
        assert decode(msgspec.json.encode(span), Window | Dates) == span
