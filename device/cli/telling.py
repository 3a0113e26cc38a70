"""What a door says, as an English sentence, for commands."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from device.model.availability import Availability, DoorState, Reason
from device.model.occurrence import Occurrence
from device.model.room import Room
from device.model.window import local_day

RULES = {
    Reason.NOTHING_AHEAD: "The clock and the data are good, and nothing that occupies the room lies ahead.",
    Reason.FREE_UNTIL_NEXT: "The clock and the data are good, and nothing occupies the room before the next meeting.",
    Reason.STARTS_SOON: "A meeting starts within the time that the room's policy calls soon.",
    Reason.AWAITING_CHECK_IN: "A meeting is running and nobody has checked in yet; the room will be released.",
    Reason.OCCUPIED: "A meeting that occupies the room is running.",
    Reason.NO_SHOW: "Nobody checked in to the running meeting in time; it is being released.",
    Reason.OCCUPIED_UNCONFIRMED: "A known meeting is running; the calendar has not confirmed it lately.",
    Reason.OUT_OF_SERVICE: "The settings say that the room is out of service.",
    Reason.OUTSIDE_HOURS: "It is outside the room's opening hours.",
    Reason.CLOCK_UNTRUSTED: "The clock is not confirmed, so nothing can be proved about now.",
    Reason.NEVER_READ: "The calendar has not been read since the start.",
    Reason.STALE: "The calendar was last read too long ago to prove anything about now.",
    Reason.OUTSIDE_WINDOW: "What was read does not reach past now.",
    Reason.AGENT_SILENT: "The agent has not been heard for as long as its last answer was good.",
}
"""The rule that decided, in a sentence."""


def clock(instant: datetime, zone: str, day: datetime, *, seconds: bool = False) -> str:
    """`instant` on the wall in `zone`; with its weekday where it is not the day of `day`, and whole with `seconds`."""
    local = instant.astimezone(ZoneInfo(zone))
    if seconds:
        return f"{local:%A} {local.day} {local:%B %Y %H:%M:%S}"
    same = local_day(instant, zone) == local_day(day, zone)
    return f"{local:%H:%M}" if same else f"{local:%a %H:%M}"


def answer(availability: Availability, room: Room, now: datetime) -> str:
    """What the door says now, in one sentence."""
    until = _until(availability, room, now)
    match availability.state:
        case DoorState.FREE:
            return f"Free{until or ' for the rest of the day'}."
        case DoorState.STARTING:
            start = availability.until
            return f"A meeting starts at {clock(start, room.zone, now)}." if start else "A meeting starts soon."
        case DoorState.CHECK_IN:
            return f"In use, waiting for check-in{until}."
        case DoorState.IN_USE:
            return f"In use{until}.{_afterwards(availability, room, now)}"
        case DoorState.CLOSED:
            note = room.policy.out_of_service
            return f"Closed: {note}" if note else f"Closed{until}."
        case DoorState.UNKNOWN:
            return f"Unknown. {RULES[availability.reason]}"


def _until(availability: Availability, room: Room, now: datetime) -> str:
    return f" until {clock(availability.until, room.zone, now)}" if availability.until else ""


def _afterwards(availability: Availability, room: Room, now: datetime) -> str:
    if availability.free_from is None or availability.free_from == availability.until:
        return ""
    return f" Other meetings follow until {clock(availability.free_from, room.zone, now)}."


def title_of(occurrence: Occurrence) -> str:
    """The meeting as a door may call it."""
    if occurrence.private:
        return "Private meeting"
    return occurrence.title or occurrence.organizer or "Meeting"


def age(span: timedelta) -> str:
    """How long ago, in words."""
    seconds = max(int(span.total_seconds()), 0)
    for length, word in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= length:
            number = seconds // length
            return f"{number} {word}{'s' if number > 1 else ''} ago"
    return f"{seconds} s ago"
