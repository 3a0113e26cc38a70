"""`doorlight explain`: rule, meeting, field and freshness."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from cli_side import Ran, calendar, event

Run = Callable[..., Ran]


def around_now(tmp_path: Path, *more: str) -> Path:
    """A calendar file with a meeting that runs all day long."""
    path = tmp_path / "now.ics"
    path.write_bytes(
        calendar(event("now", "000000", "235900", "Board", *more).replace("Europe/Berlin", "UTC")).encode()
    )
    return path


def test_the_deciding_meeting_rule_and_field_are_named(run: Run, tmp_path: Path) -> None:
    told = run("explain", "--calendar", f"ics:{around_now(tmp_path)}", "--zone", "UTC")
    assert told.code == 0
    assert "The door says: In use until 23:59." in told.out
    assert "Rule occupied: A meeting that occupies the room is running." in told.out
    assert "Decided by 00:00–23:59 Board: it occupies the room (free_busy = busy)" in told.out
    assert "Confirmed by the calendar: 0 s ago." in told.out


def test_a_meeting_that_does_not_count_is_named_with_its_field(run: Run, tmp_path: Path) -> None:
    path = around_now(tmp_path, "TRANSP:TRANSPARENT")
    told = run("explain", "--calendar", f"ics:{path}", "--zone", "UTC")
    assert "The door says: Free" in told.out
    assert "Left out   00:00–23:59 Board: it counts as free (free_busy = free)" in told.out


def test_private_words_stay_private_in_text_and_json(run: Run, tmp_path: Path) -> None:
    path = around_now(tmp_path, "CLASS:CONFIDENTIAL")
    for more in ((), ("--json",)):
        told = run("explain", "--calendar", f"ics:{path}", "--zone", "UTC", *more)
        assert told.code == 0
        assert "Board" not in told.out
        assert "Ada" not in told.out


def test_json_holds_the_whole_explanation(run: Run, tmp_path: Path) -> None:
    told = json.loads(run("explain", "--calendar", f"ics:{around_now(tmp_path)}", "--zone", "UTC", "--json").out)
    assert told["source"] == "calendar"
    assert told["explanation"]["availability"]["reason"] == "occupied"
    assert told["explanation"]["decided_by"]["field"] == "free_busy"
    assert datetime.fromisoformat(told["explanation"]["at"]).date() == datetime.now(UTC).date()


def test_without_an_agent_the_calendar_is_read_and_that_is_said(run: Run, settings: Path) -> None:
    told = run("explain", "--settings", settings)
    assert told.code == 0
    assert "The agent does not answer at" in told.out
    assert "Read from the calendar now." in told.out
