"""When to try again, and when to leave a credential alone."""

from datetime import timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.model.backoff import (
    BUSY_CAP,
    DENIED,
    FAILURES_TO_OPEN,
    NETWORK_CAP,
    NOT_FOUND,
    CircuitBreaker,
    full_jitter,
    retry_delay,
)
from device.model.errors import (
    AccessDenied,
    AccessExpired,
    BookingConflict,
    CalendarBusy,
    CalendarError,
    CalendarUnreachable,
    CredentialRefused,
    MalformedAnswer,
    RoomNotFound,
    SyncTokenExpired,
)

SECOND = timedelta(seconds=1)
RNG = Random(1)  # noqa: S311  jitter, not a secret


class Always(Random):
    """A chance that always falls the same way."""

    def __init__(self, value: float) -> None:
        super().__init__()
        self.value = value

    def random(self) -> float:
        return self.value


def delay(error: CalendarError, attempt: int = 1, chance: float = 1.0) -> timedelta | None:
    return retry_delay(error, attempt, Always(chance))


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (CredentialRefused(), None),
        (SyncTokenExpired(), timedelta()),
        (RoomNotFound(), NOT_FOUND),
        (AccessDenied(), DENIED),
        (CalendarUnreachable(), 2 * SECOND),
        (MalformedAnswer(), 2 * SECOND),
        (AccessExpired(), 2 * SECOND),
        (CalendarBusy(), 2 * SECOND),
    ],
)
def test_each_error_has_its_patience(error: CalendarError, expected: timedelta | None) -> None:
    assert delay(error) == expected


def test_patience_doubles_up_to_its_cap() -> None:
    assert [delay(CalendarUnreachable(), attempt) for attempt in (1, 2, 3, 5, 6, 1000)] == [
        2 * SECOND,
        4 * SECOND,
        8 * SECOND,
        32 * SECOND,
        NETWORK_CAP,
        NETWORK_CAP,
    ]
    assert delay(CalendarBusy(), 1000) == BUSY_CAP


def test_what_the_server_asked_for_is_kept_with_a_little_jitter_and_a_cap() -> None:
    assert delay(CalendarBusy(retry_after=30 * SECOND), chance=0.0) == 30 * SECOND
    assert delay(CalendarBusy(retry_after=30 * SECOND), attempt=9) == 32 * SECOND
    assert delay(CalendarUnreachable(retry_after=timedelta(days=9))) == BUSY_CAP + 2 * SECOND
    assert delay(CalendarBusy(retry_after=-5 * SECOND), chance=0.0) == timedelta()


@given(st.integers(-5, 10_000), st.randoms(use_true_random=False))
def test_jitter_is_anything_from_nothing_to_the_cap(attempt: int, rng: Random) -> None:
    assert timedelta() <= full_jitter(attempt, rng) <= NETWORK_CAP


def failing(breaker: CircuitBreaker, times: int, error: CalendarError | None = None) -> None:
    for _ in range(times):
        breaker.failed(error or CalendarUnreachable(), timedelta())


def test_a_few_failures_leave_the_gate_open() -> None:
    breaker = CircuitBreaker()
    failing(breaker, FAILURES_TO_OPEN - 1)
    assert breaker.allows(timedelta())


def test_after_enough_failures_one_probe_at_a_time_goes_through() -> None:
    breaker = CircuitBreaker(pause=10 * SECOND)
    failing(breaker, FAILURES_TO_OPEN)
    assert [breaker.allows(SECOND * at) for at in (0, 9, 10, 10, 19, 20)] == [False, False, True, False, False, True]


def test_a_probe_that_is_answered_opens_the_gate_again() -> None:
    breaker = CircuitBreaker()
    failing(breaker, FAILURES_TO_OPEN)
    breaker.succeeded()
    assert breaker.allows(timedelta())
    failing(breaker, FAILURES_TO_OPEN - 1)
    assert breaker.allows(timedelta())


@pytest.mark.parametrize("error", [BookingConflict(), RoomNotFound(), AccessDenied(), SyncTokenExpired()])
def test_an_answer_about_one_room_or_one_booking_does_not_close_the_gate_for_the_others(error: CalendarError) -> None:
    breaker = CircuitBreaker()
    failing(breaker, 10 * FAILURES_TO_OPEN, error)
    assert breaker.allows(timedelta())


def test_a_refused_credential_is_left_alone_until_a_person_has_acted() -> None:
    breaker = CircuitBreaker()
    assert not breaker.refused
    breaker.failed(CredentialRefused(), timedelta())
    assert breaker.refused
    assert not breaker.allows(timedelta(days=365))
    breaker.succeeded()
    assert not breaker.allows(timedelta(days=365))
    breaker.reset()
    assert breaker.allows(timedelta())
    assert not breaker.refused
