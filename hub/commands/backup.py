"""`doorlight hub backup` and `doorlight hub restore`."""

import asyncio
from pathlib import Path

import click

from device.model.clock import SystemClock
from hub.backup import restore as bring_back
from hub.backup import take
from hub.commands.options import ACTOR, on_foundation, with_settings
from hub.settings import HubSettings

_PATH = click.Path(path_type=Path)


@click.command()
@click.option("--to", "to", metavar="FOLDER", type=_PATH, help="For the database. Default: backups in the folder.")
@click.option(
    "--keyring-to", metavar="FOLDER", type=_PATH, help="For the keyring. Default: keyring-backups in the folder."
)
@with_settings
def backup(settings: HubSettings, to: Path | None, keyring_to: Path | None) -> int:
    """Copy the database and the keyring, each into a file of its own, while the hub runs.

    Keep the two apart, and the hub's key file apart from both: only all three together open anything. Copies of the
    keyring that are older than seven days are removed from their folder, so that shredded keys do not live on.
    """
    main_to, keys_to = to or settings.backups, keyring_to or settings.folder / "keyring-backups"
    taken = on_foundation(settings, lambda foundation: take(foundation, main_to, keys_to, actor=ACTOR))
    click.echo(f"{taken.main}  {taken.main_rows} rows")
    click.echo(f"{taken.keyring}  {taken.keyring_rows} rows")
    for path in taken.removed:
        click.echo(f"{path}  removed")
    return 0


@click.command()
@click.option("--main", "main", metavar="FILE", type=_PATH, help="A copy of the database.")
@click.option("--keys", "keys", metavar="FILE", type=_PATH, help="A copy of the keyring.")
@click.option("--replace", is_flag=True, help="Put aside what is there.")
@with_settings
def restore(settings: HubSettings, main: Path | None, keys: Path | None, replace: bool) -> int:
    """Bring copies back: the database, the keyring, or both. Stop the hub first.

    Everything is checked before anything is changed: the copies, that they are of one hub, and that the hub's key
    opens the keyring. Devices will notice that the hub was set back, and say so.
    """
    if main is None and keys is None:
        raise click.UsageError("Name --main, --keys, or both.")
    done = asyncio.run(bring_back(settings, SystemClock(), main=main, keyring=keys, replace=replace))
    click.echo(f"Restored {done.rows} rows of hub {done.hub}.")
    for path in done.aside:
        click.echo(f"{path}  what was there before")
    if done.orphans:
        click.echo(f"{done.orphans} secrets have no key in this keyring: authorise their connections again.", err=True)
    return 0
