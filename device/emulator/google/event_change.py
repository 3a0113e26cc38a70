"""What a client writes into an event: the JSON of an insert, patch or update made into changes of our own event."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from device.emulator.event import Attendee, Event, Person
from device.emulator.google.call import GoogleError, invalid, required
from device.emulator.google.event_json import PRIVATE, SHARED
from device.emulator.google.rrule import parse_lines
from device.emulator.mailbox import Mailbox
from device.model.window import Dates, Window

KEY, VALUE = 44, 1024
"""The most characters of an extended property."""
_ANSWERS = {
    "accepted": "accepted",
    "tentative": "tentativelyAccepted",
    "declined": "declined",
    "needsAction": "none",
}
_SENSITIVITY = {"default": "normal", "public": "normal", "private": "private", "confidential": "confidential"}
_OTHERS = "Shared properties can only be changed by the organizer of the event."


@dataclass(frozen=True, slots=True)
class Change:
    """One request to change an event of a mailbox.

    Args:
        mailbox: whose.
        event: as it is.
        fields: the request's body.
        whole: whether what is not named is emptied (insert, update) or left as it is (patch).
    """

    mailbox: Mailbox
    event: Event
    fields: dict[str, Any]
    whole: bool = False

    @property
    def organized_here(self) -> bool:
        """Whether the calendar is the organizer's, who alone may change what all copies share."""
        return self.event.response == "organizer"

    def changes(self) -> dict[str, Any]:
        """The changes of our own event.

        Raises:
            GoogleError: something is wrong, or not this calendar's to change.
        """
        shared = self._shared()
        if not self.organized_here and any(getattr(self.event, name) != value for name, value in shared.items()):
            raise GoogleError(403, "forbiddenForNonOrganizer", _OTHERS, domain="calendar")
        found = {**shared, **self._own_properties(), **self._answers()}
        if "visibility" in self.fields:
            found["sensitivity"] = _one_of(_SENSITIVITY, self.fields["visibility"] or "default", "visibility")
        return found

    def cancels(self) -> bool:
        """Whether the request is to cancel it, which is another word for taking it away."""
        return self.fields.get("status") == "cancelled"

    def _shared(self) -> dict[str, Any]:
        """The changes of what all copies of the meeting share."""
        found: dict[str, Any] = {}
        for name, ours in (("summary", "subject"), ("description", "body"), ("location", "location")):
            if name in self.fields or self.whole:
                found[ours] = _text(self.fields.get(name), name)
        if self.fields.keys() & {"start", "end"}:
            found |= self._when()
        if self.fields.keys() & {"transparency", "status"} or self.whole:
            found["show_as"] = self._show_as()
        if "recurrence" in self.fields:
            when = found.get("when", self.event.when)
            zone = found.get("zone", self.event.zone)
            first = when.first if isinstance(when, Dates) else when.start.astimezone(ZoneInfo(zone)).date()
            found["rule"] = parse_lines(self.fields["recurrence"], first, zone)
        return found

    def _show_as(self) -> str:
        was = self.event.show_as
        transparency = self.fields.get("transparency", "transparent" if was == "free" else "opaque")
        status = self.fields.get("status", "tentative" if was == "tentative" else "confirmed")
        if transparency not in ("opaque", "transparent", None):
            raise invalid("transparency")
        if status not in ("confirmed", "tentative", "cancelled"):
            raise invalid("status")
        return "free" if transparency == "transparent" else "tentative" if status == "tentative" else "busy"

    def _when(self) -> dict[str, Any]:
        """The new times, and the zone that they were given in."""
        was = self.event.when
        bounds = (
            {"start": was.first, "end": was.until} if isinstance(was, Dates) else {"start": was.start, "end": was.end}
        )
        told = {name: _moment(self.fields[name], name) for name in ("start", "end") if name in self.fields}
        start, end = (told.get(name, bounds[name]) for name in ("start", "end"))
        if isinstance(start, datetime) != isinstance(end, datetime):
            raise GoogleError(400, "invalid", "Start and end times must either both be date or both be dateTime.")
        if end < start:
            raise GoogleError(400, "timeRangeEmpty", "The specified time range is empty.", domain="calendar")
        zone = (self.fields.get("start") or {}).get("timeZone") or self.event.zone
        if isinstance(start, datetime) and isinstance(end, datetime):
            return {"when": Window(start=start, end=end), "zone": zone}
        return {"when": Dates(first=start, until=end)}

    def _own_properties(self) -> dict[str, Any]:
        """Extended properties: each name by itself, and a null takes one away."""
        plain = self.fields.get("extendedProperties")
        if plain is None:
            return {"properties": {}} if self.whole else {}
        if not isinstance(plain, dict):
            raise invalid("extendedProperties")
        found = {} if self.whole else dict(self.event.properties)
        for name, prefix in (("private", PRIVATE), ("shared", SHARED)):
            values = plain.get(name) or {}
            if not isinstance(values, dict):
                raise invalid(f"extendedProperties.{name}")
            if name == "shared" and values and not self.organized_here:
                raise GoogleError(403, "forbiddenForNonOrganizer", _OTHERS, domain="calendar")
            for key, value in values.items():
                _put(found, prefix, key, value)
        return {"properties": found}

    def _answers(self) -> dict[str, Any]:
        """Attendees: the calendar's own answer, and, where it is the organizer's, who is invited."""
        if "attendees" not in self.fields and not (self.whole and self.organized_here):
            return {}
        listed = self.fields.get("attendees") or []
        if not isinstance(listed, list):
            raise invalid("attendees")
        told = tuple(map(_attendee, listed))
        own = next((one for one in told if one.person.address == self.mailbox.address), None)
        if self.organized_here:
            return {} if self.fields.get("attendeesOmitted") is True else {"attendees": told}
        return {"response": own.response} if own else {}


def invites_others(fields: dict[str, Any], address: str) -> bool:
    """Whether a request names attendees beside the calendar itself."""
    listed = fields.get("attendees")
    return isinstance(listed, list) and any(isinstance(one, dict) and one.get("email") != address for one in listed)


def _attendee(plain: Any) -> Attendee:
    if not isinstance(plain, dict) or not isinstance(plain.get("email"), str) or "@" not in plain["email"]:
        raise GoogleError(400, "invalid", "Invalid attendee email.")
    address = plain["email"].lower()
    kind = "resource" if plain.get("resource") is True else "optional" if plain.get("optional") is True else "required"
    answer = _one_of(_ANSWERS, plain.get("responseStatus", "needsAction"), "responseStatus")
    return Attendee(person=Person(name=plain.get("displayName") or "", address=address), kind=kind, response=answer)


def _put(found: dict[str, str], prefix: str, key: str, value: Any) -> None:
    if value is None:
        found.pop(f"{prefix}{key}", None)
        return
    if not isinstance(value, str) or len(key) > KEY or len(value) > VALUE:
        raise invalid("extendedProperties", "Extended property is too long, or no text.")
    found[f"{prefix}{key}"] = value


def _one_of(known: dict[str, str], value: Any, name: str) -> str:
    if not isinstance(value, str) or value not in known:
        raise invalid(name)
    return known[value]


def _text(plain: Any, name: str) -> str:
    if plain is not None and not isinstance(plain, str):
        raise invalid(name)
    return plain or ""


def _moment(plain: Any, name: str) -> datetime | date:
    """An `EventDateTime`: an instant in UTC, or a date.

    Raises:
        GoogleError: it is neither, or both.
    """
    if not isinstance(plain, dict):
        raise required(f"Missing {name} time.")
    day: Any = plain.get("date")
    moment: Any = plain.get("dateTime")
    if (day is None) == (moment is None):
        raise invalid(name, f"Invalid {name} time.") if day else required(f"Missing {name} time.")
    try:
        if day is not None:
            return date.fromisoformat(day)
        wall = datetime.fromisoformat(moment)
        zone = ZoneInfo(plain["timeZone"]) if plain.get("timeZone") else None
        if wall.tzinfo is None and zone is None:
            raise required(f"Missing time zone definition for {name} time.")
        return (wall if wall.tzinfo else wall.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, TypeError, KeyError, OSError, OverflowError) as error:
        raise invalid(name, f"Invalid {name} time.") from error
