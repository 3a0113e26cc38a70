import ctypes
import ctypes.util
import random

import pytest

from kiosk.type.bidi import LTR, RTL, base_level, levels, mirrored, visual_runs

ALPHABET = "abאבال1234٣٤ ()[]{}.,:/+-%$م،؟–…!?"


def shown(text: str, base: int) -> str:
    """The characters in the order of the glass."""
    runs = visual_runs(levels(text, base))
    return "".join(mirrored(text[a:b])[::-1] if level % 2 else text[a:b] for a, b, level in runs)


@pytest.mark.parametrize(
    ("text", "base"), [("abc", LTR), ("14:30 אב", RTL), ("", LTR), ("12", LTR), ("… اب c", RTL), ("c اب", LTR)]
)
def test_the_first_strong_character_gives_the_base_direction(text: str, base: int) -> None:
    assert base_level(text) == base


@pytest.mark.parametrize(
    ("text", "base", "glass"),
    [
        ("until 14:30", LTR, "until 14:30"),
        ("אבג 14:30", RTL, "14:30 גבא"),
        ("ab אב cd", LTR, "ab בא cd"),
        ("אב ab אב", RTL, "בא ab בא"),
        ("אב (ab)", RTL, "(ab) בא"),
        ("אב (גד) אב", RTL, "בא (דג) בא"),
        ("אב 10-12", RTL, "10-12 בא"),
        ("אב +49 30 1234", RTL, "1234 30 49+ בא"),
        ("אב 50%", RTL, "50% בא"),
        ("ab (אב)!", LTR, "ab (בא)!"),
        ("١٤:٣٠ ا", RTL, "ا ١٤:٣٠"),
    ],
)
def test_a_line_stands_in_the_order_of_the_standard(text: str, base: int, glass: str) -> None:
    assert shown(text, base) == glass


def test_random_lines_have_the_levels_that_fribidi_gives_them() -> None:
    name = ctypes.util.find_library("fribidi")
    if not name:
        pytest.skip("no libfribidi on this machine")
    oracle = _Fribidi(ctypes.CDLL(name))
    dice = random.Random(20261123)  # noqa: S311 -- the same lines every time
    for _ in range(20_000):
        text = "".join(dice.choice(ALPHABET) for _ in range(dice.randint(1, 16)))
        for base in (LTR, RTL):
            assert levels(text, base) == oracle.levels(text, base), (text, base)


def test_marks_stay_with_their_letters() -> None:
    assert levels("a\u0301א\u05b0", LTR) == [0, 0, 1, 1]
    assert levels("\u0301", RTL) == [1]


class _Fribidi:
    def __init__(self, library: ctypes.CDLL) -> None:
        self._library = library

    def levels(self, text: str, base: int) -> list[int]:
        count = len(text)
        codes = (ctypes.c_uint32 * count)(*map(ord, text))
        kinds, brackets, found = (ctypes.c_uint32 * count)(), (ctypes.c_uint32 * count)(), (ctypes.c_int8 * count)()
        direction = ctypes.c_uint32(0x111 if base else 0x110)
        self._library.fribidi_get_bidi_types(codes, count, kinds)
        self._library.fribidi_get_bracket_types(codes, count, kinds, brackets)
        self._library.fribidi_get_par_embedding_levels_ex(kinds, brackets, count, ctypes.byref(direction), found)
        self._library.fribidi_reorder_line(0, kinds, count, 0, direction.value & 1, found, None, None)
        return list(found)
