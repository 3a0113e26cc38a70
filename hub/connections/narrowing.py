"""How an administrator narrows a connection to rooms, step by step, with the commands to paste. Pure.

Sources: Microsoft, "Role Based Access Control for Applications in Exchange Online"; Google, "Control API access with
domain-wide delegation"; Microsoft, "Configure impersonation" for Exchange Server.
"""

from typing import Any

from device.calendars.graph.cures import SCOPE, quoted
from device.model.value import Value
from hub.connections.rows import Connection


class Step(Value):
    """One step: what it does, and what to paste, where there is something."""

    about: str
    command: str = ""


def steps_for(connection: Connection, room: str) -> tuple[Step, ...]:
    """The steps for a connection; `room` is one of its rooms, for the last look."""
    if connection.provider == "graph":
        return _graph(connection.options, room)
    if connection.provider == "google":
        return _google(connection.options)
    if connection.provider == "exchange":
        return _exchange(connection.options)
    return (Step(about="Give the account of this connection the rooms' calendars, and nothing else."),)


def _graph(options: dict[str, Any], room: str) -> tuple[Step, ...]:
    application = quoted(str(options.get("client_id", "")))
    return (
        Step(about="Sign in to Exchange Online's PowerShell as an administrator.", command="Connect-ExchangeOnline"),
        Step(
            about="Make the application known to Exchange. The object ID is the one under Enterprise applications.",
            command=f"New-ServicePrincipal -AppId {application} -ObjectId OBJECT-ID -DisplayName Doorlight",
        ),
        Step(
            about="A scope that holds rooms and nobody else.",
            command=f"New-ManagementScope -Name {quoted(SCOPE)} -RecipientRestrictionFilter "
            "\"RecipientTypeDetails -eq 'RoomMailbox'\"",
        ),
        Step(
            about="Let the application read and write calendars in that scope.",
            command=f"New-ManagementRoleAssignment -App {application} "
            f"-Role 'Application Calendars.ReadWrite' -CustomResourceScope {quoted(SCOPE)}",
        ),
        Step(
            about="Then revoke Calendars.Read and Calendars.ReadWrite in Entra, under Enterprise applications, "
            "this application, Permissions: consent there reaches everybody's calendar."
        ),
        Step(
            about="Look what Exchange says of it. Permissions take up to two hours to change.",
            command=f"Test-ServicePrincipalAuthorization -Identity {application} -Resource {quoted(room or 'ROOM')}",
        ),
    )


def _google(options: dict[str, Any]) -> tuple[Step, ...]:
    if options.get("subject"):
        return (
            Step(
                about=f"The service account acts for {options['subject']}, and so reaches whatever that person does. "
                "Choose a person for it who has the rooms' calendars and nothing else."
            ),
        )
    return (
        Step(
            about="Share each room's calendar with the address of the service account: in Google Calendar, "
            "Settings of the room, Share with specific people, “Make changes to events”. It then sees nothing else."
        ),
    )


def _exchange(options: dict[str, Any]) -> tuple[Step, ...]:
    account = quoted(str(options.get("username", "")))
    return (
        Step(
            about="A scope that holds rooms and nobody else, in the Exchange Management Shell.",
            command=f"New-ManagementScope -Name {quoted(SCOPE)} -RecipientRestrictionFilter "
            "{RecipientTypeDetails -eq 'RoomMailbox'}",
        ),
        Step(
            about="Let the account act for rooms in that scope.",
            command=f"New-ManagementRoleAssignment -Name 'Doorlight' -Role ApplicationImpersonation "
            f"-User {account} -CustomRecipientWriteScope {quoted(SCOPE)}",
        ),
    )
