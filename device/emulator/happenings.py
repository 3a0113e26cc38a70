"""What can happen at a given time in a scenario: the same acts that the console has, each with its own keys."""

from datetime import timedelta
from typing import Annotated

import msgspec

from device.emulator.faults import Fault
from device.model.clock import ClockTrust
from device.model.room import Clock24
from device.model.value import Value


class Scheduled(Value, tag_field="do"):
    """Something that happens at a time on the office's wall, `day` days after the start."""

    at: Clock24
    day: int = 0


class CutNetwork(Scheduled, tag="cut-network"):
    """Nothing reaches the office's servers."""

    silent: bool = False
    lasts: timedelta | None = None
    """None: until restored."""


class RestoreNetwork(Scheduled, tag="restore-network"):
    """The servers can be reached again."""


class ProviderError(Scheduled, tag="provider-error"):
    """The provider answers with an error."""

    fault: Fault
    retry_after: str = ""
    times: int | None = None
    lasts: timedelta | None = None


class ProviderRight(Scheduled, tag="provider-right"):
    """The provider answers as it should."""


class ExpireAccess(Scheduled, tag="expire-access"):
    """Every token given out so far is worth nothing."""


class ExpireCursors(Scheduled, tag="expire-cursors"):
    """Every delta token given out so far is worth nothing."""


class LoseSubscriptions(Scheduled, tag="lose-subscriptions"):
    """The provider forgets whom to notify."""


class WrongClock(Scheduled, tag="wrong-clock"):
    """The device's clock is wrong."""

    ahead: timedelta
    trust: ClockTrust = ClockTrust.FLOOR


class RightClock(Scheduled, tag="right-clock"):
    """The device's clock is right."""


class Pace(Scheduled, tag="pace"):
    """The office's time runs at another pace."""

    rate: Annotated[float, msgspec.Meta(gt=0)]


class AddMeeting(Scheduled, tag="add"):
    """Somebody books a room from now."""

    room: str
    title: str = ""
    lasts: timedelta = timedelta(minutes=30)


class MoveMeeting(Scheduled, tag="move"):
    """The current or next meeting of a room is moved."""

    room: str
    ahead: timedelta = timedelta(minutes=30)


class CancelMeeting(Scheduled, tag="cancel"):
    """The current or next meeting of a room is cancelled."""

    room: str


class MakePrivate(Scheduled, tag="make-private"):
    """The current or next meeting of a room becomes private."""

    room: str


Happening = (
    CutNetwork
    | RestoreNetwork
    | ProviderError
    | ProviderRight
    | ExpireAccess
    | ExpireCursors
    | LoseSubscriptions
    | WrongClock
    | RightClock
    | Pace
    | AddMeeting
    | MoveMeeting
    | CancelMeeting
    | MakePrivate
)
