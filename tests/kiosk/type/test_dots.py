import pytest

from kiosk.type.dots import draw, width_of
from kiosk.type.glyph import measure

SQUARE = [8, 12, 16, 24]
GRIDS = [(high, 1.0) for high in SQUARE] + [(9, 0.75), (18, 0.75), (8, 0.5), (12, 0.5)]


def picture(text: str, high: int = 16, aspect: float = 1.0, weight: str = "regular") -> list[str]:
    sizes = measure(high, aspect)
    base = 0
    dots = draw(text, width_of(text, sizes, weight, base), sizes, weight, "left", base)
    return ["".join("#" if row >> x & 1 else "." for x in range(dots.width)) for row in dots.rows]


@pytest.mark.parametrize(("high", "aspect"), GRIDS)
@pytest.mark.parametrize("weight", ["regular", "semibold", "bold"])
def test_letters_never_touch(weight: str, high: int, aspect: float) -> None:
    for letter in "HhnmoiIl0189":
        columns = zip(*picture(letter * 3, high, aspect, weight), strict=True)
        solid = "".join("x" if "#" in column else " " for column in columns)
        assert len(solid.split()) in (3, 6, 9), (letter, solid)


@pytest.mark.parametrize(("high", "aspect"), GRIDS)
def test_an_i_keeps_its_dot(high: int, aspect: float) -> None:
    rows = [("#" in row) for row in picture("i", high, aspect, "bold")]
    inked = "".join("x" if ink else " " for ink in rows).split()
    assert len(inked) == 2, rows


@pytest.mark.parametrize(("high", "aspect"), GRIDS)
def test_a_capital_with_an_accent_is_told_from_one_without(high: int, aspect: float) -> None:
    assert picture("Ö", high, aspect) != picture("O", high, aspect)
    assert "#" in picture("Ö", high, aspect)[0] + picture("Ö", high, aspect)[1] + picture("Ö", high, aspect)[2]


@pytest.mark.parametrize("high", SQUARE)
def test_all_letters_of_the_door_look_different(high: int) -> None:
    letters = "ABCDEFGHJKLMNOPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz0123456789"
    assert len({tuple(picture(letter, high)) for letter in letters}) == len(letters)


def test_digits_are_all_of_one_width() -> None:
    assert len({len(picture(digit)[0]) for digit in "0123456789"}) == 1


def test_the_colon_of_a_time_stands_higher_than_that_of_a_sentence() -> None:
    beside = len(picture("1", 24)[0])
    between = [row[beside:-beside] for row in picture("1:1", 24)]
    assert _first_ink(between) < _first_ink(picture(":", 24))


def _first_ink(rows: list[str]) -> int:
    return next(index for index, row in enumerate(rows) if "#" in row)


def test_dots_do_not_leave_their_box() -> None:
    sizes = measure(12)
    drawn = draw("A title that is much too long for this", 40, sizes, "bold", "left", 0)
    assert len(drawn.rows) == 12
    assert all(row < 1 << 40 for row in drawn.rows)


def test_a_line_from_the_right_ends_at_the_right() -> None:
    rows = draw("אב", 80, measure(16), "regular", "right", 1).rows
    assert any(row >> 70 for row in rows)
    assert not any(row & (1 << 40) - 1 for row in rows)


@pytest.mark.parametrize("high", [12, 16])
def test_ideographs_are_larger_than_capitals_where_dots_are_few(high: int) -> None:
    assert sum("#" in row for row in picture("会", high)) > sum("#" in row for row in picture("H", high))
