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


class CutNetwork(Scheduled, tag="cut-network", kw_only=True):
    """Nothing reaches the office's servers."""

    silent: bool = False
    lasts: timedelta | None = None
    """None: until restored."""


class RestoreNetwork(Scheduled, tag="restore-network", kw_only=True):
    """The servers can be reached again."""


class ProviderError(Scheduled, tag="provider-error", kw_only=True):
    """The provider answers with an error."""

    fault: Fault
    retry_after: str = ""
    times: int | None = None
    lasts: timedelta | None = None


class ProviderRight(Scheduled, tag="provider-right", kw_only=True):
    """The provider answers as it should."""


class ExpireAccess(Scheduled, tag="expire-access", kw_only=True):
    """Every token given out so far is worth nothing."""


class ExpireCursors(Scheduled, tag="expire-cursors", kw_only=True):
    """Every delta token given out so far is worth nothing."""


class LoseSubscriptions(Scheduled, tag="lose-subscriptions", kw_only=True):
    """The provider forgets whom to notify."""


class WrongClock(Scheduled, tag="wrong-clock", kw_only=True):
    """The device's clock is wrong."""

    ahead: timedelta
    trust: ClockTrust = ClockTrust.FLOOR


class RightClock(Scheduled, tag="right-clock", kw_only=True):
    """The device's clock is right."""


class Pace(Scheduled, tag="pace", kw_only=True):
    """The office's time runs at another pace."""

    rate: Annotated[float, msgspec.Meta(gt=0)]


class AddMeeting(Scheduled, tag="add", kw_only=True):
    """Somebody books a room from now."""

    room: str
    title: str = ""
    lasts: timedelta = timedelta(minutes=30)


class MoveMeeting(Scheduled, tag="move", kw_only=True):
    """The current or next meeting of a room is moved."""

    room: str
    ahead: timedelta = timedelta(minutes=30)


class CancelMeeting(Scheduled, tag="cancel", kw_only=True):
    """The current or next meeting of a room is cancelled."""

    room: str


class MakePrivate(Scheduled, tag="make-private", kw_only=True):
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
