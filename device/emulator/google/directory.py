"""The Admin directory and People: rooms and buildings for the domain's administrators, people for everybody."""

import hashlib
from typing import Any

from device.emulator.directory import RoomEntry, directory_id
from device.emulator.event import Person
from device.emulator.google.call import Answer, Call, GoogleError, not_found
from device.emulator.google.workspace import Workspace
from device.emulator.graph.opaque import opaque, transparent
from device.model.value import Value

CUSTOMER = "my_customer"
LARGEST = 500


class Place(Value):
    """Where a list goes on."""

    at: int


async def list_resources(workspace: Workspace, call: Call, customer: str) -> Answer:
    """GET admin/directory/v1/customer/{customer}/resources/calendars."""
    _check(workspace, call, customer)
    items = [_resource(entry) for entry in workspace.tenant.directory.rooms.values()]
    kind = "admin#directory#resources#calendars#calendarResourcesList"
    return _page(call, kind, "items", items, LARGEST)


async def list_buildings(workspace: Workspace, call: Call, customer: str) -> Answer:
    """GET admin/directory/v1/customer/{customer}/resources/buildings."""
    _check(workspace, call, customer)
    rooms = workspace.tenant.directory.rooms.values()
    names = dict.fromkeys(entry.building for entry in rooms if entry.building)
    items = [
        {
            "kind": "admin#directory#resources#buildings#Building",
            "etags": f'"{building_id(name)}"',
            "buildingId": building_id(name),
            "buildingName": name,
            "floorNames": list(dict.fromkeys(_floor(entry) for entry in rooms if entry.building == name)),
        }
        for name in names
    ]
    return _page(call, "admin#directory#resources#buildings#buildingsList", "buildings", items, LARGEST)


async def list_users(workspace: Workspace, call: Call) -> Answer:
    """GET admin/directory/v1/users."""
    if call.text("customer") != CUSTOMER and not call.text("domain"):
        raise GoogleError(400, "badRequest", "Bad Request")
    if call.text("viewType") != "domain_public":
        _check(workspace, call, CUSTOMER)
    items = [_user(person) for person in _found(workspace, call.text("query"))]
    return _page(call, "admin#directory#users", "users", items, LARGEST)


async def search_people(workspace: Workspace, call: Call) -> Answer:
    """GET v1/people:searchDirectoryPeople: those whose names or address begin with the query."""
    if not call.grant.delegated:
        raise GoogleError(403, "forbidden", "Must be a G Suite domain user.")
    if not call.text("query") or not call.text("readMask") or not call.query.get("sources"):
        raise GoogleError(400, "badRequest", "query, readMask and sources are required.")
    wanted = {name.strip() for name in call.text("readMask").split(",")}
    people = [_person(person, wanted) for person in _found(workspace, call.text("query"))]
    return _page(call, "", "people", people, LARGEST, size="pageSize", more={"totalSize": len(people)})


def building_id(name: str) -> str:
    """The id of a building."""
    return "".join(filter(str.isalnum, name.lower())) or hashlib.sha256(name.encode()).hexdigest()[:8]


def _check(workspace: Workspace, call: Call, customer: str) -> None:
    if customer != CUSTOMER:
        raise GoogleError(400, "badRequest", "Bad Request")
    if call.grant.account not in workspace.administrators:
        raise GoogleError(403, "forbidden", "Not Authorized to access this resource/api")


def _found(workspace: Workspace, text: str) -> list[Person]:
    begun = text.lower().strip().removesuffix("*")
    return [
        person
        for person in workspace.tenant.directory.people.values()
        if not begun or any(word.startswith(begun) for word in _words(person))
    ]


def _words(person: Person) -> tuple[str, ...]:
    name = person.name.lower()
    return (name, person.address, *name.split())


def _resource(entry: RoomEntry) -> dict[str, Any]:
    name = str(entry.room.name)
    found = {
        "kind": "admin#directory#resources#calendars#CalendarResource",
        "etags": f'"{directory_id(entry.address)}"',
        "resourceId": directory_id(entry.address),
        "resourceName": name,
        "generatedResourceName": f"{entry.building}-{_floor(entry)}-{name}",
        "resourceEmail": entry.address,
        "resourceCategory": "CONFERENCE_ROOM",
        "capacity": entry.room.capacity,
        "buildingId": building_id(entry.building) if entry.building else None,
        "floorName": _floor(entry),
    }
    return {name: value for name, value in found.items() if value is not None}


def _floor(entry: RoomEntry) -> str:
    return entry.floor_label or str(entry.floor)


def _user(person: Person) -> dict[str, Any]:
    given, _, family = person.name.partition(" ")
    return {
        "kind": "admin#directory#user",
        "id": directory_id(person.address),
        "primaryEmail": person.address,
        "name": {"givenName": given, "familyName": family, "fullName": person.name},
        "suspended": False,
    }


def _person(person: Person, wanted: set[str]) -> dict[str, Any]:
    found = {
        "names": [{"metadata": {"primary": True}, "displayName": person.name}],
        "emailAddresses": [{"metadata": {"primary": True}, "value": person.address}],
    }
    kept = {name: value for name, value in found.items() if name in wanted}
    return {"resourceName": f"people/{directory_id(person.address)}", "etag": "%EgUBAgM3LhoBAg==", **kept}


def _page(
    call: Call,
    kind: str,
    name: str,
    items: list[dict[str, Any]],
    largest: int,
    *,
    size: str = "maxResults",
    more: dict[str, Any] | None = None,
) -> Answer:
    most = call.number(size, 100, range(1, largest + 1))
    place = transparent(call.text("pageToken"), Place) if call.text("pageToken") else Place(at=0)
    if place is None:
        raise not_found()
    end = place.at + most
    body: dict[str, Any] = {"kind": kind} if kind else {}
    body |= {name: items[place.at : end], **(more or {})}
    if end < len(items):
        body["nextPageToken"] = opaque(Place(at=end))
    return Answer(body=body)
