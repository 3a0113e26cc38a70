"""Wall times of an office on days counted from its start, turned into instants across both changes of the clock."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from device.model.window import Window


def wall_time(text: str) -> time:
    """`HH:MM` as a time; `24:00` is the midnight that ends a day and is told apart by `instant`."""
    hour, minute = text.split(":")
    return time(int(hour) % 24, int(minute))


def instant(day: date, text: str, zone: str) -> datetime:
    """The instant at which a wall clock in `zone` shows `text` on `day`: the first, where it shows it twice."""
    following = day + timedelta(days=1) if text == "24:00" else day
    return datetime.combine(following, wall_time(text), ZoneInfo(zone)).astimezone(UTC)


def span(day: date, starts: str, ends: str, zone: str) -> Window:
    """From `starts` on `day` to the next `ends`, which may lie after midnight. It is never empty.

    Around the hour that a change of the clock leaves out, the end can come out before the start: then only
    the length counts.
    """
    overnight = ends <= starts
    start = instant(day, starts, zone)
    end = instant(day + timedelta(days=1) if overnight else day, ends, zone)
    if end <= start:
        end = start + wall_length(starts, ends)
    return Window(start=start, end=end)


def wall_length(starts: str, ends: str) -> timedelta:
    """How long from one wall time to the next other, on an ordinary day."""
    length = _minutes(ends) - _minutes(starts)
    return timedelta(minutes=length if length > 0 else length + 24 * 60)


def _minutes(text: str) -> int:
    hour, minute = text.split(":")
    return int(hour) * 60 + int(minute)
