"""`doorlight emulate`: office, agent and door on one terminal, or in a browser."""

import asyncio
import logging
from typing import Any

import click

from device.cli.calendar_option import ask_at_terminal, chosen_calendar
from device.cli.exits import Exit, Trouble
from device.cli.held_log import held_log
from device.cli.zones import chosen_zone

log = logging.getLogger(__name__)

THEMES = ("dark", "light", "colour-blind")
LANGUAGES = ("en", "de", "fr", "es", "pt", "pl", "ja", "ar")


@click.command()
@click.option("--scenario", metavar="NAME|FILE", help="The office's day: monday (the default), hostile, outage …")
@click.option("--room", metavar="ROOM", default="", help="The door to begin with; the key r goes on to the next.")
@click.option("--size", metavar="PANEL", help="7in, 10in, portrait, wall, or 100x30. Default: the whole terminal.")
@click.option("--calendar", metavar="KIND:WHERE", help="A real calendar: ics:FILE, ics:URL or caldav:URL.")
@click.option("--ca-bundle", metavar="FILE", default="", help="Authorities to trust for --calendar, as PEM.")
@click.option("--zone", metavar="ZONE", help="The room's time zone with --calendar. Default: this machine's.")
@click.option("--theme", type=click.Choice(THEMES), help="The colours. Default: dark.")
@click.option("--language", type=click.Choice(LANGUAGES), help="The door's language. Default: en.")
@click.option("--without-hub", is_flag=True, help="The door reads the office's calendars itself, as with --calendar.")
@click.option("--web", is_flag=True, help="Show it in a browser on this machine instead.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="The port for --web. Default: any free one.")
@click.pass_obj
def command(debug: bool, /, **options: Any) -> int:
    """A whole office and its door, pretended on this machine: the way to try Doorlight.

    The real hub, the real agent and the real door run against an office in a box that speaks its providers' own
    protocols and calls the hub when a meeting changes. The rows below the door show which key moves the clock, changes
    meetings and breaks things. Nothing leaves this machine; with --calendar only that calendar is asked.

    \b
    doorlight emulate                                   a Monday in an office
    doorlight emulate --scenario outage --size 7in      on a seven-inch panel
    doorlight emulate --calendar ics:room.ics           your own file on the glass
    doorlight emulate --calendar caldav:https://anna@dav.example/cal/room/
    doorlight emulate --web                             the same in a browser

    A password may stand in the address, in the file that DOORLIGHT_PASSWORD_FILE names, or is asked for.

    Exit codes: 0 ended by q, 130 by Ctrl+C, 1 the door ended by itself, 2 usage, 78 no such scenario, room or size.
    """  # noqa: D301 - click's own mark for a block that is not wrapped
    from device.emulator.console.layout import panel
    from device.emulator.signals import until_signalled

    wanted = panel(options["size"]) if options["size"] else None
    look = _look(options)
    world = _world(options, look)
    with held_log(shown=debug):
        return asyncio.run(until_signalled(_emulate(world, look, wanted, options)))


def _look(options: dict[str, Any]) -> dict[str, Any]:
    look = {key: options[key] for key in ("theme", "language") if options[key]}
    return {"look": look} if look else {}


def _world(options: dict[str, Any], look: dict[str, Any]) -> Any:
    from device.emulator.world import office_world, real_world
    from device.model.room import Room
    from device.model.safetext import SafeText

    if not options["calendar"]:
        office = office_world(options["scenario"] or "monday", options["room"])
        if options["without_hub"]:
            return office
        from device.cli.hub_world import with_hub

        return with_hub(office, look)
    if options["scenario"]:
        raise click.UsageError("--scenario and --calendar exclude each other: an office is pretended, or it is real.")
    chosen = chosen_calendar(options["calendar"], ca_bundle=options["ca_bundle"], ask=ask_at_terminal)
    name = options["room"] or chosen.name
    room = Room(id=name, name=SafeText(name), zone=chosen_zone(options["zone"]))
    tables: dict[str, Any] = {"provider": chosen.provider.value, **chosen.options()}
    if chosen.password:
        tables["password"] = chosen.password.reveal()
    return real_world(room, tables)


async def _emulate(world: Any, look: dict[str, Any], wanted: Any, options: dict[str, Any]) -> int:
    from device.emulator.session import open_session

    async with open_session(world, look) as session:
        if options["web"]:
            from device.emulator.web import serve

            return await serve(session, options["port"], wanted, click.echo)
        from device.emulator.console.session_console import run_console

        code, last_words = await run_console(session, wanted)
    if code == Exit.WRONG:
        log.debug("the door's last words:\n%s", last_words)
        said = last_words.rpartition("\n")[2] or "without a word"
        raise Trouble(f"The door ended by itself: {said}", "doorlight --debug emulate … shows more.", code=Exit.WRONG)
    return code
