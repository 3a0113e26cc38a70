"""An event put into Graph's words, property by property."""

import hashlib
import html
from datetime import UTC, date, datetime, time
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from device.emulator.event import TEAMS, Attendee, Event, EventKind, Person
from device.emulator.graph.call import Call
from device.emulator.graph.ids import graph_id
from device.emulator.graph.rule_json import recurrence_json
from device.emulator.graph.zones import stamp, windows_name, zone_named
from device.emulator.mailbox import Mailbox, event_bounds
from device.model.window import Dates

NEVER = "0001-01-01T00:00:00Z"
PREVIEW = 255


class EventWriter:
    """Writes the events of one mailbox as one call wants them: its zone, its kind of body, its kind of ids.

    Raises:
        GraphError: the call prefers a zone that there is not.
    """

    def __init__(self, mailbox: Mailbox, call: Call) -> None:
        self._mailbox = mailbox
        self._immutable = call.immutable_ids
        self._text_body = call.prefers("outlook.body-content-type").lower() == "text"
        self._zone_name = call.prefers("outlook.timezone") or "UTC"
        self._zone = zone_named(self._zone_name)

    def id_of(self, key: str) -> str:
        """The id of an event as this call wants it."""
        return graph_id(key, immutable=self._immutable)

    def write(self, event: Event) -> dict[str, Any]:
        """All the properties of an event but those that must be asked for by `$expand`."""
        return {
            "@odata.etag": etag(event),
            "id": self.id_of(event.id),
            "createdDateTime": stamp(event.created) if event.created else None,
            "lastModifiedDateTime": stamp(event.modified) if event.modified else None,
            "changeKey": change_key(event),
            "categories": list(event.categories),
            "transactionId": event.transaction or None,
            "originalStartTimeZone": windows_name(event.zone),
            "originalEndTimeZone": windows_name(event.zone),
            "iCalUId": _uid(event),
            "reminderMinutesBeforeStart": 15,
            "isReminderOn": False,
            "hasAttachments": False,
            "subject": event.subject,
            "bodyPreview": event.body[:PREVIEW],
            "importance": event.importance,
            "sensitivity": event.sensitivity,
            "isAllDay": event.all_day,
            "isCancelled": event.cancelled,
            "isOrganizer": event.response == "organizer",
            "isDraft": False,
            "responseRequested": True,
            "seriesMasterId": self.id_of(event.series) if event.series else None,
            "showAs": event.show_as,
            "type": event.kind.value,
            "webLink": f"https://outlook.office365.com/owa/?itemid={quote(self.id_of(event.id))}&exvsurl=1",
            "hideAttendees": False,
            "allowNewTimeProposals": True,
            **self._times(event),
            **_online(event),
            **self._people(event),
            **_places(event),
            "body": self._body(event),
            "responseStatus": _response(event.response, event.created),
            "recurrence": recurrence_json(event.rule, event.zone) if event.rule else None,
        }

    def partial(self, event: Event) -> dict[str, Any]:
        """An occurrence as the delta gives it: the rest must be looked up in its master."""
        whole = self.write(event)
        return {key: whole[key] for key in ("@odata.etag", "id", "seriesMasterId", "type", "start", "end")}

    def _times(self, event: Event) -> dict[str, Any]:
        if isinstance(event.when, Dates):
            # By design Graph labels the midnights of an all-day meeting with whatever zone was asked for.
            first, until = (datetime.combine(day, time()) for day in (event.when.first, event.when.until))
        else:
            first, until = (moment.astimezone(self._zone) for moment in (event.when.start, event.when.end))
        times: dict[str, Any] = {"start": self._moment(first), "end": self._moment(until)}
        if event.kind in (EventKind.OCCURRENCE, EventKind.EXCEPTION) and event.original:
            times["originalStart"] = stamp(self._original(event, event.original))
        return times

    def _moment(self, moment: datetime) -> dict[str, str]:
        return {"dateTime": f"{moment:%Y-%m-%dT%H:%M:%S.%f}0", "timeZone": self._zone_name}

    def _original(self, event: Event, day: date) -> datetime:
        master = self._mailbox.find(event.series)
        bounds = event_bounds(master or event, self._mailbox.zone)
        wall = bounds.start.astimezone(ZoneInfo(event.zone)).time()
        return datetime.combine(day, wall, ZoneInfo(event.zone)).astimezone(UTC)

    def _body(self, event: Event) -> dict[str, str]:
        if self._text_body:
            return {"contentType": "text", "content": event.body}
        inside = html.escape(event.body, quote=False).replace("\n", "<br>\r\n")
        return {
            "contentType": "html",
            "content": f"<html>\r\n<head>\r\n</head>\r\n<body>\r\n{inside}\r\n</body>\r\n</html>",
        }

    def _people(self, event: Event) -> dict[str, Any]:
        return {
            "attendees": [_attendee(attendee, event.created) for attendee in event.attendees],
            "organizer": {"emailAddress": _address(event.organizer)} if event.organizer else None,
        }


def etag(event: Event) -> str:
    """The version for `If-Match`."""
    return f'W/"{change_key(event)}"'


def change_key(event: Event) -> str:
    """Another text for each version of an event."""
    digest = hashlib.sha256(f"{event.id}:{event.version}".encode()).hexdigest()
    return f"{digest[:22]}AAAA{event.version:04d}=="


def _uid(event: Event) -> str:
    # The uid of an occurrence is not its series': the original day is written into the middle of it.
    day = f"{event.original:%Y%m%d}" if event.original else "00000000"
    return f"040000008200E00074C5B7101A82E008{day}{hashlib.sha256(event.uid.encode()).hexdigest()[:32].upper()}"


def _online(event: Event) -> dict[str, Any]:
    teams = event.join_url.startswith(TEAMS)
    return {
        "onlineMeetingUrl": None,
        "isOnlineMeeting": teams,
        "onlineMeetingProvider": "teamsForBusiness" if teams else "unknown",
        "onlineMeeting": {"joinUrl": event.join_url} if teams else None,
    }


def _places(event: Event) -> dict[str, Any]:
    if not event.location:
        empty = {
            "displayName": "",
            "locationType": "default",
            "uniqueIdType": "unknown",
            "address": {},
            "coordinates": {},
        }
        return {"location": empty, "locations": []}
    place = {
        "displayName": event.location,
        "locationType": "default",
        "uniqueId": event.location,
        "uniqueIdType": "private",
    }
    return {"location": place, "locations": [place]}


def _attendee(attendee: Attendee, responded: datetime | None) -> dict[str, Any]:
    return {
        "type": attendee.kind,
        "status": _response(attendee.response, responded),
        "emailAddress": _address(attendee.person),
    }


def _address(person: Person) -> dict[str, str]:
    return {"name": person.name, "address": person.address}


def _response(response: str, responded: datetime | None) -> dict[str, str]:
    unanswered = response in ("none", "organizer", "notResponded") or responded is None
    return {"response": response, "time": NEVER if unanswered or responded is None else stamp(responded)}
