"""Which of Exchange's operations belongs to which function."""

from collections.abc import Callable, Mapping
from xml.etree.ElementTree import Element

from device.emulator.ews import address_book, availability, find_item, folders, items, sync_items
from device.emulator.ews.call import Call
from device.emulator.ews.errors import EwsError
from device.emulator.ews.exchange import Exchange
from device.emulator.ews.subscriptions import Subscriptions, subscribe, unsubscribe
from device.emulator.ews.zones import get_server_time_zones

STREAM = "GetStreamingEvents"
"""Answered by a stream, and not here."""


def _zones(exchange: Exchange, call: Call) -> Element:
    return call.answer((get_server_time_zones(call.body, exchange.tenant.clock.now.year),))


OPERATIONS: Mapping[str, Callable[[Exchange, Call], Element]] = {
    "CreateItem": items.create_item,
    "DeleteItem": items.delete_item,
    "FindItem": find_item.find_item,
    "GetFolder": folders.get_folder,
    "GetItem": items.get_item,
    "GetRoomLists": address_book.get_room_lists,
    "GetRooms": address_book.get_rooms,
    "GetServerTimeZones": _zones,
    "GetUserAvailability": availability.get_user_availability,
    "ResolveNames": address_book.resolve_names,
    "SyncFolderItems": sync_items.sync_folder_items,
    "UpdateItem": items.update_item,
}


def perform(exchange: Exchange, book: Subscriptions, call: Call) -> Element:
    """The response to one call.

    Raises:
        EwsError: Exchange answers the request as a whole with a fault.
    """
    if call.operation == "Subscribe":
        return subscribe(exchange, book, call)
    if call.operation == "Unsubscribe":
        return unsubscribe(book, call)
    if call.operation not in OPERATIONS:
        raise EwsError("ErrorInvalidOperation", "There is no such operation here.", fault=True)
    try:
        return OPERATIONS[call.operation](exchange, call)
    except EwsError as error:
        if error.fault:
            raise
        return call.answer((error,))
