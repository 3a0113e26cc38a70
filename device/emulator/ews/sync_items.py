"""`SyncFolderItems`: what changed in a calendar since a state, as items are stored: a series is its master alone."""

from typing import Annotated
from xml.etree.ElementTree import Element

import msgspec

from device.emulator.ews.call import Call
from device.emulator.ews.errors import EwsError, schema_violation
from device.emulator.ews.exchange import Exchange, Share
from device.emulator.ews.folders import calendar_of
from device.emulator.ews.ids import item_id
from device.emulator.ews.item_fields import Shape
from device.emulator.ews.item_writer import ItemWriter
from device.emulator.ews.xml import M, node, said, yes_no
from device.emulator.graph.opaque import opaque, transparent
from device.emulator.mailbox import ChangeType, Mailbox
from device.model.value import Value

MOST = 512
"""Changes that one call gives."""


class State(Value):
    """How far a client has come."""

    mailbox: str
    epoch: int
    sequence: Annotated[int, msgspec.Meta(ge=0)] = 0
    """The changes that it has had."""
    listed: int | None = 0
    """Of the first listing: how many items it has had; None: it is through."""


def sync_folder_items(exchange: Exchange, call: Call) -> Element:
    """SyncFolderItems."""
    try:
        mailbox = calendar_of(exchange, call, call.body.find(f"{M}SyncFolderId/*"), Share.LIMITED_DETAILS)
        state = _state(mailbox, said(call.body, f"{M}SyncState"))
        most = _most(call)
        share = exchange.right(call.caller, mailbox.address)
        writer = ItemWriter(mailbox, share, call.zone, Shape(call.body.find(f"{M}ItemShape"), found=True))
    except EwsError as error:
        if error.fault:
            raise
        return _refused(call, error)
    changes, after, more = (
        _listing(mailbox, writer, state, most) if state.listed is not None else _news(mailbox, writer, state, most)
    )
    told = [
        node("m:SyncState", opaque(after)),
        node("m:IncludesLastItemInRange", yes_no(not more)),
        node("m:Changes", *changes),
    ]
    return call.answer((told,))


def _refused(call: Call, error: EwsError) -> Element:
    """An error brings an empty state with it."""
    response = call.answer((error,))
    for message in response[0]:
        message.extend((node("m:SyncState"), node("m:IncludesLastItemInRange", "true")))
    return response


def _state(mailbox: Mailbox, text: str) -> State:
    if not text:
        return State(mailbox=mailbox.address, epoch=mailbox.epoch, sequence=mailbox.sequence)
    state = transparent(text, State)
    if state is None or state.mailbox != mailbox.address or state.epoch != mailbox.epoch:
        text = "Synchronization state data is corrupt or otherwise invalid."
        raise EwsError("ErrorInvalidSyncStateData", text)
    return state


def _most(call: Call) -> int:
    text = said(call.body, f"{M}MaxChangesReturned")
    if not text.isdecimal() or not 1 <= int(text) <= MOST:
        raise schema_violation("MaxChangesReturned must lie between 1 and 512.")
    return int(text)


def _listing(mailbox: Mailbox, writer: ItemWriter, state: State, most: int) -> tuple[list[Element], State, bool]:
    """Every item as it is, in several calls; what changes meanwhile comes afterwards."""
    stored, at = mailbox.stored(), state.listed or 0
    changes = [node("t:Create", writer.write(event)) for event in stored[at : at + most]]
    more = at + most < len(stored)
    after = msgspec.structs.replace(state, listed=at + most if more else None)
    return changes, after, more or after.sequence < mailbox.sequence


def _news(mailbox: Mailbox, writer: ItemWriter, state: State, most: int) -> tuple[list[Element], State, bool]:
    """Each item that changed once, as it is now, in the order of the first change."""
    fresh = mailbox.changes[state.sequence :]
    part, changes = fresh[:most], dict[str, Element]()
    new = {change.id for change in part if change.type is ChangeType.CREATED}
    for change in part:
        key = change.id.partition("#")[0]
        event = next((event for event in mailbox.stored() if event.id == key), None)
        if event is not None:
            changes[key] = node("t:Create" if key in new else "t:Update", writer.write(event))
        else:
            changes[key] = node("t:Delete", node("t:ItemId", Id=item_id(key), ChangeKey="AQAAAA=="))
    after = msgspec.structs.replace(state, sequence=state.sequence + len(part))
    return list(changes.values()), after, len(fresh) > most
