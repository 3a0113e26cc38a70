"""What the person's terminal sends, told apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.emulator.console.input import INTERRUPT, Click, Input, Key, Passed, Typed
from device.emulator.console.layout import Grid, Place

PLACE = Place(grid=Grid(columns=60, rows=20, width=480, height=320), left=20, top=5, help_rows=3)


def meant(data: bytes, place: Place = PLACE) -> list[Typed]:
    typed = Input(place)
    return [*typed.feed(data), *typed.settle()]


def test_printable_keys_are_told_one_by_one() -> None:
    assert meant(b"q?F") == [Key("q"), Key("?"), Key("F")]


@pytest.mark.parametrize(
    "pressed", [b"\x03", b"\x1b[99;5u", b"\x1b[99;5:1u", b"\x1b[99;69u", b"\x1b[27;5;99~", b"\x1b[99;5;99u"]
)
def test_control_c_is_known_in_every_keyboard_protocol(pressed: bytes) -> None:
    assert meant(pressed) == [INTERRUPT]


@pytest.mark.parametrize(
    ("pressed", "character"),
    [
        (b"\x1b[97u", "a"),
        (b"\x1b[97;;97u", "a"),
        (b"\x1b[97;1;97u", "a"),
        (b"\x1b[102;2;70u", "F"),
        (b"\x1b[102:70;2u", "F"),
        (b"\x1b[47;2;63u", "?"),
        (b"\x1b[223;2;63u", "?"),
        (b"\x1b[97;65u", "a"),
        (b"\x1b[113;1:1;113u", "q"),
    ],
)
def test_printable_keys_are_known_where_every_key_is_a_sequence(pressed: bytes, character: str) -> None:
    (key,) = meant(pressed)
    assert key == Key(character)
    assert isinstance(key, Key)
    assert key.data == pressed


@pytest.mark.parametrize(
    "pressed",
    [
        b"\x1b[99;6u",
        b"\x1b[99;7u",
        b"\x1b[98;5u",
        b"\x1b[97;1:3u",
        b"\x1b[97;3u",
        b"\x1b[13u",
        b"\x1b[27u",
        b"\x1b[57441;2u",
        b"\x1b[228;;228u",
    ],
)
def test_other_keys_of_those_protocols_are_the_doors(pressed: bytes) -> None:
    assert meant(pressed) == [Passed(pressed)]


@pytest.mark.parametrize(
    "pressed",
    [b"\r", b"\t", b"\x1b", b"\x1b[A", b"\x1bOA", b"\x1b[[A", b"\x1b[Z", b"\x1bq", b" ", "ü".encode(), "東".encode()],
)
def test_keys_without_a_letter_are_the_doors(pressed: bytes) -> None:
    assert meant(pressed) == [Passed(pressed)]


@pytest.mark.parametrize(
    "answer", [b"\x1b[?62;4c", b"\x1bP>|foot(1.21)\x1b\\", b"\x1b]11;rgb:0/0/0\x07", b"\x1b_Gi=1;OK\x1b\\"]
)
def test_an_answer_is_whole_wherever_it_was_cut(answer: bytes) -> None:
    for at in range(1, len(answer)):
        typed = Input(PLACE)
        assert [*typed.feed(answer[:at]), *typed.feed(answer[at:])] == [Passed(answer)]
        assert typed.wait is None


def test_a_lone_escape_is_waited_for_only_shortly() -> None:
    typed = Input(PLACE)
    assert list(typed.feed(b"\x1b")) == []
    assert typed.wait is not None
    assert typed.wait < 0.1
    assert list(typed.settle()) == [Passed(b"\x1b")]


def test_the_mouse_is_told_where_the_door_sees_it() -> None:
    assert meant(b"\x1b[<0;21;6M") == [Passed(b"\x1b[<0;1;1M")]
    assert meant(b"\x1b[<0;80;25m") == [Passed(b"\x1b[<0;60;20m")]


def test_a_press_outside_the_door_is_no_press_of_the_door() -> None:
    assert meant(b"\x1b[<0;5;30M") == [Click(4, 29)]
    assert meant(b"\x1b[<35;5;30M") == []
    assert meant(b"\x1b[<64;5;30M") == []


def test_a_drag_that_ends_outside_ends_at_the_doors_edge() -> None:
    assert meant(b"\x1b[<0;1;1m") == [Passed(b"\x1b[<0;1;1m")]
    assert meant(b"\x1b[<0;99;40m") == [Passed(b"\x1b[<0;60;20m")]


def test_answers_about_the_whole_terminal_become_answers_about_the_door() -> None:
    assert meant(b"\x1b[8;40;120t") == [Passed(b"\x1b[8;20;60t")]
    assert meant(b"\x1b[4;640;960t") == [Passed(b"\x1b[4;320;480t")]
    assert meant(b"\x1b[7;22R") == [Passed(b"\x1b[2;2R")]
    assert meant(b"\x1b[6;16;8t") == [Passed(b"\x1b[6;16;8t")], "a cell is a cell"


def test_sizes_in_the_stream_are_refused_for_they_would_be_the_whole_terminals() -> None:
    assert meant(b"\x1b[?2048;2$y") == [Passed(b"\x1b[?2048;0$y")]
    assert meant(b"\x1b[48;40;120;640;960t") == []


@given(st.binary(max_size=60), st.data())
def test_no_input_breaks_it_or_is_lost(data: bytes, more: st.DataObject) -> None:
    typed = Input(Place(grid=Grid(columns=80, rows=24)))
    cut = more.draw(st.integers(0, len(data)))
    got = [*typed.feed(data[:cut]), *typed.feed(data[cut:]), *typed.settle()]
    assert all(isinstance(one, Key | Click | Passed) for one in got)
    if b"\x1b" not in data:
        assert (
            b"".join(
                one.data if isinstance(one, Passed) else one.character.encode()
                for one in got
                if not isinstance(one, Click)
            )
            == data
        )
