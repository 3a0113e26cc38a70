"""What a VEVENT says beside its times: how it weighs on the room, who organises it, what Doorlight wrote on it."""

from datetime import UTC, datetime

from icalendar import Event

from device.model.occurrence import FreeBusy, Occurrence, Response
from device.model.safetext import SafeText
from device.model.window import Dates, Window

KEY = "X-DOORLIGHT-KEY"
"""The idempotency key of a booking made at a door."""
BOOKED_AT = "X-DOORLIGHT-BOOKED-AT"
"""When it was booked, to the microsecond, by the clock of the door: decides between two doors that book at once."""
CHECKED_IN = "X-DOORLIGHT-CHECKED-IN"
"""When people said at the door that they came: a DATE-TIME in UTC."""

_BUSY_STATUS = {
    "FREE": FreeBusy.FREE,
    "TENTATIVE": FreeBusy.TENTATIVE,
    "BUSY": FreeBusy.BUSY,
    "OOF": FreeBusy.OUT_OF_OFFICE,
    "WORKINGELSEWHERE": FreeBusy.ELSEWHERE,
}
_RESPONSES = {
    "ACCEPTED": Response.ACCEPTED,
    "DECLINED": Response.DECLINED,
    "TENTATIVE": Response.TENTATIVE,
    "NEEDS-ACTION": Response.NONE,
}


def occurrence(event: Event, when: Window | Dates, *, identity: str, series: str = "", etag: str = "") -> Occurrence:
    """The meeting as the door knows it.

    Args:
        event: the VEVENT; of its attendees only the room itself.
        when: the span of this very instance.
        identity: the provider's identifier of the instance.
        series: that of its series, if it has one.
        etag: the provider's version of it.
    """
    organizer = event.get("ORGANIZER")
    address = _address(organizer)
    return Occurrence(
        id=identity,
        when=when,
        title=SafeText(_text(event, "SUMMARY")),
        organizer=SafeText(_parameter(organizer, "CN") or address),
        organizer_address=address,
        free_busy=free_busy(event),
        response=_response(event),
        cancelled=_word(event, "STATUS") == "CANCELLED",
        private=_word(event, "CLASS") not in ("", "PUBLIC"),
        series=series,
        etag=etag,
        own=KEY in event,
        checked_in_at=_checked_in_at(event),
    )


def free_busy(event: Event) -> FreeBusy:
    """How it weighs on the room. Outlook's word counts for more than the standard's two."""
    for name in ("X-MICROSOFT-CDO-BUSYSTATUS", "X-MICROSOFT-CDO-INTENDEDSTATUS"):
        status = _BUSY_STATUS.get(_word(event, name))
        if status is not None:
            return status
    if _word(event, "TRANSP") == "TRANSPARENT":
        return FreeBusy.FREE
    return FreeBusy.TENTATIVE if _word(event, "STATUS") == "TENTATIVE" else FreeBusy.BUSY


def is_marked_all_day(event: Event) -> bool:
    """Whether Outlook marked it as all-day although it is written in times."""
    return _word(event, "X-MICROSOFT-CDO-ALLDAYEVENT") == "TRUE"


def _response(event: Event) -> Response:
    """What the room itself answered; without a word of its own it has accepted by having the meeting."""
    attendee = _first(event.get("ATTENDEE"))
    if attendee is None:
        return Response.ACCEPTED
    return _RESPONSES.get(_parameter(attendee, "PARTSTAT").upper(), Response.NONE)


def _checked_in_at(event: Event) -> datetime | None:
    try:
        at = datetime.fromisoformat(_text(event, CHECKED_IN))
    except ValueError:
        return None
    return at.astimezone(UTC) if at.tzinfo is not None else None


def _first(found: object) -> object:
    return found[0] if isinstance(found, list) and found else found


def _text(event: Event, name: str) -> str:
    found = _first(event.get(name))
    return found if isinstance(found, str) else ""


def _word(event: Event, name: str) -> str:
    return _text(event, name).strip().upper()


def _parameter(found: object, name: str) -> str:
    value = _first(getattr(_first(found), "params", {}).get(name))
    return str(value) if value is not None else ""


def _address(found: object) -> str:
    """Without its scheme, which is `mailto:` wherever it is an address."""
    uri = str(_first(found) or "")
    return uri[7:] if uri[:7].lower() == "mailto:" else ""
