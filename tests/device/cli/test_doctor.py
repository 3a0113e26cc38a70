"""`doorlight doctor`: each check as it should be, and broken."""

import json
import socket
from collections.abc import Callable
from pathlib import Path

from cli_side import DAY, Ran, Web

Run = Callable[..., Ran]


def found(told: Ran) -> dict[str, dict[str, str]]:
    """The findings of a run with --json, by check."""
    return {one["check"]: one for one in json.loads(told.out)["findings"]}


def test_a_file_that_can_be_read_is_healthy(run: Run, file: Path) -> None:
    told = run("doctor", "--calendar", f"ics:{file}", "--zone", "Europe/Berlin")
    assert told.code == 0
    assert "✓ calendar" in told.out
    assert "– network" in told.out
    assert told.out.rstrip().endswith("Nothing is wrong.")


def test_without_settings_only_this_machine_is_checked(run: Run) -> None:
    told = run("doctor", "--json")
    assert told.code == 0
    assert found(told)["settings"]["verdict"] == "skipped"
    assert found(told)["fonts"]["verdict"] == "good"


def test_settings_that_cannot_be_right_are_a_finding_with_a_hint(run: Run, settings: Path) -> None:
    settings.write_text(settings.read_text().replace('name = "Aurora"', 'nam = "Aurora"'))
    told = run("doctor", "--settings", settings)
    assert told.code == 1
    assert "✗ settings" in told.out
    assert "room.nam" in told.out
    assert "→ " in told.out
    assert "1 thing is wrong." in told.out


def test_each_step_to_the_server_is_checked_up_to_the_first_that_fails(run: Run, web: Web) -> None:
    fine = found(run("doctor", "--calendar", f"ics:{web.url}", "--json"))
    assert fine["name"]["verdict"] == fine["connection"]["verdict"] == fine["calendar"]["verdict"] == "good"
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        refused = found(run("doctor", "--calendar", f"ics:http://127.0.0.1:{port}/", "--json"))
        tls = found(run("doctor", "--calendar", f"ics:https://127.0.0.1:{web.port}/", "--json"))
    assert refused["connection"]["verdict"] == "wrong"
    assert refused["calendar"]["verdict"] == "wrong"
    assert refused["writing"]["verdict"] == "skipped"
    assert tls["encryption"]["verdict"] == "wrong"
    nameless = found(run("doctor", "--calendar", "ics:http://no-such-host.invalid/", "--json"))
    assert nameless["name"]["verdict"] == "wrong"


def test_meetings_that_cannot_be_read_are_named(run: Run, file: Path) -> None:
    file.write_bytes(DAY.replace("DTSTART;TZID=Europe/Berlin:20260101T140000", "DTSTART:yesterday-ish").encode())
    told = run("doctor", "--calendar", f"ics:{file}")
    assert told.code == 1
    assert "1 could not be read (review" in told.out


def test_a_servers_date_far_from_ours_is_a_wrong_clock(run: Run, web: Web) -> None:
    web.date = "Thu, 01 Jan 1970 00:00:00 GMT"
    clock = found(run("doctor", "--calendar", f"ics:{web.url}", "--json"))["clock"]
    assert clock["verdict"] == "wrong"
    assert "timedatectl" in clock["hint"]


def test_a_damaged_cache_is_found(run: Run, settings: Path, tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "cache.db").write_bytes(b"not a database, whatever its name says" * 40)
    cache = found(run("doctor", "--settings", settings, "--json"))["cache"]
    assert cache["verdict"] == "wrong"


def test_an_agent_that_is_not_there_is_found(run: Run, settings: Path) -> None:
    agent = found(run("doctor", "--settings", settings, "--json"))["agent"]
    assert agent["verdict"] == "wrong"
    assert "systemctl" in agent["hint"]


def test_writing_is_not_tried_on_a_calendar_that_can_only_be_read(run: Run, file: Path) -> None:
    writing = found(run("doctor", "--calendar", f"ics:{file}", "--write-test", "--json"))["writing"]
    assert writing["verdict"] == "skipped"
