"""A scenario's happenings happen at their time, in order, also when time jumps past them."""

from datetime import timedelta
from pathlib import Path

import pytest
from office_clients import StillClock, until

from device.emulator.faults import Network
from device.emulator.office import open_office
from device.emulator.scenario import load_scenario, read_scenario, scenario_names


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


async def test_all_that_can_happen_does_happen(tmp_path: Path) -> None:
    acts = (
        'do = "cut-network"',
        'do = "restore-network"',
        'do = "provider-error"\nfault = "slow"',
        'do = "provider-right"',
        'do = "expire-access"',
        'do = "expire-cursors"',
        'do = "lose-subscriptions"',
        'do = "wrong-clock"\nahead = "2d"',
        'do = "right-clock"',
        'do = "pace"\nrate = 2',
        'do = "add"\nroom = "aurora"\ntitle = "A"',
        'do = "make-private"\nroom = "aurora"',
        'do = "move"\nroom = "aurora"',
        'do = "cancel"\nroom = "aurora"',
    )
    text = 'title = "All"\nzone = "UTC"\nstart = 2026-11-23T08:59:00\n[[rooms]]\nid = "aurora"\nname = "Aurora"\n'
    text += "".join(f'[[happenings]]\nat = "09:{minute:02}"\n{act}\n' for minute, act in enumerate(acts))
    async with open_office(read_scenario(text), tmp_path, machine=StillClock()) as office:
        office.clock.jump(timedelta(hours=1))
        await until(lambda: len(office.control.news) == len(acts))
        assert [news.text for news in office.control.news] == [
            "The network is cut.",
            "The network is back.",
            "Answers trickle in, a byte a second.",
            "The provider is all right again.",
            "0 access tokens expired.",
            "All cursors have expired.",
            "0 subscriptions lost.",
            "The device's clock says 2026-11-25 09:59.",
            "The device's clock is right again.",
            "Time runs 2 times as fast.",
            "“A” takes Aurora 09:10–09:40.",
            "“A” is private now.",
            "“A” is moved by 30 minutes.",
            "“A” is cancelled.",
        ]


async def test_what_a_jump_passes_over_happens_to_the_meetings_of_its_own_time(tmp_path: Path) -> None:
    async with open_office("monday", tmp_path, machine=StillClock()) as office:
        office.clock.jump(timedelta(hours=8))
        await until(lambda: len(office.control.news) == 3)
        assert [news.text for news in office.control.news] == [
            "“Conversation rapide” takes Étoile 09:20–09:50.",
            "“Workshop: what a visitor sees in one se…” is moved by 15 minutes.",
            "“定例会議：みらい商事さま” is cancelled.",
        ]
