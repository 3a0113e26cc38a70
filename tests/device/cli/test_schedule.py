"""`doorlight schedule`, as text and as JSON, from every place that a day can come from."""

import asyncio
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cli_side import DAY, Ran, Web, calendar, event

from device.agent.cache import open_cache
from device.agent.settings import load
from device.calendars import Providers
from device.model.availability import DoorState
from device.model.clock import SystemClock
from device.model.redaction import redact_day
from device.model.window import window_around

Run = Callable[..., Ran]
BERLIN = ("--zone", "Europe/Berlin")


def test_a_day_is_told_one_meeting_a_line(run: Run, file: Path) -> None:
    told = run("schedule", "Aurora", "--calendar", f"ics:{file}", *BERLIN, "--day", "tomorrow")
    assert told.code == 0
    assert told.err == ""
    first, _, *meetings = told.out.splitlines()
    assert re.fullmatch(r"Aurora, \w+ \d+ \w+ \d{4} \(Europe/Berlin\)", first)
    assert meetings == [
        "09:00–09:30  Stand-up, Ada Lovelace",
        "10:00–11:00  Private meeting",
        "14:00–15:30  Design review, Ada Lovelace",
    ]


def test_today_also_says_what_the_door_says(run: Run, file: Path) -> None:
    told = run("schedule", "--calendar", f"ics:{file}", *BERLIN, "--json")
    now = json.loads(told.out)["now"]
    assert now["state"] in [state.value for state in DoorState]
    assert now["sentence"] in run("schedule", "--calendar", f"ics:{file}", *BERLIN).out


def test_a_private_meeting_keeps_its_words_in_json_too(run: Run, file: Path) -> None:
    told = run("schedule", "--calendar", f"ics:{file}", *BERLIN, "--day", "tomorrow", "--json")
    assert "Umbrella" not in told.out
    private = [meeting for meeting in json.loads(told.out)["meetings"] if meeting["private"]]
    assert [(one["title"], one["organizer"]) for one in private] == [("Private meeting", "")]


def test_json_has_the_rooms_own_time_and_stable_keys(run: Run, file: Path) -> None:
    told = json.loads(run("schedule", "--calendar", f"ics:{file}", *BERLIN, "--day", "2027-07-01", "--json").out)
    assert told["day"] == "2027-07-01"
    assert told["source"] == "calendar"
    assert told["now"] is None
    assert told["meetings"][0] == {
        "start": "2027-07-01T09:00:00+02:00",
        "end": "2027-07-01T09:30:00+02:00",
        "all_day": False,
        "title": "Stand-up",
        "organizer": "Ada Lovelace",
        "private": False,
        "running": False,
    }


def test_another_zone_shows_the_same_meetings_on_its_own_wall(run: Run, file: Path) -> None:
    told = run("schedule", "--calendar", f"ics:{file}", "--zone", "Asia/Kathmandu", "--day", "2027-07-01")
    assert "12:45–13:15  Stand-up" in told.out


def test_all_day_and_night_meetings_say_when_they_are(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "odd.ics"
    night = event("night", "230000", "235959", "Night shift").replace(
        "DTEND;TZID=Europe/Berlin:20260101", "DTEND;TZID=Europe/Berlin:20270102"
    )
    fair = (
        event("fair", "000000", "000000", "Fair")
        .replace("DTSTART;TZID=Europe/Berlin:20260101T000000", "DTSTART;VALUE=DATE:20270101")
        .replace("DTEND;TZID=Europe/Berlin:20260101T000000", "DTEND;VALUE=DATE:20270102")
    )
    path.write_bytes(calendar(night.replace("T235959", "T010000").replace("RRULE:FREQ=DAILY", "X-NO:1"), fair).encode())
    told = run("schedule", "--calendar", f"ics:{path}", *BERLIN, "--day", "2027-01-01").out
    assert "all day      Fair" in told
    assert "23:00–Sat 01:00 Night shift" in told


def test_a_day_without_meetings_says_so(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "empty.ics"
    path.write_bytes(calendar().encode())
    assert "No meetings." in run("schedule", "--calendar", f"ics:{path}").out


def test_hostile_titles_reach_the_terminal_as_letters_only(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "hostile.ics"
    path.write_bytes(calendar(event("x", "000000", "235900", "\x1b]0;pwned\x07\x1b[2Jred \u202eflip\x9b31m")).encode())
    told = run("schedule", "--calendar", f"ics:{path}", *BERLIN, "--day", "tomorrow")
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", told.out)
    assert "red flip" in told.out


def test_a_broken_meeting_is_counted_and_costs_no_other(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "broken.ics"
    path.write_bytes(DAY.replace("DTSTART;TZID=Europe/Berlin:20260101T140000", "DTSTART:yesterday-ish").encode())
    told = run("schedule", "--calendar", f"ics:{path}", *BERLIN, "--day", "tomorrow")
    assert told.code == 0
    assert "Stand-up" in told.out
    assert "1 more meeting could not be read" in told.out


def test_a_url_is_read_with_its_user_and_password(run: Run, web: Web) -> None:
    told = run("schedule", "--calendar", f"ics:{web.url.replace('//', '//anna:geheim@')}", *BERLIN, "--day", "tomorrow")
    assert "Stand-up" in told.out
    assert web.asked[0].startswith("Basic ")


def test_the_settings_say_which_room(run: Run, settings: Path) -> None:
    for name in ((), ("Aurora",), ("aurora",), ("aurora@office.example",)):
        assert "Aurora, " in run("schedule", *name, "--settings", settings).out
    other = run("schedule", "Borealis", "--settings", settings)
    assert other.code == 2
    assert "not of Borealis" in other.err


def test_the_settings_may_be_named_by_the_environment(
    run: Run, settings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOORLIGHT_SETTINGS", str(settings))
    assert "Aurora, " in run("schedule").out


async def _fill_cache(settings: Path) -> None:
    """Let an agent's cache hold the day, as its keeper would."""
    loaded = load(settings)
    provider, now = Providers.ICS.load(), SystemClock().read().now
    window = window_around(now, loaded.room.zone)

    async def access() -> object:
        raise AssertionError("a file needs no access")

    async with provider.open_room(loaded.room, loaded.options, access, SystemClock()) as opened:
        read = await opened.read(window)
    async with open_cache(Path(loaded.paths.state, "cache.db"), loaded.room, loaded.look) as cache:
        await cache.load()
        await cache.keep(window, redact_day(read.occurrences, loaded.room, now - timedelta(days=3)))


def test_without_the_calendar_the_cache_answers_and_says_why(run: Run, settings: Path, file: Path) -> None:
    (settings.parent / "state").mkdir()
    asyncio.run(_fill_cache(settings))
    file.unlink()
    told = run("schedule", "--settings", settings, "--day", "tomorrow")
    assert told.code == 75
    assert "Not from the calendar: The calendar cannot be reached (there is no such file)." in told.out
    assert "09:00–09:30  Stand-up" in told.out
    assert "Umbrella" not in told.out
    as_json = json.loads(run("schedule", "--settings", settings, "--json").out)
    assert as_json["source"] == "cache"
    assert as_json["now"]["state"] not in ("free", "starting"), "nothing confirmed it"


def test_without_calendar_and_cache_there_is_one_sentence(run: Run, settings: Path, file: Path) -> None:
    file.unlink()
    told = run("schedule", "--settings", settings)
    assert told.code == 69
    assert told.err.splitlines()[0] == "doorlight: The calendar cannot be reached (there is no such file)."


@pytest.mark.parametrize(
    ("day", "days"), [("today", 0), ("tomorrow", 1), ("Yesterday", -1), ("2027-02-28", None), ("MON", None)]
)
def test_days_are_named_as_people_name_them(run: Run, file: Path, day: str, days: int | None) -> None:
    told = json.loads(run("schedule", "--calendar", f"ics:{file}", "--zone", "UTC", "--day", day, "--json").out)["day"]
    if days is not None:
        assert told == (datetime.now(UTC) + timedelta(days=days)).date().isoformat()
    else:
        assert told == "2027-02-28" or datetime.fromisoformat(told).weekday() == 0


@pytest.mark.parametrize("day", ["someday", "2026-13-01", "", "32"])
def test_what_is_no_day_is_refused(run: Run, file: Path, day: str) -> None:
    told = run("schedule", "--calendar", f"ics:{file}", "--day", day)
    assert told.code == 2
    assert "is no day" in told.err
