"""The time zone of a room that no settings describe: as asked for, else this machine's own."""

from zoneinfo import ZoneInfo

import click


def chosen_zone(name: str | None) -> str:
    """An IANA name.

    Raises:
        click.UsageError: there is no such zone.
    """
    zone = name or _of_this_machine()
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError) as error:
        raise click.UsageError(f"“{zone}” is no time zone: write an IANA name such as Europe/Berlin.") from error
    return zone


def _of_this_machine() -> str:
    from tzlocal import get_localzone_name

    try:
        return str(get_localzone_name() or "UTC")
    except (LookupError, ValueError, OSError):
        return "UTC"
