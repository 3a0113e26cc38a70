"""`doorlight emulate` as a newcomer runs it: typed into a terminal, looked at, played with, and left."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from house import EVENTS, ical
from seat import Seat, alive, children_of

DOORLIGHT = str(Path(sys.executable).with_name("doorlight"))


@contextmanager
def emulating(folder: Path, *options: str, columns: int = 100, rows: int = 40, wait: str = "q quit") -> Iterator[Seat]:
    """`doorlight emulate` with these options, its temporary files below `folder`."""
    environment = {"DOORLIGHT_TYPE": "plain", "TMPDIR": str(folder)}
    command = [DOORLIGHT, "emulate", *options]
    with Seat(command, columns=columns, rows=rows, environment=environment) as seat:
        seat.until(wait)
        yield seat


def assert_left_clean(seat: Seat, folder: Path, below: list[int]) -> None:
    """Terminal, processes and files are as before."""
    seat.assert_given_back()
    assert [pid for pid in below if alive(pid)] == []
    assert [path.name for path in folder.iterdir() if path.name.startswith("doorlight")] == []


def test_a_monday_is_booked_at_the_door_and_cancelled_from_the_office(tmp_path: Path) -> None:
    with emulating(tmp_path, "--room", "aurora") as seat:
        seat.until("Free")
        seat.until("15 min")
        seat.press("\t")
        seat.until("▛")
        seat.press("\r")
        seat.until("In use")
        seat.until("Booked")
        seat.press("c")
        seat.until("is cancelled.")
        seat.until("Free")


def test_a_meeting_is_added_made_private_and_moved(tmp_path: Path) -> None:
    with emulating(tmp_path, "--scenario", "empty") as seat:
        seat.until("Free")
        seat.press("a")
        seat.until("takes")
        seat.until("In use")
        seat.press("p")
        seat.until("is private now")
        seat.until("Private meeting")
        seat.press("m")
        seat.until("is moved by")
        seat.until(lambda: "In use" not in seat.text)


def test_a_cut_network_becomes_unknown_and_mends(tmp_path: Path) -> None:
    with emulating(tmp_path, "--scenario", "empty") as seat:
        seat.until("Free")
        seat.press("x")
        seat.until("The network is cut.")
        seat.press("F")
        seat.until("Unknown")
        assert "Free\n" not in seat.text
        seat.press("x")
        seat.until("The network is back.")
        seat.until(lambda: "Unknown" not in seat.text)
        seat.until("Free")


def test_a_wrong_clock_is_unknown_until_it_is_right(tmp_path: Path) -> None:
    with emulating(tmp_path, "--scenario", "empty") as seat:
        seat.until("Free")
        seat.press("w")
        seat.until("The device's clock says 1970")
        seat.until("Unknown")
        seat.press("w")
        seat.until("clock is right again")
        seat.until("Free")


def test_errors_of_the_provider_are_told_one_after_another_and_end(tmp_path: Path) -> None:
    with emulating(tmp_path, "--scenario", "empty") as seat:
        seat.until("Free")
        seat.press("e")
        seat.until("(429)")
        seat.press("F")
        seat.until("Unknown")
        for told in ("(503)", "(403)", "(404)", "captive portal", "no longer JSON", "trickle in", "all right again"):
            seat.press("e")
            seat.until(told)
        seat.until("Free")
        seat.press("k")
        seat.until("expired.")
        seat.press("a")
        seat.until("In use")


def test_another_room_comes_without_leaving_the_screen(tmp_path: Path) -> None:
    with emulating(tmp_path) as seat:
        seat.until("Free")
        first = seat.line(-3)
        seat.press("r")
        seat.until("This is the door of")
        seat.until(lambda: "Aurora" not in "\n".join(seat.text.splitlines()[:3]))
        assert seat.line(-3) != first
        assert seat.modes().get(1049) is not False
        assert b"\x1b[?1049l" not in seat.raw


def test_time_runs_faster_and_a_scenario_begins_anew(tmp_path: Path) -> None:
    with emulating(tmp_path, "--scenario", "empty") as seat:
        seat.until("Free")
        seat.press("s")
        seat.until("10 times as fast")
        seat.until("10×")
        seat.press("a")
        seat.until("In use")
        seat.press("o")
        seat.until("Everything begins anew.")
        seat.until("Free")


@pytest.mark.parametrize(("ending", "code"), [("q", 0), ("\x03", 130), (signal.SIGTERM, 143)])
def test_leaving_gives_everything_back(tmp_path: Path, ending: str | signal.Signals, code: int) -> None:
    with emulating(tmp_path) as seat:
        seat.until("Free")
        below = children_of(seat.process.pid)
        assert len(below) == 3, "a hub, an agent and a kiosk"
        seat.kill(ending) if isinstance(ending, signal.Signals) else seat.press(ending)
        assert seat.ended() == code
        assert_left_clean(seat, tmp_path, below)
        assert b"Traceback" not in seat.raw


def test_leaving_while_it_is_still_starting_gives_everything_back_too(tmp_path: Path) -> None:
    with emulating(tmp_path) as seat:
        below = children_of(seat.process.pid)
        seat.press("\x03")
        assert seat.ended() == 130
        assert_left_clean(seat, tmp_path, below)


def test_a_kiosk_that_dies_ends_it_with_a_sentence(tmp_path: Path) -> None:
    with emulating(tmp_path) as seat:
        seat.until("Free")
        below = children_of(seat.process.pid)
        kiosk = next(pid for pid in below if b"-m\0kiosk\0" in Path(f"/proc/{pid}/cmdline").read_bytes())
        os.kill(kiosk, signal.SIGKILL)
        assert seat.ended() == 1
        assert "doorlight: The door ended by itself" in seat.text
        assert b"WARNING" not in seat.raw, "the log is not for a terminal that is drawn on"
        assert_left_clean(seat, tmp_path, below)


def test_a_file_of_ones_own_is_on_the_glass_by_one_option(tmp_path: Path) -> None:
    (tmp_path / "my room.ics").write_text(ical(*EVENTS.values()), newline="")
    with emulating(tmp_path, "--calendar", f"ics:{tmp_path}/my room.ics", "--zone", "Europe/Berlin") as seat:
        seat.until("my room")
        seat.until("This is your calendar.")
        assert "cancel" not in seat.line(-1)
        assert "+5 min" in seat.line(-1)
        seat.until(lambda: any(word in seat.text for word in ("Free", "In use", "Starts")))


@pytest.mark.parametrize(
    ("columns", "rows", "options", "sentence"),
    [
        (60, 15, (), "The door needs 80×24 cells and this terminal has 60×15"),
        (100, 30, ("--size", "7in"), "This panel needs 100×33 cells and this terminal has 100×30"),
    ],
)
def test_a_terminal_that_is_too_small_is_told(
    tmp_path: Path, columns: int, rows: int, options: tuple[str, ...], sentence: str
) -> None:
    with emulating(tmp_path, *options, columns=columns, rows=rows, wait=sentence[: columns - 20]) as seat:
        seat.resize(120, 50)
        seat.until(lambda: "needs" not in seat.text and "q quit" in seat.text)
        seat.press("q")
        assert seat.ended() == 0


def test_the_door_speaks_the_language_and_wears_the_theme_that_were_chosen(tmp_path: Path) -> None:
    with emulating(tmp_path, "--scenario", "empty", "--language", "de", "--theme", "light") as seat:
        seat.until("Frei")
