"""`doorlight doctor`: what is wrong, and what to do about it."""

import asyncio
from collections.abc import AsyncIterator

import click

from device.cli import checks
from device.cli.door import SETTINGS, Door, chosen_door, clock_of, settings_file
from device.cli.exits import Exit
from device.cli.findings import Finding, Findings, Verdict, conclude, good, lines, skipped, wrong
from device.cli.fonts import check_fonts
from device.model.errors import SettingsError
from device.model.value import encode


@click.command()
@click.option("--settings", metavar="FILE", help="The agent's settings. Default: /etc/doorlight/agent.toml.")
@click.option("--calendar", metavar="KIND:WHERE", help="Check a calendar without settings: ics:FILE|URL or caldav:URL.")
@click.option("--zone", metavar="ZONE", help="The room's time zone with --calendar. Default: this machine's.")
@click.option("--ca-bundle", metavar="FILE", default="", help="Authorities to trust for --calendar, as PEM.")
@click.option("--write-test", is_flag=True, help="Also book one minute far ahead, and remove it.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object, for scripts.")
def command(
    settings: str | None, calendar: str | None, zone: str | None, ca_bundle: str, write_test: bool, as_json: bool
) -> int:
    """Check settings, clock, network, calendar, permissions, cache, terminal and agent, and say what to do.

    ✓ is as it should be, ✗ is wrong and has a hint below it, – was not looked at. Nothing is changed anywhere, but for
    the one minute that --write-test books and removes.

    \b
    doorlight doctor
    doorlight doctor --calendar caldav:https://anna@dav.example/cal/room/ --write-test
    doorlight doctor --json

    Exit codes: 0 nothing is wrong, 1 something is, 2 usage.
    """  # noqa: D301 - click's own mark for a block that is not wrapped
    options = {"settings": settings, "calendar": calendar, "zone": zone}
    found = asyncio.run(_found(options, ca_bundle, write_test=write_test))
    click.echo(encode(found).decode() if as_json else "\n".join(lines(found)))
    return Exit.FINE if found.healthy else Exit.WRONG


async def _found(options: dict[str, str | None], ca_bundle: str, *, write_test: bool) -> Findings:
    findings: list[Finding] = []
    door = _door(options, ca_bundle, findings)
    if door is not None:
        findings += [finding async for finding in _outside(door, write_test=write_test)]
        findings += [checks.check_cache(door.cache), await checks.check_agent(door.runtime)]
    return conclude([*findings, checks.check_terminal(), check_fonts()])


def _door(options: dict[str, str | None], ca_bundle: str, findings: list[Finding]) -> Door | None:
    """The door, where the settings are good; what is to be said of them goes to `findings`."""
    file = settings_file(options["settings"])
    if not options["calendar"] and file == SETTINGS and not file.exists():
        findings.append(skipped("settings", f"there is no {SETTINGS}; name others with --settings, or a --calendar"))
        return None
    try:
        door = chosen_door(**options, ca_bundle=ca_bundle)
    except SettingsError as error:
        findings.append(wrong("settings", str(error), error.hint))
        return None
    if door.settings is not None:
        findings.append(good("settings", f"{file}: {door.room.name}, {door.provider.name}"))
        findings += [
            wrong("settings", warning, "Only the agent's user should read it.") for warning in door.settings.warnings
        ]
    return door


async def _outside(door: Door, *, write_test: bool) -> AsyncIterator[Finding]:
    """The clock, and everything on the way to the calendar and in it."""
    try:
        async with clock_of(door) as clock:
            way = [finding async for finding in checks.check_way(door)]
            calendar, read = await checks.check_calendar(door, clock)
            for finding in (checks.check_clock(clock, read), *way, *calendar):
                yield finding
            if any(finding.verdict is Verdict.WRONG for finding in calendar) and read is None:
                yield skipped("writing", "the calendar could not be read")
            else:
                yield await checks.check_writing(door, clock, asked=write_test)
    except SettingsError as error:
        yield wrong("clock", str(error), error.hint)
