"""One item, or several by their ids: `GetItem`, `CreateItem`, `UpdateItem`, `DeleteItem`."""

import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from xml.etree.ElementTree import Element

import msgspec

from device.emulator.event import Event, EventKind
from device.emulator.ews import replies
from device.emulator.ews.call import Call
from device.emulator.ews.errors import EwsError, item_not_found, malformed_id
from device.emulator.ews.exchange import Exchange, Share
from device.emulator.ews.folders import calendar_of
from device.emulator.ews.ids import key_of
from device.emulator.ews.item_change import changes_of, without
from device.emulator.ews.item_fields import Shape, property_key
from device.emulator.ews.item_writer import ItemWriter, item_ids
from device.emulator.ews.xml import M, T, node
from device.emulator.graph.event_json import change_key
from device.emulator.mailbox import Mailbox
from device.model.window import Window

_NOWHEN = Window(start=datetime(2000, 1, 1, tzinfo=UTC), end=datetime(2000, 1, 1, tzinfo=UTC))
_NEVER = datetime.min.replace(tzinfo=UTC)
_RULES = ("NeverOverwrite", "AutoResolve", "AlwaysOverwrite")


def get_item(exchange: Exchange, call: Call) -> Element:
    """GetItem."""
    shape = Shape(call.body.find(f"{M}ItemShape"))

    def read(identifier: Element) -> list[Element]:
        mailbox, event = existing(exchange, call, identifier, Share.LIMITED_DETAILS)
        share = exchange.right(call.caller, mailbox.address)
        return [node("m:Items", ItemWriter(mailbox, share, call.zone, shape).write(event))]

    return call.answer(_each(call.body.find(f"{M}ItemIds"), read))


def create_item(exchange: Exchange, call: Call) -> Element:
    """CreateItem: new meetings in a calendar, and answers to invitations."""
    place = call.body.find(f"{M}SavedItemFolderId/*")

    def create(item: Element) -> list[Element]:
        kind = item.tag.removeprefix(T)
        if kind in replies.REPLIES:
            if not call.body.get("MessageDisposition"):
                raise EwsError("ErrorMessageDispositionRequired", "A message needs a disposition.")
            mailbox, event = existing(exchange, call, item.find(f"{T}ReferenceItemId"), Share.EDITOR)
            replies.REPLIES[kind](mailbox, event)
            return [node("m:Items")]
        if kind != "CalendarItem":
            raise EwsError("ErrorCannotCreateCalendarItemInNonCalendarFolder", "Only meetings are kept here.")
        if not call.body.get("SendMeetingInvitations"):
            text = "SendMeetingInvitations attribute is required for calendar items."
            raise EwsError("ErrorSendMeetingInvitationsRequired", text)
        mailbox = _target(exchange, call, place)
        event = mailbox.add(_new(mailbox, item, call))
        return [node("m:Items", node("t:CalendarItem", item_ids(event)))]

    return call.answer(_each(call.body.find(f"{M}Items"), create))


def _target(exchange: Exchange, call: Call, place: Element | None) -> Mailbox:
    if place is not None:
        return calendar_of(exchange, call, place, Share.EDITOR)
    return exchange.opened(call.caller, call.caller.acts_as, Share.EDITOR)


def _new(mailbox: Mailbox, item: Element, call: Call) -> Event:
    blank = Event(id=mailbox.new_id(), when=_NOWHEN, uid=str(uuid.uuid4()), response="organizer")
    if item.find(f"{T}Start") is None or item.find(f"{T}End") is None:
        raise EwsError("ErrorCalendarEndDateIsEarlierThanStartDate", "A start and an end are needed.")
    event = msgspec.structs.replace(blank, organizer=mailbox.owner, **changes_of(item, blank, call.zone))
    return msgspec.structs.replace(event, kind=EventKind.MASTER if event.rule else EventKind.SINGLE)


def update_item(exchange: Exchange, call: Call) -> Element:
    """UpdateItem: only what the updates name is changed; an occurrence becomes an exception."""
    rule = call.body.get("ConflictResolution", "")
    if not call.body.get("SendMeetingInvitationsOrCancellations"):
        text = "SendMeetingInvitationsOrCancellations attribute is required for calendar items."
        raise EwsError("ErrorSendMeetingInvitationsOrCancellationsRequired", text)

    def update(change: Element) -> list[Element]:
        identifier = _identifier(change)
        mailbox, event = existing(exchange, call, identifier, Share.EDITOR)
        _check_version(identifier, event, rule)
        changes = _changes(change, event, call)
        if event.kind in (EventKind.OCCURRENCE, EventKind.EXCEPTION) and changes.get("rule"):
            raise EwsError("ErrorCalendarCannotUseIdForOccurrenceId", "An occurrence has no recurrence of its own.")
        if event.kind in (EventKind.SINGLE, EventKind.MASTER) and "rule" in changes:
            changes["kind"] = EventKind.MASTER if changes["rule"] else EventKind.SINGLE
        changed = mailbox.replace(msgspec.structs.replace(event, **changes))
        conflicts = node("m:ConflictResults", node("t:Count", "0"))
        return [node("m:Items", node("t:CalendarItem", item_ids(changed))), conflicts]

    return call.answer(_each(call.body.find(f"{M}ItemChanges"), update))


def _changes(change: Element, event: Event, call: Call) -> dict[str, Any]:
    """What the updates of one item come to, taken together."""
    item, gone = node("t:CalendarItem"), []
    for update in change.iterfind(f"{T}Updates/*"):
        if update.tag == f"{T}DeleteItemField":
            gone.append(_path(update[0]))
        else:
            content = update.find(f"{T}CalendarItem")
            item.extend(list(content) if content is not None else [])
    return {**without(gone, event), **changes_of(item, event, call.zone)}


def _path(element: Element) -> str:
    if element.tag == f"{T}ExtendedFieldURI":
        return property_key(element)
    return element.get("FieldURI", "").partition(":")[2]


def _check_version(identifier: Element, event: Event, rule: str) -> None:
    """Refuse a change to a version that is not the present one.

    Raises:
        EwsError: it is not, or the request does not say which it means.
    """
    if rule not in _RULES:
        raise EwsError("ErrorInvalidRequest", "There is no such way to resolve conflicts.")
    wanted = identifier.get("ChangeKey", "")
    if rule == "AlwaysOverwrite":
        return
    if not wanted:
        text = "A change key is required for this operation."
        raise EwsError("ErrorChangeKeyRequiredForWriteOperations", text)
    if rule == "NeverOverwrite" and wanted != change_key(event):
        text = "The send or update operation could not be performed because the change key passed in is not current."
        raise EwsError("ErrorIrresolvableConflict", text)


def delete_item(exchange: Exchange, call: Call) -> Element:
    """DeleteItem: a meeting, a day of a series, or a whole series."""
    if not call.body.get("SendMeetingCancellations"):
        text = "SendMeetingCancellations attribute is required for Calendar items."
        raise EwsError("ErrorSendMeetingCancellationsRequired", text)

    def delete(identifier: Element) -> list[Element]:
        mailbox, event = existing(exchange, call, identifier, Share.EDITOR)
        mailbox.remove(event.id)
        return []

    return call.answer(_each(call.body.find(f"{M}ItemIds"), delete))


def existing(exchange: Exchange, call: Call, identifier: Element | None, need: Share) -> tuple[Mailbox, Event]:
    """The event that an id means, and its mailbox.

    Raises:
        EwsError: the id is malformed, there is no such event, or the caller may not.
    """
    key = _key(exchange, identifier)
    mailbox = exchange.opened(call.caller, key.partition("/")[0], need)
    event = mailbox.find(key)
    if event is None:
        raise item_not_found()
    return mailbox, event


def _key(exchange: Exchange, identifier: Element | None) -> str:
    """The office's own key of what an id of any kind means."""
    if identifier is None:
        raise malformed_id()
    if identifier.tag == f"{T}RecurringMasterItemId":
        return _inside(identifier.get("OccurrenceId", "")).partition("#")[0]
    if identifier.tag != f"{T}OccurrenceItemId":
        return _inside(identifier.get("Id", ""))
    master = _inside(identifier.get("RecurringMasterId", ""))
    mailbox = exchange.tenant.mailboxes.get(master.partition("/")[0])
    event = mailbox.find(master) if mailbox else None
    index = identifier.get("InstanceIndex", "")
    if event is None or event.rule is None or not index.isdecimal():
        raise item_not_found()
    days = event.rule.dates(
        event.rule.first, event.rule.last or event.rule.first.replace(year=event.rule.first.year + 2)
    )
    day = next((day for number, day in enumerate(days, 1) if number == int(index)), None)
    if day is None:
        raise EwsError("ErrorCalendarOccurrenceIndexIsOutOfRecurrenceRange", "There is no such occurrence.")
    return f"{master}#{day.isoformat()}"


def _inside(identifier: str) -> str:
    key = key_of(identifier)
    if not key:
        raise malformed_id()
    return key


def _identifier(change: Element) -> Element:
    found = next((child for child in change if child.tag.endswith("ItemId")), None)
    if found is None:
        raise malformed_id()
    return found


def _each(parts: Element | None, act: Callable[[Element], list[Element]]) -> Iterator[list[Element] | EwsError]:
    """Do it to one after the other; what goes wrong with one costs no other."""
    for part in parts if parts is not None else ():
        try:
            yield act(part)
        except EwsError as error:
            if error.fault:
                raise
            yield error
