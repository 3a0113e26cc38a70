"""Rooms: the list, one room, out of service and back, and the table in and out."""

from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.response import Redirect

from device.model.safetext import SafeText
from hub.administrators.roles import Role
from hub.audit import Event
from hub.connections.subscriptions import SubscriptionBook
from hub.devices.fleet import seen
from hub.rooms.registry import RoomRow
from hub.rooms.settings import origins, scopes_of
from hub.rooms.table import TableRefused, read, written
from hub.services import Services
from hub.switchboard import ConnectionChanged, Greet
from hub.web.parts import parts_of
from hub.web.portal.forms import Form, FormRefused, form_of
from hub.web.portal.frame import go, page
from hub.web.portal.guard import Asked, actor_of, may
from hub.web.portal.links import room_page
from hub.web.portal.zones import ZONES


@get("/rooms", opt=may(Role.VIEWER), include_in_schema=False)
async def rooms(request: Asked) -> Response[str]:
    """Every room, filtered by words and by whether it has a door."""
    hub, asked = parts_of(request).hub, request.query_params
    found, devices = await hub.rooms.all(), await hub.devices.all()
    doors = {door.room.id: door for door in seen(devices, found, hub.clock.read().now) if door.room}
    words, door = asked.get("words", "").lower()[:100], asked.get("door", "")
    shown = [
        room
        for room in found
        if words in f"{room.name} {room.site} {room.floor} {room.id}".lower()
        and (door != "none" or room.id not in doors)
        and (door != "some" or room.id in doors)
    ]
    names = {one.id: one.name for one in await hub.connections.all()}
    return page(request, "rooms.html", rooms=shown, total=len(found), doors=doors, names=names, words=words, door=door)


@get("/rooms/room", opt=may(Role.VIEWER), include_in_schema=False)
async def room(request: Asked) -> Response[str]:
    """One room: its calendar, its door, and where each of its settings comes from."""
    hub = parts_of(request).hub
    row = await room_of(hub, request.query_params.get("id", ""))
    scopes = await hub.rooms.scopes(scopes_of(row.site, row.floor, row.id))
    now = hub.clock.read().now
    devices = [device for device in await hub.devices.all() if device.room == row.id]
    connection = await hub.connections.get(row.connection)
    kept = await SubscriptionBook(hub).of_connection(row.connection)
    promise = next((one for one in kept if one.subscription.room == (row.calendar or row.id)), None)
    return page(
        request,
        "room.html",
        room=row,
        scope_names=scopes_of(row.site, row.floor, row.id),
        origins=origins(scopes),
        doors=seen(devices, [row], now),
        connection=connection,
        promise=promise,
        zones=ZONES,
    )


@post("/rooms/change", opt=may(Role.FACILITIES), include_in_schema=False)
async def change(request: Asked) -> Redirect:
    """Change what a room is called and where it is."""
    hub, form = parts_of(request).hub, await form_of(request)
    row = await room_of(hub, form.raw("room"))
    changed = msgspec.structs.replace(
        row,
        name=SafeText(form.needed("name", "The name")),
        zone=_zone(form),
        site=form.text("site"),
        floor=form.text("floor"),
        capacity=_capacity(form),
    )
    await note(request, "room.change", row)
    await hub.rooms.put([changed])
    await greet_doors(hub, [row.id])
    return go(room_page(row.id), "The room is changed. Its door is told.")


@post("/rooms/service", opt=may(Role.FACILITIES), include_in_schema=False)
async def service(request: Asked) -> Redirect:
    """Take a room out of service, with a note for its door, or put it back."""
    hub, form = parts_of(request).hub, await form_of(request)
    row = await room_of(hub, form.raw("room"))
    note_shown = "" if form.ticked("back") else form.needed("note", "The note for the door", limit=100)
    await note(request, "room.out-of-service" if note_shown else "room.in-service", row)
    await hub.rooms.change(row.id, out_of_service=note_shown)
    await greet_doors(hub, [row.id])
    said = f"Out of service. The door shows: {note_shown}" if note_shown else "The room is in service again."
    return go(room_page(row.id), said)


@post("/rooms/remove", opt=may(Role.ADMIN), include_in_schema=False)
async def remove(request: Asked) -> Redirect:
    """Forget a room that no device is at."""
    hub, form = parts_of(request).hub, await form_of(request)
    row = await room_of(hub, form.raw("room"))
    if any(device.room == row.id for device in await hub.devices.all()):
        raise FormRefused("A device is at this room. Move or wipe it first.")
    await note(request, "room.remove", row)
    await hub.rooms.remove(row.id)
    await hub.board.say(ConnectionChanged(connection=row.connection))
    return go("/rooms", f"{row.name} is forgotten. Its calendar is as it was.")


@get("/rooms/table", opt=may(Role.VIEWER), include_in_schema=False)
async def table(request: Asked) -> Response[str]:
    """All rooms as a table."""
    headers = {"Content-Disposition": 'attachment; filename="rooms.csv"'}
    return Response(written(await parts_of(request).hub.rooms.all()), media_type="text/csv", headers=headers)


@post("/rooms/table", opt=may(Role.FACILITIES), include_in_schema=False)
async def take_table(request: Asked) -> Response[Any]:
    """Enter the rooms of a table, all of them or none."""
    hub, form = parts_of(request).hub, await form_of(request)
    connections = [one.id for one in await hub.connections.all()]
    content = await form.file("table")
    only = form.text("connection") or (connections[0] if len(connections) == 1 else "")
    try:
        found = read(content, connections, hub.clock.read().now, only)
    except TableRefused as error:
        return page(request, "table_refused.html", 422, faults=error.faults)
    before = {row.id: row for row in await hub.rooms.all()}
    kept = [
        msgspec.structs.replace(row, out_of_service=before[row.id].out_of_service) if row.id in before else row
        for row in found
    ]
    about = {"rooms": str(len(kept))}
    await hub.audit.append(Event(actor=actor_of(request), action="room.table", objects=about))
    await hub.rooms.put(kept)
    await greet_doors(hub, [row.id for row in kept])
    for connection in {row.connection for row in kept}:
        await hub.board.say(ConnectionChanged(connection=connection))
    return go("/rooms", f"{len(kept)} rooms are entered.")


async def room_of(hub: Services, name: str) -> RoomRow:
    """The room called so.

    Raises:
        FormRefused: there is none.
    """
    found = await hub.rooms.get(name)
    if found is None:
        raise FormRefused("There is no such room, or not any more.")
    return found


async def greet_doors(hub: Services, rooms: list[str]) -> None:
    """Let the doors of these rooms be told anew."""
    wanted = set(rooms)
    for device in await hub.devices.all():
        if device.room in wanted:
            await hub.board.say(Greet(device=device.id))


async def note(request: Asked, action: str, row: RoomRow) -> None:
    """Write down what is about to be done with a room."""
    audit = parts_of(request).hub.audit
    await audit.append(
        Event(actor=actor_of(request), action=action, objects={"connection": row.connection}), {"room": row.id}
    )


def _zone(form: Form) -> str:
    zone = form.needed("zone", "The time zone")
    if zone not in ZONES:
        raise FormRefused(f"There is no time zone {zone}. Choose one such as Europe/Berlin.")
    return zone


def _capacity(form: Form) -> int | None:
    text = form.text("capacity", limit=6)
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and 0 < int(text) <= 10_000):
        raise FormRefused("The number of seats is no number from 1 to 10000.")
    return int(text)
