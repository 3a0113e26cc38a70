"""Rooms by the room lists that an administrator has made, and people by the beginning of a name. Blocks."""

from typing import Any

from exchangelib.properties import RoomList

from device.calendars.exchange.services import ListedRooms, Names, RoomLists
from device.calendars.interface import PAGE_LIMIT, Person
from device.model.room import Room
from device.model.safetext import SafeText

PEOPLE = 50
"""The most that are given."""


def read_rooms(protocol: Any, identity: Any) -> tuple[Room, ...]:
    """Every room of every list, once. Exchange knows neither their time zones nor how many seats they have."""
    found: dict[str, Room] = {}
    for number, listed in enumerate(RoomLists(protocol, identity).call()):
        if number >= PAGE_LIMIT:
            break
        address = getattr(listed, "email_address", None)
        if not address:
            continue
        for room in ListedRooms(protocol, identity).call(room_list=RoomList(email_address=address)):
            key = getattr(room, "email_address", None)
            if key and key.lower() not in found:
                place = SafeText(getattr(listed, "name", None))
                found[key.lower()] = Room(id=key, name=SafeText(room.name or key), zone="", place=place)
    return tuple(found.values())


def read_people(protocol: Any, identity: Any, text: str) -> tuple[Person, ...]:
    """Those of the directory whose name, in any part of it, or whose address begins with `text`."""
    wanted = SafeText(text)  # XML has no room for control characters
    if not wanted:
        return ()
    names = Names(protocol, identity).call(unresolved_entries=[wanted], search_scope="ActiveDirectory")
    found: dict[str, Person] = {}
    for mailbox in names:
        address, name = getattr(mailbox, "email_address", None) or "", getattr(mailbox, "name", None) or ""
        if "@" in address and getattr(mailbox, "mailbox_type", "") == "Mailbox" and _begins(name, address, wanted):
            found.setdefault(address.lower(), Person(name=SafeText(name or address), address=address))
    return tuple(found.values())[:PEOPLE]


def _begins(name: str, address: str, text: str) -> bool:
    """Whether it is somebody that was meant: Exchange also looks in other properties."""
    wanted = text.casefold()
    return any(word.casefold().startswith(wanted) for word in (name, address, *name.split()))
