"""A series' rule in Exchange's words, there and back."""

from datetime import date
from xml.etree.ElementTree import Element

from device.emulator.ews.errors import EwsError
from device.emulator.ews.xml import T, node, said
from device.emulator.series import Every, Rule

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_GROUPS = {"Day": range(7), "Weekday": range(5), "WeekendDay": range(5, 7)}
_EVERY = {
    "DailyRecurrence": Every.DAILY,
    "WeeklyRecurrence": Every.WEEKLY,
    "AbsoluteMonthlyRecurrence": Every.MONTHLY,
}


def recurrence(rule: Rule) -> Element:
    """The rule as Exchange shows it."""
    interval = node("t:Interval", str(rule.interval))
    if rule.every is Every.DAILY:
        pattern = node("t:DailyRecurrence", interval)
    elif rule.every is Every.WEEKLY:
        names = " ".join(_DAYS[day] for day in rule.days or (rule.first.weekday(),))
        first = node("t:FirstDayOfWeek", "Monday")
        pattern = node("t:WeeklyRecurrence", interval, node("t:DaysOfWeek", names), first)
    else:
        day = node("t:DayOfMonth", str(rule.first.day))
        pattern = node("t:AbsoluteMonthlyRecurrence", interval, day)
    return node("t:Recurrence", pattern, _range(rule))


def _range(rule: Rule) -> Element:
    start = node("t:StartDate", rule.first.isoformat())
    if rule.count:
        return node("t:NumberedRecurrence", start, node("t:NumberOfOccurrences", str(rule.count)))
    if rule.last:
        return node("t:EndDateRecurrence", start, node("t:EndDate", rule.last.isoformat()))
    return node("t:NoEndRecurrence", start)


def parse_recurrence(element: Element) -> Rule:
    """The rule in a request.

    Raises:
        EwsError: it is none, or a pattern that this office does not know.
    """
    try:
        pattern, limits = element
        kind = limits.tag.removeprefix(T)
        return Rule(
            first=_date(said(limits, f"{T}StartDate")),
            every=_EVERY[pattern.tag.removeprefix(T)],
            interval=_positive(said(pattern, f"{T}Interval") or "1"),
            days=_days(said(pattern, f"{T}DaysOfWeek")),
            last=_date(said(limits, f"{T}EndDate")) if kind == "EndDateRecurrence" else None,
            count=_positive(said(limits, f"{T}NumberOfOccurrences")) if kind == "NumberedRecurrence" else 0,
        )
    except (KeyError, ValueError) as error:
        raise EwsError("ErrorCalendarInvalidRecurrence", "The recurrence pattern is invalid.") from error


def _days(text: str) -> tuple[int, ...]:
    days = {day for name in text.split() for day in _GROUPS.get(name, () if name in _GROUPS else (_DAYS.index(name),))}
    return tuple(sorted(days))


def _date(text: str) -> date:
    return date.fromisoformat(text[:10])


def _positive(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 999:
        raise ValueError("a number beyond all calendars")
    return number
