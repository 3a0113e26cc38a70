"""Time zones in Exchange's words: by their Windows names, with all their rules, or as an offset and two rules."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache
from itertools import pairwise
from xml.etree.ElementTree import Element
from zoneinfo import ZoneInfo, available_timezones

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from device.emulator.ews.errors import EwsError
from device.emulator.ews.xml import M, T, node, said

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


def zone_of(name: str) -> tzinfo:
    """The zone with a Windows name; an IANA name is taken too, as Exchange does since 2016.

    Raises:
        EwsError: Exchange does not know it.
    """
    if name in ("UTC", "tzone://Microsoft/Utc"):
        return UTC
    iana = WINDOWS_TO_OLSON.get(name) or (name if name in available_timezones() else "")
    if not iana:
        raise EwsError("ErrorInvalidTimeZone", "A valid time zone was not given.", fault=True)
    return ZoneInfo(iana)


@cache
def changes_in(zone: ZoneInfo, year: int) -> list[tuple[datetime, timedelta, timedelta]]:
    """When the clocks change in a year: on the wall before, and the offsets before and after."""
    new_year = datetime(year, 1, 1, tzinfo=UTC)
    days = pairwise(new_year + _DAY * number for number in range(367))
    unequal = (day for day, following in days if _offset(day, zone) != _offset(following, zone))
    hours = (pairwise(day + _HOUR * number for number in range(25)) for day in unequal)
    changes = (pair for of_day in hours for pair in of_day if _offset(pair[0], zone) != _offset(pair[1], zone))
    return [
        ((now.astimezone(zone) + _HOUR).replace(tzinfo=None), _offset(now, zone), _offset(then, zone))
        for now, then in changes
    ]


def _offset(moment: datetime, zone: ZoneInfo) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta()


def get_server_time_zones(wanted: Element, year: int) -> list[Element]:
    """The definitions that a request asks for, by name, or all that Exchange knows."""
    asked = [said(each) for each in wanted.iterfind(f"{M}Ids/{T}Id")]
    known = {name: zone_of(name) for name in (*(asked or WINDOWS_TO_OLSON), *(() if asked else ("UTC",)))}
    whole = wanted.get("ReturnFullTimeZoneData", "true").lower() != "false"
    definitions = [_definition(name, zone, year if whole else 0) for name, zone in known.items()]
    return [node("m:TimeZoneDefinitions", *definitions)]


def _definition(name: str, zone: tzinfo, year: int) -> Element:
    title = f"(UTC{datetime(2026, 1, 1, tzinfo=zone).isoformat()[19:25]}) {name}"
    if not year:
        return node("t:TimeZoneDefinition", Id=name, Name=title)
    changes = changes_in(zone, year) if isinstance(zone, ZoneInfo) else []
    january = datetime(year, 1, 1, tzinfo=zone).utcoffset() or timedelta()
    standard = min((offset for _, *both in changes for offset in both), default=january)
    periods = [_period("Standard", standard), *(_period("Daylight", _summer(changes)) for _ in changes[:1])]
    steps = list(_steps(changes, standard)) or [node("t:Transition", _to("Standard"))]
    group = node("t:TransitionsGroup", *steps, Id="0")
    first = node("t:Transition", node("t:To", "0", Kind="Group"))
    return node(
        "t:TimeZoneDefinition",
        node("t:Periods", *periods),
        node("t:TransitionsGroups", group),
        node("t:Transitions", first),
        Id=name,
        Name=title,
    )


def _summer(changes: list[tuple[datetime, timedelta, timedelta]]) -> timedelta:
    return max(offset for _, *both in changes for offset in both)


def _period(kind: str, offset: timedelta) -> Element:
    minutes = -round(offset.total_seconds() / 60)
    bias = f"{'-' if minutes < 0 else ''}PT{abs(minutes)}M"
    return node("t:Period", Bias=bias, Name=kind, Id=f"trule:{kind}")


def _to(kind: str) -> Element:
    return node("t:To", f"trule:{kind}", Kind="Period")


def _steps(changes: list[tuple[datetime, timedelta, timedelta]], standard: timedelta) -> Iterator[Element]:
    for wall, _, after in changes:
        last = (wall + timedelta(days=7)).month != wall.month
        yield node(
            "t:RecurringDayTransition",
            _to("Standard" if after == standard else "Daylight"),
            node("t:TimeOffset", f"PT{wall.hour}H{wall.minute}M"),
            node("t:Month", str(wall.month)),
            node("t:DayOfWeek", _DAYS[wall.weekday()]),
            node("t:Occurrence", "-1" if last else str((wall.day - 1) // 7 + 1)),
        )


class Serialized(tzinfo):
    """A zone as availability's requests bring it: an offset, and a rule for each change of the clocks."""

    def __init__(self, element: Element) -> None:
        self._bias = timedelta(minutes=_number(said(element, f"{T}Bias")))
        self._rules = [_Rule(element, kind) for kind in ("StandardTime", "DaylightTime")]

    def utcoffset(self, moment: datetime | None) -> timedelta:
        """By the rule whose turn came last; standard time where none does."""
        standard, daylight = self._rules
        if moment is None or standard.bias == daylight.bias:
            return -(self._bias + standard.bias)
        wall = moment.replace(tzinfo=None)
        starts, ends = daylight.begins(wall.year), standard.begins(wall.year)
        summer = starts <= wall < ends if starts < ends else not ends <= wall < starts
        return -(self._bias + (daylight if summer else standard).bias)

    def dst(self, moment: datetime | None) -> timedelta:
        """Not told apart."""
        del moment
        return timedelta()

    def tzname(self, moment: datetime | None) -> str:
        """It has none."""
        del moment
        return ""


class _Rule:
    """One change of the clocks: on which weekday of which month, and how far from the bias it leads."""

    def __init__(self, element: Element, kind: str) -> None:
        found = element.find(f"{T}{kind}")
        self.bias = timedelta(minutes=_number(said(found, f"{T}Bias")))
        self._month = min(max(_number(said(found, f"{T}Month"), 1), 1), 12)
        self._order = min(max(_number(said(found, f"{T}DayOrder"), 1), 1), 5)
        day = said(found, f"{T}DayOfWeek")
        self._weekday = _DAYS.index(day) if day in _DAYS else 0
        hour, minute, *_ = (*said(found, f"{T}Time").split(":"), "0", "0")
        self._time = timedelta(hours=_number(hour), minutes=_number(minute))

    def begins(self, year: int) -> datetime:
        """On the wall."""
        first = datetime(year, self._month, 1)  # noqa: DTZ001 - a time on a wall
        day = first + timedelta(days=(self._weekday - first.weekday()) % 7 + 7 * (self._order - 1))
        while day.month != self._month:
            day -= timedelta(days=7)
        return day + self._time


def _number(text: str, otherwise: int = 0) -> int:
    try:
        return int(text)
    except ValueError:
        return otherwise
