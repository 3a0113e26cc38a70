"""The first page: what to do next, how many of everything there are, and what somebody should look at."""

from litestar import Response, get

from hub.administrators.roles import Role
from hub.connections.health import troubles
from hub.connections.rows import Connection
from hub.devices.fleet import DoorSeen, seen
from hub.rooms.registry import RoomRow
from hub.services import Services
from hub.web.parts import parts_of
from hub.web.portal.frame import page
from hub.web.portal.guard import Asked, may

MOST_WORRIES = 50
Line = tuple[str, str, str]


@get("/", opt=may(Role.VIEWER), include_in_schema=False)
async def overview(request: Asked) -> Response[str]:
    """The first page."""
    hub = parts_of(request).hub
    connections, rooms, devices = await hub.connections.all(), await hub.rooms.all(), await hub.devices.all()
    doors = seen(devices, rooms, hub.clock.read().now)
    worries = [*_of_connections(hub, connections), *_of_doors(doors)]
    worries.sort(key=lambda line: line[0] != "bad")
    steps = _steps(len(connections), len(rooms), len(doors))
    tiles = _tiles(connections, rooms, doors)
    return page(request, "overview.html", steps=steps, tiles=tiles, worries=worries[:MOST_WORRIES])


def _steps(connections: int, rooms: int, doors: int) -> list[tuple[bool, str, str, str]]:
    """The way to the first door; nothing once it has been gone."""
    steps = [
        (connections > 0, "/connections/new", "Connect a calendar", "Microsoft 365, Google, Exchange or CalDAV."),
        (rooms > 0, "/rooms/import", "Import rooms", "From that calendar, or from a table."),
        (doors > 0, "/claim", "Claim a device", "Switch one on: it shows a code."),
    ]
    return [] if all(done for done, *_ in steps) else steps


def _tiles(
    connections: tuple[Connection, ...], rooms: tuple[RoomRow, ...], doors: tuple[DoorSeen, ...]
) -> list[tuple[str, int, str, str]]:
    offline, wrong = sum(not door.online for door in doors), sum(door.status == "bad" for door in doors)
    with_door = {door.room.id for door in doors if door.room}
    return [
        ("/doors", len(doors), "doors", ""),
        ("/doors?state=offline", offline, "offline", "bad" if offline else "good"),
        ("/doors?state=bad", wrong, "need a look", "bad" if wrong else "good"),
        ("/rooms", len(rooms), "rooms", ""),
        ("/rooms?door=none", sum(room.id not in with_door for room in rooms), "rooms without a door", ""),
        ("/connections", len(connections), "calendars connected", ""),
    ]


def _of_connections(hub: Services, connections: tuple[Connection, ...]) -> list[Line]:
    now = hub.clock.read().now
    return [
        (trouble.kind, f"/connections/{one.id}", f"{one.name}: {trouble.text}")
        for one in connections
        for trouble in troubles(one, hub.vault.status(one.owner), now)
    ]


def _of_doors(doors: tuple[DoorSeen, ...]) -> list[Line]:
    return [
        (worry.severity.value, f"/doors/{door.device.id}", f"{door.name}: {worry.text}")
        for door in doors
        for worry in door.worries
    ]
