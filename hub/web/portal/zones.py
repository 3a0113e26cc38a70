"""The time zones that a room can be in, for choosing."""

from zoneinfo import available_timezones

ZONES = (*sorted(name for name in available_timezones() if "/" in name and not name.startswith("Etc/")), "UTC")
"""Names of the IANA database: continents and cities, and UTC."""
