"""The door's bytes on their way to the terminal, cut at every possible place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.emulator.console.output import Output

SEEN = (
    "Frei bis 14:15 — 東京 🚪".encode(),
    b"\x1b[2J\x1b[3;7H\x1b[38;2;1;2;3mtext\x1b[0m\r\n",
    b"\x1bPq#0;2;0;0;0~-\x1b\\",
    b"\x1b_Gf=100;AAAA\x1b\\",
    b"\x1b]0;title\x07",
    b"\x1b[?2026h\x1b[1;1H\x1b[?2026l",
    b"\x1b7\x1b8\x1b[?1049h\x1bc",
    b"\x1b[>1u\x1b[<u\x1b[?2048$p",
)


@given(st.lists(st.sampled_from(SEEN) | st.binary(max_size=12), max_size=8), st.data())
def test_all_bytes_arrive_in_order_however_they_are_cut(pieces: list[bytes], data: st.DataObject) -> None:
    whole = b"".join(pieces)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=6)))
    output = Output()
    passed = b"".join(output.feed(whole[a:b]) for a, b in zip([0, *cuts], [*cuts, len(whole)], strict=True))
    assert whole.startswith(passed)
    assert len(whole) - len(passed) <= 80


@pytest.mark.parametrize("piece", SEEN)
def test_nothing_known_is_held_back_once_it_is_whole(piece: bytes) -> None:
    output = Output()
    assert output.feed(piece) == piece
    assert output.quiet


@pytest.mark.parametrize(
    "half",
    [b"\x1b", b"\x1b[3;", b"\x1bPq#0", b"\x1b_Gf=100;AA", b"\x1b]0;ti", b"\x1b[?2026h", b"\x1b7", b"\xe6\x9d", b"\xf0"],
)
def test_it_is_not_quiet_within_a_sequence_a_character_an_image_or_a_frame(half: bytes) -> None:
    output = Output()
    output.feed(b"door" + half)
    assert not output.quiet


@pytest.mark.parametrize("clear", [b"\x1b[2J", b"\x1b[J", b"\x1b[?1049h", b"\x1b[?1049l", b"\x1bc", b"\x1b[1;20r"])
def test_what_may_erase_the_help_is_noticed(clear: bytes) -> None:
    output = Output()
    for byte in clear:
        output.feed(bytes([byte]))
    assert output.damaged


@pytest.mark.parametrize("harmless", [b"\x1b[K", b"\x1b[31m", b"\x1bPq2J\x1b\\", b"text 2J", b"\x1b[?25l"])
def test_what_erases_no_help_is_not_noticed(harmless: bytes) -> None:
    output = Output()
    output.feed(harmless)
    assert not output.damaged


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (b"\x1b[H", b"\x1b[6;11H"),
        (b"\x1b[3;4H", b"\x1b[8;14H"),
        (b"\x1b[3f", b"\x1b[8;11f"),
        (b"\x1b[2d", b"\x1b[7d"),
        (b"\x1b[2G", b"\x1b[12G"),
        (b"\x1b[1;30r", b"\x1b[6;35r"),
        (b"a\r\nb", b"a\r\x1b[10C\nb"),
        (b"\x1b[3A", b"\x1b[3A"),
        (b"\x1b[?2026h", b"\x1b[?2026h"),
        (b"\x1bPq1;1H\x1b\\", b"\x1bPq1;1H\x1b\\"),
    ],
)
def test_a_door_in_the_middle_has_its_places_moved_and_nothing_else(written: bytes, shown: bytes) -> None:
    output = Output()
    output.left, output.top = 10, 5
    assert output.feed(written) == shown


def test_what_is_written_below_the_door_is_noticed() -> None:
    output = Output()
    output.rows = 20
    output.feed(b"\x1b[20;5Hlast row\x1b[H")
    assert not output.damaged
    output.feed(b"\x1b[21;5Hthe help's row")
    assert output.damaged
