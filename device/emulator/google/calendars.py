"""`calendars`, `calendarList` and `settings`: what a calendar is called, its zone, and what an account may do."""

from typing import Any

from device.emulator.google.call import Answer, Call, not_found
from device.emulator.google.workspace import Role, Workspace
from device.emulator.mailbox import Mailbox

_SETTINGS = {"locale": "en", "format24HourTime": "true", "weekStart": "1"}


async def get_calendar(workspace: Workspace, mailbox: Mailbox, call: Call) -> Answer:
    """GET calendars/{id}."""
    del call
    return Answer(body={"kind": "calendar#calendar", **_properties(workspace, mailbox)})


async def get_entry(workspace: Workspace, mailbox: Mailbox, call: Call) -> Answer:
    """GET users/me/calendarList/{id}."""
    return Answer(body=_entry(workspace, mailbox, call))


async def list_entries(workspace: Workspace, call: Call) -> Answer:
    """GET users/me/calendarList: every calendar that the account may do anything with."""
    mailboxes = workspace.tenant.mailboxes
    shared = [one for one in mailboxes.values() if workspace.role_of(call.grant.account, one.address) is not Role.NONE]
    items = [_entry(workspace, mailbox, call) for mailbox in shared]
    return Answer(body={"kind": "calendar#calendarList", "etag": '"list"', "items": items})


async def get_setting(workspace: Workspace, call: Call, name: str) -> Answer:
    """GET users/me/settings/{setting}."""
    del call
    zone = next(iter(workspace.tenant.mailboxes.values())).zone if workspace.tenant.mailboxes else "UTC"
    value = {**_SETTINGS, "timezone": zone}.get(name)
    if value is None:
        raise not_found()
    return Answer(body={"kind": "calendar#setting", "etag": '"0"', "id": name, "value": value})


def _entry(workspace: Workspace, mailbox: Mailbox, call: Call) -> dict[str, Any]:
    role = workspace.role_of(call.grant.account, mailbox.address)
    return {
        "kind": "calendar#calendarListEntry",
        **_properties(workspace, mailbox),
        "accessRole": role.value,
        "selected": True,
        "defaultReminders": [],
    }


def _properties(workspace: Workspace, mailbox: Mailbox) -> dict[str, Any]:
    entry = workspace.tenant.directory.rooms[mailbox.address]
    found = {
        "etag": f'"{mailbox.epoch}"',
        "id": mailbox.address,
        "summary": mailbox.owner.name,
        "location": str(entry.room.place) or None,
        "timeZone": mailbox.zone,
        "conferenceProperties": {"allowedConferenceSolutionTypes": ["hangoutsMeet"]},
        "autoAcceptInvitations": mailbox.address not in workspace.declining,
    }
    return {name: value for name, value in found.items() if value is not None}
