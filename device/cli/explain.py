"""`doorlight explain`: why the door says what it says."""

import asyncio
from datetime import timedelta

import click
import msgspec

from device.agent.cache_file import read_cache
from device.agent.explanation import Explanation, explain
from device.cli.door import Door, chosen_door, clock_of, read_now
from device.cli.exits import Exit, Trouble
from device.cli.explanation import Told, lines, told
from device.cli.kept import shown_last
from device.cli.panel_visit import Visit, visit
from device.model.clock import ClockReading, ClockTrust
from device.model.freshness import Freshness, Hop, HopReport
from device.model.state import RoomState
from device.model.value import encode
from device.model.window import window_around
from device.wire.framing import BadFrame
from device.wire.panel import RoomShown


@click.command()
@click.option("--settings", metavar="FILE", help="The agent's settings. Default: /etc/doorlight/agent.toml.")
@click.option("--calendar", metavar="KIND:WHERE", help="Explain a door without an agent: ics:FILE|URL or caldav:URL.")
@click.option("--live", is_flag=True, help="Read the calendar now even if an agent is running.")
@click.option("--zone", metavar="ZONE", help="The room's time zone with --calendar. Default: this machine's.")
@click.option("--ca-bundle", metavar="FILE", default="", help="Authorities to trust for --calendar, as PEM.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object, for scripts.")
def command(
    settings: str | None, calendar: str | None, live: bool, zone: str | None, ca_bundle: str, as_json: bool
) -> int:
    """Say why the door says what it says: the rule, the meeting and field that decided, and how fresh each hop is.

    It asks the running agent; where there is none, it tells what the agent showed last, and else reads the calendar.
    A live reading also names the meetings around now that do not count, and why.

    \b
    doorlight explain
    doorlight explain --live --json
    doorlight explain --calendar ics:room.ics

    Exit codes: 0 explained, 69 neither agent nor calendar can be reached, 77 not permitted, 78 settings, 2 usage.
    """  # noqa: D301 - click's own mark for a block that is not wrapped
    door = chosen_door(calendar=calendar, settings=settings, zone=zone, ca_bundle=ca_bundle)
    said = asyncio.run(_explained(door, live=live))
    click.echo(encode(said).decode() if as_json else "\n".join(lines(said)))
    return Exit.FINE


async def _explained(door: Door, *, live: bool) -> Told:
    if door.runtime is None or live:
        return await _live(door)
    try:
        return _of_visit(door, await visit(door.runtime))
    except (OSError, TimeoutError, BadFrame) as error:
        why = f"The agent does not answer at {door.runtime} ({type(error).__name__})."
    last = shown_last(door.runtime)
    if last is None:
        return await _live(door, why)
    async with clock_of(door) as clock:
        return told(_of_state(door, last, clock.read()), "last", why)


def _of_visit(door: Door, visited: Visit) -> Told:
    if isinstance(visited.scene, RoomShown):
        state = visited.scene.state
        trust = ClockTrust.TRUSTED if visited.time is None or visited.time.trusted else ClockTrust.INVALID
        now = visited.time.now if visited.time else state.as_of
        return told(_of_state(door, state, ClockReading(now=now, elapsed=timedelta(), trust=trust)), "agent")
    fault = getattr(visited.scene, "fault", None)
    what = f"the fault “{fault.value}”" if fault else "that it belongs to no room yet"
    raise Trouble(f"The agent runs and shows {what}.", "doorlight doctor tells what to do.")


def _of_state(door: Door, state: RoomState, reading: ClockReading) -> Explanation:
    """What the agent shows, with the meetings of its cache to explain it by. What is shown is told, not worked out."""
    cached = read_cache(door.cache) if door.cache else None
    window = cached.window if cached and cached.window else window_around(reading.now, state.room.zone)
    explained = explain(
        state.room,
        reading,
        cached.occurrences if cached and cached.window else state.day,
        Freshness(confirmed_at=state.confirmed_at, window=window),
        hops=state.hops,
    )
    return msgspec.structs.replace(explained, availability=state.availability)


async def _live(door: Door, why: str = "") -> Told:
    async with clock_of(door) as clock:
        read = await read_now(door, clock, window_around(clock.read().now, door.room.zone))
        reading = clock.read()
    freshness = Freshness(confirmed_at=reading.now, window=read.window)
    hops = (HopReport(hop=Hop.CALENDAR, healthy=True, at=reading.now),)
    return told(
        explain(door.room, reading, read.occurrences, freshness, hops=hops, skipped=read.skipped), "calendar", why
    )
