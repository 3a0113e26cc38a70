"""One story, told to every provider: byte for byte the same occurrences, by the rule in `normal_form`."""

from datetime import UTC, timedelta
from pathlib import Path

import msgspec
import pytest
from far_sides import World
from normal_form import normal_form
from story import FRIDAY, REVIEW, ROOM, STORY, WINDOW, Meeting, at, span
from test_contract import booking, only

from device.calendars.interface import RoomCalendar
from device.model.occurrence import Occurrence

TOLD = Path(__file__).with_name("story.jsonl").read_bytes().strip()
"""Written by hand; its first two lines hold what was done at the door."""


async def tell(world: World) -> None:
    for meeting in STORY:
        await world.enter(meeting)


async def read(door: RoomCalendar) -> bytes:
    return normal_form((await door.read(WINDOW)).occurrences, ROOM.zone)


async def test_it_is_told_alike_to_the_last_byte(world: World, door: RoomCalendar) -> None:
    await tell(world)
    untouched = TOLD.split(b"\n", 1)[1].replace(b',"checked_in_at":"2026-03-27T09:01:00Z"', b"")
    assert await read(door) == untouched.replace(b'"series":"9"', b'"series":"8"')


@pytest.mark.usefixtures("writable")
async def test_and_so_is_what_was_done_at_the_door(world: World, door: RoomCalendar) -> None:
    await tell(world)
    booked = await door.book(booking(when=span(FRIDAY, "8:00", "8:15")))
    await door.extend(booked, at(FRIDAY, 8, 45).astimezone(UTC))
    await door.check_in(await only(door, REVIEW.title), at(FRIDAY, 10, 1).astimezone(UTC))
    ended = await door.book(booking("gone again", span(FRIDAY, "19:30", "19:45")))
    await door.end(ended, at(FRIDAY, 19).astimezone(UTC))
    assert await read(door) == TOLD


async def test_the_rule_leaves_nothing_out_that_a_person_could_see(world: World, door: RoomCalendar) -> None:
    """Every field of an occurrence is either named by the rule or makes another form."""
    await world.enter(Meeting("Review", span(FRIDAY, "10:00", "11:00")))
    (one,) = (await door.read(WINDOW)).occurrences
    other = {
        "when": span(FRIDAY, "10:00", "11:01"),
        "title": one.organizer,
        "organizer": one.title,
        "free_busy": "unknown",
        "response": "declined",
        "private": True,
        "own": True,
        "checked_in_at": one.bounds(ROOM.zone).start + timedelta(minutes=1),
        "series": "a series",
    }
    vendors_own = {"id", "etag", "organizer_address", "cancelled"}
    assert {*other, *vendors_own} == set(Occurrence.__struct_fields__)
    forms = {normal_form([msgspec.structs.replace(one, **{name: value})], ROOM.zone) for name, value in other.items()}
    assert len(forms | {normal_form([one], ROOM.zone)}) == len(other) + 1
