"""`doorlight agent`: the process that knows."""

import click


@click.command()
@click.option("--settings", metavar="FILE", help="The settings. Default: /etc/doorlight/agent.toml.")
@click.option("--standalone", is_flag=True, help="Use the credential in the settings, without a hub.")
def command(settings: str | None, standalone: bool) -> int:
    """Run the agent of one door: read the room's calendar, keep it, and answer the kiosk. systemd runs it on a device.

    \b
    doorlight agent --settings aurora.toml --standalone

    The settings, in TOML:

    \b
    standalone = true
    [room]
    id = "aurora@office.example"
    name = "Aurora"
    zone = "Europe/Berlin"
    [calendar]
    provider = "caldav"                       # or graph, or ics
    url = "https://dav.example/cal/aurora/"
    username = "door"
    password_file = "/etc/doorlight/password" # or "credential:NAME" for systemd's LoadCredential
    [paths]
    state = "/var/lib/doorlight"
    runtime = "/run/doorlight"

    Exit codes: 0 told to end, 70 a defect of Doorlight, 78 the settings cannot be right, 2 usage.
    """  # noqa: D301 - click's own mark for a block that is not wrapped
    from device.agent.__main__ import main
    from device.cli.door import settings_file

    return main(["--settings", str(settings_file(settings)), *(["--standalone"] if standalone else [])])
