"""How old the truth may be."""

from datetime import timedelta

from worlds import MINUTE, at

from device.model.freshness import COVER, Freshness
from device.model.window import Window

NOON = at(12)
READ = Freshness(confirmed_at=NOON, window=Window(start=at(0), end=at(18)))
INSTANT = timedelta(microseconds=1)


def test_what_was_never_read_is_neither_fresh_nor_kept_and_covers_nothing() -> None:
    never = Freshness()
    assert not never.is_fresh(NOON)
    assert not never.is_kept(NOON)
    assert not never.covers(NOON)
    assert never.edges() == ()


def test_a_reading_is_fresh_for_five_minutes_and_kept_for_two_hours() -> None:
    assert READ.is_fresh(NOON)
    assert READ.is_fresh(NOON + 5 * MINUTE - INSTANT)
    assert not READ.is_fresh(NOON + 5 * MINUTE)
    assert READ.is_kept(NOON + 120 * MINUTE - INSTANT)
    assert not READ.is_kept(NOON + 120 * MINUTE)


def test_a_reading_from_the_future_proves_nothing() -> None:
    assert not READ.is_fresh(NOON - INSTANT)
    assert not READ.is_kept(NOON - INSTANT)


def test_a_window_must_hold_now_and_the_next_quarter_of_an_hour() -> None:
    assert READ.covers(at(0))
    assert not READ.covers(at(0) - INSTANT)
    assert READ.covers(at(18) - COVER - INSTANT)
    assert not READ.covers(at(18) - COVER)


def test_its_edges_are_where_its_answers_change() -> None:
    assert set(READ.edges()) == {NOON, at(12, 5), at(14), at(0), at(17, 45), at(18)}
    assert set(Freshness(window=READ.window).edges()) == {at(0), at(17, 45), at(18)}
    assert set(Freshness(confirmed_at=NOON).edges()) == {NOON, at(12, 5), at(14)}
