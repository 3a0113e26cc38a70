"""What changed between two readings, told to whoever may be walking there."""

from datetime import timedelta

import pytest
from msgspec.structs import replace
from worlds import BERLIN, all_day, at, meeting

from device.model.changes import NOTICED_FOR, Change, ChangeKind, changes
from device.model.occurrence import FreeBusy, Occurrence, Response
from device.model.safetext import SafeText
from device.model.window import Window, day_window

NOW = at(9, 52)
REVIEW = meeting(at(10), at(11), "review", title=SafeText("Design review"))
TODAY = day_window(NOW.date(), BERLIN)


def told(before: list[Occurrence], after: list[Occurrence]) -> tuple[Change, ...]:
    return changes(before, after, now=NOW, zone=BERLIN, span=TODAY)


def test_nothing_changed_is_no_news() -> None:
    assert told([REVIEW], [REVIEW]) == ()
    assert told([], []) == ()


def test_a_meeting_that_is_gone_was_cancelled() -> None:
    assert told([REVIEW], []) == (
        Change(
            kind=ChangeKind.CANCELLED,
            title=SafeText("Design review"),
            private=False,
            was=Window(start=at(10), end=at(11)),
            noticed_at=NOW,
        ),
    )


@pytest.mark.parametrize("flags", [{"cancelled": True}, {"response": Response.DECLINED}, {"free_busy": FreeBusy.FREE}])
def test_a_meeting_that_no_longer_counts_was_cancelled(flags: dict[str, object]) -> None:
    ended = replace(REVIEW, **flags)
    assert [change.kind for change in told([REVIEW], [ended])] == [ChangeKind.CANCELLED]
    assert [change.kind for change in told([ended], [REVIEW])] == [ChangeKind.ADDED]
    assert told([], [ended]) == ()
    assert told([ended], []) == ()


def test_a_new_meeting_was_added() -> None:
    (change,) = told([], [REVIEW])
    assert (change.kind, change.was, change.now) == (ChangeKind.ADDED, REVIEW.when, None)


def test_a_meeting_at_another_time_was_moved() -> None:
    moved = replace(REVIEW, when=Window(start=at(14), end=at(15)))
    (change,) = told([REVIEW], [moved])
    assert (change.kind, change.was, change.now) == (ChangeKind.MOVED, REVIEW.when, moved.when)


def test_another_title_alone_is_no_news() -> None:
    assert told([REVIEW], [replace(REVIEW, title=SafeText("Review of the design"))]) == ()


def test_what_is_over_or_another_days_is_no_news() -> None:
    over = meeting(at(8), at(9, 52), "over")
    tomorrow = meeting(at(10, day=24), at(11, day=24), "tomorrow")
    assert told([over, tomorrow], []) == ()


def test_what_this_door_booked_itself_is_no_news() -> None:
    own = replace(REVIEW, own=True)
    assert told([], [own]) == ()
    assert told([own], []) == ()


def test_an_all_day_meeting_changes_by_the_rooms_day() -> None:
    fair = all_day(NOW.date(), NOW.date() + timedelta(days=1), "fair")
    (change,) = told([], [fair])
    assert change.was == TODAY


def test_a_private_meeting_says_that_it_is_private() -> None:
    (change,) = told([replace(REVIEW, private=True, title=SafeText(""))], [])
    assert change.private


def test_news_come_by_their_time() -> None:
    later, sooner = meeting(at(15), at(16), "later"), meeting(at(10), at(11), "sooner")
    assert [change.was.start for change in told([later, sooner], [])] == [at(10), at(15)]


def test_news_stay_for_ten_minutes_and_not_before_they_happened() -> None:
    (change,) = told([REVIEW], [])
    assert not change.expired(NOW)
    assert not change.expired(NOW + NOTICED_FOR - timedelta(seconds=1))
    assert change.expired(NOW + NOTICED_FOR)
    assert change.expired(NOW - timedelta(seconds=1))
