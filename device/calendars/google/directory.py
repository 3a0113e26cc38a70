"""Rooms from the Admin directory, people from the People API.

People are looked up where everybody in the domain may look: `searchDirectoryPeople` matches beginnings of names and
addresses in one question and needs no rights of an administrator, while the directory's `users.list` matches one
field at a time and shows administrators more of people than a door has any use for.
"""

from collections.abc import AsyncIterator
from typing import Any

import msgspec

from device.calendars.google.api import Api
from device.calendars.google.options import Options
from device.calendars.interface import PAGE_LIMIT, Person
from device.model.errors import MalformedAnswer
from device.model.room import Room
from device.model.safetext import SafeText

PAGE = 500
PEOPLE = 30
"""How many people are told at once: whoever wants another types another letter."""
LONGEST = 100
"""Characters of a name or address that anybody types."""
_EQUIPMENT = "OTHER"


class _Resource(msgspec.Struct, rename="camel", gc=False):
    resource_email: str
    resource_name: str | None = None
    generated_resource_name: str | None = None
    resource_category: str | None = None
    capacity: int | None = None
    building_id: str | None = None
    floor_name: str | None = None


class _Building(msgspec.Struct, rename="camel", gc=False):
    building_id: str
    building_name: str | None = None


class _Named(msgspec.Struct, rename="camel", gc=False):
    display_name: str | None = None
    value: str | None = None


class _Found(msgspec.Struct, rename="camel", gc=False):
    names: list[_Named] = []
    email_addresses: list[_Named] = []


async def read_rooms(api: Api, options: Options) -> tuple[Room, ...]:
    """The domain's rooms, in the words of the house. Their zones are not in the directory and stay empty."""
    resources = f"{options.directory_endpoint.rstrip('/')}/customer/{options.customer}/resources"
    buildings: dict[str, str] = {}
    async for plain in _items(api, f"{resources}/buildings", "buildings"):
        building = _as(plain, _Building)
        if building is not None:
            buildings[building.building_id] = building.building_name or building.building_id
    rooms: dict[str, Room] = {}
    async for plain in _items(api, f"{resources}/calendars", "items"):
        resource = _as(plain, _Resource)
        if resource is not None and resource.resource_email and resource.resource_category != _EQUIPMENT:
            rooms[resource.resource_email] = _room(resource, buildings)
    return tuple(rooms.values())


async def is_listed(api: Api, options: Options, room: str) -> bool:
    """Whether the directory knows a room, whoever may open its calendar."""
    resources = f"{options.directory_endpoint.rstrip('/')}/customer/{options.customer}/resources"
    async for plain in _items(api, f"{resources}/calendars", "items"):
        resource = _as(plain, _Resource)
        if resource is not None and resource.resource_email.lower() == room.lower():
            return True
    return False


async def find_people(api: Api, options: Options, text: str) -> tuple[Person, ...]:
    """People of the domain whose name or address begins with `text`."""
    begun = "".join(filter(str.isprintable, text)).strip()[:LONGEST]
    if not begun:
        return ()
    query = {
        "query": begun,
        "readMask": "names,emailAddresses",
        "sources": "DIRECTORY_SOURCE_TYPE_DOMAIN_PROFILE",
        "pageSize": str(PEOPLE),
    }
    plain = await api.get(f"{options.people_endpoint.rstrip('/')}/people:searchDirectoryPeople", query)
    listed = plain.get("people", [])
    if not isinstance(listed, list):
        raise MalformedAnswer("JSON that holds no people")
    found = (_as(each, _Found) for each in listed)
    people = {person.address: person for person in map(_person, filter(None, found)) if person.address}
    return tuple(people.values())


async def _items(api: Api, url: str, name: str) -> AsyncIterator[Any]:
    """All items of a list, page by page.

    Raises:
        MalformedAnswer: it is no list, or its pages do not end.
    """
    query = {"maxResults": str(PAGE)}
    tokens = {""}
    for _ in range(PAGE_LIMIT):
        plain = await api.get(url, query)
        listed, token = plain.get(name, []), plain.get("nextPageToken", "")
        if not isinstance(listed, list) or not isinstance(token, str):
            raise MalformedAnswer("JSON that is no list")
        for item in listed:
            yield item
        if not token:
            return
        if token in tokens:
            break
        tokens.add(token)
        query = query | {"pageToken": token}
    raise MalformedAnswer("the pages do not end")


def _room(resource: _Resource, buildings: dict[str, str]) -> Room:
    building = buildings.get(resource.building_id or "", resource.building_id or "")
    place = ", ".join(filter(None, (building, resource.floor_name)))
    name = resource.resource_name or resource.generated_resource_name or resource.resource_email
    return Room(
        id=resource.resource_email,
        name=SafeText(name),
        zone="",
        capacity=resource.capacity,
        place=SafeText(place),
    )


def _person(found: _Found) -> Person:
    name = next((one.display_name for one in found.names if one.display_name), "")
    address = next((one.value for one in found.email_addresses if one.value), "")
    return Person(name=SafeText(name or address), address=address)


def _as(plain: Any, kind: Any) -> Any:
    """An item as it is meant; None for one that cannot be read, which costs no other."""
    try:
        return msgspec.convert(plain, kind)
    except msgspec.ValidationError:
        return None
