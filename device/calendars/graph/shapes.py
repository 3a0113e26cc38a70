"""Graph's JSON of events, as far as a door reads it, each event for itself: one that is broken costs no other.

A page is decoded straight into `Event`s. Only where that fails are its events taken one by one, and of one whose
words are broken the times are still kept: a meeting without words occupies the room all the same.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from device.calendars.http import Answer
from device.calendars.interface import Skipped
from device.model.errors import MalformedAnswer

_NAMESPACE = "String {bf2722d5-ad38-4c8e-83f9-848ea9617aba} Name "
BOOKED = _NAMESPACE + "DoorlightBooking"
"""Extended property of a walk-up booking: the key it was made under."""
CHECKED_IN = _NAMESPACE + "DoorlightCheckIn"
"""Extended property of a meeting whose people came: when, as ISO 8601."""

SELECT = (
    "id,subject,organizer,start,end,isAllDay,isCancelled,isOrganizer,showAs,sensitivity,seriesMasterId,"
    "responseStatus,createdDateTime"
)
"""All that a door reads of its window. What it does not read is not asked for: attendees never reach the device."""
INVITING = f"{SELECT},location,locations,body,onlineMeeting,onlineMeetingUrl,onlineMeetingProvider"
"""What is asked of one event, to learn how it is joined."""
EXPAND = f"singleValueExtendedProperties($filter=id eq '{BOOKED}' or id eq '{CHECKED_IN}')"

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
        if self.time_zone == "UTC":
            try:
                return datetime.fromisoformat(self.date_time + "+00:00")
            except ValueError:
                pass  # it has an offset all the same, or is no time: see below
        wall = self.wall()
        if wall.tzinfo is None:
            wall = wall.replace(tzinfo=UTC if self.time_zone.lower() in _UTC else _zone(self.time_zone))
        try:
            return wall.astimezone(UTC)
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

    def mark(self, name: str) -> str:
        """The value of an extended property, whose GUID may come back in another case; empty if it is not set."""
        for one in self.single_value_extended_properties or ():
            if one.id.lower() == name.lower():
                return one.value or ""
        return ""


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


def decode_page(answer: Answer) -> tuple[Iterable[Event | Skipped], str]:
    """The events of one page and the link to the next.

    Raises:
        MalformedAnswer: it is no page of events.
    """
    body = answer.require("application/json")
    try:
        page = _PAGES.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _one_by_one(answer)
    return page.value, page.next_link or ""


def _one_by_one(answer: Answer) -> tuple[Iterable[Event | Skipped], str]:
    plain = answer.json()
    items = plain.get("value") if isinstance(plain, dict) else None
    if not isinstance(items, list):
        raise MalformedAnswer("JSON that is no page of events")
    link = plain.get("@odata.nextLink")
    return map(decode_event, items), link if isinstance(link, str) else ""


def decode_event(item: Any) -> Event | Skipped:
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
    return Event(
        id=bare.id,
        start=bare.start,
        end=bare.end,
        etag=bare.etag,
        is_all_day=item.get("isAllDay") is True,
        is_cancelled=item.get("isCancelled") is True,
        sensitivity="private",
    )


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown; not a name at all; the name of a folder
        raise ValueError("a time zone that is not known") from None
