"""How far a wall clock may be believed."""

from datetime import UTC, datetime, timedelta

import pytest

from device.model.clock import HOLDOVER_LIFE, JUMP, ClockEvidence, ClockTrust, SystemClock, clock_trust

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def trust(now: datetime = NOW, **known: object) -> ClockTrust:
    return clock_trust(now, ClockEvidence(**({"synchronised": False} | known)))  # type: ignore[arg-type]


def test_a_synchronised_clock_is_trusted() -> None:
    assert trust(synchronised=True) is ClockTrust.TRUSTED


@pytest.mark.parametrize("synchronised", [False, None])
def test_a_server_that_agrees_within_two_minutes_vouches_for_it(synchronised: bool | None) -> None:
    for offset in (timedelta(), JUMP, -JUMP):
        assert trust(synchronised=synchronised, server_offset=offset) is ClockTrust.TRUSTED


@pytest.mark.parametrize("synchronised", [True, False, None])
def test_a_server_that_disagrees_makes_it_invalid(synchronised: bool | None) -> None:
    for offset in (JUMP + SECOND, -JUMP - SECOND):
        assert trust(synchronised=synchronised, server_offset=offset) is ClockTrust.INVALID


def test_after_a_cold_boot_nobody_vouches_for_it() -> None:
    for synchronised in (False, None):
        assert trust(synchronised=synchronised) is ClockTrust.FLOOR


def test_it_holds_over_for_seven_days() -> None:
    assert trust(trusted_ago=timedelta()) is ClockTrust.HOLDOVER
    assert trust(trusted_ago=HOLDOVER_LIFE) is ClockTrust.HOLDOVER
    assert trust(trusted_ago=HOLDOVER_LIFE + SECOND) is ClockTrust.FLOOR


def test_a_jump_that_nobody_explains_ends_the_holding_over() -> None:
    for jump in (JUMP, -JUMP):
        assert trust(trusted_ago=SECOND, unexplained_jump=jump) is ClockTrust.HOLDOVER
    for jump in (JUMP + SECOND, -JUMP - SECOND):
        assert trust(trusted_ago=SECOND, unexplained_jump=jump) is ClockTrust.INVALID


def test_a_jump_by_the_time_service_is_explained() -> None:
    jumped = timedelta(days=20_000)
    assert trust(synchronised=True, trusted_ago=SECOND, unexplained_jump=jumped) is ClockTrust.TRUSTED


@pytest.mark.parametrize("known", [{"synchronised": True}, {"server_offset": timedelta()}, {"trusted_ago": SECOND}])
def test_a_time_before_what_is_certainly_past_is_invalid(known: dict[str, object]) -> None:
    assert trust(datetime(1970, 1, 1, tzinfo=UTC), floor=NOW, **known) is ClockTrust.INVALID
    assert trust(NOW, floor=NOW, **known) is not ClockTrust.INVALID


def test_the_floor_may_be_as_wrong_as_the_clock_that_wrote_it() -> None:
    assert trust(NOW - JUMP, floor=NOW, synchronised=True) is ClockTrust.TRUSTED
    assert trust(NOW - JUMP - SECOND, floor=NOW, synchronised=True) is ClockTrust.INVALID


def test_only_a_clock_that_is_or_was_right_proves_anything() -> None:
    assert [trust for trust in ClockTrust if trust.proves] == [ClockTrust.TRUSTED, ClockTrust.HOLDOVER]


def test_the_machines_clock_tells_utc_and_never_runs_back() -> None:
    clock = SystemClock(ClockTrust.FLOOR)
    first, second = clock.read(), clock.read()
    assert first.now.tzinfo is UTC
    assert first.trust is ClockTrust.FLOOR
    assert first.rate == 1.0
    assert timedelta() < first.elapsed <= second.elapsed
