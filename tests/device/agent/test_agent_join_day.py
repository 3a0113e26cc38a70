"""A day of many rooms: touches and starts, late changes, cancelled and moved meetings; every join in the right one.

The desk, its planner and a real driver run for every room; the calendars are held in memory so that a day takes
seconds. What the emulated devices were told to join is compared with what the calendar said at that moment.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import msgspec
import pytest

from device.agent.join.desk import JoinDesk
from device.agent.join.plan import Planner
from device.agent.join.settings import JoinSettings, Start
from device.agent.knowledge import Knowledge
from device.calendars.interface import WindowRead
from device.emulator.rooms.codec import Codec
from device.emulator.rooms.far_side import FarSide
from device.join.interface import Condition, Progress, Target
from device.join.policy import JoinPolicy
from device.join.roomos.system import orders
from device.model.availability import availability
from device.model.clock import ClockReading, ClockTrust
from device.model.errors import OccurrenceGone
from device.model.invitation import Invitation, Piece
from device.model.joining import Call, JoinRequested
from device.model.occurrence import Occurrence
from device.model.room import Room
from device.model.safetext import SafeText
from device.model.state import RoomState
from device.model.window import Window

DAWN = datetime(2026, 11, 23, 7, tzinfo=UTC)
_T = TypeVar("_T")


class Sun:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = DAWN
        self._change = asyncio.Event()

    def read(self) -> ClockReading:
        return ClockReading(now=self.now, elapsed=self.now - DAWN, trust=ClockTrust.TRUSTED)

    def changed(self) -> Awaitable[object]:
        return self._change.wait()


class Diary:
    """A room's calendar, as it is now."""

    def __init__(self) -> None:
        self.meetings: dict[str, Occurrence] = {}
        self.links: dict[str, str] = {}

    async def invitation(self, occurrence: Occurrence) -> Invitation:
        there = self.meetings.get(occurrence.id)
        if there is None or there.cancelled or there.when != occurrence.when:
            raise OccurrenceGone("changed")
        return Invitation(pieces=(Piece(field="location", text=self.links[occurrence.id]),))


class Open:
    """Access to a calendar that asks for none."""

    async def using(self, act: Callable[[], Awaitable[_T]]) -> _T:
        return await act()


class Direct:
    """An emulated device without a network between."""

    def __init__(self, codec: Codec) -> None:
        self.codec = codec

    def check(self, target: Target) -> None:
        assert next(orders(target), None) is not None

    async def probe(self) -> Condition:
        return Condition(in_call=bool(self.codec.status["Call"]))

    async def prepare(self) -> None:
        self.codec.run("Standby/Deactivate", {})

    async def join(self, target: Target) -> str:
        order = next(orders(target))
        return str(self.codec.run(order.path, dict(order.parameters))["CallId"])

    async def watch(self, attempt: str) -> Any:
        yield Progress(call=Call.CONNECTED)
        over = asyncio.Event()
        self.codec.told.append(lambda _: over.set() if not self._stands(attempt) else None)
        if self._stands(attempt):
            await over.wait()
        yield Progress(call=Call.ENDED)

    def _stands(self, attempt: str) -> bool:
        return any(str(call["id"]) == attempt for call in self.codec.status["Call"])

    async def enter(self, attempt: str, passcode: str) -> None:
        raise AssertionError((attempt, passcode))

    async def leave(self, attempt: str) -> None:
        self.codec.run("Call/Disconnect", {"CallId": attempt})


class Door:
    """One room of the day."""

    def __init__(self, number: int, sun: Sun, chance: random.Random) -> None:
        self.sun, self.chance = sun, chance
        self.room = Room(id=f"room-{number}@office.example", name=SafeText(f"Room {number}"), zone="UTC")
        self.diary, self.codec = Diary(), Codec(FarSide(rings_for=timedelta()))
        self.knowledge = Knowledge(self.room)
        rules = JoinSettings(start=chance.choice((Start.TOUCH, Start.AUTOMATIC, Start.BOOKED)))
        system = Direct(self.codec)
        planner = Planner(self.diary, Open(), system, JoinPolicy())  # type: ignore[arg-type]
        self.desk = JoinDesk(planner, system, self.knowledge, sun, rules, self.state)
        self.joined = self.wrong = self.pressed = 0
        self._seen = 0
        self._number = number * 1_000_000_000 + 10_000_000_000

    def state(self, reading: ClockReading) -> RoomState:
        freshness = self.knowledge.freshness(reading)
        answer = availability(reading.now, self.knowledge.occurrences, self.room, freshness, reading.trust)
        fresh = freshness.is_fresh(reading.now)
        return RoomState(room=self.room, as_of=reading.now, availability=answer, fresh=fresh, join=self.knowledge.join)

    def fill(self) -> None:
        """A day of half hours, some of them empty."""
        for slot in range(18):
            if self.chance.random() < 0.7:
                self.enter(DAWN + timedelta(minutes=30 * slot + 60))

    def enter(self, start: datetime) -> None:
        self._number += 1
        name = f"m{self._number}"
        when = Window(start=start, end=start + timedelta(minutes=30))
        self.diary.meetings[name] = Occurrence(id=name, when=when, title=SafeText(name))
        self.diary.links[name] = f"https://zoom.us/j/{self._number}"

    def meddle(self, often: float) -> None:
        """Somebody changes something, perhaps in the very minute before."""
        near = [one for one in self.diary.meetings.values() if self._minutes(one) > -30]
        if not near or self.chance.random() > often:
            return
        one = self.chance.choice(near)
        match self.chance.randrange(4):
            case 0:
                self.diary.meetings[one.id] = msgspec.structs.replace(one, cancelled=True)
            case 1:
                del self.diary.meetings[one.id]
            case 2:
                start = one.bounds("UTC").start + timedelta(minutes=self.chance.choice((-30, 30, 60)))
                when = Window(start=start, end=start + timedelta(minutes=30))
                self.diary.meetings[one.id] = msgspec.structs.replace(one, when=when)
            case _:
                self._number += 1
                self.diary.links[one.id] = f"https://zoom.us/j/{self._number}"

    def poll(self) -> None:
        """The door reads its calendar; now and then it misses that."""
        if self.chance.random() < 0.8:
            window = Window(start=DAWN - timedelta(days=1), end=DAWN + timedelta(days=2))
            read = WindowRead(window=window, occurrences=tuple(self.diary.meetings.values()))
            self.knowledge.answered(read, self.sun.read())

    async def touch(self) -> None:
        """Somebody presses whatever button is drawn, twice perhaps, and perhaps one that is old."""
        shown = self.knowledge.join
        if shown is None or not shown.choices or self.chance.random() > 0.5:
            return
        self.pressed += 1
        revision = shown.choices[0].revision
        self.meddle(0.3)
        for key in ("a", "b")[: self.chance.randint(1, 2)]:
            request = JoinRequested(key=f"{self.sun.now}{key}", occurrence=shown.occurrence, revision=revision)
            await self.desk._answer(request, lambda _frame: None)

    def judge(self) -> None:
        """Whether what was dialled since is what stands in the calendar now, in a meeting that is about to be or is."""
        for order in self.codec.dialled[self._seen :]:
            rightful = {
                self.diary.links[one.id].rpartition("/")[2]
                for one in self.diary.meetings.values()
                if not one.cancelled and -30 <= self._minutes(one) <= 10
            }
            self.joined += 1
            self.wrong += str(order["MeetingID"]) not in rightful
        self._seen = len(self.codec.dialled)

    def _minutes(self, one: Occurrence) -> float:
        return (one.bounds("UTC").start - self.sun.now).total_seconds() / 60

    async def restart(self) -> None:
        """The device of the room is switched off and on: its calls are gone."""
        self.codec.run("Call/Disconnect", {})
        await asyncio.sleep(0)


async def day(rooms: int, seed: int) -> tuple[int, int, int]:
    """Joins, presses, and joins that were wrong."""
    chance, sun = random.Random(seed), Sun()  # noqa: S311 - a story, not a secret
    doors = [Door(number, sun, chance) for number in range(rooms)]
    for door in doors:
        door.fill()
    for _ in range(0, 11 * 60, 2):
        sun.now += timedelta(minutes=2)
        for door in doors:
            door.meddle(0.02)
            door.poll()
            await door.desk._look()
            door.judge()
            await door.touch()
            door.judge()
            if chance.random() < 0.02:
                await door.restart()
    await asyncio.gather(*(door.codec.close() for door in doors))
    for door in doors:
        if door.desk._attempt is not None:
            await door.desk._attempt.close()
    return sum(d.joined for d in doors), sum(d.pressed for d in doors), sum(d.wrong for d in doors)


async def test_a_day_of_forty_rooms_has_no_wrong_join() -> None:
    joined, pressed, wrong = await day(40, seed=2001)
    assert wrong == 0
    assert joined > 200
    assert pressed > joined / 2


@pytest.mark.prove
async def test_ten_thousand_door_days_have_no_wrong_join() -> None:
    joined = 0
    for seed in range(250):
        more, _, wrong = await day(40, seed)
        assert wrong == 0, seed
        joined += more
    assert joined > 50_000


def test_what_is_joined_is_bound_to_everything_that_a_person_saw() -> None:
    from device.agent.join.plan import revision_of
    from device.join.links.services import Service

    when = Window(start=DAWN, end=DAWN + timedelta(hours=1))
    target = Target(service=Service.ZOOM, url="https://zoom.us/j/81234567890", meeting_id="81234567890")
    seen = {
        revision_of("a", when, target),
        revision_of("b", when, target),
        revision_of("a", Window(start=DAWN, end=DAWN + timedelta(hours=2)), target),
        revision_of("a", when, msgspec.structs.replace(target, meeting_id="81234567891")),
        revision_of("a", when, msgspec.structs.replace(target, passcode="x")),
    }
    assert len(seen) == 5
