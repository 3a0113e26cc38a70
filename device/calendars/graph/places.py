"""The rooms that the organisation has entered: Graph's places. The permission `Place.Read.All` is needed, no less.

Room lists are how an organisation groups its rooms, mostly by building. They bring rooms that the flat list left out
and name the building of those that do not name it themselves.
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from device.calendars.graph.batch import ask_each, success
from device.calendars.graph.service import Service
from device.calendars.http import Answer
from device.calendars.interface import PAGE_LIMIT
from device.model.errors import AccessDenied, CalendarError, MalformedAnswer, RoomNotFound
from device.model.room import Room
from device.model.safetext import SafeText

PAGE = 100
LISTS = 400
"""Room lists that are looked into."""
_ROOMS, _ROOM_LISTS = f"/places/microsoft.graph.room?$top={PAGE}", f"/places/microsoft.graph.roomlist?$top={PAGE}"


async def read_rooms(service: Service) -> tuple[Room, ...]:
    """All rooms, by name; the time zone of each is left to the administrator.

    Raises:
        AccessDenied: places may not be read.
        MalformedAnswer: the pages do not end.
    """
    found = {room.id.lower(): room for place in await _all(service, _ROOMS) for room in _room(place, "")}
    names: dict[str, str] = {}
    for place in await _all(service, _ROOM_LISTS):
        address, name = _text(place, "emailAddress"), _text(place, "displayName")
        if address and len(names) < LISTS:
            names[address] = name
    for address, places in (await _rooms_of(service, names)).items():
        for place in places:
            for room in _room(place, names[address]):
                known = found.get(room.id.lower())
                found[room.id.lower()] = room if known is None or not known.place else known
    return tuple(sorted(found.values(), key=lambda room: (room.name.casefold(), room.id)))


async def _all(service: Service, path: str) -> list[Any]:
    """The items of a collection, all its pages."""
    items: list[Any] = []
    url, seen = f"{service.root}{path}", set[str]()
    while url and url not in seen:
        if len(seen) == PAGE_LIMIT:
            raise MalformedAnswer(f"more than {PAGE_LIMIT} pages of places")
        seen.add(url)
        some, link = _page(await service.ask("GET", url))
        items += some
        url = service.onward(link) if link else ""
    return items


async def _rooms_of(service: Service, lists: dict[str, str]) -> dict[str, list[Any]]:
    """The rooms in each list, twenty lists to a call. A list that has vanished meanwhile has none."""
    found: dict[str, list[Any]] = {address: [] for address in lists}
    wanted = {
        address: f"/places/{quote(address, safe='@')}/microsoft.graph.roomlist/rooms?$top={PAGE}" for address in lists
    }
    for _ in range(PAGE_LIMIT):
        answers = await ask_each(service, wanted) if wanted else {}
        wanted = {}
        for address, answer in answers.items():
            some, link = _page_of(answer)
            found[address] += some
            if link:
                wanted[address] = service.within(link)
    return found


def _page_of(answer: Answer | CalendarError) -> tuple[list[Any], str]:
    """A page of one list's rooms; nothing where the list is none."""
    try:
        return _page(success(answer))
    except (RoomNotFound, AccessDenied):
        return [], ""


def _page(answer: Answer) -> tuple[list[Any], str]:
    plain = answer.json()
    items = plain.get("value") if isinstance(plain, dict) else None
    if not isinstance(items, list):
        raise MalformedAnswer("JSON that is no page of places")
    link = plain.get("@odata.nextLink")
    return items, link if isinstance(link, str) else ""


def _room(place: Any, building: str) -> Iterator[Room]:
    """The room that a place is, if it has an address; what else it says wrongly is passed over."""
    address = _text(place, "emailAddress")
    if "@" not in address:
        return
    floor = _text(place, "floorLabel") or str(_number(place, "floorNumber") or "")
    words = (_text(place, "building") or building, floor)
    yield Room(
        id=address,
        name=SafeText(_text(place, "displayName")) or SafeText(address),
        zone="",
        capacity=_number(place, "capacity"),
        place=SafeText(", ".join(filter(None, words))),
    )


def _text(place: Any, key: str) -> str:
    value = place.get(key) if isinstance(place, dict) else None
    return value.strip() if isinstance(value, str) else ""


def _number(place: Any, key: str) -> int | None:
    value = place.get(key) if isinstance(place, dict) else None
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 100_000 else None
