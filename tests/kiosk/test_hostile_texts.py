"""No text from outside reaches the terminal as anything but letters: the real kiosk on a real pseudo-terminal."""

import json
import select
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from doors import FAULT, PAIRING, SCENES, at, greeting, look, room
from hostile_texts import SEEDS, hostile
from seat import Seat
from terminal_grammar import foreign

from device.model.safetext import SafeText
from device.wire.framing import pack
from device.wire.panel import Neighbour, NeighboursShown, RoomShown, TimeShown
from kiosk.type import Means

MEANS = (Means.OCTANTS, Means.PIXELS, Means.PLAIN)
CLICKS = [(10, row) for row in (2, 7, 13, 15, 18, 20, 22)]
"""Where texts from outside stand on the panel; none of them is a button."""


class Hand:
    """Feeds one kiosk with frames that no decent agent would send."""

    def __init__(self, folder: Path) -> None:
        self._server = socket.socket(socket.AF_UNIX)
        self._server.bind(str(folder / "panel.sock"))
        self._server.listen()
        self._kiosks: list[socket.socket] = []
        self._over = threading.Event()
        self.heard = b""
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def _accept(self) -> None:
        self._server.settimeout(0.1)
        while not self._over.is_set():
            try:
                kiosk, _ = self._server.accept()
            except TimeoutError:
                continue
            try:
                kiosk.sendall(b"".join(pack(frame) for frame in greeting("free")))
            except OSError:
                continue
            self._kiosks.append(kiosk)
            thread = threading.Thread(target=self._listen, args=(kiosk,))
            self._threads.append(thread)
            thread.start()

    def _listen(self, kiosk: socket.socket) -> None:
        while not self._over.is_set():
            if not select.select([kiosk], [], [], 0.1)[0]:
                continue
            try:
                data = kiosk.recv(1 << 16)
            except OSError:
                return
            if not data:
                return
            self.heard += data

    def say(self, *frames: bytes, meanwhile: Callable[[], object] = lambda: None) -> None:
        """Send lines to the kiosk that is there; `meanwhile` is done as often as it takes nothing more.

        A kiosk whose terminal is not read waits for its terminal, and reads no more either.
        """
        for kiosk in self._kiosks[-1:]:
            left = memoryview(b"".join(frames))
            while left:
                if select.select([], [kiosk], [], 0)[1]:
                    left = left[kiosk.send(left, socket.MSG_DONTWAIT) :]
                else:
                    meanwhile()

    def close(self) -> None:
        """Be gone."""
        self._over.set()
        for thread in self._threads:
            thread.join()
        for each in (*self._kiosks, self._server):
            each.close()


@contextmanager
def kiosk_on_a_terminal(
    folder: Path, means: Means, *, columns: int = 100, rows: int = 30
) -> Iterator[tuple[Seat, Hand]]:
    """The whole program, and the hand that feeds it."""
    hand = Hand(folder)
    command = [sys.executable, "-m", "kiosk", "--runtime", str(folder)]
    with Seat(command, columns=columns, rows=rows, environment={"DOORLIGHT_TYPE": means.value}) as seat:
        try:
            seat.until(lambda: b"painted" in hand.heard)
            yield seat, hand
        finally:
            hand.close()


def spoiled(frame: Any, texts: Iterator[str]) -> bytes:
    """A frame as JSON in which every text that comes from outside is one of these, past all cleaning."""
    plain = json.loads(pack(frame))
    _spoil(plain, texts)
    return json.dumps(plain).encode() + b"\n"


OUTSIDE = {"title", "organizer", "name", "place", "help", "detail", "code", "url"}


def _spoil(plain: Any, texts: Iterator[str]) -> None:
    if isinstance(plain, list):
        for each in plain:
            _spoil(each, texts)
    elif isinstance(plain, dict):
        for key, value in plain.items():
            if key in OUTSIDE and isinstance(value, str):
                plain[key] = next(texts)
            elif key == "words":
                plain[key] = [next(texts) for _ in value]
            else:
                _spoil(value, texts)


def frames() -> Iterator[Any]:
    """Every kind of frame with texts from outside, over and over."""
    rooms = (Neighbour(name=SafeText("x"), place=SafeText("y"), free=True), Neighbour(name=SafeText("z")))
    while True:
        for scene in ("in-use", "cancelled", "two-at-once", "unknown", "starting"):
            now, make = SCENES[scene]
            yield TimeShown(now=now)
            yield RoomShown(state=make(now))
        yield NeighboursShown(key="k", rooms=rooms)
        yield RoomShown(state=room(at(11), out_of_service=SafeText("note"), help=SafeText("help")))
        yield FAULT
        yield PAIRING


def _feed(seat: Seat, hand: Hand, count: int) -> int:
    """Show that many hostile texts; how many there really were."""
    shown, texts, made = 0, hostile(count), frames()

    def counted() -> Iterator[str]:
        nonlocal shown
        for text in texts:
            shown += 1
            yield text

    source = counted()
    while shown < count:
        for frame in islice(made, 4):
            hand.say(spoiled(frame, source), meanwhile=lambda: seat.read(0.02))
            seat.read(0.02)
        for x, y in CLICKS:
            seat.press(f"\x1b[<0;{x};{y}M\x1b[<0;{x};{y}m")
        while seat.read(0.02):
            pass
    return shown


def _prove(seat: Seat, hand: Hand, count: int) -> None:
    assert _feed(seat, hand, count) >= count
    hand.say(*(pack(frame) for frame in greeting("free")))
    seat.settle()
    assert seat.process.poll() is None, "the kiosk has crashed"
    assert foreign(seat.raw) == []
    asked = [line for line in hand.heard.splitlines() if b"painted" not in line]
    assert asked == [], "a text has made the kiosk act"
    seat.kill()
    assert seat.ended() == 0
    assert foreign(seat.raw) == []
    seat.assert_given_back()


@pytest.mark.parametrize("means", MEANS)
def test_two_thousand_hostile_texts_are_nothing_but_letters(means: Means, tmp_path: Path) -> None:
    with kiosk_on_a_terminal(tmp_path, means) as (seat, hand):
        _prove(seat, hand, 700)


@pytest.mark.prove
@pytest.mark.parametrize("means", MEANS)
def test_a_hundred_thousand_hostile_texts_are_nothing_but_letters(means: Means, tmp_path: Path) -> None:
    with kiosk_on_a_terminal(tmp_path, means) as (seat, hand):
        _prove(seat, hand, 34_000)


def test_a_hostile_title_of_a_megabyte_is_one_line_like_any_other(tmp_path: Path) -> None:
    title = "".join(islice(_repeated(), 40_000))[:120_000]
    with kiosk_on_a_terminal(tmp_path, Means.OCTANTS) as (seat, hand):
        plain = json.loads(pack(RoomShown(state=room(at(14, 7)))))
        plain["state"]["day"][1]["title"] = plain["state"]["availability"]["current"]["title"] = title
        line = json.dumps(plain, ensure_ascii=False).encode() + b"\n"
        hand.say(pack(TimeShown(now=at(14, 7))), line)
        hand.say(pack(TimeShown(now=at(14, 8))))
        seat.settle()
        assert seat.process.poll() is None
        assert foreign(seat.raw) == []
        assert len(seat.raw) < 200_000


def _repeated() -> Iterator[str]:
    while True:
        yield from SEEDS


@pytest.mark.parametrize("size", [(60, 15), (20, 3), (1, 1), (240, 67), (90, 80)])
def test_on_every_glass_they_are_letters(size: tuple[int, int], tmp_path: Path) -> None:
    with kiosk_on_a_terminal(tmp_path, Means.OCTANTS, columns=size[0], rows=size[1]) as (seat, hand):
        _feed(seat, hand, len(SEEDS))
        seat.settle()
        assert seat.process.poll() is None
        assert foreign(seat.raw) == []


@pytest.mark.parametrize(
    "text", [text for text in SEEDS if any(character < " " or "\x7e" < character < "\xa0" for character in text)]
)
def test_the_grammar_knows_a_foreign_byte_when_it_sees_one(text: str) -> None:
    if text not in ("\r\n",):
        assert foreign(f"before {text} after".encode()) or text.startswith(
            ("\x1b[2J", "\x1b[?1049l", "\x1bPq", "\x1b_G")
        )


def test_the_look_of_the_room_cannot_be_spoiled_either(tmp_path: Path) -> None:
    with kiosk_on_a_terminal(tmp_path, Means.OCTANTS) as (seat, hand):
        plain = json.loads(pack(look()))
        plain |= {"language": "\x1b]0;x\x07", "zone": "../../etc/passwd"}
        hand.say(json.dumps(plain).encode() + b"\n")
        hand.say(*(pack(frame) for frame in greeting("in-use")))
        seat.settle()
        assert seat.process.poll() is None
        assert foreign(seat.raw) == []
