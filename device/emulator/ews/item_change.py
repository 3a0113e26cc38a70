"""What a client writes into an item: the elements of a `CalendarItem`, checked and made into changes of our event."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any
from xml.etree.ElementTree import Element
from zoneinfo import ZoneInfo

from device.emulator.event import Attendee, Event, Person
from device.emulator.ews.errors import EwsError, schema_violation
from device.emulator.ews.item_fields import property_key
from device.emulator.ews.item_writer import SUBJECT, WEIGHTS
from device.emulator.ews.recurrence import parse_recurrence
from device.emulator.ews.xml import T, said
from device.emulator.ews.zones import zone_of
from device.emulator.graph.zones import YEARS
from device.model.window import Dates, Window

SENSITIVITY = ("Normal", "Personal", "Private", "Confidential")
IMPORTANCE = ("Low", "Normal", "High")
# fmt: off
_READ_ONLY = frozenset((
    "ItemId", "ParentFolderId", "ItemClass", "Size", "DateTimeCreated", "LastModifiedTime", "IsMeeting", "IsCancelled",
    "IsRecurring", "CalendarItemType", "MyResponseType", "Organizer", "EffectiveRights", "HasAttachments",
    "IsOrganizer",
))
# fmt: on
_TIMES = ("Start", "End", "IsAllDayEvent")
_ZONES = ("StartTimeZone", "MeetingTimeZone", "StartTimeZoneId")
_PEOPLE = {"RequiredAttendees": "required", "OptionalAttendees": "optional", "Resources": "resource"}


def changes_of(item: Element, event: Event, zone: tzinfo) -> dict[str, Any]:
    """The changes to `event` that an item's elements ask for.

    Args:
        item: a `CalendarItem` with the elements that are set.
        event: as it is.
        zone: of times that name none.

    Raises:
        EwsError: an element may not be set, or holds what it may not.
    """
    found: dict[str, Any] = {}
    given = {child.tag.removeprefix(T): child for child in item if child.tag != f"{T}ExtendedProperty"}
    for name, element in given.items():
        if name in _READ_ONLY:
            raise EwsError("ErrorInvalidPropertySet", "Set action is invalid for property.")
        if name in _FIELDS:
            ours, read = _FIELDS[name]
            found[ours] = read(element)
    if given.keys() & _PEOPLE.keys():
        found["attendees"] = _attendees(given, event)
    properties = dict(_extended(each) for each in item.iterfind(f"{T}ExtendedProperty"))
    if properties:
        found["properties"] = {**event.properties, **properties}
    return found | _when(given, event, zone)


def without(names: list[str], event: Event) -> dict[str, Any]:
    """The changes that deleting properties makes; extended ones go by the office's own names of them."""
    blank = Event(id=event.id, when=event.when)
    found = {ours: getattr(blank, ours) for name, (ours, _) in _FIELDS.items() if name in names}
    kept = {key: value for key, value in event.properties.items() if key.lower() not in map(str.lower, names)}
    if len(kept) < len(event.properties):
        found["properties"] = kept
    roles = {_PEOPLE[name] for name in names if name in _PEOPLE}
    if roles:
        found["attendees"] = tuple(attendee for attendee in event.attendees if attendee.kind not in roles)
    return found


def _text(element: Element) -> str:
    return element.text or ""


def _subject(element: Element) -> str:
    text = _text(element)
    if len(text) > SUBJECT:
        raise EwsError("ErrorInvalidPropertySet", "The subject is too long.")
    return text


def _one_of(words: Mapping[str, str]) -> Callable[[Element], str]:
    def read(element: Element) -> str:
        if said(element) not in words:
            raise schema_violation("The value is invalid according to its datatype.")
        return words[said(element)]

    return read


_FIELDS: dict[str, tuple[str, Callable[[Element], Any]]] = {
    "Subject": ("subject", _subject),
    "Body": ("body", _text),
    "Location": ("location", _text),
    "UID": ("uid", _text),
    "Sensitivity": ("sensitivity", _one_of({word: word.lower() for word in SENSITIVITY})),
    "Importance": ("importance", _one_of({word: word.lower() for word in IMPORTANCE})),
    "LegacyFreeBusyStatus": ("show_as", _one_of({**{word: ours for ours, word in WEIGHTS.items()}, "NoData": "busy"})),
    "Categories": ("categories", lambda element: tuple(map(_text, element.iterfind(f"{T}String")))),
    "Recurrence": ("rule", parse_recurrence),
}


def _attendees(given: Mapping[str, Element], event: Event) -> tuple[Attendee, ...]:
    roles = {_PEOPLE[name] for name in given if name in _PEOPLE}
    kept = tuple(attendee for attendee in event.attendees if attendee.kind not in roles)
    return kept + tuple(
        Attendee(person=_person(each), kind=kind)
        for name, kind in _PEOPLE.items()
        if name in given
        for each in given[name].iterfind(f"{T}Attendee/{T}Mailbox")
    )


def _person(mailbox: Element) -> Person:
    address = said(mailbox, f"{T}EmailAddress").lower()
    if not address:
        raise EwsError("ErrorInvalidRecipients", "At least one recipient is not valid.")
    return Person(name=said(mailbox, f"{T}Name") or address, address=address)


def _extended(element: Element) -> tuple[str, str]:
    uri = element.find(f"{T}ExtendedFieldURI")
    if uri is None:
        raise schema_violation("An extended property has no path.")
    value = element.find(f"{T}Value")
    return property_key(uri), (value.text or "") if value is not None else ""


def _when(given: Mapping[str, Element], event: Event, zone: tzinfo) -> dict[str, Any]:
    """The new time, and the zone that it was given in.

    Raises:
        EwsError: it is no time, or ends before it starts.
    """
    named = next((given[name] for name in _ZONES if name in given), None)
    key = (named.get("Id") or named.get("TimeZoneName") or said(named)) if named is not None else ""
    own = zone_of(key) if key else zone
    zoned = {"zone": own.key if isinstance(own, ZoneInfo) else "UTC"} if key else {}
    if not given.keys() & set(_TIMES):
        return zoned
    whole = said(given["IsAllDayEvent"]) in ("true", "1") if "IsAllDayEvent" in given else event.all_day
    start, end = (_moment(given[name], own) if name in given else None for name in ("Start", "End"))
    if whole:
        return zoned | {"when": _dates(start, end, event, own)}
    was = None if isinstance(event.when, Dates) else event.when
    first, last = start or (was.start if was else None), end or (was.end if was else None)
    if first is None or last is None:
        raise EwsError("ErrorCalendarEndDateIsEarlierThanStartDate", "A start and an end are needed.")
    if last < first:
        raise EwsError("ErrorCalendarEndDateIsEarlierThanStartDate", "EndDate is earlier than StartDate")
    return zoned | {"when": Window(start=first, end=last)}


def _dates(start: datetime | None, end: datetime | None, event: Event, zone: tzinfo) -> Dates:
    """The days that a time touches: Exchange moves the ends of an all-day meeting to the midnights around them."""
    was = event.when if isinstance(event.when, Dates) else None
    first = start.astimezone(zone).date() if start else was.first if was else None
    until = was.until if was and end is None else None
    if end is not None:
        wall = end.astimezone(zone)
        until = wall.date() + timedelta(days=(wall.hour, wall.minute, wall.second) != (0, 0, 0))
    if first is None or until is None:
        raise EwsError("ErrorCalendarEndDateIsEarlierThanStartDate", "A start and an end are needed.")
    return Dates(first=first, until=max(until, first + timedelta(days=1)))


def _moment(element: Element, zone: tzinfo) -> datetime:
    try:
        wall = datetime.fromisoformat(said(element))
    except ValueError as error:
        raise schema_violation("The value is no date and time.") from error
    if wall.year not in YEARS:
        raise EwsError(
            "ErrorDateOutOfRange" if wall.year < 1 else "ErrorCalendarOutOfRange", "The date is out of range."
        )
    return (wall if wall.tzinfo else wall.replace(tzinfo=zone)).astimezone(UTC)
