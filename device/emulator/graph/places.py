"""`places`: the rooms of the house and the lists (here: the buildings) that they are in."""

from typing import Any

from device.emulator.directory import DOMAIN, PLACES, RoomEntry, directory_id
from device.emulator.graph.call import Answer, Call, GraphError
from device.emulator.graph.odata import page
from device.emulator.tenant import Tenant

LARGEST_PAGE = 100


async def list_rooms(tenant: Tenant, call: Call) -> Answer:
    """GET /places/microsoft.graph.room."""
    _check(call)
    return _collection(call, [_room(entry) for entry in tenant.directory.rooms.values()], "room")


async def list_room_lists(tenant: Tenant, call: Call) -> Answer:
    """GET /places/microsoft.graph.roomlist."""
    _check(call)
    return _collection(call, [_room_list(building) for building in _buildings(tenant)], "roomList")


async def list_rooms_of(tenant: Tenant, call: Call, key: str) -> Answer:
    """GET /places/{list}/microsoft.graph.roomlist/rooms."""
    _check(call)
    for building in _buildings(tenant):
        if key.lower() in (list_address(building), directory_id(list_address(building))):
            rooms = [_room(entry) for entry in tenant.directory.rooms.values() if entry.building == building]
            return _collection(call, rooms, "room")
    raise _not_found(key)


async def get_place(tenant: Tenant, call: Call, key: str) -> Answer:
    """GET /places/{id or address}."""
    _check(call)
    address = tenant.directory.address_of(key)
    entry = tenant.directory.rooms.get(address or "")
    if entry is None:
        raise _not_found(key)
    return Answer(body={"@odata.type": "#microsoft.graph.room", **_room(entry)})


def list_address(building: str) -> str:
    """The address of the list of a building's rooms."""
    return f"{''.join(filter(str.isalnum, building.lower()))}@{DOMAIN}"


def _buildings(tenant: Tenant) -> list[str]:
    return list(dict.fromkeys(entry.building for entry in tenant.directory.rooms.values() if entry.building))


def _check(call: Call) -> None:
    if PLACES not in call.app.roles:
        raise GraphError(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")


def _room(entry: RoomEntry) -> dict[str, Any]:
    return {
        "id": directory_id(entry.address),
        "emailAddress": entry.address,
        "displayName": str(entry.room.name),
        "address": None,
        "geoCoordinates": None,
        "nickname": str(entry.room.name),
        "building": entry.building or None,
        "floorNumber": entry.floor,
        "floorLabel": entry.floor_label or None,
        "label": None,
        "capacity": entry.room.capacity,
        "bookingType": "standard",
        "isWheelChairAccessible": True,
        "tags": [],
        "audioDeviceName": None,
        "videoDeviceName": None,
        "displayDeviceName": None,
        "phone": None,
    }


def _room_list(building: str) -> dict[str, Any]:
    address = list_address(building)
    return {"id": directory_id(address), "emailAddress": address, "displayName": building}


def _collection(call: Call, items: list[dict[str, Any]], kind: str) -> Answer:
    body = page(items, call, usual=LARGEST_PAGE, largest=LARGEST_PAGE)
    return Answer(body=body | {"@odata.context": f"{call.base}/$metadata#places/microsoft.graph.{kind}"})


def _not_found(key: str) -> GraphError:
    return GraphError(404, "ErrorItemNotFound", f"The place '{key[:80]}' was not found.")
