"""`doorlight`: finds the command that was meant, imports only that one, and turns every error into a sentence."""

import logging
import sys
from collections.abc import Sequence
from importlib import import_module

import click

from device.cli.exits import Exit, Trouble, trouble_of, trouble_of_machine
from device.model.errors import DoorlightError

PROGRAM = "doorlight"
COMMANDS = {
    "emulate": "A whole office and its door on this terminal: the way to try Doorlight.",
    "schedule": "A room's day as text or JSON, read from the calendar now.",
    "explain": "Why the door says what it says.",
    "doctor": "Check clock, network, calendar and permissions, and say what to do.",
    "agent": "The process that knows: reads the calendar, answers the kiosk.",
    "hub": "The central service: its keys, its audit log, its backups.",
    "kiosk": "The process that shows: the door, full screen.",
    "completion": "Print what makes your shell complete doorlight's words.",
}
"""Every command, in the order of the help, with the line that stands there. Each is a module of its own name."""


class _Commands(click.Group):
    """A group whose commands are imported when they are meant, and not before."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - see above
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"device.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - see above
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()), col_spacing=3)


def _print_version(ctx: click.Context, parameter: click.Parameter, wanted: bool) -> None:  # noqa: ARG001
    if wanted and not ctx.resilient_parsing:
        from importlib.metadata import version

        click.echo(f"{PROGRAM} {version(PROGRAM)}")
        ctx.exit()


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_print_version, help="Print the version."
)
@click.option("--debug", is_flag=True, help="Say more on standard error, and show where an unexpected error came from.")
@click.pass_context
def commands(ctx: click.Context, debug: bool) -> None:
    """The screen beside a meeting-room door: free or not, at a glance, and never wrong.

    \b
    Try it:               doorlight emulate
    With your calendar:   doorlight emulate --calendar ics:room.ics
    A day as text:        doorlight schedule --calendar ics:room.ics
    Something wrong?      doorlight doctor

    \b
    Exit codes:  0 fine   1 something is wrong   2 usage   69 unavailable   70 a defect of Doorlight
                 74 this machine refused   75 answered from the cache   77 not permitted   78 settings   130 interrupted
    """  # noqa: D301 - click's own mark for a block that is not wrapped
    ctx.obj = debug
    if debug:
        logging.basicConfig(level=logging.DEBUG, format="%(levelname)s %(name)s: %(message)s")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit code is returned."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        ended = commands.main(words or ["--help"], prog_name=PROGRAM, standalone_mode=False)
    except DoorlightError as error:
        return _tell(trouble_of(error))
    except Trouble as error:
        return _tell(error)
    except click.ClickException as error:
        hint = f"See {error.ctx.command_path} --help." if isinstance(error, click.UsageError) and error.ctx else ""
        return _tell(Trouble(error.format_message(), hint, code=Exit.USAGE))
    except (click.Abort, KeyboardInterrupt):
        click.echo(err=True)
        return Exit.INTERRUPTED
    except OSError as error:
        _show(error, debug="--debug" in words)
        return _tell(trouble_of_machine(error))
    except Exception as error:  # noqa: BLE001 - the one place that catches everything
        return _defect(error, debug="--debug" in words)
    return ended if isinstance(ended, int) else Exit.FINE


def _tell(trouble: Trouble) -> int:
    click.echo(f"{PROGRAM}: {trouble}", err=True)
    if trouble.hint:
        click.echo(f"  {trouble.hint}", err=True)
    return trouble.code


def _defect(error: Exception, *, debug: bool) -> int:
    _show(error, debug=debug)
    click.echo(f"{PROGRAM}: Something happened that should not: {type(error).__name__}.", err=True)
    click.echo("  Run it again as `doorlight --debug …` to see where, and please report it.", err=True)
    return Exit.INTERNAL


def _show(error: Exception, *, debug: bool) -> None:
    if debug:
        logging.getLogger(__name__).error("unexpected", exc_info=error)
