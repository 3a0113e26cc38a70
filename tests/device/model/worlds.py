"""Rooms, meetings and zones for the tests of the model."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from device.model.availability import Availability, availability
from device.model.clock import ClockTrust
from device.model.freshness import Freshness
from device.model.occurrence import Occurrence
from device.model.room import Room, RoomPolicy
from device.model.safetext import SafeText
from device.model.window import Dates, Window

BERLIN = "Europe/Berlin"
MINUTE = timedelta(minutes=1)

ZONES = (
    BERLIN,
    "Europe/Dublin",
    "America/New_York",
    "America/St_Johns",  # half an hour
    "America/Havana",  # changes at midnight
    "America/Santiago",  # changes at midnight, south
    "Australia/Lord_Howe",  # changes by half an hour
    "Australia/Adelaide",  # half an hour, south
    "Africa/Casablanca",  # changes around Ramadan
    "Africa/Cairo",  # changes at midnight, before a Friday
    "Asia/Beirut",  # changes at midnight
    "Pacific/Chatham",  # three quarters of an hour
)
STEADY_ZONES = ("UTC", "Asia/Kolkata", "Asia/Kathmandu", "Pacific/Kiritimati")


def at(hour: int, minute: int = 0, *, day: int = 23, zone: str = BERLIN) -> datetime:
    """That wall time of a November 2026 day (the 23rd is a Monday)."""
    return datetime(2026, 11, day, hour, minute, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def room(zone: str = BERLIN, **policy: Any) -> Room:
    return Room(id="aurora", name=SafeText("Aurora"), zone=zone, policy=RoomPolicy(**policy))


def meeting(start: datetime, end: datetime, key: str = "m", **more: Any) -> Occurrence:
    return Occurrence(id=key, when=Window(start=start, end=end), **more)


def all_day(first: date, until: date, key: str = "d", **more: Any) -> Occurrence:
    return Occurrence(id=key, when=Dates(first=first, until=until), **more)


def fresh(now: datetime, **more: Any) -> Freshness:
    """What a reading of a moment ago proves."""
    given = {"confirmed_at": now, "window": Window(start=now - timedelta(days=1), end=now + timedelta(days=3))}
    return Freshness(**(given | more))


def door(now: datetime, *meetings: Occurrence, clock: ClockTrust = ClockTrust.TRUSTED, **policy: Any) -> Availability:
    """What a Berlin door says whose calendar was read this moment."""
    return availability(now, meetings, room(**policy), fresh(now), clock)


@cache
def changes_of_the_clock(zone: str) -> tuple[datetime, ...]:
    """The instants in 2026 and 2027 at which the zone's offset changes, found by looking every quarter of an hour."""
    found, instant = [], datetime(2026, 1, 1, tzinfo=UTC)
    offset = instant.astimezone(ZoneInfo(zone)).utcoffset()
    while instant.year < 2028:
        if (now := instant.astimezone(ZoneInfo(zone)).utcoffset()) != offset:
            found.append(instant)
            offset = now
        instant += 15 * MINUTE
    return tuple(found)


@cache
def instant_of(day: date, wall: time, zone: str) -> datetime:
    """When the wall clock shows that time, by trying the offsets of the day before and the day after.

    RFC 5545, 3.3.5: of two such instants the first; a time that is skipped counts by the offset before.
    """
    shown = datetime.combine(day, wall, UTC)
    before, after = ((shown + timedelta(days=days)).astimezone(ZoneInfo(zone)).utcoffset() for days in (-1, 1))
    assert before is not None
    assert after is not None
    fits = [
        shown - offset
        for offset in (before, after)
        if (shown - offset).astimezone(ZoneInfo(zone)).replace(tzinfo=UTC) == shown
    ]
    return min(fits, default=shown - before)
