"""The commands at a door that runs, and at a real server."""

import asyncio
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from house import EVENTS, MONDAY, PASSWORD, USER, Radicale, door, guests, ical, radicale
from seat import Seat

from device.emulator.faults import Fault
from device.emulator.office import open_office
from device.emulator.settings_file import write_settings

DOORLIGHT = str(Path(sys.executable).with_name("doorlight"))


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended."""

    code: int
    out: str
    err: str


async def doorlight(*words: str | Path) -> Ran:
    """Run a command while the clock of the test goes on telling the time."""
    process = await asyncio.create_subprocess_exec(
        DOORLIGHT,
        *map(str, words),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "NO_COLOR": "1"},
    )
    out, err = await process.communicate()
    return Ran(process.returncode or 0, out.decode(), err.decode())


@pytest.fixture
def dav(tmp_path: Path) -> Iterator[Radicale]:
    with radicale(tmp_path) as server:
        yield server


async def test_explain_and_doctor_speak_of_the_agent_that_runs(tmp_path: Path) -> None:
    file, settings = tmp_path / "room.ics", tmp_path / "agent.toml"
    file.write_text(ical(*EVENTS.values(), guests(title="Guests")), newline="")
    async with door(tmp_path, {"provider": "ics", "path": str(file)}) as opened:
        await opened.until("Guests")
        told = await doorlight("explain", "--settings", settings)
        assert told.code == 0, told.err
        assert "The door says: In use until 10:35." in told.out
        assert "Decided by 10:05–10:35 Guests: it occupies the room (free_busy = busy)" in told.out
        assert "From the running agent." in told.out
        assert "✓ calendar" in told.out
        assert "Umbrella" not in (await doorlight("explain", "--settings", settings, "--json")).out
        doctor = await doorlight("doctor", "--settings", settings, "--json")
        found = {one["check"]: one["verdict"] for one in json.loads(doctor.out)["findings"]}
        assert doctor.code == 0, doctor.out
        assert found["agent"] == found["cache"] == found["calendar"] == found["settings"] == "good"
        schedule = await doorlight("schedule", "--settings", settings)
        assert "10:05–10:35  Guests (now)" in schedule.out
        file.unlink()
        await opened.at(MONDAY + timedelta(minutes=12))
        await opened.until("Last confirmed")
        broken = await doorlight("explain", "--settings", settings)
        assert "Rule occupied-unconfirmed" in broken.out
        assert "✗ calendar: CalendarUnreachable" in broken.out
        opened.agent.terminate()
        await asyncio.to_thread(opened.agent.wait)
        kept = await doorlight("schedule", "--settings", settings)
        assert kept.code == 75
        assert "Guests" in kept.out
        last = await doorlight("explain", "--settings", settings)
        assert "The agent does not answer" in last.out
        assert "From what the agent showed last." in last.out


async def test_the_write_test_books_one_minute_and_leaves_nothing(dav: Radicale) -> None:
    address = str(dav.calendar.url).replace("//", f"//{USER}:{PASSWORD.replace(' ', '%20')}@")
    told = await doorlight("doctor", "--calendar", f"caldav:{address}", "--write-test")
    assert told.code == 0, told.out
    assert "✓ writing" in told.out
    assert "and removed it" in told.out
    assert PASSWORD not in told.out + told.err
    assert await asyncio.to_thread(dav.titles) == {}


async def test_a_real_server_is_on_the_glass_by_one_option_with_the_password_asked_for(
    dav: Radicale, tmp_path: Path
) -> None:
    address = str(dav.calendar.url).replace("//", f"//{USER}@")
    with Seat(
        [DOORLIGHT, "emulate", "--calendar", f"caldav:{address}"], environment={"DOORLIGHT_TYPE": "plain"}
    ) as seat:
        seat.until(f"Password of {USER}")
        seat.press(f"{PASSWORD}\r")
        seat.until("q quit")
        seat.until("Free")
        assert PASSWORD not in seat.raw.decode(errors="replace")
        seat.press("q")
        assert seat.ended() == 0


async def test_a_day_of_a_real_server_is_told_as_text(dav: Radicale) -> None:
    await asyncio.to_thread(dav.fill)
    address = str(dav.calendar.url).replace("//", f"//{USER}:{PASSWORD.replace(' ', '%20')}@")
    words = ("--zone", "Europe/Berlin", "--day", "2026-09-14")
    told = await doorlight("schedule", "Aurora", "--calendar", f"caldav:{address}", *words)
    assert told.code == 0, told.err
    lines = told.out.splitlines()
    assert lines[0] == "Aurora, Monday 14 September 2026 (Europe/Berlin)"
    assert [line.split("  ")[0].strip() for line in lines if "–" in line] == [
        "11:00–11:30",
        "13:00–14:00",
        "15:30–16:00",
    ]


async def test_doctor_follows_every_step_to_microsofts_servers(tmp_path: Path) -> None:
    async with open_office("monday", tmp_path) as office:
        settings = tmp_path / "agent.toml"
        paths = {"paths": {"state": str(tmp_path / "state"), "runtime": str(tmp_path / "run")}}
        write_settings(settings, {**office.agent_settings("aurora"), **paths})
        told = await doorlight("doctor", "--settings", settings, "--write-test", "--json")
        found = {one["check"]: one for one in json.loads(told.out)["findings"]}
        for check in ("settings", "clock", "name", "connection", "encryption", "calendar", "writing"):
            assert found[check]["verdict"] == "good", found[check]
        assert found["agent"]["verdict"] == "wrong"
        office.control.provider_error(Fault.WRONG_SECRET)
        refused = await doorlight("doctor", "--settings", settings)
        assert refused.code == 1
        assert "✗ calendar" in refused.out
        assert "refused the sign-in" in refused.out
        assert office.client_secret.reveal() not in refused.out + refused.err
        office.control.provider_right()
        office.control.provider_error(Fault.FORBIDDEN)
        assert (await doorlight("schedule", "--settings", settings)).code == 77
        office.control.provider_right()
        office.control.provider_error(Fault.HTML)
        page = await doorlight("schedule", "--settings", settings)
        assert page.code == 69
        assert page.err.splitlines()[0].startswith("doorlight: What answered is not a calendar")
        assert "Traceback" not in page.err
