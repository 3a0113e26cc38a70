"""`doorlight links`: the ways into a meeting that an invitation tells of."""

import sys
from collections.abc import Sequence

import click
import msgspec

from device.cli.exits import Exit
from device.cli.invitation_input import Form, invitations, read_input
from device.cli.reasons import lines
from device.join.links import Service, look
from device.join.links.address import NotUsable, checked_host
from device.join.links.recognition import Declared
from device.join.policy import JoinPolicy


@click.command()
@click.argument("file", required=False)
@click.option("--html", "form", flag_value=Form.HTML.value, help="It is HTML.")
@click.option("--ics", "form", flag_value=Form.ICS.value, help="It is iCalendar.")
@click.option(
    "--json", "form", flag_value=Form.JSON.value, help="It is an event of Microsoft Graph or Google Calendar."
)
@click.option(
    "--host", "hosts", metavar="SERVICE=HOST", multiple=True, help="A service that you run yourself, and where."
)
@click.option("--why", is_flag=True, help="Also tell, on standard error, what was looked at and what was refused.")
def command(file: str | None, form: str | None, hosts: Sequence[str], why: bool) -> int:
    """List the ways into a meeting that an invitation tells of, or tell why a door offers no Join button.

    It reads text (be it a lone address), HTML, iCalendar, or an event as Microsoft Graph or Google Calendar answers it,
    from FILE or from standard input, and tells which by itself unless an option says so. Nothing is opened, dialled or
    asked of the network. The answer is a JSON list, one object for each meeting, the most trusted first; [] where there
    is none.

    \b
    doorlight links invitation.ics
    doorlight links --why mail.html
    doorlight links --host jitsi=meet.example.org < body.txt

    Exit codes: 0 looked through, whatever was found, 74 the file cannot be read, 2 usage, or the file is no invitation.
    """  # noqa: D301 - click's own mark for a block that is not wrapped
    declared = _declared(hosts)
    text = read_input(file)
    found = [look(invitation, declared) for invitation in invitations(text, Form(form) if form else None, file)]
    ways = [way for one in found for way in one.ways]
    click.echo(msgspec.json.format(msgspec.json.encode(ways), indent=2).decode())
    if why:
        policy = JoinPolicy(own_hosts=declared)
        sys.stdout.flush()
        for one in found:
            click.echo("\n".join(lines(one, policy)), err=True)
    return Exit.FINE


def _declared(pairs: Sequence[str]) -> Declared:
    """The hosts of one's own.

    Raises:
        click.UsageError: that names no service or no host.
    """
    declared: dict[Service, tuple[str, ...]] = {}
    for pair in pairs:
        name, _, host = pair.partition("=")
        try:
            service = Service(name)
            declared[service] = (*declared.get(service, ()), checked_host(host))
        except ValueError:
            names = ", ".join(one.value for one in Service if any("-" in place.hosts.split() for place in one.places))
            raise click.UsageError(f"“{name}” is no service that one runs oneself: there are {names}.") from None
        except NotUsable:
            raise click.UsageError(f"“{host}” is no host: write --host jitsi=meet.example.org.") from None
    return declared
