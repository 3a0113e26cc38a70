"""An event put into Exchange's words, property by property."""

import hashlib
import html
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, time, tzinfo
from xml.etree.ElementTree import Element
from zoneinfo import ZoneInfo

from device.emulator.directory import DOMAIN
from device.emulator.event import TEAMS, Attendee, Event, EventKind, Person
from device.emulator.ews.exchange import Share
from device.emulator.ews.ids import folder_id, item_id
from device.emulator.ews.item_fields import ORDER, Shape
from device.emulator.ews.recurrence import recurrence
from device.emulator.ews.xml import node, stamp, yes_no
from device.emulator.graph.event_json import change_key
from device.emulator.graph.zones import windows_name
from device.emulator.mailbox import Mailbox, event_bounds
from device.model.window import Dates, Window

KINDS = {
    EventKind.SINGLE: "Single",
    EventKind.OCCURRENCE: "Occurrence",
    EventKind.EXCEPTION: "Exception",
    EventKind.MASTER: "RecurringMaster",
}
SUBJECT = 255
"""Characters that Exchange keeps of a subject."""
RESPONSES = {
    "organizer": "Organizer",
    "accepted": "Accept",
    "tentativelyAccepted": "Tentative",
    "declined": "Decline",
    "none": "NoResponseReceived",
}
WEIGHTS = {
    "free": "Free",
    "tentative": "Tentative",
    "busy": "Busy",
    "oof": "OOF",
    "workingElsewhere": "WorkingElsewhere",
    "elsewhere": "WorkingElsewhere",
}
_LEGACY = "/O=OFFICE/OU=EXCHANGE ADMINISTRATIVE GROUP (FYDIBOHF23SPDLT)/CN=RECIPIENTS/CN="
_ROLES = {"required": "RequiredAttendees", "optional": "OptionalAttendees", "resource": "Resources"}
_Writer = Callable[["ItemWriter", Event], Element | str | None]


class ItemWriter:
    """Writes the items of one mailbox as one call wants them.

    Args:
        share: what the caller may see of them.
        zone: in which times are written.
        found: whether it is `FindItem` that asks, which knows people inside the house by their old names alone.
    """

    def __init__(self, mailbox: Mailbox, share: Share, zone: tzinfo, shape: Shape, *, found: bool = False) -> None:
        self._mailbox = mailbox
        self._share = share
        self._zone = zone
        self._shape = shape
        self._found = found

    def write(self, event: Event) -> Element:
        """The item, its elements in the schema's order."""
        shown = self._hidden(event) if event.sensitivity != "normal" and self._share < Share.EDITOR else event
        inside: list[Element] = []
        for name in ORDER:
            if name == "ExtendedProperty":
                inside += self._extended(shown)
            elif name in self._shape.names:
                made = _WRITERS[name](self, shown) if name in _WRITERS else None
                if made is not None:
                    inside.append(node(f"t:{name}", made) if isinstance(made, str) else made)
        return node("t:CalendarItem", *inside)

    def _hidden(self, event: Event) -> Event:
        """A private meeting as somebody sees it who may not see private meetings."""
        return Event(
            id=event.id,
            when=event.when,
            subject="Private Appointment",
            sensitivity=event.sensitivity,
            show_as=event.show_as,
            kind=event.kind,
            series=event.series,
            zone=event.zone,
            uid=event.uid,
            created=event.created,
            modified=event.modified,
            version=event.version,
        )

    def _extended(self, event: Event) -> Iterable[Element]:
        """The extended properties that were asked for, by their names in any case of their letters."""
        own = {key.lower(): value for key, value in _properties(event).items()}
        for key in self._shape.extended:
            if key.lower() in own:
                whole = own[key.lower()]
                value = node("t:Value", whole[:SUBJECT] if self._found else whole)
                yield node("t:ExtendedProperty", node("t:ExtendedFieldURI", **_uri(key)), value)

    def body(self, event: Event) -> Element:
        """As HTML or text."""
        if not self._shape.html:
            return node("t:Body", event.body, BodyType="Text")
        inside = html.escape(event.body, quote=False).replace("\n", "<br>\r\n")
        page = f"<html>\r\n<head>\r\n</head>\r\n<body>\r\n{inside}\r\n</body>\r\n</html>" if event.body else ""
        return node("t:Body", page, BodyType="HTML")

    def moment(self, instant: datetime) -> str:
        """In the zone that was asked for."""
        if self._zone is UTC:
            return stamp(instant)
        return instant.astimezone(self._zone).replace(microsecond=0).isoformat()

    def starts(self, event: Event) -> str:
        """An all-day meeting begins at midnight of the zone in which it was made."""
        return self.moment(_span(event).start)

    def ends(self, event: Event) -> str:
        """Likewise."""
        return self.moment(_span(event).end)

    def original(self, event: Event) -> str | None:
        """When an occurrence would be if nobody had moved it."""
        if event.original is None:
            return None
        return self.moment(self._original(event, event.original))

    def _original(self, event: Event, day: date) -> datetime:
        master = self._mailbox.find(event.series)
        wall = event_bounds(master or event, self._mailbox.zone).start.astimezone(ZoneInfo(event.zone)).time()
        return datetime.combine(day, wall, ZoneInfo(event.zone)).astimezone(UTC)

    def organizer(self, event: Event) -> Element | None:
        """Who invited."""
        if event.organizer is None:
            return None
        return node("t:Organizer", mailbox_element(event.organizer, by_old_name=self._found))

    def people(self, event: Event, kind: str) -> Element | None:
        """Those invited as `kind`."""
        found = [_attendee(attendee) for attendee in event.attendees if attendee.kind == kind]
        return node(f"t:{_ROLES[kind]}", *found) if found else None

    def rights(self) -> Element:
        """What the caller may do with an item."""
        return effective_rights("t:EffectiveRights", self._share)

    def parent(self) -> Element:
        """The calendar that it is in."""
        return node("t:ParentFolderId", Id=folder_id("calendar", self._mailbox.address), ChangeKey="AQAAAA==")


def item_ids(event: Event) -> Element:
    """Id and version."""
    return node("t:ItemId", Id=item_id(event.id), ChangeKey=change_key(event))


def mailbox_element(person: Person, tag: str = "t:Mailbox", *, by_old_name: bool = False) -> Element:
    """Somebody, or some room; people inside the house also by the name that they had before SMTP."""
    old = by_old_name and person.address.lower().endswith(f"@{DOMAIN}")
    address = f"{_LEGACY}{person.address.partition('@')[0].upper()}" if old else person.address
    return node(
        tag,
        node("t:Name", person.name),
        node("t:EmailAddress", address),
        node("t:RoutingType", "EX" if old else "SMTP"),
        None if old else node("t:MailboxType", "Mailbox" if person.address.endswith(f"@{DOMAIN}") else "OneOff"),
    )


def effective_rights(tag: str, share: Share) -> Element:
    """What somebody may do."""
    may = {
        "CreateAssociated": share >= Share.EDITOR,
        "CreateContents": share >= Share.EDITOR,
        "CreateHierarchy": share >= Share.EDITOR,
        "Delete": share >= Share.EDITOR,
        "Modify": share >= Share.EDITOR,
        "Read": share >= Share.LIMITED_DETAILS,
        "ViewPrivateItems": share >= Share.EDITOR,
    }
    return node(tag, *(node(f"t:{name}", yes_no(value)) for name, value in may.items()))


def _span(event: Event) -> Window:
    if not isinstance(event.when, Dates):
        return event.when
    zone = ZoneInfo(event.zone)
    first, until = (datetime.combine(day, time(), zone) for day in (event.when.first, event.when.until))
    return Window(start=first.astimezone(UTC), end=until.astimezone(UTC))


def _attendee(attendee: Attendee) -> Element:
    response = RESPONSES.get(attendee.response, "Unknown")
    return node("t:Attendee", mailbox_element(attendee.person), node("t:ResponseType", response))


def _duration(event: Event) -> str:
    span = _span(event)
    minutes = int((span.end - span.start).total_seconds() // 60)
    return f"PT{minutes // 60}H{minutes % 60}M"


def _state(event: Event) -> str:
    bits = (event.response != "organizer" or bool(event.attendees)) + 2 * (event.response != "organizer")
    return str(bits + 4 * event.cancelled)


def _properties(event: Event) -> Mapping[str, str]:
    """Those that were written into it, and those that Exchange itself keeps."""
    if not event.join_url.startswith(TEAMS):
        return event.properties
    return {"String {publicstrings} Name SkypeTeamsMeetingUrl": event.join_url, **event.properties}


def _uri(key: str) -> dict[str, str]:
    """An extended property's name as the attributes of its path."""
    kind, _, rest = key.partition(" ")
    if not rest.startswith("{"):
        return {"PropertyTag": rest, "PropertyType": kind}
    space, _, last = rest[1:].partition("} ")
    word, _, name = last.partition(" ")
    return {
        "PropertySetId" if "-" in space else "DistinguishedPropertySetId": space if "-" in space else _SETS[space],
        "PropertyName" if word == "Name" else "PropertyId": name,
        "PropertyType": kind,
    }


_SETS = {
    name.lower(): name
    for name in ("Address", "Appointment", "CalendarAssistant", "Common", "InternetHeaders", "Meeting", "PublicStrings")
} | {name.lower(): name for name in ("Sharing", "Task", "UnifiedMessaging")}


def _uid(event: Event) -> str:
    return f"040000008200E00074C5B7101A82E00800000000{hashlib.sha256(event.uid.encode()).hexdigest()[:32].upper()}"


def _meeting(event: Event) -> bool:
    return event.response != "organizer" or bool(event.attendees)


def _created(writer: ItemWriter, event: Event) -> str | None:
    return writer.moment(event.created) if event.created else None


def _modified(writer: ItemWriter, event: Event) -> str | None:
    return writer.moment(event.modified) if event.modified else None


def _zone(tag: str) -> _Writer:
    return lambda _, event: node(tag, Id=windows_name(event.zone), Name=event.zone)


def _text(value: Callable[[Event], str]) -> _Writer:
    return lambda _, event: value(event) or None


def _fact(value: Callable[[Event], bool]) -> _Writer:
    return lambda _, event: yes_no(value(event))


_WRITERS: Mapping[str, _Writer] = {
    "ItemId": lambda _, event: item_ids(event),
    "ParentFolderId": lambda writer, _: writer.parent(),
    "ItemClass": lambda *_: "IPM.Appointment",
    "Subject": lambda _, event: event.subject[:SUBJECT],
    "Sensitivity": _text(lambda event: event.sensitivity.capitalize()),
    "Body": lambda writer, event: writer.body(event),
    "TextBody": lambda _, event: node("t:TextBody", event.body, BodyType="Text"),
    "DateTimeReceived": _created,
    "DateTimeSent": _created,
    "DateTimeCreated": _created,
    "DateTimeStamp": _created,
    "LastModifiedTime": _modified,
    "Size": _text(lambda event: str(2048 + len(event.body.encode("utf-8", "replace")))),
    "Categories": lambda _, event: (
        node("t:Categories", *(node("t:String", word) for word in event.categories)) if event.categories else None
    ),
    "Importance": _text(lambda event: event.importance.capitalize()),
    "IsDraft": lambda *_: "false",
    "ReminderIsSet": lambda *_: "false",
    "ReminderMinutesBeforeStart": lambda *_: "15",
    "DisplayTo": _text(lambda event: "; ".join(attendee.person.name for attendee in event.attendees)),
    "HasAttachments": lambda *_: "false",
    "Culture": lambda *_: "en-US",
    "EffectiveRights": lambda writer, _: writer.rights(),
    "UID": lambda _, event: _uid(event),
    "RecurrenceId": lambda writer, event: writer.original(event),
    "OriginalStart": lambda writer, event: writer.original(event),
    "Start": lambda writer, event: writer.starts(event),
    "End": lambda writer, event: writer.ends(event),
    "IsAllDayEvent": _fact(lambda event: event.all_day),
    "LegacyFreeBusyStatus": lambda _, event: WEIGHTS.get(event.show_as, "NoData"),
    "Location": _text(lambda event: event.location),
    "IsMeeting": _fact(_meeting),
    "IsCancelled": _fact(lambda event: event.cancelled),
    "IsRecurring": _fact(lambda event: event.kind is not EventKind.SINGLE),
    "MeetingRequestWasSent": _fact(lambda event: bool(event.attendees)),
    "IsResponseRequested": lambda *_: "true",
    "CalendarItemType": lambda _, event: KINDS[event.kind],
    "MyResponseType": lambda _, event: RESPONSES.get(event.response, "Unknown"),
    "Organizer": lambda writer, event: writer.organizer(event),
    "RequiredAttendees": lambda writer, event: writer.people(event, "required"),
    "OptionalAttendees": lambda writer, event: writer.people(event, "optional"),
    "Resources": lambda writer, event: writer.people(event, "resource"),
    "Duration": lambda _, event: _duration(event),
    "AppointmentSequenceNumber": lambda *_: "0",
    "AppointmentState": lambda _, event: _state(event),
    "Recurrence": lambda _, event: recurrence(event.rule) if event.rule else None,
    "StartTimeZone": _zone("t:StartTimeZone"),
    "EndTimeZone": _zone("t:EndTimeZone"),
    "StartTimeZoneId": lambda _, event: windows_name(event.zone),
    "EndTimeZoneId": lambda _, event: windows_name(event.zone),
    "AllowNewTimeProposal": lambda *_: "true",
    "IsOnlineMeeting": lambda *_: "false",
    "IsOrganizer": _fact(lambda event: event.response == "organizer"),
}
