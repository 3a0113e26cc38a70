"""A series' rule names its days."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from device.emulator.series import Every, Rule

FIRST = date(2026, 11, 2)
FOREVER = (FIRST - timedelta(days=30), FIRST + timedelta(days=100))


def days(rule: Rule) -> list[str]:
    return [f"{day:%m-%d}" for day in rule.dates(*FOREVER)]


def test_every_other_day_until_a_last_day() -> None:
    rule = Rule(first=FIRST, interval=2, last=date(2026, 11, 8))
    assert days(rule) == ["11-02", "11-04", "11-06", "11-08"]


def test_two_days_of_every_other_week_a_number_of_times() -> None:
    rule = Rule(first=FIRST, every=Every.WEEKLY, interval=2, days=(0, 4), count=5)
    assert days(rule) == ["11-02", "11-06", "11-16", "11-20", "11-30"]


def test_a_weekly_rule_without_days_takes_the_day_of_its_first() -> None:
    rule = Rule(first=date(2026, 11, 4), every=Every.WEEKLY, count=2)
    assert days(rule) == ["11-04", "11-11"]


def test_a_month_without_that_day_is_left_out() -> None:
    rule = Rule(first=date(2026, 10, 31), every=Every.MONTHLY)
    assert days(rule) == ["10-31", "12-31", "01-31"]


rules = st.builds(
    Rule,
    first=st.dates(date(2026, 1, 1), date(2026, 12, 31)),
    every=st.sampled_from(Every),
    interval=st.integers(1, 5),
    days=st.lists(st.integers(0, 6), max_size=3, unique=True).map(tuple),
    count=st.sampled_from((0, 0, 1, 7)),
)


@given(rules, st.dates(date(2026, 1, 1), date(2027, 6, 1)), st.integers(0, 60))
def test_a_piece_of_a_series_is_that_piece_of_the_whole(rule: Rule, earliest: date, length: int) -> None:
    latest = earliest + timedelta(days=length)
    whole = [day for day in rule.dates(date(2025, 1, 1), date(2027, 12, 31)) if earliest <= day <= latest]
    assert list(rule.dates(earliest, latest)) == whole
