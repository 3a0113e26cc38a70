"""Two doors and a desk want the same time at once: one has it in the end, and everybody else is told.

The doors' requests and the desk's are held up by chance, so that they cross each other in every order; the doors'
clocks differ, as clocks do.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from random import Random

import msgspec
import pytest
from desks import Desk
from far_sides import FAR_SIDES, FridayMorning, World
from story import FRIDAY, ROOM, span

from device.calendars import Providers
from device.calendars.interface import AccessToken, Booking, Provider, RoomCalendar
from device.model.clock import ClockReading
from device.model.errors import BookingConflict
from device.model.occurrence import Occurrence
from device.model.safetext import SafeText

SLOT = span(FRIDAY, "8:00", "8:30")
LONGEST = 0.03
"""Seconds for which a request is held up at most: a few times what one takes."""
BETWEEN = timedelta(seconds=2)
"""Between two rounds, in an office that counts how much is asked of it."""
DOORS = ("Door 1", "Door 2")
DESK = "Desk"


class Ahead(FridayMorning):
    """A clock that is wrong by a little."""

    def __init__(self, by: float) -> None:
        self._by = timedelta(seconds=by)

    def read(self) -> ClockReading:
        reading = super().read()
        return msgspec.structs.replace(reading, now=reading.now + self._by)


@asynccontextmanager
async def hurried_door(provider: Provider, world: World, chance: Random, ahead: float) -> AsyncIterator[RoomCalendar]:
    """A door whose every request may be held up."""
    clock = Ahead(ahead)
    assert provider.mint is not None
    minted = await provider.mint(world.options, ROOM.id, clock)

    async def access() -> AccessToken:
        await asyncio.sleep(chance.choice((0, chance.uniform(0, LONGEST))))
        return minted

    async with provider.open_room(ROOM, world.options, access, clock) as calendar:
        yield calendar


async def booked(door: RoomCalendar, title: str, key: str) -> bool:
    """Whether a door has it; anything but a yes or a no fails the test."""
    try:
        mine = await door.book(Booking(key=key, start=SLOT.start, end=SLOT.end, title=SafeText(title)))
    except BookingConflict:
        return False
    assert isinstance(mine, Occurrence)
    return True


async def entered(desk: Desk, chance: Random) -> bool:
    """Whether a desk found the time free and has written into it."""
    await asyncio.sleep(chance.uniform(0, 2 * LONGEST))
    if await desk.seen(SLOT):
        return False
    await asyncio.sleep(chance.uniform(0, LONGEST))
    await desk.write(DESK, SLOT)
    return True


async def kept(desk: Desk) -> bool:
    """Whether a desk that has written stands alone; else it sees who else stands there, and goes."""
    seen = await desk.seen(SLOT)
    (own,) = (name for name, title in seen.items() if title == DESK)
    if len(seen) == 1:
        return True
    await desk.remove(own)
    return False


async def race(doors: tuple[RoomCalendar, ...], desk: Desk, chance: Random, number: int) -> str:
    """One round; who has the time, after whoever has not was told so."""
    door_wins = [booked(door, title, f"{number}-{title}") for door, title in zip(doors, DOORS, strict=True)]
    *of_doors, of_desk = await asyncio.gather(*door_wins, entered(desk, chance))
    if of_desk:
        of_desk = await kept(desk)
    winners = [title for title, won in zip((*DOORS, DESK), (*of_doors, of_desk), strict=True) if won]
    left = await desk.seen(SLOT)
    assert len(winners) == 1, f"round {number}: {winners or 'nobody'} was told to have it"
    assert list(left.values()) == winners, f"round {number}: {winners} was told to have it"
    for name in left:
        await desk.remove(name)
    return winners[0]


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # exchangelib leaves sockets to the garbage collector
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.usefixtures("writable")
@pytest.mark.parametrize("rounds", [20, pytest.param(1000, marks=pytest.mark.prove)])
async def test_one_has_it_and_everybody_else_is_told(world: World, provider: Provider, rounds: int) -> None:
    chance = Random(rounds)  # noqa: S311 - chance, not secrecy
    side = FAR_SIDES[Providers(provider.name)]
    assert side.desk is not None, f"{provider.name} can be booked and has no desk: add one to FAR_SIDES"
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        doors = (
            await enter(hurried_door(provider, world, chance, 0)),
            await enter(hurried_door(provider, world, chance, -0.4)),
        )
        desk = await enter(side.desk(world))
        won = []
        for number in range(rounds):
            won.append(await race(doors, desk, chance, number))
            if office := getattr(world, "office", None):
                office.clock.jump(BETWEEN)
    assert rounds < 100 or set(won) == {*DOORS, DESK}, "the race is always won by the same"
