"""The join desk put together, with the room system that the settings name."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from device.agent.access import Access
from device.agent.announcer import Announcer
from device.agent.clock import Timekeeper
from device.agent.join.desk import JoinDesk
from device.agent.join.plan import Planner
from device.agent.join.settings import JoinSettings, Start
from device.agent.knowledge import Knowledge
from device.agent.settings import Settings
from device.calendars.interface import RoomCalendar


@asynccontextmanager
async def open_join_desk(
    settings: Settings,
    calendar: RoomCalendar,
    access: Access,
    knowledge: Knowledge,
    clock: Timekeeper,
    announcer: Announcer,
) -> AsyncIterator[JoinDesk]:
    """A desk that still has to be run; without a room system it never joins, and the door never speaks of it."""
    driver = settings.driver.load()
    joins = settings.join if driver.joins else JoinSettings(start=Start.OFF)
    async with driver.open(settings.system) as system:
        planner = Planner(calendar, access, system, joins.policy)
        yield JoinDesk(planner, system, knowledge, clock, joins, announcer.state)
