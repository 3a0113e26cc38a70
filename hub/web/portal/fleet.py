"""Every door: who is there, what it shows and should show, how it is. Filtered and sorted by the page's address."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from litestar import Response, get

from hub.administrators.roles import Role
from hub.devices.fleet import DoorSeen, seen
from hub.web.parts import parts_of
from hub.web.portal.frame import page
from hub.web.portal.guard import Asked, may

_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_RANKS = {"bad": 0, "soon": 1, "good": 2}
STATES = (
    ("", "all"),
    ("bad", "need a look now"),
    ("soon", "need a look soon"),
    ("good", "fine"),
    ("online", "online"),
    ("offline", "offline"),
)
SORTS: Mapping[str, Callable[[DoorSeen], Any]] = {
    "state": lambda door: (_RANKS[door.status], door.name.lower()),
    "door": lambda door: door.name.lower(),
    "place": lambda door: (str(door.room.place) if door.room else "", door.name.lower()),
    "seen": lambda door: door.device.seen_at or _LONG_AGO,
    "version": lambda door: (door.device.version, door.name.lower()),
    "shows": lambda door: (door.shows, door.name.lower()),
    "confirmed": lambda door: (door.device.beat.confirmed_at if door.device.beat else None) or _LONG_AGO,
    "temperature": lambda door: (door.device.beat.temperature or 0.0) if door.device.beat else 0.0,
}
COLUMNS = (
    ("state", "State"),
    ("door", "Door"),
    ("place", "Place"),
    ("shows", "On the glass"),
    ("confirmed", "Calendar confirmed"),
    ("seen", "Last seen"),
    ("temperature", "Temperature"),
    ("version", "Version"),
)


@get("/doors", opt=may(Role.VIEWER), include_in_schema=False)
async def doors(request: Asked) -> Response[str]:
    """The fleet."""
    hub, asked = parts_of(request).hub, request.query_params
    found = seen(await hub.devices.all(), await hub.rooms.all(), hub.clock.read().now)
    words, state = asked.get("words", "").lower()[:100], asked.get("state", "")
    sort, down = asked.get("sort", "state"), asked.get("down", "") == "1"
    shown = [door for door in found if _matches(door, words, state)]
    shown.sort(key=SORTS.get(sort, SORTS["state"]), reverse=down)
    heads = [(name, key, _turned(words, state, key, down=sort == key and not down)) for key, name in COLUMNS]
    return page(
        request,
        "doors.html",
        doors=shown,
        total=len(found),
        words=words,
        state=state,
        states=STATES,
        heads=heads,
        sort=sort,
        down=down,
        hub_version_of=_versions(found),
    )


def _matches(door: DoorSeen, words: str, state: str) -> bool:
    place = f"{door.room.place} {door.room.id}" if door.room else ""
    text = f"{door.name} {place} {door.device.serial} {door.device.model} {door.device.version}".lower()
    fits = {"": True, "online": door.online, "offline": not door.online}.get(state, door.status == state)
    return fits and all(word in text for word in words.split())


def _turned(words: str, state: str, sort: str, *, down: bool) -> str:
    """The address of the same doors in another order."""
    query = {"words": words, "state": state, "sort": sort, "down": "1" if down else ""}
    return "/doors?" + urlencode({name: value for name, value in query.items() if value})


def _versions(doors: tuple[DoorSeen, ...]) -> str:
    """The newest version that any door has, so that the others can be told apart."""
    return max((door.device.version for door in doors), default="", key=_version)


def _version(text: str) -> list[int]:
    return [int(part) if part.isascii() and part.isdecimal() else 0 for part in text.split(".")[:4]]
