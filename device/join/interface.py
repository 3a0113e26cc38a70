"""What a room system is: it is asked how it is, woken, told to join, watched to the end, and told to leave.

A driver is one module of `device.join` that ends in `DRIVER = Driver(...)`; a member of `device.join.Drivers` is its
only registration, and the contract suite in `tests/device/join` picks it up from there.

Rules for all: every wait is bounded; no error but `CannotJoin` leaves; an order that was accepted is never told as
`CONNECTED`, which only the system's own word about the call is; nothing is dialled that is not in the `Target`, whose
parts the policy has judged.
"""

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

from device.join.links.services import Service
from device.model.joining import Call, Cause
from device.model.value import Value

ANSWER_WITHIN = timedelta(seconds=10)
"""For one question or order."""
CONNECT_WITHIN = timedelta(seconds=60)
"""From the order to a call that stands; ringing and the lobby of a host who is late are not counted."""


class CannotJoin(Exception):
    """A room system cannot do what it was asked, and why."""

    def __init__(self, cause: Cause, detail: str = "") -> None:
        super().__init__(cause.value)
        self.cause = cause
        self.detail = detail
        """For the log and `doctor`: never a link, a passcode or a name."""


class Target(Value):
    """One meeting, by every way that the room's policy allows. Its repr tells none of it."""

    service: Service
    url: str = ""
    meeting_id: str = ""
    passcode: str = ""
    """What a person would type in the web."""
    dial_passcode: str = ""
    """Digits, for systems that dial."""
    sip: str = ""
    """`user@domain`, without `sip:`."""
    h323: str = ""
    tones: str = ""
    """Keys to press once the call stands; a comma waits two seconds."""
    automatic: bool = False
    """Nobody has touched anything: the start has come."""

    def __repr__(self) -> str:
        return f"Target({self.service.value})"


class Condition(Value):
    """How a room system is."""

    in_call: bool = False
    asleep: bool = False


class Progress(Value):
    """A step of an attempt."""

    call: Call
    cause: Cause | None = None
    """With FAILED; with NEEDS_PASSCODE it is PASSCODE_WRONG where one was tried."""


class RoomSystem(Protocol):
    """One room's system. Every method but `check` may raise `CannotJoin`."""

    def check(self, target: Target) -> None:
        """Whether it has a way into this meeting, without asking it.

        Raises:
            CannotJoin: NO_WAY or PASSCODE_MISSING.
        """
        ...

    async def probe(self) -> Condition:
        """How it is: reachable, signed in to, in a call, asleep."""
        ...

    async def prepare(self) -> None:
        """Wake it and its screens; being awake already is as good."""
        ...

    async def join(self, target: Target) -> str:
        """Order it to join; the attempt. The order being accepted says nothing about the call."""
        ...

    def watch(self, attempt: str) -> AsyncGenerator[Progress, None]:
        """The attempt's steps as the system itself tells them, each once, the last one final. It never raises: what
        goes wrong is a step too.
        """
        ...

    async def enter(self, attempt: str, passcode: str) -> None:
        """Give the passcode that it asked for.

        Raises:
            CannotJoin: NO_WAY where it never asks.
        """
        ...

    async def leave(self, attempt: str) -> None:
        """End that call, and no other; one that is over already is as good."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Driver:
    """A kind of room system."""

    options: type[Value]
    open: Callable[[Any], AbstractAsyncContextManager[RoomSystem]]
    """Takes a value of `options`; asks the system nothing yet."""
    joins: bool = True
    """False: there is no room system, and no door ever speaks of joining."""
