"""What the door may not tell is not in what it keeps."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from worlds import all_day, at, meeting, room

from device.model.occurrence import Occurrence
from device.model.redaction import ENDED_FOR, redact, redact_day
from device.model.room import Shown
from device.model.safetext import SafeText

MEETING = meeting(
    at(10),
    at(11),
    title=SafeText("Merger talks"),
    organizer=SafeText("Ada Lovelace"),
    organizer_address="ada@office.example",
    etag='"7"',
    series="s",
)


@pytest.mark.parametrize(
    ("shown", "title", "organizer"),
    [(Shown.TITLE, "Merger talks", "Ada Lovelace"), (Shown.ORGANIZER, "", "Ada Lovelace"), (Shown.BUSY, "", "")],
)
def test_a_door_keeps_what_its_policy_shows(shown: Shown, title: str, organizer: str) -> None:
    kept = redact(MEETING, shown)
    assert (kept.title, kept.organizer) == (title, organizer)


@pytest.mark.parametrize("shown", Shown)
def test_a_private_meeting_keeps_nothing_but_its_times(shown: Shown) -> None:
    kept = redact(replace(MEETING, private=True), shown)
    assert (kept.title, kept.organizer, kept.when, kept.private) == ("", "", MEETING.when, True)


@pytest.mark.parametrize("shown", Shown)
def test_an_address_is_never_kept(shown: Shown) -> None:
    assert redact(MEETING, shown).organizer_address == ""


def test_everything_else_stays_as_it_was() -> None:
    assert redact(MEETING, Shown.BUSY) == replace(
        MEETING, title=SafeText(""), organizer=SafeText(""), organizer_address=""
    )


def test_a_meeting_keeps_its_words_for_a_quarter_of_an_hour_after_its_end() -> None:
    for now, title in ((at(11) + ENDED_FOR - timedelta(seconds=1), "Merger talks"), (at(11) + ENDED_FOR, "")):
        (kept,) = redact_day([MEETING], room(), now)
        assert kept.title == title


def test_a_day_is_redacted_by_the_rooms_policy() -> None:
    (kept,) = redact_day([MEETING], room(shown=Shown.ORGANIZER), at(10))
    assert (kept.title, kept.organizer) == ("", "Ada Lovelace")


def test_an_all_day_meeting_is_over_at_the_rooms_midnight() -> None:
    day = all_day(at(12).date(), at(12).date() + timedelta(days=1), title=SafeText("Fair"))
    (kept,) = redact_day([day], room(), at(0, day=24))
    assert kept.title == "Fair"
    (over,) = redact_day([day], room(), at(0, 15, day=24))
    assert over.title == ""


def test_a_meeting_until_the_end_of_time_is_not_over() -> None:
    endless = replace(MEETING, when=meeting(at(10), datetime.max.replace(tzinfo=UTC)).when)
    (kept,) = redact_day([endless], room(), at(12))
    assert kept.title == "Merger talks"


@settings(max_examples=50)
@given(st.sampled_from(Shown), st.booleans(), st.text(min_size=3), st.text(min_size=3))
def test_no_word_of_what_is_hidden_remains(shown: Shown, private: bool, title: str, organizer: str) -> None:
    words = f"T{title}T", f"O{organizer}O"
    told: Occurrence = replace(
        MEETING, private=private, title=SafeText(words[0]), organizer=SafeText(words[1]), organizer_address="a@b"
    )
    kept = redact(told, shown)
    assert redact(kept, shown) == kept
    assert bool(kept.title) == (shown is Shown.TITLE and not private)
    assert bool(kept.organizer) == (shown is not Shown.BUSY and not private)
