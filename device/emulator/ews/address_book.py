"""Whom and what the directory knows: room lists, rooms, and people by the beginning of a name."""

from collections.abc import Iterable
from xml.etree.ElementTree import Element

from device.emulator.event import Person
from device.emulator.ews.call import Call
from device.emulator.ews.errors import EwsError
from device.emulator.ews.exchange import Exchange
from device.emulator.ews.item_writer import mailbox_element
from device.emulator.ews.xml import M, T, node, said, yes_no
from device.emulator.graph.places import list_address

CANDIDATES = 100
"""The most that a name resolves to."""


def get_room_lists(exchange: Exchange, call: Call) -> Element:
    """GetRoomLists: one for each building."""
    addresses = (_list(building) for building in _buildings(exchange))
    return _direct(call, [node("m:RoomLists", *addresses)])


def get_rooms(exchange: Exchange, call: Call) -> Element:
    """GetRooms of one list."""
    wanted = said(call.body, f"{M}RoomList/{T}EmailAddress").lower()
    building = next((name for name in _buildings(exchange) if list_address(name) == wanted), None)
    if building is None:
        text = "The specified room list was not found."
        return _refused(call, EwsError("ErrorNameResolutionNoResults", text))
    rooms = (entry for entry in exchange.tenant.directory.rooms.values() if entry.building == building)
    found = (exchange.tenant.directory.person(entry.address) for entry in rooms)
    return _direct(call, [node("m:Rooms", *(node("t:Room", mailbox_element(room, "t:Id")) for room in found))])


def resolve_names(exchange: Exchange, call: Call) -> Element:
    """ResolveNames: everybody whose name or address begins so, in any part of it."""
    entry = said(call.body, f"{M}UnresolvedEntry").lower().removeprefix("smtp:")
    found = [person for person in _everybody(exchange) if entry and _begins(person, entry)]
    whole = call.body.get("ReturnFullContactData", "false").lower() == "true"
    tag = "m:ResolveNamesResponseMessage"
    if not found:
        none = EwsError("ErrorNameResolutionNoResults", "No results were found.")
        message = node(tag, *none.parts(), ResponseClass="Error")
    else:
        told = [_resolution(person, whole=whole) for person in found[:CANDIDATES]]
        attributes = {"TotalItemsInView": str(len(told)), "IncludesLastItemInRange": yes_no(len(found) <= CANDIDATES)}
        names = node("m:ResolutionSet", *told, **attributes)
        message = node(tag, *_verdict(len(found)), names, ResponseClass="Success" if len(found) == 1 else "Warning")
    return node("m:ResolveNamesResponse", node("m:ResponseMessages", message))


def _verdict(count: int) -> list[Element]:
    if count == 1:
        return [node("m:ResponseCode", "NoError")]
    return EwsError("ErrorNameResolutionMultipleResults", "Multiple results were found.").parts()


def _direct(call: Call, content: list[Element]) -> Element:
    """A response that is its own and only message."""
    return node(f"m:{call.operation}Response", node("m:ResponseCode", "NoError"), *content, ResponseClass="Success")


def _refused(call: Call, error: EwsError) -> Element:
    return node(f"m:{call.operation}Response", *error.parts(), ResponseClass="Error")


def _buildings(exchange: Exchange) -> list[str]:
    rooms = exchange.tenant.directory.rooms.values()
    return list(dict.fromkeys(entry.building for entry in rooms if entry.building))


def _list(building: str) -> Element:
    return node(
        "t:Address",
        node("t:Name", building),
        node("t:EmailAddress", list_address(building)),
        node("t:RoutingType", "SMTP"),
        node("t:MailboxType", "PublicDL"),
    )


def _everybody(exchange: Exchange) -> Iterable[Person]:
    directory = exchange.tenant.directory
    return (directory.person(address) for address in (*directory.people, *directory.rooms))


def _begins(person: Person, entry: str) -> bool:
    words = (person.name.lower(), person.address.lower(), *person.name.lower().split())
    return any(word.startswith(entry) for word in words)


def _resolution(person: Person, *, whole: bool) -> Element:
    contact = None
    if whole:
        entry = node("t:Entry", f"SMTP:{person.address}", Key="EmailAddress1")
        source = node("t:ContactSource", "ActiveDirectory")
        contact = node("t:Contact", node("t:DisplayName", person.name), node("t:EmailAddresses", entry), source)
    return node("t:Resolution", mailbox_element(person), contact)
