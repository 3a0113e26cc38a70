"""Time zones as calendars name them, by Windows or by IANA, compared by what their clocks show."""

from datetime import datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

_LOOKS, _APART = 106, timedelta(days=7)
"""Two years, week by week: rules that differ somewhere differ for weeks."""


def iana_of(name: str) -> str:
    """The IANA name of the zone with this Windows or IANA name; empty where nobody knows it."""
    known = _windows().get(name.strip(), name.strip())
    return known if _zone(known) is not None else ""


def windows_of(iana: str, now: datetime) -> str:
    """The Windows name of a zone whose clocks show the same as this one's; empty where there is none."""
    exact = (windows for windows, other in _windows().items() if other == iana)
    alike = (windows for windows, other in _windows().items() if same_clock(iana, other, now))
    return next(exact, "") or next(alike, "")


def same_clock(one: str, other: str, now: datetime) -> bool:
    """Whether the clocks of two IANA zones will show the same for the next two years; False for one that is none."""
    first, second = _zone(one), _zone(other)
    if first is None or second is None:
        return False
    looks = (now + _APART * number for number in range(_LOOKS))
    return all(look.astimezone(first).utcoffset() == look.astimezone(second).utcoffset() for look in looks)


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown; not a name at all; the name of a folder
        return None


@cache
def _windows() -> dict[str, str]:
    from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

    return dict(WINDOWS_TO_OLSON)
