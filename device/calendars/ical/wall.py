"""The wall of a series: all its times rewritten as one clock shows them, so that a rule is plain counting.

On one wall a RECURRENCE-ID or an EXDATE is one time, whatever zone it is written in. With zones left on,
recurring-ical-events (3.8) takes 10:00 in Berlin for 10:00 UTC as well, and drops or moves the instance at 11:00 with
the one at 10:00.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, tzinfo
from typing import Any

from icalendar import Event
from icalendar.prop import vDDDLists, vDDDTypes, vRecur

from device.calendars.ical.times import Unreadable, is_day, span, written, zoned

LAST_MOMENT = time(23, 59, 59)


class Wall:
    """A clock on a wall.

    Args:
        zone: the zone that it shows.
        floating: the zone of times which name none.
    """

    def __init__(self, zone: tzinfo, floating: tzinfo) -> None:
        self.zone = zone
        self._floating = floating

    def shows(self, value: date) -> date:
        """What it shows at a time, without a zone; a date stays as it is."""
        if not isinstance(value, datetime):
            return value
        return zoned(value, self._floating).astimezone(self.zone).replace(tzinfo=None)

    def name(self, value: date) -> str:
        """A start as a name that lasts: the date, or the instant in UTC."""
        return f"{value:%Y%m%d}" if is_day(value) else f"{zoned(value, self.zone).astimezone(UTC):%Y%m%dT%H%M%SZ}"

    def rewrite(self, event: Event, note: Callable[[str], None]) -> None:
        """Rewrite every time of the event; an RDATE or EXDATE that cannot be read is noted and costs only itself.

        Raises:
            Unreadable: its rule cannot be read.
        """
        start, end = span(event, self._floating)
        recurrence = written(event, "RECURRENCE-ID")
        event.pop("DURATION", None)
        event["DTSTART"], event["DTEND"] = vDDDTypes(self.shows(start)), vDDDTypes(self.shows(end))
        if recurrence is not None:
            follows = str(params(event, "RECURRENCE-ID").get("RANGE", "")).upper() == "THISANDFUTURE"
            event["RECURRENCE-ID"] = vDDDTypes(self.shows(recurrence))
            params(event, "RECURRENCE-ID").update({"RANGE": "THISANDFUTURE"} if follows else {})
        for name in ("RDATE", "EXDATE"):
            if name in event:
                event[name] = vDDDLists(list(self._rewritten(_listed(event.pop(name)), name, note)))
        for rule in _listed(event.get("RRULE", [])):
            if not isinstance(rule, vRecur):
                raise Unreadable("its RRULE cannot be read")
            if "UNTIL" in rule:
                rule["UNTIL"] = [self._until(_listed(rule["UNTIL"])[0], start)]

    def _rewritten(self, found: list[Any], name: str, note: Callable[[str], None]) -> Iterator[Any]:
        """The dates, times and periods of a list."""
        for several in found:
            if not isinstance(several, vDDDLists):
                note(f"its {name} cannot be read")
                continue
            for item in several.dts:
                value: Any = item.dt
                if isinstance(value, tuple):
                    yield tuple(self.shows(part) if isinstance(part, date) else part for part in value)
                else:
                    yield self.shows(value)

    def _until(self, until: object, start: date) -> date:
        """The end of a rule in the kind of `start`: writers mix dates with times, and UTC with local time."""
        if not isinstance(until, date):
            raise Unreadable("its RRULE cannot be read")
        if not isinstance(until, datetime):
            return until if is_day(start) else datetime.combine(until, LAST_MOMENT)
        if not is_day(start):
            return self.shows(until)
        local = until if until.time() == time() else zoned(until, self._floating).astimezone(self._floating)
        return local.date()


def params(event: Event, name: str) -> dict[str, Any]:
    """The parameters of a property that is there."""
    found: dict[str, Any] = getattr(event[name], "params", {})
    return found


def _listed(found: Any) -> list[Any]:
    return found if isinstance(found, list) else [found]
