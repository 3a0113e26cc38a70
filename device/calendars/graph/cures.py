"""The commands that cure a room's mailbox, each ready to be pasted into Exchange Online's PowerShell."""

import re

from device.calendars.graph.options import Options
from device.model.safetext import SafeText

SCOPE = "Doorlight rooms"
_QUOTES = re.compile("['\u2018\u2019\u201a\u201b]")
"""Everything that PowerShell takes for a single quote."""


def quoted(text: str) -> str:
    """A text as PowerShell takes it word for word."""
    return f"'{_QUOTES.sub(lambda quote: quote[0] * 2, SafeText(text))}'"


_NEW_SCOPE = (
    f"New-ManagementScope -Name {quoted(SCOPE)} -RecipientRestrictionFilter "
    "\"RecipientTypeDetails -eq 'RoomMailbox'\" -ErrorAction SilentlyContinue"
)
"""Made where it is not there yet: several cures need it."""


def processing(room: str, **settings: str) -> str:
    """Set rules by which Exchange handles invitations to the room."""
    pairs = " ".join(f"-{name} {value}" for name, value in settings.items())
    return f"Set-CalendarProcessing -Identity {quoted(room)} {pairs}"


def show_processing(room: str, *names: str) -> str:
    """Show these rules: nothing but PowerShell can."""
    return f"Get-CalendarProcessing -Identity {quoted(room)} | Format-List {','.join(names)}"


def time_zone(room: str, windows: str) -> str:
    """Give the mailbox a time zone; without a name for it, say where names are found."""
    command = f"Set-MailboxRegionalConfiguration -Identity {quoted(room)} -TimeZone"
    return f"{command} {quoted(windows)}" if windows else f"{command} NAME  # an Id of: Get-TimeZone -ListAvailable"


def working_hours_zone(room: str, windows: str) -> str:
    """Let the mailbox's working hours be in its own time zone."""
    return f"Set-MailboxCalendarConfiguration -Identity {quoted(room)} -WorkingHoursTimeZone {quoted(windows)}"


def scoped(options: Options, role: str) -> str:
    """Let the application do something to rooms and to nobody else. It must be known to Exchange: see the README."""
    return (
        f"{_NEW_SCOPE}; "
        f"New-ManagementRoleAssignment -App {quoted(options.client_id)} "
        f"-Role {quoted(f'Application {role}')} -CustomResourceScope {quoted(SCOPE)}"
    )


def unconsented(options: Options, roles: str) -> str:
    """Have the same for rooms alone, and take back what was consented to for everybody."""
    where = "Entra, Enterprise applications, this application, Permissions"
    return f"{scoped(options, 'Calendars.ReadWrite')}  # then revoke {roles} in {where}"


def rescoped(options: Options) -> str:
    """Narrow every permission that Exchange itself has given to the application."""
    application = f"(Get-ServicePrincipal -Identity {quoted(options.client_id)}).ObjectId"
    return (
        f"{_NEW_SCOPE}; "
        f"Get-ManagementRoleAssignment -RoleAssignee {application} | "
        f"Set-ManagementRoleAssignment -CustomResourceScope {quoted(SCOPE)}"
    )


def show_permissions(options: Options, room: str) -> str:
    """Show what Exchange itself lets the application do to the room."""
    return f"Test-ServicePrincipalAuthorization -Identity {quoted(options.client_id)} -Resource {quoted(room)}"


def new_credential(options: Options) -> str:
    """Make the next credential, of the kind that there is."""
    application = quoted(options.client_id)
    if options.certificate:
        return (
            "openssl req -x509 -newkey rsa:3072 -nodes -days 365 -subj /CN=Doorlight -keyout doorlight.key "
            f"-out doorlight.crt && az ad app credential reset --id {application} --cert @doorlight.crt --append"
        )
    return f"az ad app credential reset --id {application} --append --years 1"
