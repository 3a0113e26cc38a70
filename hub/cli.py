"""`doorlight hub …`: the central service from the command line."""

import click

from hub.commands.audit import audit
from hub.commands.backup import backup, restore
from hub.commands.keys import keys


@click.group()
def command() -> None:
    """The central service: its keys, its audit log, its backups.

    \b
    doorlight hub keys status
    doorlight hub keys enrol contoso/3f6c2a --key contoso
    doorlight hub audit verify
    doorlight hub backup --to BACKUPS --keyring-to ELSEWHERE
    """  # noqa: D301 - click's own mark for a block that is not wrapped


for part in (keys, audit, backup, restore):
    command.add_command(part)
