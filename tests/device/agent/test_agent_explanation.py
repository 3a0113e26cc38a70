"""Why a door says what it says: the verdict on each meeting is the one that availability rests on."""

from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from agent_side import NOON, at, room

from device.agent.explanation import Rule, explain, verdict
from device.model.availability import DoorState, occupies
from device.model.clock import ClockReading
from device.model.freshness import Freshness
from device.model.occurrence import FreeBusy, Occurrence, Response
from device.model.safetext import SafeText
from device.model.window import Dates, Window, window_around

DAY = Dates(first=NOON.date(), until=NOON.date() + timedelta(days=1))
FRESH = Freshness(confirmed_at=NOON - timedelta(minutes=1), window=window_around(NOON, "Europe/Berlin"))
READING = ClockReading(now=NOON, elapsed=timedelta())


def meeting(key: str = "1", begins: str = "11:30", ends: str = "12:30", **more: Any) -> Occurrence:
    usual: dict[str, Any] = {"id": key, "when": Window(start=at(begins), end=at(ends)), "title": SafeText("Budget")}
    return Occurrence(**(usual | more))


@pytest.mark.parametrize(
    ("one", "rule", "field", "value"),
    [
        (meeting(), Rule.OCCUPIES, "free_busy", "busy"),
        (meeting(cancelled=True), Rule.CANCELLED, "cancelled", "true"),
        (meeting(response=Response.DECLINED), Rule.DECLINED, "response", "declined"),
        (meeting(free_busy=FreeBusy.FREE), Rule.SHOWN_AS_FREE, "free_busy", "free"),
        (meeting(when=DAY), Rule.ALL_DAY_IGNORED, "when", "dates"),
        (meeting(free_busy=FreeBusy.TENTATIVE), Rule.TENTATIVE_IGNORED, "free_busy", "tentative"),
        (meeting(response=Response.TENTATIVE), Rule.TENTATIVE_IGNORED, "response", "tentative"),
        (meeting(ends="11:30"), Rule.NO_LENGTH, "when", "instants"),
    ],
)
def test_each_rule_names_the_field_and_its_value(one: Occurrence, rule: Rule, field: str, value: str) -> None:
    strict = room(tentative_occupies=False, all_day_occupies=False)

    told = verdict(one, strict)

    assert (told.rule, told.field, told.value) == (rule, field, value)


def test_no_verdict_ever_differs_from_what_decides() -> None:
    whens = (Window(start=at("11:30"), end=at("12:30")), DAY)
    for busy, response, cancelled, when, tentative, all_day in product(
        FreeBusy, Response, (True, False), whens, (True, False), (True, False)
    ):
        one = meeting(free_busy=busy, response=response, cancelled=cancelled, when=when)
        of = room(tentative_occupies=tentative, all_day_occupies=all_day)

        told = verdict(one, of)

        assert told.occupies == occupies(one, of.policy)
        assert (told.rule is Rule.OCCUPIES) == told.occupies


def test_the_answer_the_age_and_the_meeting_it_is_about_are_told() -> None:
    told = explain(room(), READING, [meeting("2", "15:00", "16:00"), meeting()], FRESH)

    assert told.availability.state is DoorState.IN_USE
    assert told.age == timedelta(minutes=1)
    assert told.fresh
    assert told.covered
    assert told.decided_by is not None
    assert told.decided_by.occurrence.id == "1"
    assert [one.occurrence.id for one in told.meetings] == ["1", "2"]


def test_a_free_room_is_explained_by_the_next_meeting() -> None:
    told = explain(room(), READING, [meeting("2", "15:00", "16:00")], FRESH)

    assert told.availability.state is DoorState.FREE
    assert told.decided_by is not None
    assert told.decided_by.occurrence.id == "2"


def test_what_is_never_read_is_explained_without_a_meeting() -> None:
    told = explain(room(), READING, [], Freshness())

    assert told.availability.state is DoorState.UNKNOWN
    assert (told.age, told.fresh, told.covered, told.decided_by) == (None, False, False, None)


def test_private_words_are_not_in_an_explanation() -> None:
    told = explain(room(), READING, [meeting(private=True, organizer=SafeText("Inês"))], FRESH)

    assert "Budget" not in repr(told)
    assert "Inês" not in repr(told)
