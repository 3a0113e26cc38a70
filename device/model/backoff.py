"""When to try again: full jitter, what the server asked for, and a breaker that spares a refused credential."""

import random
from datetime import timedelta

from device.model.errors import (
    AccessDenied,
    AccessError,
    CalendarBusy,
    CalendarError,
    CalendarUnreachable,
    CredentialRefused,
    RoomNotFound,
    SyncTokenExpired,
)

BASE = timedelta(seconds=2)
NETWORK_CAP = timedelta(seconds=60)
BUSY_CAP = timedelta(minutes=15)
DENIED = timedelta(minutes=5)
"""Permissions take minutes to hours to act (facts: providers A3), so a refusal is asked about again, slowly."""
NOT_FOUND = timedelta(hours=1)
FAILURES_TO_OPEN = 5


def retry_delay(error: CalendarError, attempt: int, rng: random.Random) -> timedelta | None:
    """How long to wait after the `attempt`-th failure in a row (1 is the first); None: not before a person acted.

    The one place that says which errors are worth another try.
    """
    if isinstance(error, CredentialRefused):
        return None
    if isinstance(error, SyncTokenExpired):
        return timedelta()
    if isinstance(error, RoomNotFound):
        return NOT_FOUND
    if isinstance(error, AccessDenied):
        return DENIED
    asked = error.retry_after if isinstance(error, CalendarUnreachable) else None
    cap = BUSY_CAP if isinstance(error, CalendarBusy) else NETWORK_CAP
    jittered = full_jitter(attempt, rng, cap=cap)
    return jittered if asked is None else min(max(asked, timedelta()), BUSY_CAP) + min(jittered, BASE)


def full_jitter(attempt: int, rng: random.Random, *, cap: timedelta = NETWORK_CAP) -> timedelta:
    """Anything from nothing to `BASE` doubled `attempt - 1` times, at most `cap`."""
    doublings: int = min(max(attempt, 1) - 1, 16)
    ceiling = min(cap, BASE * (1 << doublings))
    return timedelta(seconds=ceiling.total_seconds() * rng.random())


class CircuitBreaker:
    """Keeps one credential from being tried to death, for all rooms that use it.

    Closed until `FAILURES_TO_OPEN` failures in a row; then one probe at a time is let through after each pause.
    A refused credential opens it until `reset`.
    """

    def __init__(self, pause: timedelta = NETWORK_CAP) -> None:
        self._pause = pause
        self._failures = 0
        self._open_until: timedelta | None = None
        self._refused = False

    @property
    def refused(self) -> bool:
        """Whether the provider refused the credential itself."""
        return self._refused

    def closed_in(self, elapsed: timedelta) -> timedelta:
        """How long until the next probe is let through; nothing where a request may go out now."""
        return max(self._open_until - elapsed, timedelta()) if self._open_until is not None else timedelta()

    def allows(self, elapsed: timedelta) -> bool:
        """Whether a request may go out at `elapsed` (monotonic). Letting a probe through closes the gate behind it."""
        if self._refused:
            return False
        if self._open_until is None:
            return True
        if elapsed < self._open_until:
            return False
        self._open_until = elapsed + self._pause
        return True

    def succeeded(self) -> None:
        """A request was answered."""
        self._failures, self._open_until = 0, None

    def failed(self, error: CalendarError, elapsed: timedelta) -> None:
        """A request failed. Where the provider did speak, about one room or one booking, it counts as answered."""
        if not isinstance(error, CalendarUnreachable | AccessError):
            self.succeeded()
            return
        self._failures += 1
        self._refused = self._refused or isinstance(error, CredentialRefused)
        if self._failures >= FAILURES_TO_OPEN:
            self._open_until = elapsed + self._pause

    def reset(self) -> None:
        """A person changed the credential or asked for another try."""
        self._failures, self._open_until, self._refused = 0, None, False
