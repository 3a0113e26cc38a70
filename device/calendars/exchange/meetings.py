"""Exchange's calendar items put into our words, each for itself: one that is broken costs no other."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from exchangelib.winzone import MS_TIMEZONE_TO_IANA_MAP
from lxml.etree import _Element

from device.calendars.exchange.envelope import TYPES
from device.calendars.exchange.item import Booked, CheckedIn
from device.calendars.interface import Skipped
from device.model.occurrence import FreeBusy, Occurrence, Response
from device.model.safetext import SafeText
from device.model.value import Value
from device.model.window import Dates, Window

_FREE_BUSY = {
    "Free": FreeBusy.FREE,
    "Tentative": FreeBusy.TENTATIVE,
    "Busy": FreeBusy.BUSY,
    "OOF": FreeBusy.OUT_OF_OFFICE,
    "WorkingElsewhere": FreeBusy.ELSEWHERE,
}
_RESPONSE = {
    "Organizer": Response.ACCEPTED,
    "Accept": Response.ACCEPTED,
    "Tentative": Response.TENTATIVE,
    "Decline": Response.DECLINED,
}
_OPEN = frozenset(("Normal", "Personal"))
_IN_SERIES = frozenset(("Occurrence", "Exception"))
_ITEM = f"{TYPES}CalendarItem"
_DAY = timedelta(days=1)


class Meeting(Value):
    """An occurrence, and what only this provider needs to know of it."""

    occurrence: Occurrence
    created_at: str
    """As Exchange writes it, to the second, so that text compares as time; empty where it did not say."""
    key: str
    """Of the walk-up booking; empty for any other meeting."""
    organized_here: bool
    """Whether the room's own mailbox is its organizer, or nobody was invited."""
    named_after_organizer: bool = False
    """Whether the organizer's name stands where the subject was: Exchange's default for rooms (facts: A8)."""

    @property
    def ours(self) -> bool:
        """Whether it stands in this calendar alone, so that no organizer elsewhere has to be told."""
        return bool(self.key) or self.organized_here


def read_items(elements: Iterable[_Element], zone: str) -> tuple[list[Meeting], list[Skipped]]:
    """The meetings among the items of a calendar, and those that could not be read."""
    meetings: list[Meeting] = []
    skipped: list[Skipped] = []
    for element in elements:
        read = read_item(element, zone)
        if isinstance(read, Skipped):
            skipped.append(read)
        else:
            meetings.append(read)
    return meetings, skipped


def read_item(element: _Element, zone: str) -> Meeting | Skipped:
    """One meeting of a room in `zone`, or why it cannot be read."""
    parts = {child.tag: child for child in element}
    identifier = parts.get(f"{TYPES}ItemId")
    key = identifier.get("Id", "") if identifier is not None else ""
    if identifier is None or not key:
        return Skipped(id="", why="an item without an id")
    if element.tag != _ITEM:
        return Skipped(id=key, why="no meeting")
    try:
        return _meeting(_Parts(element, parts), key, identifier.get("ChangeKey", ""), zone)
    except (ValueError, OverflowError) as error:
        return Skipped(id=key, why=str(error))


class _Parts:
    """The elements of one item by their names."""

    def __init__(self, element: _Element, parts: dict[str, _Element]) -> None:
        self._element = element
        self._parts = parts

    def text(self, name: str) -> str:
        """What stands in an element, stripped; empty where there is none."""
        found = self._parts.get(TYPES + name)
        return (found.text or "").strip() if found is not None else ""

    def fact(self, name: str) -> bool:
        """A boolean."""
        return self.text(name).lower() in ("true", "1")

    def zone(self, name: str) -> ZoneInfo | None:
        """A zone by its Windows name; None where it is not known."""
        found = self._parts.get(TYPES + name)
        key = (found.get("Id") or "") if found is not None else ""
        try:
            return ZoneInfo(MS_TIMEZONE_TO_IANA_MAP.get(key, key)) if key else None
        except (KeyError, ValueError, OSError):  # unknown; not a name at all; the name of a folder
            return None

    def organizer(self) -> tuple[str, str]:
        """Name and address. A calendar view gives people inside the house by their names before SMTP: no address."""
        mailbox = (
            self._parts[f"{TYPES}Organizer"].find(f"{TYPES}Mailbox") if f"{TYPES}Organizer" in self._parts else None
        )
        if mailbox is None:
            return "", ""
        address = (mailbox.findtext(f"{TYPES}EmailAddress") or "").strip()
        return (mailbox.findtext(f"{TYPES}Name") or "").strip(), address if "@" in address else ""

    def marks(self) -> dict[str, str]:
        """Our own extended properties, by their names."""
        found: dict[str, str] = {}
        for each in self._element.iterfind(f"{TYPES}ExtendedProperty"):
            uri = each.find(f"{TYPES}ExtendedFieldURI")
            if uri is not None and (uri.get("PropertySetId") or "").lower() == Booked.property_set_id:
                found[uri.get("PropertyName") or ""] = each.findtext(f"{TYPES}Value") or ""
        return found


def _meeting(parts: _Parts, key: str, version: str, zone: str) -> Meeting:
    """The meeting that an item is.

    Raises:
        ValueError: it has no times that can be.
    """
    subject, (name, address), marks = parts.text("Subject"), parts.organizer(), parts.marks()
    answered, booked = parts.text("MyResponseType"), marks.get(Booked.property_name, "")
    occurrence = Occurrence(
        id=key,
        when=_when(parts, zone),
        title=SafeText("" if subject == name else subject),
        organizer=SafeText("" if booked else name),  # a walk-up is nobody's, and the room is no host
        organizer_address="" if booked else address,
        free_busy=_FREE_BUSY.get(parts.text("LegacyFreeBusyStatus") or "Busy", FreeBusy.UNKNOWN),
        response=_RESPONSE.get(answered, Response.NONE),
        cancelled=parts.fact("IsCancelled"),
        private=(parts.text("Sensitivity") or "Normal") not in _OPEN,
        series=parts.text("UID") if parts.text("CalendarItemType") in _IN_SERIES else "",
        etag=version,
        own=bool(booked),
        checked_in_at=_checked_in(marks.get(CheckedIn.property_name, "")),
    )
    return Meeting(
        occurrence=occurrence,
        created_at=parts.text("DateTimeCreated"),
        key=booked,
        organized_here=answered == "Organizer" or not parts.fact("IsMeeting"),
        named_after_organizer=bool(name) and subject == name,
    )


def _when(parts: _Parts, zone: str) -> Window | Dates:
    start, end = _instant(parts.text("Start")), _instant(parts.text("End"))
    if end < start:
        raise ValueError("ends before it starts")
    if not parts.fact("IsAllDayEvent"):
        return Window(start=start, end=end)
    made_in = parts.zone("StartTimeZone")
    first = _day(start, made_in, zone)
    until = _day(end, parts.zone("EndTimeZone") or made_in, zone)
    return Dates(first=first, until=max(until, first + _DAY))


def _day(instant: datetime, made_in: ZoneInfo | None, zone: str) -> date:
    """The date that is meant by an all-day meeting's midnight: on the wall where it was made, else at the room, else
    of the nearest midnight.
    """
    for known in filter(None, (made_in, ZoneInfo(zone))):
        wall = instant.astimezone(known)
        if (wall.hour, wall.minute) == (0, 0):
            return wall.date()
    return (instant + _DAY / 2).date()


def _instant(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("a time that is none") from None  # the text is a stranger's
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


def _checked_in(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
        return at.astimezone(UTC) if at.tzinfo else None
    except (ValueError, OverflowError):
        return None
