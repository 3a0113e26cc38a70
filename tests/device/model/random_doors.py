"""Doors made up by chance, with a liking for the minutes at which something turns."""

from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from door_oracle import Oracle
from worlds import MINUTE, STEADY_ZONES, ZONES, all_day, changes_of_the_clock, meeting, room

from device.model.clock import ClockTrust
from device.model.freshness import COVER, Freshness
from device.model.occurrence import FreeBusy, Occurrence, Response
from device.model.room import CheckInPolicy, OpenHours, Room
from device.model.safetext import SafeText
from device.model.window import Window

INSTANT = timedelta(microseconds=1)
_LENGTHS = (0, 5, 15, 30, 30, 60, 60, 90, 240, 600, 1440, 2880)
_WALLS = ("00:00", "01:00", "02:00", "02:30", "03:00", "08:00", "09:00", "12:00", "18:00", "23:00", "24:00")


def random_room(rng: Random, zone: str) -> Room:
    check_in = CheckInPolicy(release_after=rng.choice((5, 10, 20)) * MINUTE, exempt_from=timedelta(hours=4))
    return room(
        zone,
        hours=random_hours(rng) if rng.random() < 0.4 else (),
        out_of_service=SafeText("painting") if rng.random() < 0.03 else SafeText(""),
        tentative_occupies=rng.random() < 0.8,
        all_day_occupies=rng.random() < 0.7,
        starts_soon=rng.choice((0, 5, 10, 10, 30)) * MINUTE,
        check_in=check_in if rng.random() < 0.4 else None,
    )


def random_hours(rng: Random) -> tuple[OpenHours, ...]:
    return tuple(
        OpenHours(
            opens=rng.choice(_WALLS),
            closes=rng.choice(_WALLS),
            days=tuple(day for day in range(7) if rng.random() < 0.8),
        )
        for _ in range(rng.choice((1, 1, 2)))
    )


def random_now(rng: Random, zone: str) -> datetime:
    """A moment of 2026 or 2027, half of the time near a change of the clock or a midnight."""
    changes = changes_of_the_clock(zone)
    if changes and rng.random() < 0.4:
        return rng.choice(changes) + rng.randrange(-30, 31) * 10 * MINUTE
    day = datetime(2026, 1, 1, tzinfo=ZoneInfo(zone)) + timedelta(days=rng.randrange(700))
    return day.astimezone(ZoneInfo("UTC")) + rng.randrange(288) * 5 * MINUTE


def random_meeting(rng: Random, now: datetime, zone: str, key: str) -> Occurrence:
    """Something around `now`; starts and ends often fall on the same minute as others do, or on `now` itself."""
    flags = {
        "free_busy": rng.choice((FreeBusy.BUSY, FreeBusy.BUSY, FreeBusy.BUSY, *FreeBusy)),
        "response": rng.choice((Response.ACCEPTED, Response.ACCEPTED, *Response)),
        "cancelled": rng.random() < 0.08,
        "private": rng.random() < 0.2,
        "own": rng.random() < 0.1,
    }
    if rng.random() < 0.12:
        first = now.astimezone(ZoneInfo(zone)).date() + timedelta(days=rng.randrange(-2, 3))
        return all_day(first, first + timedelta(days=rng.randrange(4)), key, **flags)
    start = now + rng.randrange(-36, 37) * 5 * MINUTE
    if rng.random() < 0.1:
        start += rng.choice((INSTANT, -INSTANT, timedelta(seconds=17)))
    checked_in = start if rng.random() < 0.2 else None
    return meeting(start, start + rng.choice(_LENGTHS) * MINUTE, key, checked_in_at=checked_in, **flags)


def random_freshness(rng: Random, now: datetime) -> Freshness:
    ages = (0, 0, 0, 60, 60, 299, 300, 301, 3600, 7199, 7200, 9000, -60)
    window = Window(start=now - timedelta(days=1), end=now + timedelta(days=3))
    if rng.random() < 0.15:
        starts = (now, now + MINUTE, now - timedelta(days=2))
        ends = (now + COVER, now + COVER + INSTANT, now + 45 * MINUTE, now)
        window = Window(start=rng.choice(starts), end=rng.choice(ends))
    return Freshness(
        confirmed_at=None if rng.random() < 0.03 else now - timedelta(seconds=rng.choice(ages)),
        window=None if rng.random() < 0.02 else window,
    )


def random_door(rng: Random) -> tuple[Oracle, datetime]:
    """A door and a moment at which to ask it."""
    zone = rng.choice(ZONES + STEADY_ZONES)
    now = random_now(rng, zone)
    meetings = tuple(random_meeting(rng, now, zone, f"m{number}") for number in range(rng.randrange(7)))
    trust = ClockTrust.TRUSTED if rng.random() < 0.85 else rng.choice(tuple(ClockTrust))
    return Oracle(meetings, random_room(rng, zone), random_freshness(rng, now), trust), now
