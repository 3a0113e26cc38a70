"""How a room joins, from the settings' `[join]`. The room system is `[room_system]`, whose keys are its driver's."""

from datetime import timedelta
from enum import StrEnum

from device.join.policy import JoinPolicy
from device.model.errors import SettingsError
from device.model.value import Value


class Start(StrEnum):
    """What makes a room join."""

    OFF = "off"
    TOUCH = "touch"
    """A touch, from `ready_before` the start to the end."""
    BOOKED = "booked"
    """A touch, from the start to the end."""
    AUTOMATIC = "automatic"
    """The start itself, and a touch as well."""


class JoinSettings(Value):
    """The rules of one room."""

    start: Start = Start.TOUCH
    lead: timedelta = timedelta()
    """How long before its start a meeting is joined by itself."""
    ready_before: timedelta = timedelta(minutes=10)
    """When the link and the room system are looked at."""
    leave_at_end: bool = True
    """Whether the room leaves when its meeting's time is over; nobody is cut off where it is False."""
    policy: JoinPolicy = JoinPolicy()
    """What may be joined."""


def check_join(join: JoinSettings) -> None:
    """What types cannot say.

    Raises:
        SettingsError: the times make no sense.
    """
    if not timedelta() <= join.lead <= join.ready_before <= timedelta(hours=1):
        raise SettingsError("join.lead is longer than join.ready_before.", 'Write for example lead = "1m".')
