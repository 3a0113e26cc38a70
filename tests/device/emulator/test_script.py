"""A scenario's happenings happen at their time, in order, also when time jumps past them."""

from datetime import timedelta
from pathlib import Path

import pytest
from office_clients import StillClock, until

from device.emulator.faults import Network
from device.emulator.office import open_office
from device.emulator.scenario import load_scenario, scenario_names


async def test_an_outage_begins_and_ends_at_its_time(tmp_path: Path) -> None:
    async with open_office("outage", tmp_path, machine=StillClock()) as office:
        office.clock.jump(timedelta(minutes=4))
        assert office.faults.network is Network.UP
        office.clock.jump(timedelta(minutes=1))
        await until(lambda: office.faults.network is Network.CUT)
        office.clock.jump(timedelta(minutes=20))
        await until(lambda: office.faults.network is Network.UP)
        assert [news.text for news in office.control.news] == [
            "The network is cut.",
            "“Booked while the door was blind” takes Aurora 10:00–10:30.",
            "The network is back.",
        ]


@pytest.mark.parametrize("name", scenario_names())
async def test_every_script_runs_to_its_end_when_time_jumps_past_it(name: str, tmp_path: Path) -> None:
    expected = len(load_scenario(name).happenings)
    async with open_office(name, tmp_path, machine=StillClock()) as office:
        office.clock.jump(timedelta(days=2))
        await until(lambda: len(office.control.news) >= expected)
        assert office.faults.network is Network.UP
        assert office.faults.rules == ()
        assert office.clock.read_device() == office.clock.read()


async def test_what_a_jump_passes_over_happens_to_the_meetings_of_its_own_time(tmp_path: Path) -> None:
    async with open_office("monday", tmp_path, machine=StillClock()) as office:
        office.clock.jump(timedelta(hours=8))
        await until(lambda: len(office.control.news) == 3)
        assert [news.text for news in office.control.news] == [
            "“Conversation rapide” takes Étoile 09:20–09:50.",
            "“Workshop: what a visitor sees in one se…” is moved by 15 minutes.",
            "“定例会議：みらい商事さま” is cancelled.",
        ]
