import pytest
from PIL import ImageFont

from kiosk.type import typesetter
from kiosk.type.faces import ARABIC, LATIN
from kiosk.type.fitting import fitted
from kiosk.type.pieces import Piece, base_of, cut
from kiosk.type.typesetter import draw, shaped, width_of

TITLES = [
    "Design review",
    "Zażółć gęślą jaźń",
    "ÅÉÖŚẾ gjpqy",
    "اجتماع التصميم",
    "会議室の予定",
    "👍 ☎️ → ✓",
    "ประชุม",
    "Ếậ",
]


def width(text: str, height: float = 48) -> float:
    return width_of(text, height, "regular", base_of(text, "auto"))


@pytest.mark.parametrize("rows", [1, 2, 3, 6, 9])
@pytest.mark.parametrize("title", TITLES)
def test_no_letter_sticks_out_of_its_box(title: str, rows: int) -> None:
    box = (2000, 16 * rows)
    ink = draw(title, box, box[1], "bold", "left", 0)
    assert ink.top >= 0
    assert ink.top + ink.height <= box[1]
    assert ink.left + ink.width < box[0]
    assert len(ink.coverage) == ink.width * ink.height
    assert ink.height > box[1] // 3


def test_capitals_stand_in_the_middle_of_the_line() -> None:
    ink = draw("HIM", (400, 96), 96, "bold", "left", 0)
    assert abs((ink.top + ink.height / 2) - 48) < 2
    assert ink.height >= 56


@pytest.mark.parametrize(("align", "middle"), [("left", 26), ("center", 200), ("right", 374)])
def test_a_line_stands_where_it_is_told(align: str, middle: int) -> None:
    ink = draw("14", (400, 48), 48, "bold", align, 0)
    assert abs(ink.left + ink.width / 2 - middle) < 6


def test_digits_are_all_of_one_width_so_that_a_clock_does_not_jump() -> None:
    if not ImageFont.core.HAVE_RAQM:
        pytest.skip("the layout without raqm cannot choose tabular digits")
    assert len({round(width(f"{hour:02}:{minute:02}"), 3) for hour in (0, 11, 17, 23) for minute in (11, 40, 58)}) == 1


@pytest.mark.parametrize(
    "title", ["A long title that will not fit", "会議室の予定と次の会議", "اجتماع طويل جدا في الغرفة"]
)
def test_a_long_title_ends_in_an_ellipsis_and_fits(title: str) -> None:
    shortened = fitted(title, 200, width)
    assert shortened.endswith("…")
    assert title.startswith(shortened[:-1])
    assert width(shortened) <= 200 < width(title)
    assert width(title[: len(shortened)] + "…") > 200 - 40


def test_a_title_that_fits_is_left_alone() -> None:
    assert fitted("Free", 400, width) == "Free"


@pytest.mark.parametrize("sign", ["e\u0301", "👩\u200d💻", "👍🏽"])
def test_a_title_is_never_cut_inside_a_character(sign: str) -> None:
    for room in range(20, 400, 9):
        shortened = fitted(sign * 12, room, width)
        assert shortened in ("", "…", sign * 12) or len(shortened[:-1]) % len(sign) == 0


def test_where_not_even_an_ellipsis_fits_nothing_is_written() -> None:
    assert fitted("Design", 1, width) == ""


def test_a_line_from_right_to_left_is_cut_into_pieces_from_left_to_right() -> None:
    pieces = cut("اجتماع Ana 14:30", 1)
    assert [(piece.text, piece.family.name, piece.rightward) for piece in pieces] == [
        ("Ana 14:30", "Inter", True),
        (" ", "Inter", False),
        ("اجتماع", "NotoSansArabic", False),
    ]


def test_without_raqm_arabic_is_still_joined_and_turned(monkeypatch: pytest.MonkeyPatch) -> None:
    word = Piece("\u0628\u0628", ARABIC, rightward=False)
    monkeypatch.setattr(ImageFont.core, "HAVE_RAQM", False)
    assert shaped(word) == ("\ufe90\ufe91", {})
    assert shaped(Piece("ab 12", LATIN)) == ("ab 12", {})


def test_without_raqm_an_arabic_word_looks_as_it_does_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    if not ImageFont.core.HAVE_RAQM:
        pytest.skip("no raqm to compare with")
    with_raqm = draw("محمد", (300, 48), 48, "regular", "left", 1)
    typesetter._font.cache_clear()
    monkeypatch.setattr(ImageFont.core, "HAVE_RAQM", False)
    without = draw("محمد", (300, 48), 48, "regular", "left", 1)
    typesetter._font.cache_clear()
    assert abs(with_raqm.width - without.width) <= 3
    assert abs(sum(with_raqm.coverage) - sum(without.coverage)) < 0.05 * sum(with_raqm.coverage)


def test_arrows_typed_by_hand_are_drawn_literally() -> None:
    if not ImageFont.core.HAVE_RAQM:
        pytest.skip("the layout without raqm replaces nothing")
    assert "-calt" in shaped(Piece("a -> b", LATIN))[1]["features"]  # type: ignore[operator]
    assert "-calt" not in shaped(Piece("14:30", LATIN))[1]["features"]  # type: ignore[operator]
