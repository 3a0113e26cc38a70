"""The agent put together: read from top to bottom it says who talks to whom.

One TaskGroup holds all jobs; a job that ends ends the process, and whoever supervises it starts it whole.
"""

import asyncio
import logging
import random
import signal
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

from device.agent.access import Access, own_credential
from device.agent.acts import Acts
from device.agent.announcer import Announcer
from device.agent.cache import open_cache
from device.agent.clock import Timekeeper, open_clock
from device.agent.desk import Desk
from device.agent.health import Health
from device.agent.holds import Holds
from device.agent.keeper import Keeper
from device.agent.knowledge import Knowledge
from device.agent.neighbours import Neighbours
from device.agent.panel import Panel, Visitor
from device.agent.poller import Poller
from device.agent.releaser import Releaser
from device.agent.runtime_files import RuntimeFiles
from device.agent.settings import Settings
from device.calendars import Providers
from device.calendars.interface import AccessToken, RoomCalendar
from device.model.state import RoomState
from device.wire.panel import ActEnded, FromKiosk, Painted, RetryRequested, ScreenGiven

log = logging.getLogger(__name__)

PANEL = "panel.sock"
CACHE = "cache.db"
CLOCK_STAMP = "clock"


class JobEnded(Exception):
    """A job that should never end did."""


class Job(Protocol):
    """Something that runs for as long as the agent does."""

    async def run(self) -> None:
        """Run until cancelled."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """The parts of one door's agent that its hub has to do with."""

    poller: Poller
    knowledge: Knowledge
    clock: Timekeeper
    panel: Panel
    accesses: tuple[Access, ...]
    observers: list[Callable[[RoomState], object]]
    """Told of every state that the kiosks are told."""


class Link(Protocol):
    """A door's hub, as the assembly needs it; a door alone has none."""

    clock: Timekeeper

    async def calendar_access(self) -> AccessToken:
        """Access for reading the calendar."""
        ...

    async def relay_access(self) -> AccessToken:
        """Access for having the calendar written."""
        ...

    def attach(self, door: Door) -> Sequence[Job]:
        """Have to do with this door from now on; the jobs that takes."""
        ...

    def heard(self, frame: Painted | ScreenGiven) -> None:
        """A kiosk said what is on its glass."""
        ...


@dataclass(frozen=True, slots=True)
class Way:
    """A calendar and the access that it is used by."""

    calendar: RoomCalendar
    access: Access


async def run(settings: Settings, link: Link | None = None) -> None:
    """One door's agent, until it is cancelled.

    Raises:
        SettingsError: something in the settings cannot be used on this machine.
    """
    room, state, runtime = settings.room, Path(settings.paths.state), Path(settings.paths.runtime)
    health = Health()
    async with AsyncExitStack() as open_until_the_end:
        enter = open_until_the_end.enter_async_context
        clock = link.clock if link else await enter(open_clock(settings.clock.source, state / CLOCK_STAMP))
        reading, writing = await _ways(settings, clock, link, open_until_the_end)
        knowledge = Knowledge(room)
        files = RuntimeFiles(runtime)
        announcer = Announcer(knowledge, clock, settings, files)
        cache = await enter(open_cache(state / CACHE, room, announcer.look))
        keeper = Keeper(knowledge, cache, clock, files)
        poller = Poller(reading.calendar, reading.access, knowledge, clock, settings.polling, random.Random())  # noqa: S311 - jitter
        acts = Acts(writing.calendar, writing.access, knowledge, clock, announcer.state)
        neighbours = Neighbours(writing.calendar, writing.access, clock, settings.neighbours, room.zone)

        def settled(ended: ActEnded) -> None:
            desk.remember(ended)
            announcer.announce()
            panel.tell(ended)

        holds = Holds(acts, knowledge, cache, clock, settled)
        desk = Desk(acts, holds, neighbours, poller, announcer.announce)
        releaser = Releaser(acts, poller, clock, announcer.state, writable=settings.provider.load().writable)
        announcer.audience = panel = Panel(announcer.greeting, partial(_heard, poller, desk, link))
        announcer.observers += [keeper.wake, holds.consider, releaser.consider, health.shown]
        accesses = (reading.access, writing.access)
        door = Door(
            poller=poller,
            knowledge=knowledge,
            clock=clock,
            panel=panel,
            accesses=accesses,
            observers=announcer.observers,
        )
        linked = link.attach(door) if link else ()

        await keeper.recall()
        await enter(panel.listen(runtime / PANEL))
        open_until_the_end.callback(health.stopping)
        health.ready()
        log.info("the agent of %s is ready", room.id)
        await _for_ever(announcer, poller, keeper, desk, holds, releaser, health, *linked)


async def _ways(settings: Settings, clock: Timekeeper, link: Link | None, stack: AsyncExitStack) -> tuple[Way, Way]:
    """How this door reads and how it writes: alone in one way, with a hub that writes for it perhaps in two."""
    room, provider, options = settings.room, settings.provider.load(), settings.options
    if link is None:
        alone = Access(own_credential(provider, options, room.id, clock), clock)
        way = Way(await stack.enter_async_context(provider.open_room(room, options, alone, clock)), alone)
        return way, way
    relay, relaying = Access(link.relay_access, clock), Providers.RELAYED.load()
    writing = Way(await stack.enter_async_context(relaying.open_room(room, settings.relay, relay, clock)), relay)
    if settings.provider is Providers.RELAYED:
        return writing, writing
    direct = Access(link.calendar_access, clock)
    return Way(await stack.enter_async_context(provider.open_room(room, options, direct, clock)), direct), writing


def _heard(poller: Poller, desk: Desk, link: Link | None, frame: FromKiosk, visitor: Visitor) -> None:
    if isinstance(frame, RetryRequested):
        poller.retry()
    elif isinstance(frame, Painted | ScreenGiven):
        if link is not None:
            link.heard(frame)
    else:
        desk.ask(frame, visitor.tell)


async def _for_ever(*jobs: Job) -> None:
    async with asyncio.TaskGroup() as group:
        for job in jobs:
            group.create_task(_unending(job))


async def _unending(job: Job) -> None:
    await job.run()
    raise JobEnded(type(job).__name__.lower())


async def until_told(agent: Coroutine[None, None, None]) -> None:
    """An agent, ended cleanly by SIGTERM or SIGINT."""
    running = asyncio.ensure_future(agent)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, running.cancel)
    with suppress(asyncio.CancelledError):
        await running
