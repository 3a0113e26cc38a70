"""`doorlight explain`: why the door says what it says."""

import asyncio
from collections.abc import Iterator

import click

from device.calendars.interface import WindowRead
from device.cli.door import Door, answer_of, chosen_door, clock_of, read_now
from device.cli.exits import Exit, Trouble
from device.cli.explanation import Explanation, Seen, explain, lines
from device.cli.kept import shown_last
from device.cli.panel_visit import Visit, visit
from device.model.availability import occupies
from device.model.clock import ClockReading
from device.model.freshness import Hop, HopReport
from device.model.occurrence import Occurrence
from device.model.state import RoomState
from device.model.value import encode
from device.model.window import day_window, local_day, window_around
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
    told = asyncio.run(_explained(door, live=live))
    click.echo(encode(told).decode() if as_json else "\n".join(lines(told)))
    return Exit.FINE


async def _explained(door: Door, *, live: bool) -> Explanation:
    if door.runtime is None or live:
        return await _live(door)
    try:
        return _of_visit(await visit(door.runtime))
    except (OSError, TimeoutError, BadFrame) as error:
        why = f"The agent does not answer at {door.runtime} ({type(error).__name__})."
    last = shown_last(door.runtime)
    return _of_state(last, "last", why) if last else await _live(door, why)


def _of_visit(visited: Visit) -> Explanation:
    if isinstance(visited.scene, RoomShown):
        return _of_state(visited.scene.state, "agent")
    shown = getattr(visited.scene, "fault", None)
    what = f"the fault “{shown.value}”" if shown else "that it belongs to no room yet"
    raise Trouble(f"The agent runs and shows {what}.", "doorlight doctor tells what to do.")


def _of_state(state: RoomState, source: str, why: str = "") -> Explanation:
    seen = Seen(source=source, why=why, hops=state.hops, confirmed_at=state.confirmed_at, unreadable=state.skipped)
    return explain(state.availability, state.room, state.as_of, seen)


async def _live(door: Door, why: str = "") -> Explanation:
    async with clock_of(door) as clock:
        read = await read_now(door, clock, window_around(clock.read().now, door.room.zone))
        reading = clock.read()
    seen = Seen(
        source="calendar",
        why=why,
        hops=tuple(_hops(reading)),
        left_out=tuple(_left_out(door, read, reading)),
        confirmed_at=reading.now,
        unreadable=len(read.skipped),
    )
    return explain(answer_of(door, read, reading), door.room, reading.now, seen)


def _hops(reading: ClockReading) -> Iterator[HopReport]:
    proves = reading.trust.proves
    yield HopReport(hop=Hop.CLOCK, healthy=proves, at=reading.now, fault="" if proves else reading.trust.value)
    yield HopReport(hop=Hop.CALENDAR, healthy=True, at=reading.now)


def _left_out(door: Door, read: WindowRead, reading: ClockReading) -> Iterator[Occurrence]:
    """Today's meetings that are not over and do not occupy the room."""
    today = day_window(local_day(reading.now, door.room.zone), door.room.zone)
    for occurrence in read.occurrences:
        bounds = occurrence.bounds(door.room.zone)
        around = bounds.end > reading.now and today.overlaps(bounds.start, bounds.end)
        if around and not occupies(occurrence, door.room.policy):
            yield occurrence
