"""Google's events put into our words."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from device.calendars.google.shapes import BOOKED, CHECKED_IN, Attendee, Event, Who, decode_event, decode_page
from device.calendars.http import Answer
from device.calendars.interface import Skipped
from device.model.errors import MalformedAnswer
from device.model.occurrence import FreeBusy, Occurrence, Response
from device.model.safetext import SafeText
from device.model.value import Value
from device.model.window import Dates, Window

RESOURCE = "@resource.calendar.google.com"
"""How the ids of rooms' calendars end."""
_NOT_PEOPLE = ("calendar.google.com", "gserviceaccount.com")
"""Where addresses that are calendars or programs have their domain."""
_RESPONSE = {
    "accepted": Response.ACCEPTED,
    "tentative": Response.TENTATIVE,
    "declined": Response.DECLINED,
}
_TYPES: Mapping[str, FreeBusy] = {
    "outofoffice": FreeBusy.OUT_OF_OFFICE,
    "workinglocation": FreeBusy.FREE,
    "birthday": FreeBusy.FREE,
}
"""Kinds of events that people's calendars have and rooms' have not; any other counts by its transparency."""
_TRANSPARENCY = {"": FreeBusy.BUSY, "opaque": FreeBusy.BUSY, "transparent": FreeBusy.FREE}
_OPEN = frozenset(("", "default", "public"))


class Meeting(Value):
    """An occurrence, and what only this provider needs to know of it."""

    occurrence: Occurrence
    created_at: str
    """As Google writes it, without its `Z`, so that text compares as time; empty where it did not say."""
    key: str
    """Of the walk-up booking; empty for any other meeting."""
    organized_here: bool
    """Whether the room's own calendar is its organizer."""
    attendee: str
    """The room's own address among the attendees; empty where it is not among those that were told."""
    unheard: bool
    """Whether attendees were left out and the room's own answer with them."""

    @property
    def ours(self) -> bool:
        """Whether it stands in this calendar alone, so that its times may be changed here."""
        return bool(self.key) or self.organized_here


class Reader:
    """Reads the events of one calendar.

    Args:
        calendar: its id.
        zone: the room's.
    """

    def __init__(self, calendar: str, zone: str) -> None:
        self._zone = ZoneInfo(zone)
        self._calendar = calendar.lower()
        # The calendar of a resource gives all-day meetings as instants, from midnight to midnight.
        self._has_no_dates = calendar.endswith(RESOURCE)

    def page(self, answer: Answer) -> tuple[list[Meeting], list[Skipped], str]:
        """The meetings of one page, those that could not be read, and the token of the next page.

        Raises:
            MalformedAnswer: it is no page of events.
        """
        meetings: list[Meeting] = []
        skipped: list[Skipped] = []
        events, token = decode_page(answer)
        for event in events:
            try:
                if isinstance(event, Skipped):
                    skipped.append(event)
                elif not event.is_skeleton:
                    meetings.append(self._meeting(event))
            except ValueError as error:
                skipped.append(Skipped(id=event.id, why=str(error)))
        return meetings, skipped, token

    def event(self, answer: Answer) -> Meeting | None:
        """The one meeting of an answer; None where it was cancelled and nothing is left of it.

        Raises:
            MalformedAnswer: it is none.
        """
        event = decode_event(answer.json())
        if isinstance(event, Skipped):
            raise MalformedAnswer(event.why)
        if event.is_skeleton:
            return None
        try:
            return self._meeting(event)
        except ValueError as error:
            raise MalformedAnswer(f"a meeting that cannot be read: {error}") from error

    def _meeting(self, event: Event) -> Meeting:
        """The meeting that an event is.

        Raises:
            ValueError: it has no times that can be.
        """
        key, came = event.mark(BOOKED), event.mark(CHECKED_IN)
        organized_here = bool(event.organizer and event.organizer.self)
        room = self._room_among(event.attendees or ())
        who = event.creator if organized_here else event.organizer
        occurrence = Occurrence(
            id=event.id,
            when=self._when(event),
            title=SafeText(event.summary),
            organizer=SafeText("" if key else _name(who)),  # a walk-up is nobody's, whoever has let the door in
            organizer_address=(who.email or "") if who and not key else "",
            free_busy=_free_busy(event),
            response=_answered(room),
            cancelled=event.status == "cancelled",
            private=(event.visibility or "").lower() not in _OPEN,
            series=event.recurring_event_id or "",
            etag=event.etag or "",
            own=bool(key),
            checked_in_at=_checked_in(came) if came else None,
        )
        return Meeting(
            occurrence=occurrence,
            created_at=(event.created or "").rstrip("Zz"),
            key=key,
            organized_here=organized_here,
            attendee=(room.email or "") if room else "",
            unheard=bool(event.attendees_omitted) and room is None and not organized_here,
        )

    def _room_among(self, attendees: Iterable[Attendee]) -> Attendee | None:
        """The room's own entry: marked as such, or told by its address."""
        listed = tuple(attendees)
        by_address = (one for one in listed if (one.email or "").lower() == self._calendar)
        return next((one for one in listed if one.self), None) or next(by_address, None)

    def _when(self, event: Event) -> Window | Dates:
        if event.start is None or event.end is None:
            raise ValueError("it has no start or no end")
        if event.start.all_day is not None:
            first, until = event.start.day(), event.end.day()  # which comes before, for one day, from other programs
            return Dates(first=first, until=max(until, first + timedelta(days=1)))
        start, end = event.start.instant(), event.end.instant()
        if end < start:
            raise ValueError("ends before it starts")
        return self._days(start, end) or Window(start=start, end=end)

    def _days(self, start: datetime, end: datetime) -> Dates | None:
        """The whole days that a resource's calendar gave as instants; None where they are none in the room's zone."""
        if not self._has_no_dates or start == end:
            return None
        first, until = (moment.astimezone(self._zone).replace(tzinfo=None) for moment in (start, end))
        whole = first.time() == until.time() == datetime.min.time()
        return Dates(first=first.date(), until=until.date()) if whole else None


def _name(who: Who | None) -> str:
    """What somebody is called; of an address without a name, what stands before its domain."""
    if who is None:
        return ""
    address, _, domain = (who.email or "").partition("@")
    return (who.display_name or "").strip() or ("" if domain.endswith(_NOT_PEOPLE) else address)


def _free_busy(event: Event) -> FreeBusy:
    kind = _TYPES.get((event.event_type or "").lower())
    weight = _TRANSPARENCY.get((event.transparency or "").lower(), FreeBusy.UNKNOWN)
    if weight is FreeBusy.FREE or kind is None:
        tentative = weight is FreeBusy.BUSY and event.status == "tentative"
        return FreeBusy.TENTATIVE if tentative else weight
    return kind


def _answered(room: Attendee | None) -> Response:
    """What the room answered; where nobody had to be asked, it counts as accepted."""
    return _RESPONSE.get((room.response_status or "").lower(), Response.NONE) if room else Response.ACCEPTED


def _checked_in(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
        return at.astimezone(UTC) if at.tzinfo else None
    except (ValueError, OverflowError):
        return None
