"""How a booking made at the door is known again: its id, its mark, and who of two was earlier."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from device.calendars.contest import Standing
from device.calendars.google.events import Meeting
from device.calendars.google.shapes import BOOKED
from device.calendars.google.view import utc
from device.calendars.interface import Booking
from device.model.safetext import SafeText


def wanted(booking: Booking, calendar: str, title: SafeText) -> dict[str, object]:
    """The event that a booking is. It invites nobody and reminds nobody."""
    return {
        "id": id_under(booking.key, calendar),
        "summary": str(title),
        "start": moment(booking.start),
        "end": moment(booking.end),
        "reminders": {"useDefault": False},
        "extendedProperties": {"private": {BOOKED: mark_of(booking.key)}},
    }


def id_under(key: str, calendar: str) -> str:
    """The id of what is booked under a key: Google takes ids of base32hex and refuses to take one twice."""
    return f"doorlight{hashlib.sha256(f'{calendar}:{key}'.encode()).hexdigest()[:40]}"


def mark_of(key: str) -> str:
    """A key as it is written on the event, where there is room for a thousand characters and any of them is kept."""
    return hashlib.sha256(key.encode()).hexdigest()[:32]


def extension_of(event: str, until: datetime) -> str:
    """The key under which the time behind somebody else's meeting is booked."""
    return f"extension of {event} until {utc(until)}"


def made_under(key: str, meetings: Sequence[Meeting]) -> Meeting | None:
    """The one that was booked under a key."""
    return next((meeting for meeting in meetings if meeting.key == mark_of(key)), None)


def standing(mine: Meeting, other: Meeting) -> Standing:
    """Where mine stands beside another: Google tells to the second when an event was created."""
    if mine.created_at != other.created_at:
        return Standing.AHEAD if mine.created_at < other.created_at else Standing.BEHIND
    return Standing.LEVEL if mine.occurrence.id < other.occurrence.id else Standing.BEHIND


def from_dates(start: datetime, end: datetime) -> dict[str, object]:
    """Times in the place of dates, which have to be taken away by name."""
    return {"start": {**moment(start), "date": None}, "end": {**moment(end), "date": None}}


def moment(instant: datetime) -> dict[str, str]:
    """An instant as `EventDateTime`; the zone that an event was made in stays its own."""
    return {"dateTime": utc(instant)}
