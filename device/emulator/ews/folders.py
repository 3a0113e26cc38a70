"""`GetFolder`, and which folder a request means."""

from xml.etree.ElementTree import Element

from device.emulator.ews.call import Call
from device.emulator.ews.errors import EwsError, item_not_found, malformed_id
from device.emulator.ews.exchange import Exchange, Share
from device.emulator.ews.ids import folder_id, folder_of
from device.emulator.ews.item_writer import effective_rights
from device.emulator.ews.xml import M, T, node, said
from device.emulator.mailbox import Mailbox

CALENDAR = "calendar"
_FOLDERS = {
    "calendar": ("CalendarFolder", "Calendar", "IPF.Appointment", "msgfolderroot"),
    "root": ("Folder", "", "", ""),
    "msgfolderroot": ("Folder", "Top of Information Store", "IPF.Note", "root"),
    "inbox": ("Folder", "Inbox", "IPF.Note", "msgfolderroot"),
    "sentitems": ("Folder", "Sent Items", "IPF.Note", "msgfolderroot"),
    "deleteditems": ("Folder", "Deleted Items", "IPF.Note", "msgfolderroot"),
}
"""Element, name, class and parent of each distinguished folder that there is."""


def calendar_of(exchange: Exchange, call: Call, place: Element | None, need: Share) -> Mailbox:
    """The mailbox whose calendar a folder's element means, for somebody with this right.

    Raises:
        EwsError: there is none, it is no calendar, or the right is missing.
    """
    if place is None:
        raise item_not_found()
    kind, mailbox = meant(exchange, call, place, need)
    if kind != CALENDAR:
        raise EwsError("ErrorFolderNotFound", "The specified folder could not be found in the store.")
    return mailbox


def meant(exchange: Exchange, call: Call, place: Element, need: Share) -> tuple[str, Mailbox]:
    """Kind of folder and mailbox that an element means."""
    if place.tag == f"{T}FolderId":
        kind, address = folder_of(place.get("Id", ""))
        if not kind:
            raise malformed_id()
        return kind, exchange.opened(call.caller, address, need)
    kind = place.get("Id", "")
    address = said(place, f"{T}Mailbox/{T}EmailAddress") or call.caller.acts_as
    if not address:
        raise EwsError("ErrorMissingEmailAddress", "An account without a mailbox must name the mailbox it means.")
    if kind not in _FOLDERS:
        raise EwsError("ErrorFolderNotFound", "The specified folder could not be found in the store.")
    return kind, exchange.opened(call.caller, address, need)


def get_folder(exchange: Exchange, call: Call) -> Element:
    """GetFolder: any number of folders, each for itself."""

    def result(place: Element) -> list[Element] | EwsError:
        try:
            kind, mailbox = meant(exchange, call, place, Share.LIMITED_DETAILS)
        except EwsError as error:
            if error.fault:
                raise
            return error
        return [node("m:Folders", _folder(exchange, call, kind, mailbox))]

    places = call.body.find(f"{M}FolderIds")
    return call.answer(result(place) for place in (places if places is not None else ()))


def _folder(exchange: Exchange, call: Call, kind: str, mailbox: Mailbox) -> Element:
    element, name, klass, parent = _FOLDERS[kind]
    count = str(len(mailbox.stored())) if kind == CALENDAR else "0"
    return node(
        f"t:{element}",
        node("t:FolderId", Id=folder_id(kind, mailbox.address), ChangeKey="AQAAAA=="),
        node("t:ParentFolderId", Id=folder_id(parent, mailbox.address), ChangeKey="AQAAAA==") if parent else None,
        node("t:FolderClass", klass) if klass else None,
        node("t:DisplayName", name),
        node("t:TotalCount", count),
        node("t:ChildFolderCount", "5" if kind in ("root", "msgfolderroot") else "0"),
        effective_rights("t:EffectiveRights", exchange.right(call.caller, mailbox.address)),
        node("t:DistinguishedFolderId", kind) if kind != "root" else None,
    )
