"""SafeText: whatever goes in, what comes out may be drawn."""

import re
import unicodedata
from collections.abc import Iterable
from random import Random

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from device.model import safetext
from device.model.safetext import LIMIT, SafeText

BIDI = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
JOINERS = set("\u200c\u200d")
LONGEST_CLUSTER = 4 * (1 + 4)
"""Code points of what counts as one grapheme: four pictures joined, with four marks each."""

FRAGMENTS = (
    "\x1b[2J",
    "\x1b]0;owned\x07",
    "\x1b]8;;http://evil.example\x1b\\",
    "\x1bP1$r0m\x1b\\",
    "\x1b_G\x1b\\",
    "\x1b",
    "\x9b31m",
    "\x9d0;x\x9c",
    "\x90",
    "\u202e",
    "\u2066",
    "\U000e0041",
    "\ud800",
    "\ue000",
    "\u0378",
    "\u200b",
    "\ufeff",
    "\u200d",
    "\ufe0f",
    "\u0301" * 9,
    "\u0344",
    "\u1100",
    "\u1161",
    "\u11a8",
    "\ufb2c",
    "\u2126",
    "\u3000",
    "\u2028",
    "\t",
    "\r\n",
    "[/]",
    "[@click=app.quit]x[/]",
    "👩‍👩‍👧‍👦",
    "🇩🇪",
    "e\u0301",
    "Besprechung",
    "اجتماع",
    "会議",
    " ",
)


def random_text(rng: Random) -> str:
    """A text in which whole sequences, single characters of every plane and plain words follow one another."""
    return "".join(
        rng.choice(FRAGMENTS) if rng.random() < 0.6 else chr(rng.randrange(0x110000 if rng.random() < 0.3 else 0x2100))
        for _ in range(rng.randrange(1, 30))
    )


def clusters(text: str) -> int:
    """How many graphemes at least: a mark stands on its base, and a joiner joins nothing but pictures."""
    count, before, joins = 0, "", 0
    for character in text:
        joined = before == "\u200d" and unicodedata.category(character) == "So" and joins < 3
        joins = joins + 1 if joined else joins
        if not joined and unicodedata.category(character)[0] != "M" and character not in JOINERS:
            count, joins = count + 1, 0
        before = character
    return count


def check(raw: str, limit: int = LIMIT) -> None:
    text = SafeText(raw, limit=limit)
    for character in text:
        category = unicodedata.category(character)
        assert category not in ("Cc", "Cs", "Co", "Cn"), f"{character!r} of {raw!r}"
        assert category != "Cf" or character in JOINERS, f"{character!r} of {raw!r}"
        assert character not in BIDI
        assert category[0] != "Z" or character == " "
    assert text == SafeText(str(text), limit=limit), f"not idempotent: {raw!r}"
    assert text == text.strip()
    assert "  " not in text
    assert unicodedata.is_normalized("NFC", text)
    assert clusters(text) <= limit
    assert len(text) <= limit * LONGEST_CLUSTER
    assert not re.search(r"^[\u0300-\u036f]", text)
    text.encode()


def check_many(texts: int, seed: str) -> None:
    rng = Random(seed)  # noqa: S311  a test wants the same texts each time
    for _ in range(texts):
        check(random_text(rng), limit=rng.choice((LIMIT, LIMIT, 1, 2, 7)))


@settings(max_examples=800)
@given(
    st.text(st.characters(exclude_categories=())) | st.lists(st.sampled_from(FRAGMENTS)).map("".join),
    st.integers(1, 50),
)
@example("\x1b]0;a", 5)
@example("a\u200db\u200dc", 1)
def test_any_text_becomes_one_that_may_be_drawn(raw: str, limit: int) -> None:
    check(raw, limit)


def test_twenty_thousand_hostile_texts_become_drawable() -> None:
    check_many(20_000, "suite")


@pytest.mark.prove
def test_a_million_hostile_texts_become_drawable() -> None:
    check_many(1_000_000, "prove")


def check_characters(codes: Iterable[int]) -> None:
    for character in map(chr, codes):
        check(f"a{character}b")
        check(character)


def test_characters_of_every_plane_can_be_part_of_a_text() -> None:
    check_characters((*range(0x3100), *range(0x3100, 0x110000, 97)))


@pytest.mark.prove
def test_every_character_there_is_can_be_part_of_a_text() -> None:
    check_characters(range(0x110000))


def test_what_passes_for_plain_has_nothing_to_mend() -> None:
    characters = map(chr, (*range(0x3100), *range(0x3100, 0x110000, 97)))
    plain = [character for character in characters if safetext._is_plain(character)]
    rng = Random("plain")  # noqa: S311  a test wants the same texts each time
    spaced = [*plain, *" " * 2000]
    texts = ("".join(rng.choices(spaced, k=rng.randrange(12))) for _ in range(5000))
    for text in (*plain, *filter(safetext._is_plain, texts)):
        assert safetext._mended(text, LIMIT) == text


@pytest.mark.parametrize(
    "raw",
    [
        "\x1b[31mred",
        "\x1b[red"[:2] + "31;1mred",
        "\x9b31mred",
        "\x1b]0;title\x07red",
        "\x1b]8;;http://evil.example\x1b\\red",
        "\x9d0;title\x9cred",
        "\x1bPq#0;2;0;0;0\x1b\\red",
        "\x1b_Gpayload\x1b\\red",
        "\x1b^private\x1b\\red",
        "\x1bXstart\x1b\\red",
        "\x1b(Bred",
        "\x1b7red",
        "\x1bcred",
        "red\x1b",
        "red\x1b[",
        "red\x1b[0;",
        "red\x1b]0;never ends",
        "red\x1b(",
    ],
)
def test_a_whole_control_sequence_goes_and_the_text_beside_it_stays(raw: str) -> None:
    assert SafeText(raw) == "red"


def test_a_control_string_ends_where_another_escape_begins() -> None:
    assert SafeText("\x1b]0;title\x1b[31mred") == "red"


def test_every_kind_of_space_is_one_space() -> None:
    assert SafeText(" a\t\n\r\x0b\x0c\x1c\x1d\x1e\x1f\x85\u00a0\u2003\u2028\u2029\u3000b ") == "a b"


@pytest.mark.parametrize("raw", [" plan B", "plan B ", "plan  B", "  plan   B  "])
def test_spaces_around_and_within_a_plain_title_are_tidied(raw: str) -> None:
    assert SafeText(raw) == "plan B"


def test_nothing_is_left_where_there_was_nothing_to_see() -> None:
    for raw in ("", " ", "\u200b\ufeff", "\x00", "\u202e", "\u3164\u115f", "\ud800", "\u0301\u0301", "\u00ad"):
        assert SafeText(raw) == ""


def test_what_is_not_text_is_empty() -> None:
    for raw in (None, 7, b"bytes", ["list"]):
        assert SafeText(raw) == ""
    assert SafeText() == ""


def test_ordinary_titles_in_any_script_stay_as_they_are() -> None:
    for title in (
        "Q3 review [draft] <final>",
        "Größe & Ämter – Überblick…",
        "会議 四半期",
        "اجتماع التخطيط",
        "שיחה שבועית",
        "समीक्षा बैठक",
        "ประชุม",
        "👩‍👩‍👧‍👦 family",
        "🏳️‍🌈 pride",
        "می‌خواهم",
    ):
        assert SafeText(title) == unicodedata.normalize("NFC", title)


def test_composed_and_decomposed_letters_are_the_same() -> None:
    assert SafeText("e\u0301") == SafeText("é") == "é"


def test_at_most_four_marks_stay_on_a_letter_and_none_where_there_is_no_letter() -> None:
    assert SafeText("q" + "\u0331" * 50 + "r") == "q" + "\u0331" * 4 + "r"
    assert SafeText("\u0331q \u0331r") == "q r"
    assert SafeText("q" + "\u0331" * 4) == "q" + "\u0331" * 4


def test_a_long_text_ends_in_an_ellipsis_within_the_limit() -> None:
    assert SafeText("x" * LIMIT) == "x" * LIMIT
    assert SafeText("x" * (LIMIT + 1)) == "x" * (LIMIT - 1) + "…"
    assert SafeText("one two", limit=5) == "one…"
    assert SafeText("two", limit=1) == "…"


def test_a_letter_with_its_marks_counts_once() -> None:
    crowned = "q\u0331\u0332"
    assert SafeText(crowned * 3, limit=3) == crowned * 3
    assert SafeText(crowned * 4, limit=3) == crowned * 2 + "…"


def test_a_joined_picture_counts_once_and_joiners_cannot_hide_length() -> None:
    family = "👩‍👩‍👧‍👦"
    assert SafeText(family * 2, limit=2) == family * 2
    assert SafeText(family * 3, limit=2) == family + "…"
    assert SafeText(family + "\u200d👦", limit=1) == "…"
    assert clusters(SafeText("a\u200d" * 5000)) <= LIMIT
    assert len(SafeText("👩\u200d" * 5000)) <= LIMIT * LONGEST_CLUSTER


def test_a_shorter_limit_shortens_a_text_that_is_safe_already() -> None:
    text = SafeText("a long title")
    assert SafeText(text) is text
    assert SafeText(text, limit=12) is text
    assert SafeText(text, limit=6) == "a lon…"


@pytest.mark.parametrize(
    "unit",
    [
        "a",
        "\x1b",
        "\x1b]",
        "\x1b[0;",
        "a\u200d",
        "a\u0301\u0316",
        "\u0345\u0301\u0316",
        "👩\u200d",
        "\u1100\u1161",
        " ",
    ],
)
def test_ten_megabytes_cost_no_more_than_their_beginning(unit: str) -> None:
    """Only a bounded beginning is looked at, so the text after it cannot matter."""
    huge = unit * (10_000_000 // len(unit))
    assert SafeText(huge) == SafeText(huge[: LIMIT * 40])


def test_marks_in_any_order_are_sorted_in_linear_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sorting a run of marks takes square time, so no long run may reach it."""
    longest = 0
    normalize = unicodedata.normalize

    def watched(form: str, text: str) -> str:
        nonlocal longest
        longest = max(longest, *(len(run) for run in re.findall(r"[\u0300-\u036f]+", text)), 0)
        return normalize(form, text)  # type: ignore[arg-type]

    monkeypatch.setattr(unicodedata, "normalize", watched)
    SafeText("a" + "\u0301\u0316" * 5000)
    assert longest <= 4


def test_text_from_a_frame_is_cleaned_again() -> None:
    assert isinstance(SafeText("x"), str)
    assert msgspec.json.encode(str(SafeText("\x1b[2Jx"))) == b'"x"'
