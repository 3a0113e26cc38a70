"""Google's JSON of events, as far as a door reads it, each event for itself: one that is broken costs no other.

A page is decoded straight into `Event`s. Only where that fails are its events taken one by one, and of one whose
words are broken the times are still kept: a meeting without words occupies the room all the same.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from device.calendars.http import Answer
from device.calendars.interface import Skipped
from device.model.errors import MalformedAnswer

BOOKED = "doorlight_booking"
"""Private extended property of a walk-up booking: the key it was made under."""
CHECKED_IN = "doorlight_check_in"
"""Private extended property of a meeting whose people came: when, as ISO 8601."""

_WHO = "(displayName,email,self)"
FIELDS = (
    "id,etag,status,summary,visibility,transparency,eventType,start,end,recurringEventId,created,"
    f"organizer{_WHO},creator{_WHO},attendees(self,email,responseStatus),attendeesOmitted,extendedProperties/private"
)
"""All that a door reads. What it does not read is not asked for: descriptions and links never reach the device."""
PAGE_FIELDS = f"nextPageToken,items({FIELDS})"


class _Part(msgspec.Struct, rename="camel", gc=False):
    """A piece of Google's JSON; what is not named is passed over."""


class Moment(_Part):
    """`EventDateTime`: a date, or an instant."""

    all_day: str | None = msgspec.field(name="date", default=None)
    date_time: str | None = None
    time_zone: str | None = None

    def day(self) -> date:
        """The date of an all-day meeting.

        Raises:
            ValueError: it is none.
        """
        try:
            return date.fromisoformat(self.all_day or "")
        except ValueError:
            raise ValueError("a date that is none") from None  # the text is a stranger's

    def instant(self) -> datetime:
        """In UTC. Where the offset is left out, as Google allows, the zone beside it counts.

        Raises:
            ValueError: it is no time, or its zone is unknown.
        """
        try:
            wall = datetime.fromisoformat(self.date_time or "")
        except ValueError:
            raise ValueError("a time that is none") from None
        if wall.tzinfo is None:
            wall = wall.replace(tzinfo=_zone(self.time_zone or ""))
        try:
            return wall.astimezone(UTC)
        except OverflowError:
            raise ValueError("a time beyond all calendars") from None


class Who(_Part):
    """An organizer or a creator."""

    display_name: str | None = None
    email: str | None = None
    self: bool | None = False


class Attendee(_Part):
    """Somebody invited; `self` is the calendar that was asked for."""

    email: str | None = None
    self: bool | None = False
    response_status: str | None = None


class _Extended(_Part):
    private: dict[str, str] | None = None


class Event(_Part):
    """An event, as far as a door reads it. One that was cancelled may have no times."""

    id: str
    start: Moment | None = None
    end: Moment | None = None
    status: str | None = None
    etag: str | None = None
    summary: str | None = None
    visibility: str | None = None
    transparency: str | None = None
    event_type: str | None = None
    recurring_event_id: str | None = None
    created: str | None = None
    organizer: Who | None = None
    creator: Who | None = None
    attendees: list[Attendee] | None = None
    attendees_omitted: bool | None = False
    extended_properties: _Extended | None = None

    @property
    def is_skeleton(self) -> bool:
        """Whether it only says that something is no more."""
        return self.status == "cancelled" and (self.start is None or self.end is None)

    def mark(self, name: str) -> str:
        """The value of a private extended property; empty if it is not set."""
        extended = self.extended_properties
        return (extended.private or {}).get(name, "") if extended else ""


class _Bare(_Part):
    """The least that occupies a room."""

    id: str
    start: Moment
    end: Moment
    etag: str | None = None


class _Page(_Part):
    items: list[Event] | None = None
    next_page_token: str | None = None


_PAGES = msgspec.json.Decoder(_Page)


def decode_page(answer: Answer) -> tuple[Iterable[Event | Skipped], str]:
    """The events of one page and the token of the next. A page may be empty and not the last.

    Raises:
        MalformedAnswer: it is no page of events.
    """
    body = answer.require("application/json")
    try:
        page = _PAGES.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _one_by_one(answer)
    return page.items or (), page.next_page_token or ""


def _one_by_one(answer: Answer) -> tuple[Iterable[Event | Skipped], str]:
    plain = answer.json()
    items = plain.get("items", []) if isinstance(plain, dict) else None
    if not isinstance(items, list):
        raise MalformedAnswer("JSON that is no page of events")
    token = plain.get("nextPageToken")
    return map(decode_event, items), token if isinstance(token, str) else ""


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
    status, transparency = item.get("status"), item.get("transparency")
    return Event(
        id=bare.id,
        start=bare.start,
        end=bare.end,
        etag=bare.etag,
        status=status if isinstance(status, str) else None,
        transparency=transparency if isinstance(transparency, str) else None,
        visibility="private",
    )


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown; not a name at all; the name of a folder
        raise ValueError("a time without an offset, in a time zone that is not known") from None
