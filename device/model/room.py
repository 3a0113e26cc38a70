"""A room and the rules of its door."""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated

import msgspec

from device.model.safetext import SafeText
from device.model.value import Value

Clock24 = Annotated[str, msgspec.Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$|^24:00$")]
"""A wall time, `HH:MM`, with `24:00` for the end of the day."""

MONDAY_TO_FRIDAY = (0, 1, 2, 3, 4)


class Shown(StrEnum):
    """How much of a meeting its door may tell."""

    TITLE = "title"
    """Title and organizer."""
    ORGANIZER = "organizer"
    """Who, not what."""
    BUSY = "busy"
    """Neither."""


class OpenHours(Value):
    """When the room is open, on some days of the week, in the room's own zone."""

    opens: Clock24
    closes: Clock24
    days: tuple[int, ...] = MONDAY_TO_FRIDAY
    """Days of the week, 0 is Monday."""


class CheckInPolicy(Value):
    """Whether people must say that they came."""

    opens_before: timedelta = timedelta(minutes=10)
    release_after: timedelta = timedelta(minutes=10)
    """A meeting that nobody checked in to is released this long after its start."""
    exempt_from: timedelta = timedelta(hours=4)
    """Meetings this long or longer need no check-in; nor do all-day meetings."""


class RoomPolicy(Value):
    """The rules of one door."""

    shown: Shown = Shown.TITLE
    hours: tuple[OpenHours, ...] = ()
    """Empty: open at all times."""
    out_of_service: SafeText = SafeText("")
    """A note; while it is not empty the door says Closed and shows it."""
    tentative_occupies: bool = True
    all_day_occupies: bool = True
    starts_soon: timedelta = timedelta(minutes=10)
    check_in: CheckInPolicy | None = None
    book_minutes: tuple[int, ...] = (15, 30, 60)
    extend_minutes: tuple[int, ...] = (15, 30)
    bookable: bool = True
    """Whether the door offers to book, extend and end."""
    help: SafeText = SafeText("")
    """How to reach somebody, e.g. a desk's telephone number."""


class Room(Value):
    """A room, its resource calendar and its door."""

    id: str
    name: SafeText
    zone: str
    """IANA name of the time zone that the room is in."""
    policy: RoomPolicy = RoomPolicy()
    capacity: int | None = None
    place: SafeText = SafeText("")
    """Building and floor, in the words of the house."""
