"""Every word on the glass, one file per language; `Words` has no defaults, so no language can miss one."""

import importlib
from collections.abc import Callable, Mapping
from functools import cache

from device.model.availability import DoorState
from device.model.freshness import Hop
from device.model.joining import Call, Cause
from device.model.requests import Outcome
from device.model.value import Value
from device.wire.panel import Fault

LANGUAGES = ("en", "de", "fr", "es", "pt", "pl", "ja", "ar")

Forms = tuple[str, ...]
"""One text for each plural category of the language, chosen by `Words.plural`."""


class Words(Value):
    """All that the kiosk says in one language. Names in braces are filled in when it is said."""

    code: str
    name: str
    """The language's own name for itself."""
    short: str
    """What its button says."""
    rtl: bool
    hour24: bool
    time12: str
    """`{hour}`, `{minute}` and `{mark}` in this language's order."""
    am: str
    pm: str
    date: str
    """`{weekday}`, `{day}` and `{month}`."""
    weekdays: tuple[str, ...]
    months: tuple[str, ...]
    plural: Callable[[int], int]
    minutes: Forms
    hours: Forms
    hours_minutes: str

    states: Mapping[DoorState, str]
    """The word of each state as a name, e.g. in "Free at 10:42"; STARTING without a time."""
    starts: str
    until: str
    rest_of_day: str
    from_time: str
    """What stands before a time from which the room is free again."""
    free_from: str
    left: str
    starts_in: str
    release_in: str
    opens: str
    opens_on: str
    out_of_service: str
    more_now: Forms
    next: str
    later_free: str
    """Nothing is planned for the rest of the day."""
    tomorrow: str
    all_day: str
    private: str
    reserved: str
    tentative: str

    not_confirmed: str
    """`{state}` was true at `{time}`."""
    never_confirmed: str
    hops: Mapping[Hop, str]
    help: str
    confirmed_at: str
    reconnecting: str
    skipped: Forms
    held: str
    cancelled: str
    moved: str
    added: str

    book: str
    book_until: str
    book_rest: str
    extend_by: str
    extend: str
    end: str
    check_in: str
    find_room: str
    join: str
    leave: str
    join_ready: str
    passcode: str
    calls: Mapping[Call, str]
    """What the room system itself said; FAILED is told by its cause."""
    causes: Mapping[Cause, str]
    """Why a meeting cannot be joined, or was not."""
    language: str
    close: str
    confirm_end: str
    keep: str
    asking: Mapping[str, str]
    """While the provider is asked, by the tag of the request."""
    done: Mapping[str, str]
    """`{until}` is filled in where there is one, by the tag of the request."""
    outcomes: Mapping[Outcome, str]
    """DONE is not among them: it is said by `done`."""
    no_answer: str
    rooms_free: str
    rooms_asking: str
    rooms_none: str
    room_in_use: str
    room_unknown: str
    seats: Forms

    pairing_title: str
    pairing_how: str
    pairing_words: str
    online: str
    offline: str
    faults: Mapping[Fault, tuple[str, str]]
    """A sentence and a hint for each."""
    retry: str
    retry_at: str
    silent: str
    """There has been no word from the agent since the start."""
    silent_hint: str
    broken_part: str
    """In place of a part of the screen that failed."""


@cache
def words(language: str) -> Words:
    """The words of a language (BCP 47, the region is not looked at), or English where there are none."""
    code = language.split("-", 1)[0].lower()
    module = importlib.import_module(f"kiosk.words.{code if code in LANGUAGES else 'en'}")
    found: Words = module.WORDS
    return found


def two_forms(number: int) -> int:
    """One, and any other number: English, German, Spanish."""
    return 0 if number == 1 else 1


def two_forms_with_nought(number: int) -> int:
    """Nought and one, and any other: French, Portuguese."""
    return 0 if number <= 1 else 1


def one_form(_number: int) -> int:
    """No plural: Japanese."""
    return 0
