"""Names of time zones, and what their clocks show."""

import json
from datetime import UTC, datetime
from zoneinfo import available_timezones

import pytest
from graph_room import DATA

from device.calendars.zone_names import iana_of, same_clock, windows_of

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "iana"),
    [
        ("W. Europe Standard Time", "Europe/Berlin"),
        (" Tokyo Standard Time ", "Asia/Tokyo"),
        ("Europe/Vienna", "Europe/Vienna"),
        ("tzone://Microsoft/Custom", ""),
        ("Kamchatka Standard Time", ""),
        ("../etc/passwd", ""),
        ("\0", ""),
        ("", ""),
        ("Europe", ""),
    ],
)
def test_a_name_is_known_or_not(name: str, iana: str) -> None:
    assert iana_of(name) == iana


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Europe/Berlin", "Europe/Paris", True),
        ("Europe/London", "UTC", False),  # alike in winter
        ("Europe/London", "Europe/Lisbon", True),
        ("America/New_York", "America/Chicago", False),
        ("Australia/Sydney", "Australia/Brisbane", False),
        ("Europe/Berlin", "Mars/Base", False),
        ("", "", False),
    ],
)
def test_zones_are_alike_if_their_clocks_are(one: str, other: str, same: bool) -> None:
    assert same_clock(one, other, NOW) is same


def test_every_zone_gets_a_windows_name_that_shows_the_same_or_none() -> None:
    named = {zone: windows_of(zone, NOW) for zone in sorted(available_timezones())[::12]}
    for zone, windows in named.items():
        assert not windows or same_clock(zone, iana_of(windows), NOW), zone
    assert windows_of("Europe/Berlin", NOW) == "W. Europe Standard Time"
    assert windows_of("Mars/Base", NOW) == ""
    assert sum(map(bool, named.values())) > len(named) * 0.9


@pytest.mark.skipif(not DATA.is_dir(), reason="the published samples are not here")
def test_the_published_names_are_known() -> None:
    body = json.loads((DATA / "supported-timezones-01-response.json").read_text(encoding="utf-8"))["body"]
    names = [one["alias"] for one in body["value"]]
    assert names
    assert [name for name in names if not iana_of(name)] == []
