"""`events`: list, read, create, change, remove, and the answers to an invitation."""

import uuid
from datetime import UTC, datetime
from typing import Any

import msgspec

from device.emulator.event import Event, EventKind
from device.emulator.graph.calendar_view import asked_window, preference_applied
from device.emulator.graph.call import Answer, Call, GraphError, bad_request, invalid, item_not_found
from device.emulator.graph.event_change import changes_of
from device.emulator.graph.event_filter import matching
from device.emulator.graph.event_json import EventWriter, etag
from device.emulator.graph.ids import key_of
from device.emulator.graph.odata import page, shape, shape_one
from device.emulator.mailbox import Mailbox
from device.model.window import Window

_NOWHERE = Window(start=datetime(1, 1, 1, tzinfo=UTC), end=datetime(1, 1, 1, tzinfo=UTC))


async def list_events(mailbox: Mailbox, call: Call) -> Answer:
    """GET /users/{id}/events: single meetings and masters, no occurrences."""
    writer = EventWriter(mailbox, call)
    found = matching(mailbox.stored(), call.query.get("$filter", ""))
    return Answer(body=page(shape(found, writer, call), call), headers=preference_applied(call))


async def get_event(mailbox: Mailbox, call: Call, identifier: str) -> Answer:
    """GET /users/{id}/events/{id}."""
    event = existing(mailbox, identifier)
    body = {"@odata.context": f"{call.base}/$metadata#events/$entity"}
    return Answer(body=body | shape_one(event, EventWriter(mailbox, call), call), headers=preference_applied(call))


async def list_instances(mailbox: Mailbox, call: Call, identifier: str) -> Answer:
    """GET /users/{id}/events/{id}/instances: the occurrences of one series in a window."""
    master = existing(mailbox, identifier)
    if master.kind is not EventKind.MASTER:
        raise GraphError(400, "ErrorCalendarIsNotRecurringMaster", "The event is not the master of a series.")
    found = [event for event in mailbox.view(asked_window(call)) if event.series == master.id]
    return Answer(body=page(shape(found, EventWriter(mailbox, call), call), call))


async def create_event(mailbox: Mailbox, call: Call) -> Answer:
    """POST /users/{id}/events. The same `transactionId` with the same content is one event, with another a conflict."""
    fields = call.fields()
    event = _new(mailbox, fields)
    twin = mailbox.of_transaction(event.transaction) if event.transaction else None
    if twin is not None:
        if (twin.subject, twin.when) != (event.subject, event.when) and twin.version == 1:
            message = "The TransactionId specified in the request has already been used to create a different event."
            raise GraphError(409, "ErrorDuplicateTransactionId", f"Your request can't be completed. {message}")
        event = twin
    else:
        event = mailbox.add(event)
    writer = EventWriter(mailbox, call)
    location = {"Location": f"{call.base}{call.path}/{writer.id_of(event.id)}"}
    body = {"@odata.context": f"{call.base}/$metadata#events/$entity"}
    return Answer(status=201, body=body | shape_one(event, writer, call), headers=location)


def _new(mailbox: Mailbox, fields: dict[str, Any]) -> Event:
    """The event that a POST asks for, not yet entered.

    Raises:
        GraphError: it has no start or no end, or a property holds what it may not.
    """
    if "start" not in fields or "end" not in fields:
        raise invalid("An event needs a start and an end.")
    transaction = fields.get("transactionId") or ""
    if not isinstance(transaction, str):
        raise bad_request("An unexpected value was found where a string was expected.")
    blank = Event(
        id=mailbox.new_id(), when=_NOWHERE, uid=str(uuid.uuid4()), response="organizer", transaction=transaction
    )
    event = msgspec.structs.replace(blank, **changes_of(fields, blank))
    kind = EventKind.MASTER if event.rule else EventKind.SINGLE
    return msgspec.structs.replace(event, kind=kind, organizer=mailbox.owner)


async def update_event(mailbox: Mailbox, call: Call, identifier: str) -> Answer:
    """PATCH /users/{id}/events/{id}: only what the body names is changed; an occurrence becomes an exception."""
    event = existing(mailbox, identifier)
    _check_version(event, call)
    changes = changes_of(call.fields(), event)
    if event.kind in (EventKind.OCCURRENCE, EventKind.EXCEPTION) and changes.get("rule"):
        raise GraphError(400, "ErrorPropertyValidationFailure", "An occurrence cannot have a recurrence of its own.")
    if event.kind in (EventKind.SINGLE, EventKind.MASTER) and "rule" in changes:
        changes["kind"] = EventKind.MASTER if changes["rule"] else EventKind.SINGLE
    changed = mailbox.replace(msgspec.structs.replace(event, **changes))
    body = {"@odata.context": f"{call.base}/$metadata#events/$entity"}
    return Answer(body=body | shape_one(changed, EventWriter(mailbox, call), call), headers=preference_applied(call))


async def delete_event(mailbox: Mailbox, call: Call, identifier: str) -> Answer:
    """DELETE /users/{id}/events/{id}."""
    event = existing(mailbox, identifier)
    _check_version(event, call)
    mailbox.remove(event.id)
    return Answer(status=204)


async def cancel_event(mailbox: Mailbox, _: Call, identifier: str) -> Answer:
    """POST /users/{id}/events/{id}/cancel: the organizer's alone."""
    event = existing(mailbox, identifier)
    if event.response != "organizer":
        message = "Your request can't be completed. You need to be an organizer to cancel a meeting."
        raise GraphError(400, "ErrorInvalidRequest", message)
    mailbox.remove(event.id)
    return Answer(status=202)


async def decline_event(mailbox: Mailbox, _: Call, identifier: str) -> Answer:
    """POST /users/{id}/events/{id}/decline: it leaves the calendar of who declines."""
    event = _invited(mailbox, identifier)
    mailbox.remove(event.id)
    return Answer(status=202)


async def accept_event(mailbox: Mailbox, _: Call, identifier: str) -> Answer:
    """POST /users/{id}/events/{id}/accept."""
    mailbox.replace(msgspec.structs.replace(_invited(mailbox, identifier), response="accepted", show_as="busy"))
    return Answer(status=202)


async def accept_tentatively(mailbox: Mailbox, _: Call, identifier: str) -> Answer:
    """POST /users/{id}/events/{id}/tentativelyAccept."""
    event = _invited(mailbox, identifier)
    mailbox.replace(msgspec.structs.replace(event, response="tentativelyAccepted", show_as="tentative"))
    return Answer(status=202)


def existing(mailbox: Mailbox, identifier: str) -> Event:
    """The event with an id from outside.

    Raises:
        GraphError: the id is malformed, or there is no such event.
    """
    key = key_of(identifier)
    if not key:
        raise GraphError(400, "ErrorInvalidIdMalformed", "Id is malformed.")
    event = mailbox.find(key)
    if event is None:
        raise item_not_found()
    return event


def _invited(mailbox: Mailbox, identifier: str) -> Event:
    event = existing(mailbox, identifier)
    if event.response == "organizer":
        message = "Your request can't be completed. You can't respond to this meeting because you're the organizer."
        raise GraphError(400, "ErrorInvalidRequest", message)
    return event


def _check_version(event: Event, call: Call) -> None:
    wanted = call.headers.get("if-match", "*").strip()
    if wanted not in ("*", etag(event)):
        message = "The send or update operation could not be performed because the change key passed in the request "
        raise GraphError(
            412, "ErrorIrresolvableConflict", message + "does not match the current change key for the item."
        )
