"""A real agent at a door whose calendar is spoilt, and in few words what its glass says."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, timedelta
from itertools import count
from pathlib import Path

from agent_side import PATIENCE, Visitor, agent_in_here, visit
from far_sides import World
from story import FRIDAY, ROOM, Meeting, at

from device.agent.settings import ClockSettings, Paths, Polling, Settings
from device.calendars import Providers
from device.calendars.interface import Connection
from device.emulator.clock_socket import serve_clock
from device.emulator.world_clock import WorldClock
from device.model.availability import DoorState
from device.model.requests import BookRequested
from device.model.state import RoomState
from device.model.window import Window
from device.wire.panel import ActEnded, Fault, FaultShown, RetryRequested, RoomShown

POLL = timedelta(seconds=70)
"""A little more than the time from one poll to the next."""
PRESSES = timedelta(seconds=65)
"""From one press to the next that counts: a password that was refused is given out again after a minute."""
WORDS = {
    "CalendarUnreachable": "unreachable",
    "CalendarBusy": "busy",
    "MalformedAnswer": "malformed",
    "CredentialRefused": "refused",
    "AccessDenied": "denied",
    "RoomNotFound": "not-found",
}
_numbers = count(1)


@dataclass
class SpoiltDoor:
    """One agent, somebody at its door, and the world behind it."""

    world: World
    clock: WorldClock
    kiosk: Visitor
    panel: Path

    async def read(self, title: str) -> RoomState:
        """Wait until that meeting is known and nothing is wrong."""
        return await self.kiosk.until_state(lambda state: knows(state, title) and not faults(state))

    async def first_word(self, title: str) -> str:
        """What an agent says that has never read anything: `true`, or the fault that stands on the glass."""
        async with asyncio.timeout(PATIENCE):
            while (frame := await self.kiosk.next()) is not None:
                if isinstance(frame, RoomShown) and knows(frame.state, title):
                    return "true"
                if isinstance(frame, FaultShown) and frame.fault is not Fault.STARTING:
                    return frame.fault.value
        raise AssertionError("the agent hung up")

    async def word(self, title: str) -> str:
        """What comes of the next poll: `true`, or the error that a hop reports."""
        state = await self.kiosk.until_state(lambda state: knows(state, title) or faults(state))
        (named,) = faults(state) or ("true",)
        assert named != "true" or knows(state, title)
        return WORDS.get(named, named)

    async def hold_out(self, minutes: int) -> RoomState:
        """Let time pass, a minute at a time; the state at the end."""
        until = self.clock.now + timedelta(minutes=minutes)
        for _ in range(minutes):
            self.clock.jump(timedelta(minutes=1))
            await asyncio.sleep(0.02)
        async with visit(self.panel) as late:  # what is no news is told to those alone who have just come
            return await late.until_state(lambda state: state.as_of >= until)

    async def heal(self) -> None:
        """A person sees that it was put right, and asks for another try; the door tells the truth again."""
        title = await mark(self.world)
        self.clock.jump(PRESSES)
        self.kiosk.say(RetryRequested(key=title))
        await self.read(title)

    async def book(self) -> str:
        """A person books; how that ends."""
        key = f"press {next(_numbers)}"
        self.kiosk.say(BookRequested(key=key, minutes=15))
        return (await self.kiosk.until(ActEnded, lambda ended: ended.key == key)).outcome.value


async def mark(world: World) -> str:
    """Somebody enters a meeting of the afternoon, to be known by; its title."""
    number = next(_numbers) % 200
    begins = at(FRIDAY, 12).astimezone(UTC) + timedelta(minutes=2 * number)
    await world.enter(Meeting(f"Mark {number}", Window(start=begins, end=begins + timedelta(minutes=2))))
    return f"Mark {number}"


def knows(state: RoomState, title: str) -> bool:
    return any(one.title == title for one in state.day)


def faults(state: RoomState) -> tuple[str, ...]:
    return tuple(hop.fault for hop in state.hops if not hop.healthy and hop.fault in WORDS)


def never_wrongly_free(state: RoomState) -> None:
    """Nobody has confirmed anything for ten minutes: nothing is free."""
    assert state.availability.state is DoorState.UNKNOWN, state.availability


@asynccontextmanager
async def spoilt_door(
    member: Providers, world: World, options: Connection, folder: Path, clock: WorldClock
) -> AsyncIterator[SpoiltDoor]:
    """An agent in this process, which reads through `options`."""
    folder.mkdir()  # noqa: ASYNC240 - a folder of the test's own
    settings = Settings(
        room=ROOM,
        standalone=True,
        provider=member,
        options=options,
        clock=ClockSettings(source=f"unix:{folder / 'clock'}"),
        polling=Polling(every=timedelta(minutes=1)),
        paths=Paths(state=str(folder / "state"), runtime=str(folder / "run")),
    )
    async with serve_clock(clock, folder / "clock"), agent_in_here(settings) as kiosk:
        yield SpoiltDoor(world, clock, kiosk, folder / "run" / "panel.sock")
