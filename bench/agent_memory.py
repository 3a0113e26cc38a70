"""F8: memory of an agent that is connected to one provider, beside a lean agent's in the same run.

The lean agent is what no agent can do without: asyncio, ssl, sqlite3, and one TLS connection kept open. It has neither
a scheduler, nor an HTTP client, nor a provider. Both are read when they have nothing to do (resident set, MiB, median
of the rounds). The far sides are the emulator's Microsoft Graph and Exchange, and calendar files; all on loopback.
"""

import asyncio
import shutil
import statistics
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from bench.agent_seat import agent, emptied, first_state, written
from bench.table import Row, report
from device.emulator.office import Office, open_office
from device.emulator.settings import CALENDARS

ROUNDS = 3
SETTLED = 3.0
"""Seconds after the first true state, so that what start-up needed is given back."""
PROMISES = {"graph": 1.8, "ics": 1.8, "exchange": 3.2}
"""exchangelib alone doubles an agent."""
_LEAN = """
import asyncio, json, sqlite3, ssl, sys
async def main(port, ca):
    database = sqlite3.connect(":memory:")
    context = ssl.create_default_context(cafile=ca)
    reader, writer = await asyncio.open_connection("127.0.0.1", int(port), ssl=context)
    print("ready", flush=True)
    await asyncio.Event().wait()
asyncio.run(main(*sys.argv[1:]))
"""
_CALENDAR = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Doorlight//bench//EN\r\nEND:VCALENDAR\r\n"


def resident(pid: int) -> float:
    """MiB of a process that are in memory now."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Rss:")) / 1024


async def lean(office: Office) -> float:
    """The floor."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _LEAN, str(office.port), str(office.ca_bundle), stdout=asyncio.subprocess.PIPE
    )
    try:
        if process.stdout is None or await process.stdout.readline() != b"ready\n":
            raise RuntimeError("the lean agent did not connect")
        await asyncio.sleep(SETTLED)
        return resident(process.pid)
    finally:
        process.kill()
        await process.wait()


async def whole(folder: Path, tables: dict[str, Any]) -> float:
    """A real agent with one provider, its calendar read and its panel socket open."""
    async with agent(written(emptied(folder), tables)) as process:
        await first_state(folder)
        await asyncio.sleep(SETTLED)
        return resident(process.pid)


@asynccontextmanager
async def _world() -> AsyncIterator[tuple[Office, Path]]:
    folder = Path(tempfile.mkdtemp(prefix="doorlight-bench-"))
    try:
        async with open_office("monday", folder) as office:
            yield office, folder
    finally:
        shutil.rmtree(folder)


async def main() -> None:
    """Measure, in turns, and report."""
    async with _world() as (office, folder):
        graph = office.agent_settings("aurora")
        (folder / "room.ics").write_text(_CALENDAR, encoding="utf-8")
        ics = {**graph, "calendar": {"provider": "ics", "path": str(folder / "room.ics")}}
        way = {"provider": "exchange", "ca_bundle": str(office.ca_bundle), **CALENDARS["exchange"](office)}
        exchange = {**graph, "calendar": way}
        measures: dict[str, Callable[[], Awaitable[float]]] = {
            "lean": lambda: lean(office),
            "graph": lambda: whole(folder / "door", graph),
            "ics": lambda: whole(folder / "door", ics),
            "exchange": lambda: whole(folder / "door", exchange),
        }
        found: dict[str, list[float]] = {name: [] for name in measures}
        for _ in range(ROUNDS):
            for name, measure in measures.items():
                found[name].append(await measure())
    floor = statistics.median(found["lean"])
    report(
        "agent_memory",
        [
            Row(
                f"agent with {name}, connected and idle",
                statistics.median(found[name]),
                "MiB",
                floor=floor,
                promise=PROMISES[name],
                floor_is="asyncio, ssl, sqlite3, one connection",
            )
            for name in PROMISES
        ],
    )


if __name__ == "__main__":
    asyncio.run(main())
