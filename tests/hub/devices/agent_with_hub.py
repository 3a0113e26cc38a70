"""A whole agent in a process of its own, whose hub is the test's."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from seat import PATIENCE, ROOT

sys.path.append(str(ROOT / "tests" / "device" / "agent"))

from agent_side import Visitor, agent_process, clock_at, event, visit, wait_until, write_calendar

from device.emulator.settings_file import write_settings
from device.model.room import Room
from device.model.state import RoomState
from device.wire.hub import Assigned, Assignment, Route

__all__ = ["Visitor", "assigned_to", "device", "door", "event", "visit", "wait_until", "write_calendar"]


def assigned_to(folder: Path, room: Room, **more: Any) -> Assigned:
    """A door whose calendar is a file."""
    assignment = Assignment(
        device="d1",
        room=room,
        provider="ics",
        options={"path": str(folder / "room.ics")},
        route=Route.DIRECT,
        relay="http://127.0.0.1:9/relay",
        **more,
    )
    return Assigned(assignment=assignment, seq=0, generation=1)


@asynccontextmanager
async def device(folder: Path, url: str, **tables: Any) -> AsyncIterator[tuple[Any, Visitor]]:
    """The process and somebody at its glass."""
    settings = {
        "hub": {"url": url, "timeout": 5.0},
        "clock": {"source": f"unix:{folder / 'clock'}"},
        "paths": {"state": str(folder / "state"), "runtime": str(folder / "run")},
        "polling": {"every": "1h", "with_push": "1h"},
    }
    file = folder / "agent.toml"
    write_settings(file, settings | tables)
    async with (
        clock_at(folder / "clock"),
        agent_process(file) as process,
        visit(folder / "run" / "panel.sock", process) as kiosk,
    ):
        yield process, kiosk


@asynccontextmanager
async def door(folder: Path, url: str, is_it: Callable[[RoomState], object]) -> AsyncIterator[tuple[Any, Visitor]]:
    """The same, once its glass shows a room for which `is_it` holds: before, it was nobody's for a moment."""
    async with device(folder, url) as (process, first):
        kiosk = first
        async with AsyncExitStack() as visits, asyncio.timeout(PATIENCE):
            while True:
                try:
                    await kiosk.until_state(is_it)
                    break
                except (AssertionError, ConnectionError):
                    kiosk = await visits.enter_async_context(visit(folder / "run" / "panel.sock", process))
            later = visits.pop_all()
        async with later:
            yield process, kiosk
