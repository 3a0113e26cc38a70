"""What a client writes into an event: a POST's or PATCH's JSON checked and made into changes of our own event."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from device.emulator.event import Attendee, Event, Person
from device.emulator.graph.call import GraphError, bad_request, invalid
from device.emulator.graph.odata import EXPANDED, PROPERTIES, folded
from device.emulator.graph.rule_json import parse_recurrence
from device.emulator.graph.zones import parse_wall, zone_named
from device.model.window import Dates, Window

SHOW_AS = ("free", "tentative", "busy", "oof", "workingElsewhere", "unknown")
SENSITIVITY = ("normal", "personal", "private", "confidential")
IMPORTANCE = ("low", "normal", "high")
ATTENDEES = 500
T = TypeVar("T")


def changes_of(fields: dict[str, Any], event: Event) -> dict[str, Any]:
    """The changes to `event` that a request's fields ask for; read-only properties are left alone, as Graph does.

    Raises:
        GraphError: a property is unknown or holds what it may not.
    """
    for name in fields:
        if name not in PROPERTIES and name != EXPANDED and not name.startswith("@"):
            raise bad_request(f"The property '{name[:80]}' does not exist on type 'microsoft.graph.event'.")
    found: dict[str, Any] = {}
    for name, (ours, read) in _FIELDS.items():
        if name in fields:
            found[ours] = read(fields[name])
    if EXPANDED in fields:
        found["properties"] = {**event.properties, **_extended(fields[EXPANDED])}
    if fields.keys() & {"start", "end", "isAllDay"}:
        found |= _when(fields, event)
    return found


def _text(plain: Any) -> str:
    if plain is not None and not isinstance(plain, str):
        raise bad_request("An unexpected value was found where a string was expected.")
    return plain or ""


def _one_of(allowed: tuple[str, ...]) -> Callable[[Any], str]:
    def read(plain: Any) -> str:
        if plain not in allowed:
            raise bad_request(f"Requested value '{str(plain)[:40]}' was not found.")
        return str(plain)

    return read


def _listed(item: Callable[[Any], T]) -> Callable[[Any], tuple[T, ...]]:
    def read(plain: Any) -> tuple[T, ...]:
        if not isinstance(plain, list):
            raise bad_request("An unexpected value was found where a collection was expected.")
        return tuple(item(each) for each in plain)

    return read


def _inside(name: str) -> Callable[[Any], str]:
    def read(plain: Any) -> str:
        if not isinstance(plain, dict):
            raise bad_request("An unexpected value was found where an object was expected.")
        return _text(plain.get(name))

    return read


def _attendee(plain: Any) -> Attendee:
    if not isinstance(plain, dict) or not isinstance(plain.get("emailAddress"), dict):
        raise invalid("An attendee must have an email address.")
    address = _text(plain["emailAddress"].get("address")).lower()
    person = Person(name=_text(plain["emailAddress"].get("name")) or address, address=address)
    return Attendee(person=person, kind=_one_of(("required", "optional", "resource"))(plain.get("type", "required")))


def _attendees(plain: Any) -> tuple[Attendee, ...]:
    people = _listed(_attendee)(plain)
    if len(people) > ATTENDEES:
        raise invalid("There are too many attendees.")
    return people


_FIELDS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "subject": ("subject", _text),
    "showAs": ("show_as", _one_of(SHOW_AS)),
    "sensitivity": ("sensitivity", _one_of(SENSITIVITY)),
    "importance": ("importance", _one_of(IMPORTANCE)),
    "categories": ("categories", _listed(_text)),
    "body": ("body", _inside("content")),
    "location": ("location", _inside("displayName")),
    "attendees": ("attendees", _attendees),
    "recurrence": ("rule", lambda plain: None if plain is None else parse_recurrence(plain)),
}


def _extended(plain: Any) -> dict[str, str]:
    if not isinstance(plain, list):
        raise bad_request("An unexpected value was found where a collection was expected.")
    found = {}
    for each in plain:
        if not isinstance(each, dict) or not isinstance(each.get("id"), str):
            raise invalid("The extended property's id is not valid.")
        found[folded(each["id"])] = _text(each.get("value"))
    return found


def _when(fields: dict[str, Any], event: Event) -> dict[str, Any]:
    """The new time, and the zone that it was given in.

    Raises:
        GraphError: it is no time, ends before it starts, or an all-day meeting does not run from midnight to midnight.
    """
    all_day = fields.get("isAllDay", event.all_day)
    if not isinstance(all_day, bool):
        raise bad_request("An unexpected value was found where a boolean was expected.")
    if all_day:
        return _dates(fields, event)
    was = event.when
    start = read_instant(fields["start"]) if "start" in fields else None
    end = read_instant(fields["end"]) if "end" in fields else None
    if isinstance(was, Dates):
        if start is None or end is None:
            raise invalid("A meeting that is no longer all day needs a start and an end.")
        was = Window(start=start, end=end)
    window = Window(start=start or was.start, end=end or was.end)
    if window.end < window.start:
        raise invalid("The end of an event cannot be before its start.")
    zone = fields.get("start", {}).get("timeZone") if "start" in fields else None
    return {"when": window, "zone": zone_named(zone).key if zone else event.zone}


def _dates(fields: dict[str, Any], event: Event) -> dict[str, Any]:
    was = event.when if isinstance(event.when, Dates) else None
    walls = [_wall(fields[name]) if name in fields else None for name in ("start", "end")]
    first = walls[0].date() if walls[0] else was.first if was else None
    until = walls[1].date() if walls[1] else was.until if was else None
    midnights = all(wall is None or (wall.hour, wall.minute, wall.second) == (0, 0, 0) for wall in walls)
    if first is None or until is None or not midnights or until - first < timedelta(days=1):
        raise invalid("The Event.Start and Event.End of an all-day event must be set to midnight, a day apart or more.")
    return {"when": Dates(first=first, until=until)}


def _wall(plain: Any) -> datetime:
    if not isinstance(plain, dict) or not isinstance(plain.get("dateTime"), str):
        raise bad_request("A date and time with a time zone was expected.")
    try:
        return parse_wall(plain["dateTime"])
    except ValueError as error:
        raise bad_request("Cannot convert the literal to the expected type 'Edm.DateTimeOffset'.") from error


def read_instant(plain: Any) -> datetime:
    """The instant of a `dateTimeTimeZone`.

    Raises:
        GraphError: it is none, or its zone is unknown.
    """
    wall = _wall(plain)
    if wall.tzinfo is None:
        zone = plain.get("timeZone")
        if not isinstance(zone, str) or not zone:
            raise GraphError(400, "TimeZoneNotSupportedException", "A valid TimeZone value must be specified.")
        wall = wall.replace(tzinfo=zone_named(zone))
    return wall.astimezone(UTC)
