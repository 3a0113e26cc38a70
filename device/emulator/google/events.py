"""`events`: read, enter, change and take away one event."""

import uuid
from datetime import UTC, datetime
from typing import Any

import msgspec

from device.emulator.event import Event, EventKind
from device.emulator.google.call import Answer, Call, GoogleError, not_found, required
from device.emulator.google.event_change import Change, invites_others
from device.emulator.google.event_json import EventWriter, etag
from device.emulator.google.ids import VALID, chosen_key, key_of
from device.emulator.google.workspace import Workspace
from device.emulator.mailbox import ChangeType, Mailbox
from device.model.window import Window

_NOWHERE = Window(start=datetime(2, 1, 1, tzinfo=UTC), end=datetime(2, 1, 1, tzinfo=UTC))


async def get_event(workspace: Workspace, mailbox: Mailbox, call: Call, identifier: str) -> Answer:
    """GET calendars/{id}/events/{id}: those that are no more can be had, too, as far as anything is left of them."""
    key = key_of(mailbox, identifier)
    event = mailbox.find(key)
    if event is None and not _was_there(mailbox, key):
        raise not_found()
    return _answer(workspace, mailbox, call, event, key)


async def insert_event(workspace: Workspace, mailbox: Mailbox, call: Call) -> Answer:
    """POST calendars/{id}/events. An id that was used before is refused, even if its event is no more."""
    fields = call.fields()
    for name in ("start", "end"):
        if name not in fields:
            raise required(f"Missing {name} time.")
    _check_guests(call, fields, mailbox)
    blank = Event(
        id=_new_key(mailbox, fields),
        when=_NOWHERE,
        uid=str(uuid.uuid4()),
        response="organizer",
        organizer=mailbox.owner,
        creator=workspace.person(call.grant.account),
        zone=mailbox.zone,
    )
    event = msgspec.structs.replace(blank, **Change(mailbox, blank, fields, whole=True).changes())
    kind = EventKind.MASTER if event.rule else EventKind.SINGLE
    stored = mailbox.add(msgspec.structs.replace(event, kind=kind))
    return _answer(workspace, mailbox, call, stored, stored.id)


async def patch_event(workspace: Workspace, mailbox: Mailbox, call: Call, identifier: str) -> Answer:
    """PATCH calendars/{id}/events/{id}: only what the body names; an occurrence becomes an exception."""
    return _changed(workspace, mailbox, call, identifier, whole=False)


async def update_event(workspace: Workspace, mailbox: Mailbox, call: Call, identifier: str) -> Answer:
    """PUT calendars/{id}/events/{id}: what the body does not name is emptied."""
    for name in ("start", "end"):
        if name not in call.fields():
            raise required(f"Missing {name} time.")
    return _changed(workspace, mailbox, call, identifier, whole=True)


async def delete_event(workspace: Workspace, mailbox: Mailbox, call: Call, identifier: str) -> Answer:
    """DELETE calendars/{id}/events/{id}: out of this calendar, whoever organises it."""
    del workspace
    event = _existing(mailbox, identifier)
    _check_version(event, call)
    mailbox.remove(event.id)
    return Answer(status=204)


def _changed(workspace: Workspace, mailbox: Mailbox, call: Call, identifier: str, *, whole: bool) -> Answer:
    event = _existing(mailbox, identifier)
    _check_version(event, call)
    _check_guests(call, call.fields(), mailbox)
    change = Change(mailbox, event, call.fields(), whole=whole)
    changes = change.changes()
    if event.kind in (EventKind.OCCURRENCE, EventKind.EXCEPTION) and changes.get("rule"):
        raise GoogleError(400, "invalid", "An instance cannot have a recurrence of its own.")
    if event.kind in (EventKind.SINGLE, EventKind.MASTER) and "rule" in changes:
        changes["kind"] = EventKind.MASTER if changes["rule"] else EventKind.SINGLE
    if change.cancels():
        mailbox.remove(event.id)
        return _answer(workspace, mailbox, call, None, event.id)
    stored = mailbox.replace(msgspec.structs.replace(event, **changes))
    return _answer(workspace, mailbox, call, stored, stored.id)


def _answer(workspace: Workspace, mailbox: Mailbox, call: Call, event: Event | None, key: str) -> Answer:
    writer = EventWriter(mailbox, call, workspace.role_of(call.grant.account, mailbox.address))
    body = writer.write(event) if event else writer.gone(key)
    return Answer(body=body, headers={"ETag": body["etag"]})


def _existing(mailbox: Mailbox, identifier: str) -> Event:
    key = key_of(mailbox, identifier)
    event = mailbox.find(key)
    if event is None:
        raise GoogleError(410, "deleted", "Resource has been deleted") if _was_there(mailbox, key) else not_found()
    return event


def _was_there(mailbox: Mailbox, key: str) -> bool:
    return any(change.id == key and change.type is ChangeType.DELETED for change in mailbox.changes)


def _new_key(mailbox: Mailbox, fields: dict[str, Any]) -> str:
    identifier = fields.get("id")
    if identifier is None:
        return mailbox.new_id()
    if not isinstance(identifier, str) or not VALID.fullmatch(identifier):
        raise GoogleError(400, "invalid", "Invalid resource id value.")
    # The ids that are given out here are taken as well, and stand for a key of another shape.
    for key in (chosen_key(mailbox, identifier), key_of(mailbox, identifier)):
        if mailbox.find(key) is not None or _was_there(mailbox, key):
            raise GoogleError(409, "duplicate", "The requested identifier already exists.")
    return chosen_key(mailbox, identifier)


def _check_guests(call: Call, fields: dict[str, Any], mailbox: Mailbox) -> None:
    """A service account that stands for nobody invites nobody."""
    if not call.grant.delegated and invites_others(fields, mailbox.address):
        message = "Service accounts cannot invite attendees without Domain-Wide Delegation of Authority."
        raise GoogleError(403, "forbiddenForServiceAccounts", message, domain="calendar")


def _check_version(event: Event, call: Call) -> None:
    wanted = call.headers.get("if-match", "*").strip()
    if wanted not in ("*", etag(event)):
        raise GoogleError(412, "conditionNotMet", "Precondition Failed", location=("header", "If-Match"))
