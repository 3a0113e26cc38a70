"""Published suites: calendars that others wrote, with what others say is in them; and calendars that break."""

import json
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from calendars import CALENDAR_WITH_EVERYTHING, WEEK
from hypothesis import given, settings
from hypothesis import strategies as st

from device.calendars.ical.reading import Found, Source, read_sources
from device.calendars.ical.text import cut
from device.model.errors import MalformedAnswer
from device.model.window import Dates, Window

SUITES = Path(__file__).parents[4].parent / "shared" / "data" / "ical"
ALLENPORTER, CALDAVTESTER = SUITES / "allenporter-ical", SUITES / "caldavtester"
published = pytest.mark.skipif(not SUITES.is_dir(), reason="the published suites are not here")


def found_in(path: Path, window: Window, zone: str = "Europe/Berlin") -> Found:
    return read_sources([Source(pieces=cut(path.read_bytes()))], window, zone)


def expectation(row: dict[str, Any]) -> Window | Dates:
    start, end = row["start"], row["end"]
    if "utc" in start:
        return Window(start=datetime.fromisoformat(start["utc"]), end=datetime.fromisoformat(end["utc"]))
    return Dates(first=date.fromisoformat(start["value"]), until=date.fromisoformat(end["value"]))


@published
@pytest.mark.parametrize("path", sorted(ALLENPORTER.glob("*.ics")), ids=lambda path: path.stem)
def test_what_another_library_finds_is_found(path: Path) -> None:
    rows = json.loads(path.with_suffix("").with_suffix(".expected.json").read_text())["first_occurrences_max5"]
    for row in rows:
        expected = expectation(row)
        bounds = expected.window("Europe/Berlin") if isinstance(expected, Dates) else expected
        found = found_in(path, Window(start=bounds.start - timedelta(hours=1), end=bounds.end + timedelta(hours=1)))
        assert found.skipped == ()
        assert (expected, row["summary"]) in [(one.when, one.title) for one in found.occurrences]


def time_range(case: dict[str, Any]) -> Window | None:
    edges = dict(re.findall(r"(start|end)=['\"](\w+)['\"]", " ".join(case["time_range"][:1])))
    if len(edges) < 2 or case["components"] != ["VCALENDAR", "VEVENT"] or "text-match" in case["request_body"]:
        return None
    return Window(start=datetime.fromisoformat(edges["start"]), end=datetime.fromisoformat(edges["end"]))


def caldavtester_cases() -> list[Any]:
    if not CALDAVTESTER.is_dir():
        return []
    suite = json.loads((CALDAVTESTER / "expected.json").read_text())
    present = set(suite["resources_present_from_start"])
    ranges = [(case, time_range(case)) for case in suite["cases"]]
    return [
        pytest.param(window, present, set(case["expected_hrefs"]), id=f"{case['test']}-{case['description'][:40]}")
        for case, window in ranges
        if window is not None
    ]


@published
@pytest.mark.parametrize(("window", "present", "expected"), caldavtester_cases())
def test_a_time_range_finds_what_a_caldav_server_must_find(
    window: Window, present: set[str], expected: set[str]
) -> None:
    files = [CALDAVTESTER / name for name in present | expected]
    assert {path.name for path in files if found_in(path, window, "UTC").occurrences} == expected


@published
@pytest.mark.parametrize("path", sorted(SUITES.rglob("*.ics")), ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_nothing_in_the_published_suites_is_lost(path: Path) -> None:
    for year in (2003, 2021, 2022, 2025, 2026, 2027, 2028, 2029):
        for month in range(1, 13):
            start = datetime(year, month, 1, tzinfo=UTC)
            assert found_in(path, Window(start=start, end=start + timedelta(days=31))).skipped == ()


@settings(max_examples=150)
@given(st.lists(st.tuples(st.integers(0, len(CALENDAR_WITH_EVERYTHING) - 1), st.integers(0, 255)), max_size=6))
def test_a_calendar_with_wrong_bytes_is_read_or_refused(wrong: list[tuple[int, int]]) -> None:
    body = bytearray(CALENDAR_WITH_EVERYTHING)
    for position, byte in wrong:
        body[position] = byte
    read_or_refused(bytes(body))


LINES = CALENDAR_WITH_EVERYTHING.split(b"\r\n")


@settings(max_examples=150)
@given(st.lists(st.sampled_from(LINES), max_size=40))
def test_a_calendar_in_disorder_is_read_or_refused(lines: list[bytes]) -> None:
    read_or_refused(b"\r\n".join((b"BEGIN:VCALENDAR", *lines, b"END:VCALENDAR")))


def read_or_refused(body: bytes) -> None:
    """Whatever it is, it ends in occurrences and names, or in an error of ours."""
    try:
        pieces = cut(body)
    except MalformedAnswer:
        return
    found = read_sources([Source(pieces=pieces)], WEEK, "Europe/Berlin")
    assert all(one.bounds("Europe/Berlin").start <= one.bounds("Europe/Berlin").end for one in found.occurrences)
