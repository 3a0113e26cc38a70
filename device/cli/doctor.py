"""`doorlight doctor`: what is wrong, and what to do about it."""

import asyncio
from collections.abc import AsyncIterator

import click

from device.cli import checks
from device.cli.door import SETTINGS, Door, chosen_door, clock_of, names_of, settings_file
from device.cli.exits import Exit
from device.cli.findings import Finding, Findings, Verdict, conclude, good, lines, skipped, wrong
from device.cli.fonts import check_fonts
from device.cli.room_audit import check_room
from device.model.errors import SettingsError
from device.model.value import Value, encode

_OWN = ""
"""The room that `--room` means when it names none."""


class Asked(Value):
    """What was asked for on the command line."""

    settings: str | None
    calendar: str | None
    zone: str | None
    ca_bundle: str
    write_test: bool
    room: str | None
    canaries: tuple[str, ...]


@click.command()
@click.option("--settings", metavar="FILE", help="The agent's settings. Default: /etc/doorlight/agent.toml.")
@click.option("--calendar", metavar="KIND:WHERE", help="Check a calendar without settings: ics:FILE|URL or caldav:URL.")
@click.option("--zone", metavar="ZONE", help="The room's time zone with --calendar. Default: this machine's.")
@click.option("--ca-bundle", metavar="FILE", default="", help="Authorities to trust for --calendar, as PEM.")
@click.option("--write-test", is_flag=True, help="Also book one minute far ahead, and remove it.")
@click.option(
    "--room",
    metavar="[ROOM]",
    is_flag=False,
    flag_value=_OWN,
    help="Audit the room's calendar at the provider instead: the door's own room, or another of the same account.",
)
@click.option("--canary", metavar="ADDRESS", multiple=True, help="With --room: a calendar that must stay closed.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object, for scripts.")
def command(as_json: bool, canary: tuple[str, ...], **options: str | bool | None) -> int:
    """Check settings, clock, network, calendar, permissions, cache, terminal and agent, and say what to do.

    ✓ is as it should be, ✗ is wrong and has a hint below it, – was not looked at. Nothing is changed anywhere, but for
    the one minute that --write-test books and removes. With --room, what the provider does to the room's meetings is
    audited, and the command that cures each complaint is printed; none of them is run.

    \b
    doorlight doctor
    doorlight doctor --calendar caldav:https://anna@dav.example/cal/room/ --write-test
    doorlight doctor --room --canary ceo@contoso.example
    doorlight doctor --json

    Exit codes: 0 nothing is wrong, 1 something is, 2 usage.
    """  # noqa: D301 - click's own mark for a block that is not wrapped
    asked = Asked(**options, canaries=canary)  # type: ignore[arg-type]  # as click has checked them
    if asked.canaries and asked.room is None:
        raise click.UsageError("--canary belongs to --room.")
    if asked.write_test and asked.room is not None:
        raise click.UsageError("--room looks and --write-test writes: ask for one at a time.")
    found = asyncio.run(_found(asked))
    click.echo(encode(found).decode() if as_json else "\n".join(lines(found)))
    return Exit.FINE if found.healthy else Exit.WRONG


async def _found(asked: Asked) -> Findings:
    findings: list[Finding] = []
    door = _door(asked, findings)
    if asked.room is not None:
        if door is not None:
            findings += [finding async for finding in _room(door, asked)]
        return conclude(findings)
    if door is not None:
        findings += [finding async for finding in _outside(door, write_test=asked.write_test)]
        findings += [checks.check_cache(door.cache), await checks.check_agent(door.runtime)]
    return conclude([*findings, checks.check_terminal(), check_fonts()])


def _door(asked: Asked, findings: list[Finding]) -> Door | None:
    """The door, where the settings are good; what is to be said of them goes to `findings`.

    Raises:
        click.UsageError: a room is to be audited, and nothing says by what account.
    """
    file = settings_file(asked.settings)
    if not asked.calendar and file == SETTINGS and not file.exists():
        if asked.room is not None:
            raise click.UsageError(f"--room needs an account: name settings with --settings; there is no {SETTINGS}.")
        findings.append(skipped("settings", f"there is no {SETTINGS}; name others with --settings, or a --calendar"))
        return None
    try:
        door = chosen_door(calendar=asked.calendar, settings=asked.settings, zone=asked.zone, ca_bundle=asked.ca_bundle)
    except SettingsError as error:
        findings.append(wrong("settings", str(error), error.hint))
        return None
    if door.settings is not None:
        findings.append(good("settings", f"{file}: {door.room.name}, {door.provider.name}"))
        findings += [
            wrong("settings", warning, "Only the agent's user should read it.") for warning in door.settings.warnings
        ]
    return door


async def _room(door: Door, asked: Asked) -> AsyncIterator[Finding]:
    """The way there, and the room as the provider has it."""
    own = not asked.room or asked.room.casefold() in names_of(door.room)
    room = door.room.id if own else str(asked.room)
    try:
        async with clock_of(door) as clock:
            async for finding in checks.check_way(door):
                yield finding
            async for finding in check_room(door, clock, room, door.room.zone if own else "", asked.canaries):
                yield finding
    except SettingsError as error:
        yield wrong("clock", str(error), error.hint)


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
