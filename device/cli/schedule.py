"""`doorlight schedule`: a room's day as text or JSON."""

import asyncio
from datetime import date, datetime

import click
import msgspec

from device.cli.day import DayTold, Known, lines, tell
from device.cli.day_option import chosen_day
from device.cli.door import Door, answer_of, chosen_door, clock_of, read_now, window_for
from device.cli.exits import Exit, sentence_of
from device.cli.kept import kept_day
from device.model.clock import ClockReading
from device.model.errors import CalendarError
from device.model.value import encode
from device.model.window import local_day


@click.command()
@click.argument("room", required=False)
@click.option("--calendar", metavar="KIND:WHERE", help="ics:FILE, ics:URL or caldav:URL, in place of settings.")
@click.option("--settings", metavar="FILE", help="The agent's settings. Default: /etc/doorlight/agent.toml.")
@click.option("--day", "day", metavar="DAY", default="today", help="today, tomorrow, a weekday, or 2026-09-14.")
@click.option("--zone", metavar="ZONE", help="The room's time zone with --calendar. Default: this machine's.")
@click.option("--ca-bundle", metavar="FILE", default="", help="Authorities to trust for --calendar, as PEM.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object, for scripts.")
def command(
    room: str | None,
    calendar: str | None,
    settings: str | None,
    day: str,
    zone: str | None,
    ca_bundle: str,
    as_json: bool,
) -> int:
    """Tell a room's day: what its door says now, and its meetings, one a line.

    It is read from the calendar now. If the calendar cannot be read, the agent's cache answers, and the first lines
    say so and why. Private meetings are told as the door tells them. Times are the room's own.

    \b
    doorlight schedule                                    the room of this device
    doorlight schedule --day tomorrow --json
    doorlight schedule Aurora --calendar ics:aurora.ics --zone Europe/Berlin
    doorlight schedule --calendar caldav:https://anna@dav.example/cal/room/

    A password may stand in the address, in the file that DOORLIGHT_PASSWORD_FILE names, or is asked for.

    Exit codes: 0 read from the calendar, 75 told from the cache, 69 neither could be read,
    77 the calendar refused the sign-in or the permission, 78 the settings cannot be right, 2 usage.
    """  # noqa: D301 - click's own mark for a block that is not wrapped
    door = chosen_door(room=room, calendar=calendar, settings=settings, zone=zone, ca_bundle=ca_bundle)
    told, now = asyncio.run(_told(door, day))
    if as_json:
        click.echo(msgspec.json.format(encode(told), indent=2).decode())
    else:
        click.echo("\n".join(lines(told, now)))
    return Exit.FINE if told.source == "calendar" else Exit.FROM_CACHE


async def _told(door: Door, day: str) -> tuple[DayTold, datetime]:
    async with clock_of(door) as clock:
        now = clock.read().now
        wanted = chosen_day(day, local_day(now, door.room.zone))
        try:
            read = await read_now(door, clock, window_for(wanted, now, door.room.zone))
        except CalendarError as error:
            return _from_cache(door, wanted, error, clock.read()), now
        reading = clock.read()
        known = Known(
            occurrences=read.occurrences,
            availability=answer_of(door, read, reading),
            read_at=reading.now,
            unreadable=len(read.skipped),
        )
        return tell(known, door.room, wanted, reading.now), reading.now


def _from_cache(door: Door, day: date, error: CalendarError, reading: ClockReading) -> DayTold:
    """The day from the agent's cache.

    Raises:
        CalendarError: the one that was given, where there is no cache.
    """
    known = kept_day(door, reading, sentence_of(error)[0])
    if known is None:
        raise error
    return tell(known, door.room, day, reading.now)
