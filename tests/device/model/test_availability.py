"""What the door says, case by case."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace
from worlds import BERLIN, MINUTE, all_day, at, door, fresh, meeting, room

from device.model.availability import Availability, DoorState, Reason, availability, occupies
from device.model.clock import ClockTrust
from device.model.freshness import Freshness
from device.model.occurrence import FreeBusy, Response
from device.model.room import CheckInPolicy, OpenHours, RoomPolicy
from device.model.safetext import SafeText
from device.model.window import Window

NOON = at(12)
CHECK_IN = CheckInPolicy()
OFFICE = (OpenHours(opens="08:00", closes="18:00"),)


def known(
    now: datetime, freshness: Freshness, *meetings: object, clock: ClockTrust = ClockTrust.TRUSTED
) -> Availability:
    return availability(now, meetings, room(), freshness, clock)  # type: ignore[arg-type]


# Free, and for how long.


def test_an_empty_day_is_free_with_nothing_ahead() -> None:
    said = door(NOON)
    assert (said.state, said.reason, said.until) == (DoorState.FREE, Reason.NOTHING_AHEAD, None)
    assert (said.current, said.next, said.free_from, said.overlapping) == (None, None, None, 0)


def test_the_room_is_free_until_the_next_meeting() -> None:
    said = door(NOON, meeting(at(13), at(14)), meeting(at(15), at(16), "later"))
    assert (said.state, said.reason, said.until) == (DoorState.FREE, Reason.FREE_UNTIL_NEXT, at(13))
    assert said.next
    assert said.next.id == "m"


def test_the_room_is_free_again_at_the_very_end() -> None:
    assert door(at(14), meeting(at(13), at(14))).state is DoorState.FREE


def test_the_room_is_taken_from_the_very_start() -> None:
    assert door(at(13), meeting(at(13), at(14))).state is DoorState.IN_USE


def test_free_ends_where_todays_reading_ends() -> None:
    window = Window(start=at(0), end=at(15))
    assert known(NOON, fresh(NOON, window=window)).until == at(15)


def test_what_a_reading_of_days_leaves_open_does_not_bound_free() -> None:
    assert known(NOON, fresh(NOON, window=Window(start=at(0), end=at(0, day=24)))).until is None


# Meetings beside and upon each other.


def test_back_to_back_meetings_change_hands_at_the_same_minute() -> None:
    first, second = meeting(at(12), at(13), "first"), meeting(at(13), at(14), "second")
    before, after = door(at(12, 59), first, second), door(at(13), first, second)
    assert before.current == first
    assert before.free_from == at(14)
    assert after.current == second
    assert after.state is DoorState.IN_USE


def test_of_overlapping_meetings_the_one_that_ends_first_is_shown_and_the_others_counted() -> None:
    long, short = meeting(at(11), at(15), "long"), meeting(at(12), at(12, 30), "short")
    said = door(at(12, 10), long, short)
    assert said.current == short
    assert said.overlapping == 1
    assert said.until == at(12, 30)
    assert said.free_from == at(15)


def test_of_overlapping_meetings_the_one_whose_people_have_come_has_the_room() -> None:
    here = meeting(at(11), at(13), "here", checked_in_at=at(11))
    absent = meeting(at(12), at(12, 30), "absent")
    said = door(at(12, 2), here, absent, check_in=CHECK_IN)
    assert (said.state, said.current, said.overlapping) == (DoorState.IN_USE, here, 1)


def test_without_check_in_an_own_booking_has_no_precedence() -> None:
    own, other = meeting(at(11), at(15), "own", own=True), meeting(at(11), at(13), "other")
    assert door(NOON, own, other).current == other


def test_equal_meetings_are_shown_in_a_steady_order() -> None:
    twins = meeting(at(12), at(13), "b"), meeting(at(12), at(13), "a")
    assert door(NOON, *twins).current == door(NOON, *reversed(twins)).current == twins[1]


def test_a_meeting_within_another_does_not_shorten_when_the_room_is_free() -> None:
    assert door(NOON, meeting(at(11), at(15), "a"), meeting(at(12), at(13), "b")).free_from == at(15)


def test_a_gap_of_a_minute_ends_the_chain_of_meetings() -> None:
    said = door(NOON, meeting(at(12), at(13), "a"), meeting(at(13, 1), at(14), "b"))
    assert said.free_from == at(13)


def test_a_meeting_of_no_length_takes_nothing() -> None:
    moment = meeting(NOON, NOON)
    assert door(NOON, moment).state is DoorState.FREE
    assert door(at(11, 55), moment).state is DoorState.FREE


def test_a_meeting_that_ends_before_it_starts_takes_nothing() -> None:
    assert door(NOON, meeting(at(13), at(11))).state is DoorState.FREE


# Meetings that do not count.


@pytest.mark.parametrize(
    "flags",
    [{"cancelled": True}, {"response": Response.DECLINED}, {"free_busy": FreeBusy.FREE}],
    ids=["cancelled", "declined by the room", "marked free"],
)
def test_a_meeting_that_does_not_count_leaves_the_room_free(flags: dict[str, object]) -> None:
    running = meeting(at(11), at(13))
    assert door(NOON, running).state is DoorState.IN_USE
    said = door(NOON, replace(running, **flags))
    assert (said.state, said.current, said.next) == (DoorState.FREE, None, None)


def test_a_meeting_cancelled_while_it_runs_frees_the_room_at_once() -> None:
    running = meeting(at(11), at(13))
    assert door(NOON, running).state is DoorState.IN_USE
    assert door(NOON, replace(running, cancelled=True)).state is DoorState.FREE


@pytest.mark.parametrize("flags", [{"free_busy": FreeBusy.TENTATIVE}, {"response": Response.TENTATIVE}])
def test_a_tentative_meeting_counts_as_the_policy_says(flags: dict[str, object]) -> None:
    running = meeting(at(11), at(13), **flags)
    assert door(NOON, running).state is DoorState.IN_USE
    assert door(NOON, running, tentative_occupies=False).state is DoorState.FREE


@pytest.mark.parametrize("weight", [FreeBusy.BUSY, FreeBusy.OUT_OF_OFFICE, FreeBusy.ELSEWHERE, FreeBusy.UNKNOWN])
def test_whatever_is_not_free_or_tentative_counts(weight: FreeBusy) -> None:
    assert occupies(meeting(at(11), at(13), free_busy=weight), RoomPolicy(tentative_occupies=False))


def test_a_private_meeting_takes_the_room_like_any_other() -> None:
    assert door(NOON, meeting(at(11), at(13), private=True)).state is DoorState.IN_USE


def test_a_meeting_that_the_room_has_not_answered_takes_the_room() -> None:
    assert door(NOON, meeting(at(11), at(13), response=Response.NONE)).state is DoorState.IN_USE


# All-day meetings and long ones.


def test_an_all_day_meeting_lasts_from_midnight_to_midnight_in_the_rooms_zone() -> None:
    banner = all_day(date(2026, 11, 23), date(2026, 11, 24))
    assert door(at(0), banner).state is DoorState.IN_USE
    assert door(at(23, 59), banner).until == at(0, day=24)
    assert door(at(0, day=24), banner).state is DoorState.FREE
    assert door(at(23, 49, day=22), banner).state is DoorState.FREE


def test_an_all_day_meeting_counts_as_the_policy_says() -> None:
    banner = all_day(date(2026, 11, 23), date(2026, 11, 24))
    assert door(NOON, banner, all_day_occupies=False).state is DoorState.FREE


def test_a_meeting_across_midnight_runs_on() -> None:
    night = meeting(at(22), at(2, day=24))
    assert door(at(23, 59), night).state is DoorState.IN_USE
    assert door(at(0, day=24), night).state is DoorState.IN_USE
    assert door(at(0, day=24), night).until == at(2, day=24)


def test_a_meeting_of_several_days_runs_through_all_of_them() -> None:
    fair = meeting(at(9, day=22), at(17, day=25))
    assert door(NOON, fair).until == at(17, day=25)


def test_an_all_day_meeting_of_no_days_takes_nothing() -> None:
    assert door(NOON, all_day(date(2026, 11, 23), date(2026, 11, 23))).state is DoorState.FREE


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 3, 30), 24), (date(2026, 10, 25), 25)])
def test_an_all_day_meeting_is_as_long_as_its_day(day: date, hours: int) -> None:
    span = all_day(day, day + timedelta(days=1)).bounds(BERLIN)
    assert span.end - span.start == timedelta(hours=hours)


def test_a_meeting_through_the_hour_that_is_told_twice_ends_once() -> None:
    start = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # 2:30, the first of two
    long = meeting(start, start + timedelta(hours=1))  # 2:30, the second
    for minutes in range(60):
        now = start + minutes * MINUTE
        assert availability(now, [long], room(), fresh(now), ClockTrust.TRUSTED).state is DoorState.IN_USE
    end = start + timedelta(hours=1)
    assert availability(end, [long], room(), fresh(end), ClockTrust.TRUSTED).state is DoorState.FREE


@pytest.mark.parametrize("zone", ["Asia/Kolkata", "Asia/Kathmandu", "Australia/Adelaide", "America/St_Johns"])
def test_a_day_in_a_zone_of_half_hours_begins_at_its_own_midnight(zone: str) -> None:
    banner = all_day(date(2026, 11, 23), date(2026, 11, 24))
    midnight = datetime(2026, 11, 23, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    for now, state in ((midnight - MINUTE, DoorState.STARTING), (midnight, DoorState.IN_USE)):
        assert availability(now, [banner], room(zone), fresh(now), ClockTrust.TRUSTED).state is state


def test_a_meeting_from_the_beginning_of_time_to_its_end_is_only_a_meeting() -> None:
    ever = meeting(datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))
    assert door(NOON, ever, check_in=CHECK_IN).state is DoorState.IN_USE
    assert door(NOON, all_day(date.min, date.max)).state is DoorState.IN_USE
    last = meeting(datetime.max.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))
    assert door(NOON, last).state is DoorState.FREE


# Starting.


def test_a_meeting_about_to_begin_is_announced_ten_minutes_before() -> None:
    soon = meeting(at(12, 10), at(13))
    said = door(NOON, soon)
    assert (said.state, said.reason, said.until, said.next) == (
        DoorState.STARTING,
        Reason.STARTS_SOON,
        at(12, 10),
        soon,
    )
    assert door(NOON - MINUTE, soon).state is DoorState.FREE


def test_between_two_meetings_close_together_the_next_is_announced() -> None:
    said = door(at(12, 5), meeting(at(11), at(12), "a"), meeting(at(12, 10), at(13), "b"))
    assert said.state is DoorState.STARTING


# Check-in.


def test_a_meeting_that_nobody_checked_in_to_asks_until_it_is_released() -> None:
    running = meeting(NOON, at(13))
    asked = door(at(12, 5), running, check_in=CHECK_IN)
    assert (asked.state, asked.reason, asked.until) == (DoorState.CHECK_IN, Reason.AWAITING_CHECK_IN, at(12, 10))
    assert (asked.current, asked.free_from) == (running, at(13))


def test_a_no_show_is_named_until_the_calendar_lets_go_of_it() -> None:
    said = door(at(12, 10), meeting(NOON, at(13)), check_in=CHECK_IN)
    assert (said.state, said.reason, said.until) == (DoorState.IN_USE, Reason.NO_SHOW, at(13))


@pytest.mark.parametrize(
    "flags", [{"checked_in_at": at(11, 55)}, {"own": True}], ids=["checked in", "booked at the door"]
)
def test_whoever_came_is_not_asked(flags: dict[str, object]) -> None:
    said = door(at(12, 5), meeting(NOON, at(13), **flags), check_in=CHECK_IN)
    assert (said.state, said.reason) == (DoorState.IN_USE, Reason.OCCUPIED)


def test_long_and_all_day_meetings_need_no_check_in() -> None:
    assert door(at(12, 5), meeting(NOON, at(16)), check_in=CHECK_IN).reason is Reason.OCCUPIED
    assert door(at(12, 5), meeting(NOON, at(15, 59)), check_in=CHECK_IN).state is DoorState.CHECK_IN
    banner = all_day(date(2026, 11, 23), date(2026, 11, 24))
    assert door(at(0, 5), banner, check_in=CHECK_IN).reason is Reason.OCCUPIED


def test_a_meeting_shorter_than_the_release_is_asked_for_until_its_end() -> None:
    short = meeting(NOON, at(12, 5))
    assert door(at(12, 4), short, check_in=CHECK_IN).until == at(12, 5)


def test_the_next_look_comes_when_check_in_opens() -> None:
    early = CheckInPolicy(opens_before=20 * MINUTE)
    assert door(at(11, 30), meeting(NOON, at(13)), check_in=early).next_change == at(11, 35)  # fresh for five minutes
    assert door(at(11, 38), meeting(NOON, at(13)), check_in=early).next_change == at(11, 40)


# Closed.


def test_outside_its_hours_a_room_is_closed_until_it_opens() -> None:
    evening = door(at(18), hours=OFFICE)
    assert (evening.state, evening.reason, evening.until) == (
        DoorState.CLOSED,
        Reason.OUTSIDE_HOURS,
        at(8, day=24),
    )
    assert door(at(17, 59), hours=OFFICE).state is DoorState.FREE


def test_free_ends_at_closing_time() -> None:
    assert door(at(17, 30), hours=OFFICE).until == at(18)
    assert door(at(12), meeting(at(19), at(20)), hours=OFFICE).until == at(18)
    assert door(at(12), meeting(at(13), at(14)), hours=OFFICE).until == at(13)


def test_a_meeting_outside_the_hours_is_announced_and_shown_all_the_same() -> None:
    late = meeting(at(20), at(21))
    assert door(at(19, 49), late, hours=OFFICE).state is DoorState.CLOSED
    assert door(at(19, 50), late, hours=OFFICE).state is DoorState.STARTING
    assert door(at(20), late, hours=OFFICE).state is DoorState.IN_USE
    assert door(at(21), late, hours=OFFICE).state is DoorState.CLOSED


def test_a_room_open_overnight_closes_in_the_morning() -> None:
    night = (OpenHours(opens="20:00", closes="04:00", days=tuple(range(7))),)
    assert door(at(3, 59), hours=night).until == at(4)
    assert door(at(4), hours=night).state is DoorState.CLOSED
    assert door(at(20), hours=night).state is DoorState.FREE


def test_out_of_service_goes_before_everything() -> None:
    note = SafeText("Water damage")
    for clock in ClockTrust:
        said = door(NOON, meeting(at(11), at(13)), clock=clock, out_of_service=note)
        assert (said.state, said.reason) == (DoorState.CLOSED, Reason.OUT_OF_SERVICE)


def test_a_closed_room_stays_closed_while_the_calendar_is_away() -> None:
    night = at(22)
    old = fresh(night, confirmed_at=night - timedelta(hours=1))
    said = availability(night, [meeting(at(22, 5), at(23))], room(hours=OFFICE), old, ClockTrust.TRUSTED)
    assert said.state is DoorState.CLOSED


# Unknown.


def test_a_door_that_never_read_its_calendar_does_not_know() -> None:
    said = known(NOON, Freshness())
    assert (said.state, said.reason) == (DoorState.UNKNOWN, Reason.NEVER_READ)


@pytest.mark.parametrize(("age", "state"), [(299, DoorState.FREE), (300, DoorState.UNKNOWN), (-1, DoorState.UNKNOWN)])
def test_free_is_proved_for_five_minutes(age: int, state: DoorState) -> None:
    assert known(NOON, fresh(NOON, confirmed_at=NOON - timedelta(seconds=age))).state is state


def test_data_that_grew_old_says_so() -> None:
    said = known(NOON, fresh(NOON, confirmed_at=NOON - timedelta(hours=1)), meeting(at(14), at(15)))
    assert (said.state, said.reason) == (DoorState.UNKNOWN, Reason.STALE)
    assert said.next


def test_a_known_meeting_is_shown_for_two_hours_more() -> None:
    running = meeting(at(9), at(17))
    for age, state in ((7199, DoorState.IN_USE), (7200, DoorState.UNKNOWN)):
        said = known(NOON, fresh(NOON, confirmed_at=NOON - timedelta(seconds=age)), running)
        assert said.state is state
    said = known(NOON, fresh(NOON, confirmed_at=NOON - timedelta(hours=1)), running)
    assert (said.reason, said.until) == (Reason.OCCUPIED_UNCONFIRMED, at(17))


def test_a_meeting_known_from_old_data_is_not_asked_to_check_in() -> None:
    old = fresh(NOON, confirmed_at=NOON - timedelta(hours=1))
    said = availability(NOON, [meeting(NOON, at(13))], room(check_in=CHECK_IN), old, ClockTrust.TRUSTED)
    assert (said.state, said.reason) == (DoorState.IN_USE, Reason.OCCUPIED_UNCONFIRMED)


def test_after_a_known_meeting_ends_old_data_proves_nothing() -> None:
    old = fresh(at(13), confirmed_at=NOON)
    assert known(at(13), old, meeting(at(11), at(13))).state is DoorState.UNKNOWN


@pytest.mark.parametrize(("reach", "state"), [(15, DoorState.UNKNOWN), (16, DoorState.FREE)])
def test_free_needs_a_window_that_reaches_a_quarter_of_an_hour_ahead(reach: int, state: DoorState) -> None:
    said = known(NOON, fresh(NOON, window=Window(start=at(11), end=NOON + reach * MINUTE)))
    assert said.state is state


def test_free_needs_a_window_that_has_begun() -> None:
    said = known(NOON, fresh(NOON, window=Window(start=NOON + MINUTE, end=at(18))))
    assert (said.state, said.reason) == (DoorState.UNKNOWN, Reason.OUTSIDE_WINDOW)


@pytest.mark.parametrize("clock", [ClockTrust.FLOOR, ClockTrust.INVALID])
def test_nothing_is_said_by_a_clock_that_proves_nothing(clock: ClockTrust) -> None:
    for said in (door(NOON, clock=clock), door(NOON, meeting(at(11), at(13)), clock=clock)):
        assert (said.state, said.reason) == (DoorState.UNKNOWN, Reason.CLOCK_UNTRUSTED)


def test_a_clock_that_holds_over_proves_as_much_as_a_trusted_one() -> None:
    assert door(NOON, clock=ClockTrust.HOLDOVER).state is DoorState.FREE


# When to look again.


def test_the_next_look_is_at_the_first_thing_that_may_change() -> None:
    ahead = meeting(at(13), at(14))
    assert door(NOON, ahead).next_change == NOON + 5 * MINUTE  # the reading grows old
    held = fresh(NOON, fresh_for=timedelta(days=1), kept_for=timedelta(days=1))
    assert known(NOON, held, ahead).next_change == at(12, 50)
    assert known(at(12, 50), held, ahead).next_change == at(13)
    assert known(at(13), held, ahead).next_change == at(14)


def test_the_next_look_is_never_later_than_midnight() -> None:
    held = fresh(NOON, fresh_for=timedelta(days=2), kept_for=timedelta(days=2))
    assert known(NOON, held).next_change == at(0, day=24)
