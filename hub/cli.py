"""`doorlight hub …`: the central service and what an administrator does on its machine."""

import click

from hub.commands.audit import audit
from hub.commands.backup import backup, restore
from hub.commands.keys import keys
from hub.commands.options import chosen_file, hub_options
from hub.settings import Flags, build, document_of


@click.group(invoke_without_command=True)
@hub_options
@click.option("--url", metavar="URL", help="What administrators, providers and devices call it: https://…")
@click.option("--listen", metavar="HOST:PORT", help="Where the portal listens. Default: 127.0.0.1:8080.")
@click.option("--listen-devices", metavar="HOST:PORT", help="Where devices are heard. Default: 127.0.0.1:8081.")
@click.pass_context
def command(
    ctx: click.Context,
    /,
    settings_file: str | None,
    url: str | None,
    listen: str | None,
    listen_devices: str | None,
    **places: str | None,
) -> None:
    """Run the central service; or, with a command, look after its keys, its audit log, its backups.

    \b
    doorlight hub --folder ./hub                    everything in one folder; prints the link for the administrator
    doorlight hub --database postgresql://…         several processes may share one database
    doorlight hub keys status
    doorlight hub audit verify
    doorlight hub backup --to BACKUPS --keyring-to ELSEWHERE

    The settings, in TOML, at /etc/doorlight/hub.toml or with --settings:

    \b
    folder = "/var/lib/doorlight-hub"
    [server]
    url = "https://doors.example"                   # a proxy with TLS in front, or certificate and private_key here
    listen = "127.0.0.1:8080"
    listen_devices = "127.0.0.1:8081"               # the proxy hands it the path /device

    Exit codes: 0 told to end, 1 it cannot run, 78 the settings cannot be right, 2 usage.
    """  # noqa: D301 - click's own mark for a block that is not wrapped
    told = {"url": url, "listen": listen, "listen_devices": listen_devices}
    served = {key: value for key, value in told.items() if value is not None}
    if ctx.invoked_subcommand is not None:
        if settings_file or served or any(places.values()):
            raise click.UsageError(f"Write the options behind the command: doorlight hub {ctx.invoked_subcommand} …")
        return
    from hub.commands.serve import serve
    from hub.server_settings import server_settings

    document = document_of(chosen_file(settings_file), Flags(**places))
    table = document.get("server", {})
    if isinstance(table, dict):
        document["server"] = table | served
    serve(build(document), server_settings(document))


for part in (keys, audit, backup, restore):
    command.add_command(part)
