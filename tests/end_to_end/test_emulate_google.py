"""`doorlight emulate` with rooms in Google Workspace: the same office, reached by the other vendor's protocol."""

from pathlib import Path

from test_emulate import emulating

from device.emulator.scenario import FOLDER


def of_google(folder: Path) -> str:
    """The scenario `monday` with Google's rooms, as a file of one's own."""
    text = (FOLDER / "monday.toml").read_text(encoding="utf-8")
    file = folder / "google.toml"
    file.write_text(text.replace("[[rooms]]", '[[rooms]]\nprovider = "google"'), encoding="utf-8")
    return str(file)


def test_a_monday_is_booked_at_the_door_and_cancelled_from_the_office(tmp_path: Path) -> None:
    with emulating(tmp_path, "--scenario", of_google(tmp_path), "--room", "aurora") as seat:
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


def test_access_that_expires_is_fetched_anew_and_errors_of_googles_are_survived(tmp_path: Path) -> None:
    with emulating(tmp_path, "--scenario", of_google(tmp_path), "--room", "aurora") as seat:
        seat.until("Free")
        seat.press("k")
        seat.until("expired.")
        seat.press("a")
        seat.until("takes")
        seat.until("In use")
        seat.press("e")
        seat.until("asked too often")
        seat.until("In use")
