"""`doorlight emulate --scenario joining`: a touch at the door, and the room's own system is in the meeting."""

from pathlib import Path

from test_emulate import emulating


def test_a_touch_joins_and_another_leaves(tmp_path: Path) -> None:
    with emulating(tmp_path, "--scenario", "joining") as seat:
        seat.until("Join ready")
        seat.until("Zoom · 844 3921")
        seat.press("\t")
        seat.until("▛")
        seat.press("\r")
        seat.until("Connected")
        seat.until("Leave call")
        seat.press("\t")
        seat.until("▛")
        seat.press("\r")
        seat.until("The call has ended")


def test_a_room_that_cannot_join_says_why_and_one_with_two_links_asks(tmp_path: Path) -> None:
    with emulating(tmp_path, "--scenario", "joining", "--room", "dune") as seat:
        seat.until("This invitation has no link to join")
    with emulating(tmp_path, "--scenario", "joining", "--room", "cosmos") as seat:
        seat.until("More than one meeting: please choose")
        seat.until("Google Meet")
