"""The settings that the emulator writes are those that an agent reads."""

import stat
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.agent.settings import load
from device.emulator.office import open_office
from device.emulator.scenario import scenario_names
from device.emulator.settings_file import write_settings

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
KEYS = st.from_regex(r"[a-z_][a-z0-9_]{0,8}", fullmatch=True)
PLAIN = TEXTS | st.integers(-(2**40), 2**40) | st.booleans() | st.floats(allow_nan=False, allow_infinity=False)
TABLES = st.recursive(
    st.dictionaries(KEYS, PLAIN | st.lists(PLAIN, max_size=3), max_size=4),
    lambda inner: st.dictionaries(KEYS, PLAIN | inner | st.lists(inner, min_size=1, max_size=2), max_size=4),
    max_leaves=6,
)


@given(TABLES)
def test_whatever_is_written_is_read_back(tmp_path_factory, document: dict[str, object]) -> None:
    path = tmp_path_factory.mktemp("settings") / "agent.toml"
    write_settings(path, document)
    assert tomllib.loads(path.read_text(encoding="utf-8")) == document


@pytest.mark.parametrize("scenario", scenario_names())
async def test_an_agent_accepts_the_settings_of_every_room_of_an_office(tmp_path: Path, scenario: str) -> None:
    async with open_office(scenario, tmp_path) as office:
        for entry in office.rooms:
            path = tmp_path / f"{entry.room.id}.toml"
            write_settings(path, office.agent_settings(entry.room.id))
            loaded = load(path)
            assert loaded.room == entry.room
            assert loaded.warnings == ()


def test_nobody_else_may_read_them(tmp_path: Path) -> None:
    write_settings(tmp_path / "agent.toml", {"secret": "x"})
    assert stat.S_IMODE((tmp_path / "agent.toml").stat().st_mode) == 0o600
