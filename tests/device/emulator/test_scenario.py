"""Scenario files are decoded strictly, and what is wrong with one is said."""

from datetime import timedelta
from pathlib import Path

import pytest

from device.emulator.happenings import CutNetwork
from device.emulator.scenario import load_scenario, read_scenario, scenario_names
from device.model.errors import SettingsError

SMALL = """
title = "Small"
zone = "Europe/Berlin"
[[people]]
id = "ines"
name = "Inês"
[[rooms]]
id = "aurora"
name = "Aurora"
[rooms.policy]
check_in = { opens_before = "5m", release_after = "90s" }
[[meetings]]
rooms = ["aurora"]
title = "10m"
organizer = "ines"
starts = "09:00"
ends = "10:00"
[[happenings]]
at = "09:30"
do = "cut-network"
lasts = "2h"
"""


def test_durations_are_read_where_durations_belong_and_nowhere_else() -> None:
    scenario = read_scenario(SMALL)
    rule = scenario.rooms[0].policy.check_in
    assert rule is not None
    assert (rule.opens_before, rule.release_after) == (timedelta(minutes=5), timedelta(seconds=90))
    assert scenario.meetings[0].title == "10m"
    assert scenario.happenings == (CutNetwork(at="09:30", lasts=timedelta(hours=2)),)


@pytest.mark.parametrize(
    ("wrong", "right", "said"),
    [
        ("tittle", "title", "tittle"),
        ('starts = "25:00"', 'starts = "09:00"', "starts"),
        ('organizer = "ina"', 'organizer = "ines"', "'ina'"),
        ('rooms = ["aurore"]', 'rooms = ["aurora"]', "'aurore'"),
        ("rooms = []", 'rooms = ["aurora"]', "meetings"),
        ("Europe/Berlon", "Europe/Berlin", "Europe/Berlon"),
        ('do = "explode"', 'do = "cut-network"', "explode"),
        ('lasts = "soon"', 'lasts = "2h"', "soon"),
        ('id = "Au rora"', 'id = "aurora"', "rooms"),
        ('title = "Small', 'title = "Small"', "small.toml"),
        ("title = 5", 'title = "Small"', "title"),
    ],
)
def test_a_mistake_is_said_with_the_name_of_the_file(wrong: str, right: str, said: str) -> None:
    with pytest.raises(SettingsError, match=r"small\.toml") as refused:
        read_scenario(SMALL.replace(right, wrong, 1), "small.toml")
    assert said in str(refused.value)


def test_two_rooms_of_one_name_are_refused() -> None:
    with pytest.raises(SettingsError, match="same id"):
        read_scenario(SMALL + '[[rooms]]\nid = "aurora"\nname = "Twin"\n')


def test_a_start_with_an_offset_is_refused() -> None:
    with pytest.raises(SettingsError, match="without an offset"):
        read_scenario("start = 2026-11-23T08:55:00Z\n" + SMALL)


def test_a_scenario_that_is_nowhere_is_refused_with_those_that_are_there(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as refused:
        load_scenario(str(tmp_path / "none.toml"))
    assert "monday" in refused.value.hint


def test_a_scenario_may_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "small.toml").write_text(SMALL, encoding="utf-8")
    assert load_scenario(str(tmp_path / "small.toml")).title == "Small"


def test_a_folder_and_a_file_that_is_no_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe\x00")
    for path in (tmp_path, tmp_path / "bytes.toml"):
        with pytest.raises(SettingsError):
            load_scenario(str(path))


def test_the_promised_scenarios_are_there() -> None:
    promised = {"monday", "empty", "back-to-back", "no-show", "all-hands", "hostile", "outage", "dst-night", "mixed"}
    assert promised <= set(scenario_names())


@pytest.mark.parametrize("name", scenario_names())
def test_every_scenario_says_what_it_shows(name: str) -> None:
    scenario = load_scenario(name)
    assert scenario.title
    assert scenario.about.endswith(".")
    assert scenario.start is not None
