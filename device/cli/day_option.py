"""`--day`: today, tomorrow, a weekday or a date."""

from datetime import date, timedelta

import click

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def chosen_day(text: str, today: date) -> date:
    """The day that `text` names; a weekday is the next one, today included.

    Raises:
        click.UsageError: it names none.
    """
    word = text.strip().lower()
    if word in ("today", "tomorrow", "yesterday"):
        return today + timedelta(days={"today": 0, "tomorrow": 1, "yesterday": -1}[word])
    for number, name in enumerate(_WEEKDAYS):
        if len(word) >= 3 and name.startswith(word):
            return today + timedelta(days=(number - today.weekday()) % 7)
    try:
        return date.fromisoformat(word)
    except ValueError:
        raise click.UsageError(
            f"“{text}” is no day: write today, tomorrow, a weekday, or a date such as 2026-09-14."
        ) from None
