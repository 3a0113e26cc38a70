"""Which properties of a calendar item there are, by their paths (`calendar:Start`), and what each shape holds."""

from xml.etree.ElementTree import Element

from device.emulator.ews.errors import EwsError
from device.emulator.ews.xml import T, said

# fmt: off
ITEM = (
    "ItemId", "ParentFolderId", "ItemClass", "Subject", "Sensitivity", "Body", "DateTimeReceived", "Size",
    "Categories", "Importance", "IsDraft", "DateTimeSent", "DateTimeCreated", "ReminderIsSet",
    "ReminderMinutesBeforeStart", "DisplayTo", "HasAttachments", "ExtendedProperty", "Culture", "EffectiveRights",
    "LastModifiedTime", "TextBody",
)
CALENDAR = (
    "UID", "RecurrenceId", "DateTimeStamp", "Start", "End", "OriginalStart", "IsAllDayEvent", "LegacyFreeBusyStatus",
    "Location", "IsMeeting", "IsCancelled", "IsRecurring", "MeetingRequestWasSent", "IsResponseRequested",
    "CalendarItemType", "MyResponseType", "Organizer", "RequiredAttendees", "OptionalAttendees", "Resources",
    "Duration", "AppointmentReplyTime", "AppointmentSequenceNumber", "AppointmentState", "Recurrence",
    "StartTimeZone", "EndTimeZone", "AllowNewTimeProposal", "IsOnlineMeeting", "StartTimeZoneId", "EndTimeZoneId",
    "JoinOnlineMeetingUrl", "IsOrganizer",
)
ORDER = (*ITEM, *CALENDAR)
"""As the schema wants the elements to follow one another."""
DEFAULT = frozenset((
    "ItemId", "Subject", "HasAttachments", "Start", "End", "LegacyFreeBusyStatus", "Location", "CalendarItemType",
    "Organizer", "IsMeeting", "MyResponseType", "RequiredAttendees", "OptionalAttendees", "Resources",
))
ONLY_BY_GET = frozenset((
    "Body", "TextBody", "RequiredAttendees", "OptionalAttendees", "Resources", "Recurrence",
))
"""What `FindItem` leaves out, whatever was asked for."""
UNKNOWN_IS_FINE = frozenset((
    "calendar:MeetingTimeZone", "calendar:ConferenceType", "calendar:MeetingWorkspaceUrl", "calendar:NetShowUrl",
    "calendar:When", "calendar:FirstOccurrence", "calendar:LastOccurrence", "calendar:ModifiedOccurrences",
    "calendar:DeletedOccurrences", "calendar:ConflictingMeetings", "calendar:AdjacentMeetings",
    "calendar:ConflictingMeetingCount", "calendar:AdjacentMeetingCount", "calendar:TimeZone",
    "calendar:OnlineMeetingSettings", "calendar:EnhancedLocation", "calendar:StartWallClock", "calendar:EndWallClock",
))
"""Properties that exist and that no item of this office has."""
# fmt: on
_PATHS = {**{f"item:{name}": name for name in ITEM}, **{f"calendar:{name}": name for name in CALENDAR}}


class Shape:
    """What a request wants to see of each item.

    Raises:
        EwsError: it names a property that there is not.
    """

    def __init__(self, shape: Element | None, *, found: bool = False) -> None:
        self.names = {"ItemId"}
        self.extended: list[str] = []
        """Extended properties, by the office's own name of each."""
        self.html = said(shape, f"{T}BodyType").lower() != "text"
        kind = said(shape, f"{T}BaseShape")
        if kind == "Default":
            self.names |= DEFAULT
        elif kind == "AllProperties":
            self.names |= set(ORDER) - {"TextBody", "ExtendedProperty"}
        for path in shape.iterfind(f"{T}AdditionalProperties/*") if shape is not None else ():
            self._add(path)
        if found:
            self.names -= ONLY_BY_GET

    def _add(self, path: Element) -> None:
        if path.tag == f"{T}ExtendedFieldURI":
            self.extended.append(property_key(path))
            return
        uri = path.get("FieldURI", "")
        if uri in _PATHS:
            self.names.add(_PATHS[uri])
        elif uri not in UNKNOWN_IS_FINE and not uri.startswith("item:"):
            raise EwsError("ErrorInvalidPropertyRequest", "The property can not be used with this type of request.")


def property_key(uri: Element) -> str:
    """The office's own name of an extended property: as Graph spells it, so that both doors see one property.

    Raises:
        EwsError: the path names none.
    """
    kind = uri.get("PropertyType", "")
    if uri.get("PropertyTag"):
        return f"{kind} {uri.get('PropertyTag', '').lower()}"
    space = uri.get("PropertySetId") or uri.get("DistinguishedPropertySetId")
    name = uri.get("PropertyName") or uri.get("PropertyId")
    if not kind or not space or not name:
        raise EwsError("ErrorInvalidExtendedProperty", "The extended property is not valid.")
    word = "Name" if uri.get("PropertyName") else "Id"
    return f"{kind} {{{space.lower()}}} {word} {name}"
