"""`doorlight kiosk`: the process that shows."""

import os
import sys

import click

from device.cli.exits import Exit, Trouble

RUNTIME = "/run/doorlight"
STATE = "/var/lib/doorlight"


@click.command()
@click.option("--runtime", metavar="DIR", default=RUNTIME, show_default=True, help="Where the agent's panel socket is.")
@click.option("--state", metavar="DIR", default=STATE, show_default=True, help="Where the agent's cache is.")
def command(runtime: str, state: str) -> int:
    """Draw the door, full screen, on this terminal: what the agent of this machine says.

    Without an agent it draws the last truth with its age, and says so. Touch, mouse, and the arrow keys with Enter
    work; Ctrl+C ends it. systemd runs it on a device.

    \b
    doorlight kiosk
    doorlight kiosk --runtime /run/doorlight

    Exit codes: 0 ended, 2 usage, 69 this is no terminal.
    """  # noqa: D301 - click's own mark for a block that is not wrapped
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise Trouble("This is no terminal, so there is nothing to draw the door on.", "Run it in a terminal.")
    command = [sys.executable, "-m", "kiosk", "--runtime", runtime, "--state", state]
    os.execv(sys.executable, command)  # noqa: S606 - the kiosk takes this process's place, with nothing else loaded
    return Exit.FINE
