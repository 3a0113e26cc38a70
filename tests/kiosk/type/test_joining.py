import unicodedata

from kiosk.type.joining import joined, turned


def test_letters_take_the_shape_that_their_neighbours_ask_for() -> None:
    assert [unicodedata.name(letter) for letter in joined("\u0628\u0628\u0628")] == [
        "ARABIC LETTER BEH INITIAL FORM",
        "ARABIC LETTER BEH MEDIAL FORM",
        "ARABIC LETTER BEH FINAL FORM",
    ]


def test_a_letter_that_joins_only_backwards_ends_the_group() -> None:
    assert [unicodedata.name(letter) for letter in joined("\u062f\u0627\u0631")] == [
        "ARABIC LETTER DAL ISOLATED FORM",
        "ARABIC LETTER ALEF ISOLATED FORM",
        "ARABIC LETTER REH ISOLATED FORM",
    ]


def test_lam_and_alef_are_one() -> None:
    assert joined("\u0644\u0627") == "\ufefb"
    assert joined("\u0628\u0644\u0627") == "\ufe91\ufefc"


def test_a_vowel_sign_does_not_part_letters() -> None:
    assert joined("\u0628\u064e\u0628") == "\ufe91\u064e\ufe90"


def test_a_stretch_is_turned_with_its_brackets_and_marks_follow_their_letters() -> None:
    assert turned("(אב)") == "(בא)"
    assert turned("א\u05b0ב") == "בא\u05b0"


def test_latin_is_left_alone() -> None:
    assert joined("Ana 14:30") == "Ana 14:30"
