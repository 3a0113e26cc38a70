"""An event put into Google's words, as one account with its role may see it."""

import hashlib
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from device.emulator.event import Attendee, Event, EventKind, Person
from device.emulator.google.call import Call, invalid
from device.emulator.google.ids import google_id, original_start
from device.emulator.google.rrule import rule_lines
from device.emulator.google.workspace import Role
from device.emulator.mailbox import Mailbox
from device.model.window import Dates

PRIVATE = "google/private/"
"""How the office's names of private extended properties begin, among all vendors' properties of an event."""
SHARED = "google/shared/"
MEET = "https://meet.google.com/"
NOBODY = Person(name="", address="unknownorganizer@calendar.google.com")
RESPONSES = {
    "accepted": "accepted",
    "tentativelyAccepted": "tentative",
    "declined": "declined",
    "organizer": "accepted",
}
_VISIBILITY = {"private": "private", "confidential": "confidential"}


class EventWriter:
    """Writes the events of one calendar as one call wants them and as its account may see them.

    Raises:
        GoogleError: the call wants a zone that there is not.
    """

    def __init__(self, mailbox: Mailbox, call: Call, role: Role) -> None:
        self._mailbox = mailbox
        self._account = call.grant.account
        self._role = role
        self._most = call.number("maxAttendees", 0, range(1, 1_000_000))
        self._zone = zone_of(call, mailbox)

    def write(self, event: Event) -> dict[str, Any]:
        """The event, or what this account may know of it."""
        hidden = event.sensitivity in _VISIBILITY and not self._role.sees_private
        if self._role is Role.FREE_BUSY or hidden:
            return self._bare(event) | {"visibility": "private"}
        told = {**self._bare(event), **_words(event), **self._people(event), **_extended(event), **_meeting(event)}
        if event.rule is not None:
            told["recurrence"] = rule_lines(event.rule)
        return {name: value for name, value in told.items() if value not in (None, "", [], {})}

    def gone(self, key: str) -> dict[str, Any]:
        """What is left of an event that is no more."""
        told: dict[str, Any] = {
            "kind": "calendar#event",
            "etag": f'"{_number(key)}"',
            "id": google_id(self._mailbox, key),
            "status": "cancelled",
        }
        master, _, day = key.partition("#")
        if day:
            stand_in = Event(id=key, when=Dates(first=date.min, until=date.min), series=master, original=_date(day))
            told |= self._series(stand_in)
        return told

    def _bare(self, event: Event) -> dict[str, Any]:
        """What whoever sees free and busy sees."""
        status = "cancelled" if event.cancelled else "tentative" if event.show_as == "tentative" else "confirmed"
        told = {
            "kind": "calendar#event",
            "etag": etag(event),
            "id": google_id(self._mailbox, event.id),
            "status": status,
            "htmlLink": f"https://www.google.com/calendar/event?eid={quote(google_id(self._mailbox, event.id))}",
            "created": stamp(event.created and event.created.replace(microsecond=0)),
            "updated": stamp(event.modified),
            "transparency": "transparent" if event.show_as == "free" else None,
            "iCalUID": f"{_digest(event.uid)}@google.com",
            "sequence": 0,
            "eventType": "default",
            **self._times(event),
            **self._series(event),
        }
        return {name: value for name, value in told.items() if value is not None}

    def _times(self, event: Event) -> dict[str, Any]:
        if isinstance(event.when, Dates):
            return {"start": {"date": str(event.when.first)}, "end": {"date": str(event.when.until)}}
        return {
            "start": self._moment(event.when.start, event.zone),
            "end": self._moment(event.when.end, event.zone),
        }

    def _moment(self, moment: datetime, zone: str) -> dict[str, str]:
        return {"dateTime": in_zone(moment, self._zone), "timeZone": zone}

    def _series(self, event: Event) -> dict[str, Any]:
        original = original_start(self._mailbox, event)
        if original is None or event.kind is EventKind.MASTER:
            return {}
        start: dict[str, Any] = (
            self._moment(original, event.zone) if isinstance(original, datetime) else {"date": str(original)}
        )
        return {"recurringEventId": google_id(self._mailbox, event.series), "originalStartTime": start}

    def _people(self, event: Event) -> dict[str, Any]:
        organized_here = event.response == "organizer"
        organizer = event.organizer or NOBODY
        creator = event.creator or organizer
        attendees = [self._attendee(attendee, event, organizer) for attendee in self._invited(event)]
        omitted = bool(self._most) and len(attendees) > self._most
        return {
            "creator": _who(creator) | ({"self": True} if creator.address == self._mailbox.address else {}),
            "organizer": _who(organizer) | ({"self": True} if organized_here else {}),
            "attendees": [one for one in attendees if not omitted or one.get("self")],
            "attendeesOmitted": True if omitted else None,
        }

    def _invited(self, event: Event) -> tuple[Attendee, ...]:
        """Everybody who is invited; the room is, unless it invited."""
        here = any(attendee.person.address == self._mailbox.address for attendee in event.attendees)
        if here or event.response == "organizer":
            return event.attendees
        return (*event.attendees, Attendee(person=self._mailbox.owner, kind="resource"))

    def _attendee(self, attendee: Attendee, event: Event, organizer: Person) -> dict[str, Any]:
        own = attendee.person.address == self._mailbox.address
        told: dict[str, Any] = _who(attendee.person)
        told["responseStatus"] = RESPONSES.get(event.response if own else attendee.response, "needsAction")
        flags = {
            "self": own,
            "resource": attendee.kind == "resource",
            "optional": attendee.kind == "optional",
            "organizer": attendee.person.address == organizer.address,
        }
        return told | {name: True for name, is_so in flags.items() if is_so}


def etag(event: Event) -> str:
    """The version for `If-Match`: a number that grows."""
    moment = event.modified or event.created or datetime(2000, 1, 1, tzinfo=UTC)
    return f'"{int(moment.timestamp() * 2_000_000) + event.version}"'


def stamp(moment: datetime | None) -> str | None:
    """An instant as `created` and `updated` have it."""
    if moment is None:
        return None
    text = f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}"
    return f"{text[:-3]}Z"


def in_zone(moment: datetime, zone: ZoneInfo) -> str:
    """An instant as RFC 3339 in a zone."""
    return moment.astimezone(zone).isoformat(timespec="seconds").replace("+00:00", "Z")


def zone_of(call: Call, mailbox: Mailbox) -> ZoneInfo:
    """The zone in which a call wants its answer: as it says, else the calendar's.

    Raises:
        GoogleError: there is no such zone.
    """
    name = call.text("timeZone")
    try:
        return ZoneInfo(name or mailbox.zone)
    except (KeyError, ValueError, OSError) as error:
        raise invalid("timeZone", "Invalid time zone definition.") from error


def _who(person: Person) -> dict[str, Any]:
    return {"email": person.address} | ({"displayName": person.name} if person.name else {})


def _words(event: Event) -> dict[str, Any]:
    return {
        "summary": event.subject,
        "description": event.body,
        "location": event.location,
        "visibility": _VISIBILITY.get(event.sensitivity),
        "reminders": {"useDefault": True},
    }


def _extended(event: Event) -> dict[str, Any]:
    found = {
        name: {key.removeprefix(prefix): value for key, value in event.properties.items() if key.startswith(prefix)}
        for name, prefix in (("private", PRIVATE), ("shared", SHARED))
    }
    return {"extendedProperties": {name: values for name, values in found.items() if values}}


def _meeting(event: Event) -> dict[str, Any]:
    """The online meeting of an event: Google's own, or one that an add-on put there."""
    if not event.join_url:
        return {}
    own = event.join_url.startswith(MEET)
    solution = {"key": {"type": "hangoutsMeet" if own else "addOn"}, "name": "Google Meet" if own else "Meeting"}
    data = {"entryPoints": [{"entryPointType": "video", "uri": event.join_url}], "conferenceSolution": solution}
    return {"hangoutLink": event.join_url if own else None, "conferenceData": data}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:26]


def _number(text: str) -> int:
    return int(hashlib.sha256(text.encode()).hexdigest()[:12], 16)


def _date(text: str) -> date:
    return date.fromisoformat(text)
