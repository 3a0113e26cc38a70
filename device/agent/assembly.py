"""The agent put together: read from top to bottom it says who talks to whom.

One TaskGroup holds all jobs; a job that ends ends the process, and whoever supervises it starts it whole.
"""

import asyncio
import logging
import random
import signal
from contextlib import AsyncExitStack, suppress
from functools import partial
from pathlib import Path
from typing import Protocol

from device.agent.access import Access
from device.agent.acts import Acts
from device.agent.announcer import Announcer
from device.agent.cache import open_cache
from device.agent.clock import open_clock
from device.agent.desk import Desk
from device.agent.health import Health
from device.agent.holds import Holds
from device.agent.join.desk import JoinAct, JoinDesk
from device.agent.join.plan import Planner
from device.agent.join.settings import JoinSettings, Start
from device.agent.keeper import Keeper
from device.agent.knowledge import Knowledge
from device.agent.neighbours import Neighbours
from device.agent.panel import Panel, Visitor
from device.agent.poller import Poller
from device.agent.releaser import Releaser
from device.agent.runtime_files import RuntimeFiles
from device.agent.settings import Settings
from device.wire.panel import ActEnded, FromKiosk, Painted, RetryRequested

log = logging.getLogger(__name__)

PANEL = "panel.sock"
CACHE = "cache.db"
STAMP = "clock"


class JobEnded(Exception):
    """A job that should never end did."""


async def run(settings: Settings) -> None:
    """One door's agent, until it is cancelled.

    Raises:
        SettingsError: something in the settings cannot be used on this machine.
    """
    room, state, runtime = settings.room, Path(settings.paths.state), Path(settings.paths.runtime)
    provider = settings.provider.load()
    health = Health()
    async with AsyncExitStack() as open_until_the_end:
        enter = open_until_the_end.enter_async_context
        clock = await enter(open_clock(settings.clock.source, state / STAMP))
        access = Access(provider, settings.options, room.id, clock)
        calendar = await enter(provider.open_room(room, settings.options, access, clock))
        knowledge = Knowledge(room)
        files = RuntimeFiles(runtime)
        announcer = Announcer(knowledge, clock, settings, files)
        cache = await enter(open_cache(state / CACHE, room, announcer.look))
        keeper = Keeper(knowledge, cache, clock, files)
        poller = Poller(calendar, access, knowledge, clock, settings.polling, random.Random())  # noqa: S311 - jitter
        acts = Acts(calendar, access, knowledge, clock, announcer.state)
        neighbours = Neighbours(calendar, access, clock, settings.neighbours, room.zone)

        def settled(ended: ActEnded) -> None:
            desk.remember(ended)
            announcer.announce()
            panel.tell(ended)

        holds = Holds(acts, knowledge, cache, clock, settled)
        desk = Desk(acts, holds, neighbours, poller, announcer.announce)
        releaser = Releaser(acts, poller, clock, announcer.state, writable=provider.writable)
        driver = settings.driver.load()
        system = await enter(driver.open(settings.system))
        joins = settings.join if driver.joins else JoinSettings(start=Start.OFF)
        planner = Planner(calendar, access, system, joins.policy)
        join_desk = JoinDesk(planner, system, knowledge, clock, joins, announcer.state)
        announcer.audience = panel = Panel(announcer.greeting, partial(_heard, poller, desk, join_desk))
        announcer.observers += [keeper.wake, holds.consider, releaser.consider, health.shown]

        await keeper.recall()
        await enter(panel.listen(runtime / PANEL))
        open_until_the_end.callback(health.stopping)
        health.ready()
        log.info("the agent of %s is ready", room.id)
        await _for_ever(announcer, poller, keeper, desk, holds, releaser, join_desk, health)


class _Job(Protocol):
    async def run(self) -> None: ...


def _heard(poller: Poller, desk: Desk, joins: JoinDesk, frame: FromKiosk, visitor: Visitor) -> None:
    if isinstance(frame, RetryRequested):
        poller.retry()
    elif isinstance(frame, JoinAct):
        joins.ask(frame, visitor.tell)
    elif not isinstance(frame, Painted):
        desk.ask(frame, visitor.tell)


async def _for_ever(*jobs: _Job) -> None:
    async with asyncio.TaskGroup() as group:
        for job in jobs:
            group.create_task(_unending(job))


async def _unending(job: _Job) -> None:
    await job.run()
    raise JobEnded(type(job).__name__.lower())


async def run_until_told(settings: Settings) -> None:
    """The same, ended cleanly by SIGTERM or SIGINT."""
    agent = asyncio.ensure_future(run(settings))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, agent.cancel)
    with suppress(asyncio.CancelledError):
        await agent
