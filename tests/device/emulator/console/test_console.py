"""The console on a real pseudo-terminal, with the terminal's own view of what arrived."""

import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from seat import Seat, alive, children_of

HERE = Path(__file__).parent


@contextmanager
def at(door: str, *size: str, columns: int = 100, rows: int = 36) -> Iterator[Seat]:
    """A person in front of a console around one of the doors of this folder."""
    with Seat([sys.executable, str(HERE / "console_door.py"), door, *size], columns=columns, rows=rows) as seat:
        seat.until("by" if door == "textual_door.py" else "ready")
        seat.until(lambda: "next change" in seat.line(-1))
        yield seat


def test_the_door_gets_the_terminal_but_for_the_help_rows() -> None:
    with at("textual_door.py") as seat:
        seat.until("100 by 34")
        assert "The office is open." in seat.line(-2)
        assert "Aurora · monday" in seat.line(-2)
        assert "n next change" in seat.line(-1)
        assert "q quit" in seat.line(-1)


def test_own_keys_act_and_others_reach_the_door() -> None:
    with at("textual_door.py") as seat:
        seat.press("n")
        seat.until("The clock jumped.")
        seat.press("t")
        seat.until("told")
        seat.press("\t\r")
        seat.until("booked")


def test_a_failed_act_says_why() -> None:
    with at("textual_door.py") as seat:
        seat.press("m")
        seat.until("That did not work: no meeting is running")


def test_the_mouse_reaches_the_door_where_it_stands() -> None:
    with at("textual_door.py", "60x20") as seat:
        seat.until("60 by 20")
        seat.until("Book")
        row = next(at for at, line in enumerate(seat.screen.display) if "Book" in line)
        column = seat.screen.display[row].index("Book")
        assert column > 20, "the door should stand in the middle"
        click = f"{column + 1};{row + 1}"
        seat.press(f"\x1b[<0;{click}M\x1b[<0;{click}m")
        seat.until("booked")


def test_a_click_on_a_key_in_the_help_presses_it() -> None:
    with at("echoing_door.py") as seat:
        column = seat.line(-1).index("next change") + 1
        seat.press(f"\x1b[<0;{column};{len(seat.screen.display)}M")
        seat.until("The clock jumped.")


def test_a_window_that_changes_its_size_changes_the_door() -> None:
    with at("textual_door.py") as seat:
        seat.resize(120, 40)
        seat.until("120 by 38")
        seat.until(lambda: "q quit" in seat.line(-1))
        seat.resize(90, 30)
        seat.until("90 by 28")
        seat.until(lambda: "q quit" in seat.line(-1))


def test_a_window_too_small_for_the_panel_says_so() -> None:
    with at("textual_door.py", "7in", columns=80, rows=24) as seat:
        seat.until("This panel needs 100×32 cells and this terminal has 80×24")
        seat.resize(110, 40)
        seat.until("100 by 30")
        seat.until(lambda: "This panel needs" not in seat.text)


def test_a_panel_that_keeps_its_size_is_drawn_again_in_a_new_window() -> None:
    with at("textual_door.py", "60x20") as seat:
        seat.until("60 by 20")
        seat.resize(140, 44)
        seat.until(lambda: any(line.index("60 by 20") == 40 for line in seat.screen.display if "60 by 20" in line))


def test_every_key_is_explained_on_demand() -> None:
    with at("textual_door.py") as seat:
        seat.press("?")
        seat.until("Jump to the next change.")
        seat.until("100 by 30")
        seat.press("?")
        seat.until("100 by 34")


@pytest.mark.parametrize("act", ["C", "A"])
def test_the_help_comes_back_when_the_door_clears_the_screen(act: str) -> None:
    with at("echoing_door.py") as seat:
        seat.press(act)
        seat.until("got")
        seat.until(lambda: "q quit" in seat.line(-1))


def test_images_pass_unchanged_and_the_help_waits_for_their_end() -> None:
    with at("echoing_door.py") as seat:
        seat.press("S")
        seat.until("got 53")
        assert b"\x1bPq#0;2;0;0;0~\x1b\\" in seat.raw
        seat.press("H")
        seat.until(lambda: seat.raw.endswith(b"got 48."))
        seat.press("n")
        seat.settle()
        assert seat.raw.endswith(b"got 48."), "something was drawn inside an image"


@pytest.mark.parametrize(
    "answer",
    [
        b"\x1b[?62;4;22c",
        b"\x1b[6;16;8t",
        b"\x1b[?2026;2$y",
        b"\x1b]11;rgb:0000/0000/0000\x1b\\",
        b"\x1b[I",
        b"\x1b[A",
        b"\x1b",
        b"\x1bn",
        "é".encode(),
    ],
)
def test_answers_of_the_terminal_and_other_keys_reach_the_door_unchanged(answer: bytes) -> None:
    with at("echoing_door.py") as seat:
        seat.press(answer)
        seat.until(f"got {answer.hex(' ')}.")


def test_the_size_of_the_whole_terminal_is_answered_with_the_doors() -> None:
    with at("echoing_door.py") as seat:
        seat.press(b"\x1b[8;36;100t")
        seat.until("got " + b"\x1b[8;34;100t".hex(" ") + ".")
        seat.press(b"\x1b[?2048;1$y")
        seat.until("got " + b"\x1b[?2048;0$y".hex(" ") + ".")


def test_a_door_that_draws_faster_than_the_terminal_is_slowed_down_and_loses_nothing() -> None:
    with at("echoing_door.py") as seat:
        seat.press("L")
        time.sleep(1)  # a terminal that takes nothing for a while
        seat.press("n")
        seat.until("after the flood")
        seat.until("The clock jumped.")
        assert seat.raw.count(b"flood") > 59_990, "but for the words that the help was drawn between"


def test_a_terminal_without_a_name_will_do() -> None:
    script = f"""import os, runpy, sys
def nameless(_):
    raise OSError("no such device")
os.ttyname = nameless
sys.argv = ["console_door.py", "echoing_door.py"]
runpy.run_path({str(HERE / "console_door.py")!r}, run_name="__main__")"""
    with Seat([sys.executable, "-c", script]) as seat:
        seat.until("ready")
        seat.press("q")
        assert seat.ended() == 0
        seat.assert_given_back()


def test_pasted_keys_are_the_doors() -> None:
    with at("echoing_door.py") as seat:
        pasted = b"\x1b[200~qn\x1b[201~"
        seat.press(pasted)
        seat.until(lambda: "q quit" in seat.line(-1) and "got" in seat.text)
        seat.settle()
        assert seat.process.poll() is None
        assert "The clock jumped." not in seat.text


@pytest.mark.parametrize("door", ["textual_door.py", "echoing_door.py"])
@pytest.mark.parametrize(
    ("ending", "code"),
    [
        (b"q", 0),
        (b"\x03", 130),
        (b"\x1b[99;5u", 130),
        (signal.SIGTERM, 143),
        (signal.SIGINT, 130),
        (signal.SIGHUP, 129),
    ],
)
def test_however_it_ends_the_terminal_is_given_back_and_nothing_runs_on(
    door: str, ending: bytes | signal.Signals, code: int
) -> None:
    with at(door) as seat:
        below = children_of(seat.process.pid)
        assert below
        seat.kill(ending) if isinstance(ending, signal.Signals) else seat.press(ending)
        assert seat.ended() == code
        seat.assert_given_back()
        assert [pid for pid in below if alive(pid)] == []


def test_a_door_that_breaks_leaves_a_clean_terminal_and_its_last_words() -> None:
    with at("echoing_door.py") as seat:
        seat.press("X")
        assert seat.ended() == 1
        seat.assert_given_back()
        assert seat.raw.count(b"it broke") == 1, "it is the console that tells the door's last words"
        assert b"last words: 'it broke'" in seat.raw


def test_a_half_drawn_image_does_not_swallow_what_follows() -> None:
    with at("echoing_door.py") as seat:
        seat.press("H")
        seat.until(lambda: seat.raw.endswith(b"got 48."))
        seat.press(b"\x03")
        assert seat.ended() == 130
        assert b"got 48.\x18\x1b\\" in seat.raw
        seat.assert_given_back()


def test_a_defect_of_the_console_itself_gives_the_terminal_back_too() -> None:
    with at("echoing_door.py") as seat:
        below = children_of(seat.process.pid)
        seat.press("b")
        assert seat.ended() == 1
        assert b"ZeroDivisionError" in seat.raw
        seat.assert_given_back()
        assert [pid for pid in below if alive(pid)] == []


def test_a_console_killed_without_warning_leaves_no_process() -> None:
    with at("echoing_door.py") as seat:
        below = children_of(seat.process.pid)
        seat.kill(signal.SIGKILL)
        seat.ended()
        seat.until(lambda: not any(alive(pid) for pid in below))
