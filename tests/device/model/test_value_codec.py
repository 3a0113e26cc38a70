"""Values on the wire: strict to the last key, and harmless again on arrival."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from worlds import at, door, meeting, room

from device.model.availability import Availability
from device.model.requests import ActRequested, BookRequested, EndRequested
from device.model.room import Room
from device.model.safetext import SafeText
from device.model.secret import Secret
from device.model.state import RoomState
from device.model.value import Value, decode, encode, from_plain, to_plain


class Held(Value):
    text: SafeText
    secret: Secret = Secret("")
    number: int = 0


STATE = RoomState(
    room=room(),
    as_of=at(12),
    availability=door(at(12), meeting(at(11), at(13), title=SafeText("Réunion 会議"))),
    day=(meeting(at(11), at(13)),),
    good_for=timedelta(seconds=90),
)


def test_a_state_comes_back_as_it_was_sent() -> None:
    assert decode(encode(STATE), RoomState) == STATE
    assert type(decode(encode(STATE), RoomState).room.name) is SafeText


def test_a_value_is_one_line() -> None:
    assert b"\n" not in encode(STATE)


@given(st.text())
def test_any_text_on_the_wire_is_cleaned_on_arrival(raw: str) -> None:
    text = decode(msgspec.json.encode({"text": raw.encode("utf-8", "replace").decode()}), Held).text
    assert type(text) is SafeText
    assert text == SafeText(raw.encode("utf-8", "replace").decode())


@pytest.mark.parametrize(
    ("line", "named"),
    [
        (b'{"text":"a","colour":1}', "colour"),
        (b'{"text":7}', "$.text"),
        (b'{"text":null}', "$.text"),
        (b'{"text":"a","number":"7"}', "$.number"),
        (b'{"text":"a","secret":1}', "$.secret"),
        (b"{}", "text"),
        (b"[]", "object"),
    ],
)
def test_a_line_that_does_not_fit_is_refused_by_name(line: bytes, named: str) -> None:
    with pytest.raises(msgspec.ValidationError) as refused:
        decode(line, Held)
    assert named in str(refused.value)


@pytest.mark.parametrize("line", [b"", b"{", b"nonsense", b'{"text":"\xff"}', b"<html>"])
def test_a_line_that_is_not_json_is_refused(line: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        decode(line, Held)


def test_a_key_within_a_value_is_refused_by_its_path() -> None:
    with pytest.raises(msgspec.ValidationError, match=r"colour.*\$\.policy"):
        decode(b'{"id":"a","name":"b","zone":"UTC","policy":{"colour":1}}', Room)


def test_a_tag_says_which_request_it_is() -> None:
    for asked in (BookRequested(key="1", minutes=30), EndRequested(key="2", occurrence="m")):
        assert decode(encode(asked), ActRequested) == asked
    with pytest.raises(msgspec.ValidationError):
        decode(b'{"type":"explode","key":"1"}', ActRequested)


def test_a_secret_does_not_leave_by_the_codec_and_does_not_print_itself() -> None:
    held = Held(text=SafeText("a"), secret=Secret("hunter2"))
    with pytest.raises(NotImplementedError):
        encode(held)
    printed = (f"{held!r} {held.secret} {held.secret!r} {held.secret:>9}", str(held.secret), f"{[held.secret]}")
    assert not any("hunter2" in each for each in printed)
    assert held.secret.reveal() == "hunter2"
    assert type(held.secret.reveal()) is str
    assert decode(b'{"text":"a","secret":"hunter2"}', Held).secret.reveal() == "hunter2"


def test_only_types_of_ours_are_encoded_and_decoded_specially() -> None:
    for stranger in (complex, Availability):
        with pytest.raises(NotImplementedError):
            from_plain(stranger, "x")
    with pytest.raises(NotImplementedError):
        to_plain(object())
    assert type(to_plain(SafeText("a"))) is str


def test_values_cannot_be_changed_and_count_like_numbers() -> None:
    value: Any = Held(text=SafeText("a"))
    with pytest.raises(AttributeError):
        value.number = 1
    assert {value} == {Held(text=SafeText("a"))}
    with pytest.raises(TypeError):
        Held("a")  # type: ignore[misc]
