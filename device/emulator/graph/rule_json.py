"""A series' rule in Graph's words (`patternedRecurrence`), there and back."""

from typing import Any

from device.emulator.graph.call import GraphError, invalid
from device.emulator.graph.zones import parse_wall, windows_name
from device.emulator.series import Every, Rule

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def recurrence_json(rule: Rule, zone: str) -> dict[str, Any]:
    """The rule as Graph shows it."""
    days = [_DAYS[day] for day in rule.days or (rule.first.weekday(),)] if rule.every is Every.WEEKLY else []
    return {
        "pattern": {
            "type": rule.every.value,
            "interval": rule.interval,
            "month": 0,
            "dayOfMonth": rule.first.day if rule.every is Every.MONTHLY else 0,
            "daysOfWeek": days,
            "firstDayOfWeek": "monday",
            "index": "first",
        },
        "range": {
            "type": _range_type(rule),
            "startDate": rule.first.isoformat(),
            "endDate": rule.last.isoformat() if rule.last else "0001-01-01",
            "recurrenceTimeZone": windows_name(zone),
            "numberOfOccurrences": rule.count,
        },
    }


def _range_type(rule: Rule) -> str:
    if rule.count:
        return "numbered"
    return "endDate" if rule.last else "noEnd"


def parse_recurrence(plain: Any) -> Rule:
    """The rule in a request.

    Raises:
        GraphError: it is none, or a pattern that this office does not know.
    """
    try:
        pattern, limits = plain["pattern"], plain["range"]
        kind = limits["type"]
        return Rule(
            first=parse_wall(limits["startDate"]).date(),
            every=Every(pattern["type"]),
            interval=_positive(pattern.get("interval", 1)),
            days=tuple(_DAYS.index(str(day).lower()) for day in pattern.get("daysOfWeek") or ()),
            last=parse_wall(limits["endDate"]).date() if kind == "endDate" else None,
            count=_positive(limits["numberOfOccurrences"]) if kind == "numbered" else 0,
        )
    except GraphError:
        raise
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise invalid("The recurrence pattern is not valid.") from error


def _positive(number: Any) -> int:
    if not isinstance(number, int) or not 1 <= number <= 999:
        raise invalid("A number in the recurrence pattern is not valid.")
    return number
