"""Taking rooms over from a connected calendar."""

import asyncio
from typing import Any

from litestar import Response, get, post

from device.model.room import Room
from device.model.safetext import SafeText
from hub.administrators.roles import Role
from hub.audit import Event
from hub.rooms.registry import RoomRow
from hub.services import Services
from hub.switchboard import ConnectionChanged
from hub.web.parts import parts_of
from hub.web.portal.forms import FormRefused, form_of
from hub.web.portal.frame import go, page
from hub.web.portal.guard import Asked, actor_of, may
from hub.web.portal.zones import ZONES

WITHIN = 60.0
"""Seconds that a provider may take to list its rooms."""


@get("/rooms/import", opt=may(Role.FACILITIES), include_in_schema=False)
async def choose(request: Asked) -> Response[Any]:
    """Choose which of a connection's rooms to take over; those that are here already are marked."""
    hub = parts_of(request).hub
    connections = await hub.connections.all()
    wanted = request.query_params.get("connection", connections[0].id if len(connections) == 1 else "")
    if not wanted:
        return page(request, "import.html", connections=connections, chosen=None, rooms=(), known=set(), zones=ZONES)
    chosen = next((one for one in connections if one.id == wanted), None)
    if chosen is None:
        raise FormRefused("There is no such connection, or not any more.")
    found = await _listed(hub, wanted)
    known = {row.calendar or row.id for row in await hub.rooms.all()}
    return page(request, "import.html", connections=connections, chosen=chosen, rooms=found, known=known, zones=ZONES)


@post("/rooms/import", opt=may(Role.FACILITIES), include_in_schema=False)
async def take(request: Asked) -> Response[Any]:
    """Take the chosen rooms over. The provider is asked again, so that nothing comes from the form but the choice."""
    hub, form = parts_of(request).hub, await form_of(request)
    connection, chosen = form.text("connection"), set(form.many("room"))
    if not chosen:
        raise FormRefused("No room is chosen.")
    zone = form.text("zone")
    if zone not in ZONES:
        raise FormRefused(f"There is no time zone {zone or '(empty)'}. Choose one such as Europe/Berlin.")
    now = hub.clock.read().now
    known = {row.calendar or row.id for row in await hub.rooms.all()}
    listed = [room for room in await _listed(hub, connection) if room.id in chosen - known]
    rows = [_row(room, connection, zone, form.text("site"), now) for room in listed]
    about = {"connection": connection, "rooms": str(len(rows))}
    await hub.audit.append(Event(actor=actor_of(request), action="room.import", objects=about))
    await hub.rooms.put(rows)
    await hub.board.say(ConnectionChanged(connection=connection))
    return go("/rooms", f"{len(rows)} rooms are taken over. Next: claim a device for each door.")


def _row(room: Room, connection: str, zone: str, site: str, now: Any) -> RoomRow:
    place, _, floor = str(room.place).rpartition(", ")
    return RoomRow(
        id=room.id,
        connection=connection,
        name=SafeText(room.name or room.id),
        zone=room.zone if room.zone in ZONES else zone,
        site=site or place or str(room.place),
        floor=floor if place else "",
        capacity=room.capacity,
        created_at=now,
    )


async def _listed(hub: Services, connection: str) -> tuple[Room, ...]:
    """The rooms that a connection knows of. Raises what the account does."""
    async with hub.accounts.use(connection, "rooms") as held:
        try:
            async with asyncio.timeout(WITHIN):
                return await held.account.rooms()
        except TimeoutError as error:
            raise FormRefused("The provider took more than a minute to list its rooms. Try again.") from error
