"""A door at an Exchange server of one's own, as `doorlight emulate` shows it: the same room, the same acts."""

from pathlib import Path

import pytest
from test_emulate import emulating

OFFICE = """
title = "On premises"
zone = "Europe/Berlin"
start = 2026-11-23T08:55:00

[[people]]
id = "ines"
name = "Inês Carvalho"

[[rooms]]
id = "aurora"
name = "Aurora"
provider = "exchange"

[[rooms]]
id = "borealis"
name = "Borealis"
provider = "exchange"

[[meetings]]
rooms = ["aurora"]
title = "Design review"
organizer = "ines"
starts = "09:30"
ends = "10:15"
"""


@pytest.fixture
def scenario(tmp_path: Path) -> str:
    file = tmp_path / "premises.toml"
    file.write_text(OFFICE, encoding="utf-8")
    return str(file)


def test_a_room_is_booked_at_the_door_and_cancelled_from_the_office(tmp_path: Path, scenario: str) -> None:
    with emulating(tmp_path, "--scenario", scenario, "--room", "aurora") as seat:
        seat.until("Free")
        seat.until("Design review")
        seat.until("15 min")
        seat.press("\t")
        seat.until("▛")
        seat.press("\r")
        seat.until("In use")
        seat.until("Booked")
        seat.press("c")
        seat.until("is cancelled.")
        seat.until("Free")


def test_a_cut_network_becomes_unknown_and_mends(tmp_path: Path, scenario: str) -> None:
    with emulating(tmp_path, "--scenario", scenario, "--room", "borealis") as seat:
        seat.until("Free")
        seat.press("x")
        seat.until("The network is cut.")
        seat.press("F")
        seat.until("Unknown")
        seat.press("x")
        seat.until("The network is back.")
        seat.until(lambda: "Unknown" not in seat.text)
        seat.until("Free")
