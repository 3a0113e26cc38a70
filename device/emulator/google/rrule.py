"""A series' rule as the `RRULE` lines of Google's events, both ways, as far as the office repeats anything."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from device.emulator.google.call import GoogleError
from device.emulator.series import Every, Rule

_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_EVERY = {Every.DAILY: "DAILY", Every.WEEKLY: "WEEKLY", Every.MONTHLY: "MONTHLY"}
_KNOWN = frozenset(("FREQ", "INTERVAL", "BYDAY", "UNTIL", "COUNT", "WKST"))


def rule_lines(rule: Rule) -> list[str]:
    """The lines of `recurrence`."""
    parts = [f"FREQ={_EVERY[rule.every]}"]
    if rule.interval != 1:
        parts.append(f"INTERVAL={rule.interval}")
    if rule.every is Every.WEEKLY and rule.days:
        parts.append("BYDAY=" + ",".join(_DAYS[day] for day in sorted(rule.days)))
    if rule.last is not None:
        parts.append(f"UNTIL={rule.last:%Y%m%d}T235959Z")
    if rule.count:
        parts.append(f"COUNT={rule.count}")
    return ["RRULE:" + ";".join(parts)]


def parse_lines(lines: object, first: date, zone: str) -> Rule | None:
    """The rule of some lines; None where there are none.

    Raises:
        GoogleError: they say what this office cannot repeat.
    """
    if lines in (None, []):
        return None
    if not isinstance(lines, list) or len(lines) != 1 or not isinstance(lines[0], str):
        raise _unknown()
    name, _, text = lines[0].upper().partition(":")
    parts = dict(part.partition("=")[::2] for part in text.split(";") if part)
    every = next((every for every, word in _EVERY.items() if word == parts.get("FREQ")), None)
    if name != "RRULE" or every is None or not parts.keys() <= _KNOWN:
        raise _unknown()
    try:
        return Rule(
            first=first,
            every=every,
            interval=_number(parts.get("INTERVAL", "1"), 1),
            days=tuple(_DAYS.index(day) for day in parts["BYDAY"].split(",")) if "BYDAY" in parts else (),
            last=_last(parts["UNTIL"], zone) if "UNTIL" in parts else None,
            count=_number(parts.get("COUNT", "0"), 0),
        )
    except ValueError as error:
        raise _unknown() from error


def _number(text: str, least: int) -> int:
    number = int(text)
    if not least <= number <= 10_000:
        raise ValueError("out of bounds")
    return number


def _last(text: str, zone: str) -> date:
    if "T" not in text:
        return datetime.strptime(text, "%Y%m%d").date()  # noqa: DTZ007 - a date
    return datetime.strptime(text, "%Y%m%dT%H%M%S%z").astimezone(ZoneInfo(zone)).date()


def _unknown() -> GoogleError:
    return GoogleError(400, "invalid", "Invalid recurrence rule.")
