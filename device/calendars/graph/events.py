"""Graph's events put into our words, each for itself: one that cannot be read is named and costs no other.

A page is decoded straight into `Event`s. Only where that fails are its events taken one by one, and of one whose
words are broken the times are still kept: a meeting without words occupies the room all the same.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from device.calendars.http import Answer
from device.calendars.interface import Skipped
from device.model.errors import MalformedAnswer
from device.model.occurrence import FreeBusy, Occurrence, Response
from device.model.safetext import SafeText
from device.model.window import Dates, Window

_NAMESPACE = "String {bf2722d5-ad38-4c8e-83f9-848ea9617aba} Name "
BOOKED = _NAMESPACE + "DoorlightBooking"
"""Extended property of a walk-up booking: the key it was made under."""
CHECKED_IN = _NAMESPACE + "DoorlightCheckIn"
"""Extended property of a meeting whose people came: when, as ISO 8601."""

SELECT = (
    "id,subject,organizer,start,end,isAllDay,isCancelled,isOrganizer,showAs,sensitivity,seriesMasterId,"
    "responseStatus,createdDateTime"
)
"""All that a door reads. What it does not read is not asked for: bodies and attendees never reach the device."""
EXPAND = f"singleValueExtendedProperties($filter=id eq '{BOOKED}' or id eq '{CHECKED_IN}')"

_EARLIEST, _LATEST = datetime(1970, 1, 2, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
_FREE_BUSY = {
    "free": FreeBusy.FREE,
    "tentative": FreeBusy.TENTATIVE,
    "busy": FreeBusy.BUSY,
    "oof": FreeBusy.OUT_OF_OFFICE,
    "workingelsewhere": FreeBusy.ELSEWHERE,
}
_RESPONSE = {
    "organizer": Response.ACCEPTED,
    "accepted": Response.ACCEPTED,
    "tentativelyaccepted": Response.TENTATIVE,
    "declined": Response.DECLINED,
}
_OPEN = frozenset(("normal", "personal"))
_UTC = frozenset(("utc", "tzone://microsoft/utc", "etc/utc", "gmt"))


class _Part(msgspec.Struct, rename="camel", gc=False):
    """A piece of Graph's JSON; what is not named is passed over."""


class Moment(_Part):
    """`dateTimeTimeZone`."""

    date_time: str
    time_zone: str = "UTC"

    def instant(self) -> datetime:
        """In UTC, which is what was asked for; another zone is taken if it has an IANA name.

        Raises:
            ValueError: it is no time, or its zone is unknown.
        """
        wall = self.wall()
        if wall.tzinfo is None:
            utc = self.time_zone == "UTC" or self.time_zone.lower() in _UTC
            wall = wall.replace(tzinfo=UTC if utc else _zone(self.time_zone))
        try:
            return _kept_within_reason(wall.astimezone(UTC))
        except OverflowError as error:
            raise ValueError("a time beyond all calendars") from error

    def wall(self) -> datetime:
        """As a clock on a wall would show it.

        Raises:
            ValueError: it is no time.
        """
        try:
            return datetime.fromisoformat(self.date_time)
        except ValueError:
            raise ValueError("a time that is none") from None  # the text is a stranger's


class _Address(_Part):
    name: str | None = None
    address: str | None = None


class _Recipient(_Part):
    email_address: _Address | None = None


class _Status(_Part):
    response: str | None = None


class _Property(_Part):
    id: str
    value: str | None = None


class Event(_Part):
    """An event of a calendar view, as far as a door reads it."""

    id: str
    start: Moment
    end: Moment
    etag: str = msgspec.field(name="@odata.etag", default="")
    subject: str | None = None
    organizer: _Recipient | None = None
    is_all_day: bool | None = False
    is_cancelled: bool | None = False
    is_organizer: bool | None = False
    show_as: str | None = None
    sensitivity: str | None = None
    series_master_id: str | None = None
    response_status: _Status | None = None
    created_date_time: str | None = None
    single_value_extended_properties: list[_Property] | None = None


class _Bare(_Part):
    """The least that occupies a room."""

    id: str
    start: Moment
    end: Moment
    etag: str = msgspec.field(name="@odata.etag", default="")


class _Page(_Part):
    value: list[Event]
    next_link: str | None = msgspec.field(name="@odata.nextLink", default=None)


_PAGES = msgspec.json.Decoder(_Page)


@dataclass(frozen=True, slots=True)
class Meeting:
    """An occurrence, and what only this provider needs to know of it."""

    occurrence: Occurrence
    created_at: str
    """As Graph writes it: UTC, so that text compares as time; empty where it did not say."""
    key: str
    """Of the walk-up booking; empty for any other meeting."""
    organized_here: bool
    """Whether the room's own mailbox is its organizer."""


def read_page(answer: Answer) -> tuple[list[Meeting], list[Skipped], str]:
    """The meetings of one page, those that could not be read, and the link to the next page.

    Raises:
        MalformedAnswer: it is no page of events.
    """
    body = answer.require("application/json")
    events: Iterator[Event | Skipped]
    try:
        page = _PAGES.decode(body)
        events, link = iter(page.value), page.next_link
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        events, link = _one_by_one(answer)
    meetings: list[Meeting] = []
    skipped: list[Skipped] = []
    for event in events:
        if isinstance(event, Skipped):
            skipped.append(event)
            continue
        try:
            meetings.append(meeting_of(event))
        except ValueError as error:
            skipped.append(Skipped(id=event.id, why=str(error)))
    return meetings, skipped, link or ""


def read_event(answer: Answer) -> Meeting:
    """The one meeting of an answer.

    Raises:
        MalformedAnswer: it is none.
    """
    try:
        event = _leniently(answer.json())
        if isinstance(event, Skipped):
            raise MalformedAnswer(event.why)
        return meeting_of(event)
    except ValueError as error:
        raise MalformedAnswer(f"a meeting that cannot be read: {error}") from error


def _one_by_one(answer: Answer) -> tuple[Iterator[Event | Skipped], str]:
    plain = answer.json()
    items = plain.get("value") if isinstance(plain, dict) else None
    if not isinstance(items, list):
        raise MalformedAnswer("JSON that is no page of events")
    link = plain.get("@odata.nextLink")
    return map(_leniently, items), link if isinstance(link, str) else ""


def _leniently(item: Any) -> Event | Skipped:
    """One event, without its words if they are broken."""
    try:
        return msgspec.convert(item, Event)
    except msgspec.ValidationError:
        pass
    try:
        bare = msgspec.convert(item, _Bare)
    except msgspec.ValidationError as error:
        known = item.get("id") if isinstance(item, dict) else None
        return Skipped(id=known if isinstance(known, str) else "", why=f"broken: {error}")
    flags = {name: item.get(plain) is True for name, plain in _FLAGS}
    return Event(id=bare.id, start=bare.start, end=bare.end, etag=bare.etag, sensitivity="private", **flags)


_FLAGS = (("is_all_day", "isAllDay"), ("is_cancelled", "isCancelled"))


def meeting_of(event: Event) -> Meeting:
    """The meeting that an event is.

    Raises:
        ValueError: it has no times that can be.
    """
    marks = {mark.id.lower(): mark.value or "" for mark in event.single_value_extended_properties or ()}
    who = event.organizer.email_address if event.organizer else None
    name = (who.name or "").strip() if who else ""
    subject = (event.subject or "").strip()
    key = marks.get(BOOKED.lower(), "")
    occurrence = Occurrence(
        id=event.id,
        when=_when(event),
        title=SafeText("" if subject == name else subject),  # Exchange's default for rooms puts the name there (A8)
        organizer=SafeText(name),
        organizer_address=who.address or "" if who else "",
        free_busy=_FREE_BUSY.get((event.show_as or "busy").lower(), FreeBusy.UNKNOWN),
        response=_RESPONSE.get(_answered(event), Response.NONE),
        cancelled=bool(event.is_cancelled),
        private=(event.sensitivity or "normal").lower() not in _OPEN,
        series=event.series_master_id or "",
        etag=event.etag,
        own=bool(key),
        checked_in_at=_checked_in(marks.get(CHECKED_IN.lower(), "")),
    )
    return Meeting(occurrence, event.created_date_time or "", key, bool(event.is_organizer))


def _answered(event: Event) -> str:
    return (event.response_status.response or "").lower() if event.response_status else ""


def _when(event: Event) -> Window | Dates:
    if event.is_all_day:
        # Midnight in whatever zone was asked for, by design: only the date is meant (A4).
        first, until = (_kept_within_reason(edge.wall().replace(tzinfo=UTC)).date() for edge in (event.start, event.end))
        if until < first:
            raise ValueError("ends before it starts")
        return Dates(first=first, until=max(until, first + timedelta(days=1)))
    start, end = event.start.instant(), event.end.instant()
    if end < start:
        raise ValueError("ends before it starts")
    return Window(start=start, end=end)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown; not a name at all; the name of a folder
        raise ValueError("a time zone that is not known") from None


def _kept_within_reason(instant: datetime) -> datetime:
    """The instant, or the nearest with which calendars can still be reckoned."""
    return min(max(instant, _EARLIEST), _LATEST)


def _checked_in(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
        return at.astimezone(UTC) if at.tzinfo else None
    except (ValueError, OverflowError):
        return None
