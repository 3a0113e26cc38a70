"""What a connection can do with its key now, and who is told when that changes. No I/O; time is an argument.

OK            the key can be unwrapped, or was within the life of the cache
UNREACHABLE   the KEK does not answer: what is cached serves until it runs out, then nothing is opened; tried again
LOCKED        the KEK's owner refuses, or the KEK cannot be right: nothing is opened, devices drop their tokens
SHREDDED      the key is destroyed for good: the connection has to be authorised anew
"""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum

from device.model.backoff import full_jitter
from device.model.clock import ClockReading
from device.model.value import Value
from hub.vault.errors import (
    ConnectionLocked,
    ConnectionShredded,
    KeyFault,
    KeyUnreachable,
    NotFound,
    Throttled,
    Unreachable,
    VaultError,
)
from hub.vault.owner import Owner

OVERDUE = timedelta(minutes=5)
"""How long a KEK may be unreachable before somebody is told that a person should look."""
RETRY_CAP = timedelta(seconds=60)


class KeyState(StrEnum):
    """Of one connection."""

    OK = "ok"
    UNREACHABLE = "unreachable"
    LOCKED = "locked"
    SHREDDED = "shredded"


class KeyStatus(Value, kw_only=True):
    """How one connection's key is doing."""

    owner: Owner
    state: KeyState
    cause: str = ""
    """The name of the key fault: `Denied`, `Unreachable`, …"""
    since: datetime
    overdue: bool = False
    """Unreachable for so long that an administrator should be called."""


Observer = Callable[[KeyStatus], None]
"""Told of every change, at once, in the loop's thread; it must not raise and not wait."""


def state_for(fault: KeyFault) -> KeyState:
    """What a key fault means for a connection."""
    if isinstance(fault, (Unreachable, Throttled)):
        return KeyState.UNREACHABLE
    if isinstance(fault, NotFound) and fault.destroyed:
        return KeyState.SHREDDED
    return KeyState.LOCKED


def refusal(status: KeyStatus) -> VaultError:
    """The error for a secret that cannot be sealed or opened in this state."""
    owner, cause = status.owner, status.cause
    if status.state is KeyState.SHREDDED:
        return ConnectionShredded(f"The key of {owner} is destroyed.")
    if status.state is KeyState.LOCKED:
        return ConnectionLocked(f"The key of {owner} is locked ({cause}).")
    return KeyUnreachable(f"The key of {owner} cannot be unwrapped now ({cause}).")


class KeyStates:
    """The state of every connection, as this process knows it."""

    def __init__(self, rng: random.Random) -> None:
        self.observers: list[Observer] = []
        self._statuses: dict[Owner, KeyStatus] = {}
        self._failures: dict[Owner, int] = {}
        self._retry_at: dict[Owner, timedelta] = {}
        self._failing_since: dict[Owner, timedelta] = {}
        self._gone: set[Owner] = set()
        self._rng = rng

    def of(self, owner: Owner) -> KeyStatus | None:
        """The last that was learned; None before anything was."""
        return self._statuses.get(owner)

    def all(self) -> tuple[KeyStatus, ...]:
        """Every connection that something is known of."""
        return tuple(self._statuses.values())

    def resting(self, owner: Owner, elapsed: timedelta) -> KeyStatus | None:
        """The status, while it is no use to ask the KEK again yet; a shredded connection is never asked about."""
        status = self._statuses.get(owner)
        if status is None or status.state is KeyState.OK:
            return None
        return status if owner in self._gone or elapsed < self._retry_at[owner] else None

    def succeeded(self, owner: Owner, at: ClockReading) -> None:
        """The KEK unwrapped the connection's key."""
        if owner in self._gone:
            return
        self._failures.pop(owner, None)
        self._retry_at.pop(owner, None)
        self._failing_since.pop(owner, None)
        self._enter(owner, KeyState.OK, "", at.now)

    def failed(self, owner: Owner, fault: KeyFault, at: ClockReading) -> KeyStatus:
        """The KEK did not; the status from now on."""
        if owner in self._gone:
            return self._statuses[owner]
        failures = self._failures[owner] = self._failures.get(owner, 0) + 1
        self._retry_at[owner] = at.elapsed + full_jitter(failures, self._rng, cap=RETRY_CAP)
        state = state_for(fault)
        if state is KeyState.UNREACHABLE:
            self._failing_since.setdefault(owner, at.elapsed)
        else:
            self._failing_since.pop(owner, None)
        return self._enter(owner, state, type(fault).__name__, at.now)

    def shredded(self, owner: Owner, at: ClockReading) -> KeyStatus:
        """We destroyed the connection's keys ourselves."""
        self._gone.add(owner)
        self._failing_since.pop(owner, None)
        return self._enter(owner, KeyState.SHREDDED, "shredded", at.now)

    def remind(self, at: ClockReading) -> None:
        """Tell, once, of each connection whose KEK has been unreachable for too long."""
        for owner, since in list(self._failing_since.items()):
            status = self._statuses[owner]
            if at.elapsed - since >= OVERDUE and not status.overdue:
                self._tell(
                    KeyStatus(owner=owner, state=status.state, cause=status.cause, since=status.since, overdue=True)
                )

    def _enter(self, owner: Owner, state: KeyState, cause: str, now: datetime) -> KeyStatus:
        before = self._statuses.get(owner)
        if before is not None and before.state is state:
            return before
        status = KeyStatus(owner=owner, state=state, cause=cause, since=now)
        self._tell(status, quietly=before is None and state is KeyState.OK)
        return status

    def _tell(self, status: KeyStatus, *, quietly: bool = False) -> None:
        self._statuses[status.owner] = status
        if not quietly:
            for observer in self.observers:
                observer(status)
