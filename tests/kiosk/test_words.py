"""Every language says everything, fills in what there is to fill in, and fits the glass."""

import string
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any

import pytest
from doors import ZONE, at

from device.model.availability import DoorState
from device.model.freshness import Hop
from device.model.joining import Call, Cause
from device.model.requests import Outcome
from device.model.safetext import SafeText
from device.wire.panel import Fault
from kiosk.measures import measures
from kiosk.type import Glass, Means
from kiosk.type.drawing import Writing, columns_of
from kiosk.words import LANGUAGES, Words, words
from kiosk.words.speech import Speech

PIXELS = Glass(means=Means.PIXELS, cells=Means.OCTANTS)
PANEL = measures((100, 30))


def texts(said: Words) -> Iterator[tuple[str, str]]:
    """Every text of a language with the name of its place."""
    for name in Words.__struct_fields__:
        yield from _flat(name, getattr(said, name))


def _flat(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, tuple):
        for number, each in enumerate(value):
            yield f"{name}.{number}", each
    elif isinstance(value, dict):
        yield from chain.from_iterable(_flat(f"{name}.{key}", each) for key, each in value.items())


def fields(text: str) -> set[str]:
    """The names in braces."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_is_complete(language: str) -> None:
    said = words(language)
    assert said.code == language
    assert set(said.states) == set(DoorState)
    assert set(said.hops) == set(Hop)
    assert set(said.faults) == set(Fault)
    assert set(said.outcomes) == set(Outcome) - {Outcome.DONE}
    assert set(said.asking) == set(said.done) == {"book", "extend", "end", "check-in", "join", "leave", "passcode"}
    assert set(said.calls) == set(Call) - {Call.FAILED}
    assert set(said.causes) == set(Cause)
    assert (len(said.weekdays), len(said.months)) == (7, 12)
    assert [name for name, text in texts(said) if not text.strip()] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_fills_in_what_english_fills_in(language: str) -> None:
    english = dict(texts(words("en")))
    for name, text in texts(words(language)):
        counted = name.split(".")[0] in ("minutes", "hours", "seats", "skipped", "more_now")
        wanted = english.get(name, english.get(f"{name.split('.')[0]}.0", ""))
        assert fields(text) == fields(wanted) or (counted and fields(text) <= {"n"}), name


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_number_has_a_form(language: str) -> None:
    said = words(language)
    used = {said.plural(number) for number in range(201)}
    for forms in (said.minutes, said.hours, said.seats, said.skipped, said.more_now):
        assert used == set(range(len(forms)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_safe_to_draw_as_it_is(language: str) -> None:
    assert [text for _, text in texts(words(language)) if SafeText(text) != text.replace("　", " ")] == []


def _width(text: str, rows: int, weight: str = "semibold") -> int:
    return columns_of(Writing(text, 1000, rows, weight=weight), PIXELS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_of_a_state_stands_large_on_the_smallest_panel(language: str) -> None:
    said = words(language)
    for word in (*said.states.values(), said.starts.format(time="14:15")):
        assert _width(word, PANEL.word, "bold") <= PANEL.inner, word


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_word_and_its_time_stand_beside_each_other(language: str) -> None:
    said, speech = words(language), Speech(language, ZONE, hour24=True)
    pairs = {
        said.states[DoorState.IN_USE]: said.until.format(time="14:30"),
        said.starts.format(time="14:15"): said.starts_in.format(duration=speech.duration(timedelta(minutes=10))),
        said.states[DoorState.CHECK_IN]: said.left.format(duration=speech.duration(timedelta(minutes=10))),
    }
    for word, beside in pairs.items():
        taken = 0.6 * _width(word, PANEL.word, "bold") + min(_width(beside, PANEL.beside, "regular"), PANEL.inner // 2)
        assert taken <= PANEL.inner - 2, (word, beside)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_fits_two_lines(language: str) -> None:
    said = words(language)
    sentences = [*said.outcomes.values(), *said.done.values(), *said.asking.values(), said.no_answer]
    sentences += [sentence for sentence, _ in said.faults.values()] + [hint for _, hint in said.faults.values()]
    for sentence in sentences:
        width = _width(sentence.format(until="12:45"), PANEL.line)
        assert width * 0.62 <= 2 * (PANEL.inner - 2), sentence


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_button_fits_its_part_of_the_row(language: str) -> None:
    said, speech = words(language), Speech(language, ZONE, hour24=True)
    row = [speech.duration(timedelta(minutes=length)) for length in (15, 30, 60)]
    row += [said.book_until.format(time="13:30"), max(said.find_room.split(), key=len)]
    wanted = sum(max(_width(said.book, 2), _width(label, 2)) for label in row[:4]) + _width(row[4], 2)
    assert wanted * 0.8 + 3 * 5 + _width(said.short, 2) + 6 <= PANEL.columns


def test_what_there_is_no_language_for_is_said_in_english() -> None:
    assert words("tlh") is words("en") or words("tlh").code == "en"
    assert words("de-AT").code == "de"
    assert words("PT-br").code == "pt"


TIMES = {
    "en": ("2:07 pm", "12:00 am", "Monday 2 March", "1 h 25 min", "tomorrow 9:05 am"),
    "de": ("14:07", "0:00", "Montag, 2. März", "1 Std. 25 Min.", "morgen 9:05"),
    "ja": ("14:07", "0:00", "3月2日（月）", "1時間25分", "明日 9:05"),
    "ar": ("2:07 م", "12:00 ص", "الاثنين 2 مارس", "ساعة و25 دقيقة", "غدًا 9:05 ص"),
}


@pytest.mark.parametrize("language", TIMES)
def test_times_dates_and_lengths_are_said_as_the_language_does(language: str) -> None:
    speech = Speech(language, ZONE)
    assert (
        speech.time(at(14, 7)),
        speech.time(at(0)),
        speech.date(at(14)),
        speech.duration(timedelta(minutes=85)),
        speech.day_time(at(33, 5), at(14)),
    ) == TIMES[language]


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "1 min"), (1, "1 min"), (60, "1 min"), (61, "2 min"), (3599, "1 h"), (3600, "1 h"), (5400, "1 h 30 min")],
)
def test_a_length_counts_every_minute_that_has_begun(seconds: int, said: str) -> None:
    assert Speech("en", ZONE).duration(timedelta(seconds=seconds)) == said


def test_a_day_further_off_is_named() -> None:
    assert Speech("en", ZONE, hour24=True).day_time(at(24 * 3 + 9), at(9)) == "Thursday 9:00"


def test_times_follow_the_rooms_zone_over_the_change_of_the_clock() -> None:
    speech = Speech("en", ZONE, hour24=True)
    assert speech.time(datetime(2026, 3, 29, 0, 59, tzinfo=UTC)) == "1:59"
    assert speech.time(datetime(2026, 3, 29, 1, 0, tzinfo=UTC)) == "3:00"
