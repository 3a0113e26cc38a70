"""The first true frame: what it says, where it has it from, and that nothing can hold it up or spoil it."""

import re
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pyte
import pytest
from doors import SCENES, at, greeting, look, room
from scripted_agent import greeting_agent
from seat import ROOT, Seat

from device.model.room import Room
from device.model.safetext import SafeText
from device.model.value import Value, encode
from device.wire.framing import pack
from device.wire.panel import LastShown, LookShown, RoomShown, TimeShown
from kiosk import first_paint
from kiosk.first_paint import Found, drawing, find
from kiosk.first_words import FILE, ROWS, records
from kiosk.options import BadOptions, Options, parse
from kiosk.words import LANGUAGES, words

PANEL = (100, 30)


def screen(found: Found, size: tuple[int, int] = PANEL) -> str:
    """What a terminal of that size shows of the frame."""
    seen = pyte.Screen(*size)
    pyte.Stream(seen).feed(drawing(found, size))
    return "\n".join(line.rstrip() for line in seen.display)


def heard(*frames: Value) -> Found:
    """These frames, as they come from the agent."""
    return Found(lines=tuple((0.0, pack(frame).strip()) for frame in frames))


@contextmanager
def listening(folder: Path, data: bytes) -> Iterator[None]:
    """An agent that says this to whoever connects, and nothing more."""
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(folder / "panel.sock"))
        server.listen()
        server.settimeout(10)
        stay = threading.Event()

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                connection.sendall(data)
                stay.wait(10)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield
        finally:
            stay.set()
            thread.join()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("scene", ["free", "in-use", "starting", "check-in", "closed", "unknown"])
def test_the_word_stands_large_in_every_language(scene: str, language: str) -> None:
    shown = screen(heard(*greeting(scene, look(language))))
    drawn = first_paint._records()[f"{language} {scene}"]
    assert all(line.strip() in shown for line in drawn)
    assert "Aurora" in shown


SAYS = {
    "free": "until 13:30",
    "free-rest-of-day": "rest of the day",
    "in-use": "until 14:30",
    "starting": "15:00",
    "unknown": "Free at 10:42, not confirmed since",
}


@pytest.mark.parametrize("scene", SAYS)
def test_the_time_stands_below(scene: str) -> None:
    assert SAYS[scene] in screen(heard(*greeting(scene)))


def test_twelve_hours_where_the_language_or_the_room_wants_them() -> None:
    assert "until 1:30 pm" in screen(heard(*greeting("free", look("en", hour24=None))))
    assert "bis 13:30" in screen(heard(*greeting("free", look("de", hour24=None))))


def test_on_a_large_glass_the_word_is_twice_as_large() -> None:
    shown = screen(heard(*greeting("free")), (240, 67))
    first_rows = [line for line in shown.splitlines() if "██" in line]
    assert len(first_rows) > ROWS


def test_on_a_tiny_glass_it_is_one_sentence() -> None:
    assert screen(heard(*greeting("in-use")), (60, 15)).strip() == "Aurora: In use"


def test_what_the_agent_left_is_shown_as_not_confirmed(tmp_path: Path) -> None:
    (tmp_path / "state.json").write_bytes(encode(LastShown(look=look(), state=room(at(10, 42)))))
    shown = screen(find(tmp_path, None))
    assert "Free at 10:42, not confirmed since" in shown
    assert first_paint._records()["en unknown"][2].strip() in shown


def test_from_the_card_comes_the_room_and_no_answer(tmp_path: Path) -> None:
    room_ = Room(id="aurora", name=SafeText("Aurora"), zone="Europe/Berlin")
    with sqlite3.connect(tmp_path / "cache.db") as card:
        card.execute("CREATE TABLE meta (key TEXT PRIMARY KEY, body TEXT)")
        card.executemany(
            "INSERT INTO meta VALUES (?, ?)",
            [("room", encode(room_).decode()), ("look", encode(LookShown(language="de")).decode())],
        )
    card.close()
    shown = screen(find(tmp_path / "nowhere", tmp_path))
    assert "Aurora" in shown
    assert "Der Kalender wurde noch nicht gelesen" in shown


def test_with_nothing_known_it_is_an_empty_ground() -> None:
    assert screen(Found()).strip() == ""


@pytest.mark.parametrize(
    "data", [b"", b"{", b"null", b"[]", b"\xff", b'{"look":1,"state":[]}', b'{"look":{},"state":{}}']
)
def test_whatever_was_left_behind_the_app_comes_anyway(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "state.json").write_bytes(data)
    found = find(tmp_path, tmp_path)
    with Path("/dev/ptmx").open("wb") as terminal:
        first_paint.paint(found, terminal.fileno())


def test_a_damaged_card_is_no_hindrance(tmp_path: Path) -> None:
    (tmp_path / "cache.db").write_bytes(b"rubbish" * 1000)
    assert find(tmp_path, tmp_path) == Found()


def test_the_agent_is_believed_before_what_it_left(tmp_path: Path) -> None:
    (tmp_path / "state.json").write_bytes(encode(LastShown(look=look(), state=room(at(10, 42)))))
    with listening(tmp_path, b"".join(pack(frame) for frame in greeting("in-use"))):
        shown = screen(find(tmp_path, None))
    assert "until 14:30" in shown


@pytest.mark.parametrize("data", [b"", b'{"type":"time"', pack(TimeShown(now=at(10)))])
def test_an_agent_that_says_too_little_delays_nothing(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "state.json").write_bytes(encode(LastShown(look=look(), state=room(at(10, 42)))))
    with listening(tmp_path, data):
        assert "not confirmed since" in screen(find(tmp_path, None))


@pytest.mark.parametrize("scene", SCENES)
def test_every_escape_code_is_one_of_ours(scene: str) -> None:
    hostile = msgspec.structs.replace(SCENES[scene][1](SCENES[scene][0]))
    line = pack(RoomShown(state=hostile)).replace(b'"Aurora"', b'"A\\u001b]0;x\\u0007\\u009b5n\\u202eB[/]"').strip()
    found = Found(lines=((0.0, pack(look()).strip()), (0.0, line)))
    codes = re.sub(r"\x1b\[(\?1049h|\?25l|2J|[0-9;]*m|[0-9]+;[0-9]+H)", "", drawing(found, PANEL))
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e]", codes)


def test_the_drawn_words_are_those_of_the_languages() -> None:
    kept = first_paint._records()
    for name, lines in records():
        assert (len(kept[name]) == ROWS) == (len(lines) == ROWS), name
        if len(lines) == 1:
            assert kept[name] == list(lines), f"{FILE.name} is out of date: python -m kiosk.first_words"
    assert len(kept) == sum(1 for _ in records())
    assert {name.split()[0] for name in kept} == set(LANGUAGES)


def test_the_first_paint_imports_nothing_large() -> None:
    code = (
        "import sys; from kiosk import __main__; "
        "heavy = {'textual', 'rich', 'msgspec', 'asyncio', 'ssl', 'PIL', 'sqlite3', 'socket', 'argparse', 'logging'}; "
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_the_app_never_imports_a_network() -> None:
    code = (
        "import sys; from kiosk.textual_internals.lean import lean_imports; lean_imports(); import kiosk.assembly; "
        "print(sorted({'ssl', '_ssl', 'urllib.request', 'http.client', 'email', 'textual.widgets._input'} & "
        "{name for name, module in sys.modules.items() if module}))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_app_takes_over_without_a_blank_frame_and_gives_the_terminal_back(tmp_path: Path) -> None:
    with (
        greeting_agent(tmp_path, greeting("free")),
        Seat([sys.executable, "-m", "kiosk", "--runtime", str(tmp_path)], columns=100, rows=30) as seat,
    ):
        seat.until("until 13:30")
        seat.until(lambda: b"\x1b[?2026" in seat.raw or b"Design" in seat.raw or len(seat.raw) > 20000)
        seat.settle()
        assert seat.raw.count(b"\x1b[?1049h") == 1
        assert seat.raw.count(b"\x1b[2J") == 1
        seat.kill()
        assert seat.ended() == 0
        seat.assert_given_back()


def test_options_are_read_strictly() -> None:
    assert parse(["--runtime", "/run/x"]) == Options(Path("/run/x"))
    assert parse(["--runtime=/run/x", "--state", "/var"]) == Options(Path("/run/x"), Path("/var"))
    for wrong in ([], ["--state", "/x"], ["--runtime"], ["--runtime", "--state"], ["--room", "x"], ["/run/x"]):
        with pytest.raises(BadOptions):
            parse(wrong)


@pytest.mark.parametrize(
    ("arguments", "code", "said"), [(["--help"], 0, "usage:"), (["--rum"], 2, "no option '--rum'")]
)
def test_a_wrong_start_is_one_sentence_and_no_traceback(arguments: list[str], code: int, said: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "kiosk", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == code
    assert said in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert "\x1b" not in done.stdout


def test_words_of_every_language_are_used_by_the_first_paint() -> None:
    assert all(f"{language} until" in first_paint._records() for language in LANGUAGES)
    assert words("en").until == first_paint._records()["en until"][0]
