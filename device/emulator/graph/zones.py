"""Time zones as Graph knows them, by Windows and by IANA names, and the spelling of instants."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, available_timezones

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from device.emulator.graph.call import GraphError

YEARS = range(1602, 4500)
"""What Exchange can hold, a year left on the early side for zones."""
_UTC_NAMES = frozenset(
    ("utc", "etc/utc", "etc/gmt", "tzone://microsoft/utc", "coordinated universal time", "greenwich")
)


def zone_named(name: str) -> ZoneInfo:
    """The zone with this Windows or IANA name.

    Raises:
        GraphError: Graph does not know it.
    """
    if name.lower() in _UTC_NAMES:
        return ZoneInfo("UTC")
    windows = WINDOWS_TO_OLSON.get(name)
    if windows:
        return ZoneInfo(windows)
    if name in available_timezones():
        return ZoneInfo(name)
    message = f"A valid TimeZone value must be specified. The following TimeZone value is not supported: '{name}'."
    raise GraphError(400, "TimeZoneNotSupportedException", message)


def windows_name(iana: str) -> str:
    """The Windows name of an IANA zone, as Exchange prefers to say it; the IANA name where it has none."""
    return next((windows for windows, olson in WINDOWS_TO_OLSON.items() if olson == iana), iana)


def stamp(instant: datetime) -> str:
    """An instant as Graph writes it: UTC with seven digits and a Z."""
    return f"{instant.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}0Z"


def parse_instant(text: str) -> datetime:
    """A date and time of ISO 8601 with or without an offset (none: UTC) and any number of fractional digits.

    Raises:
        ValueError: it is none, or lies in no year that Exchange knows.
    """
    moment = parse_wall(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


def parse_wall(text: str) -> datetime:
    """A date and time of ISO 8601 as it stands there.

    Raises:
        ValueError: it is none, or lies in no year that Exchange knows.
    """
    moment = datetime.fromisoformat(text)
    if moment.year not in YEARS:
        raise ValueError("a year that Exchange does not know")
    return moment
