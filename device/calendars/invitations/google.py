"""Google Calendar: an `event` of API v3, or its `conferenceData` alone.

A conference has one entry point for video at most, one for SIP, and several for telephones; add-ons of other services
fill in the same ones.
"""

from typing import Any

from device.calendars.invitations.json_fields import items_at, text_at
from device.model.invitation import Entry, Invitation, Piece

_CODES = ("passcode", "password", "accessCode", "pin")
_PINS = ("pin", "passcode", "password", "accessCode")


def is_event(plain: Any) -> bool:
    """Whether a JSON object is Google's."""
    keys = ("conferenceData", "hangoutLink", "entryPoints", "htmlLink", "iCalUID", "description", "summary", "location")
    return isinstance(plain, dict) and any(key in plain for key in keys)


def of_event(event: Any) -> Invitation:
    """What an event says about joining it."""
    conference = event.get("conferenceData", event) if isinstance(event, dict) else None
    entries = _conference(conference)
    if text_at(event, "hangoutLink"):
        entries.append(Entry(field="hangoutLink", link=text_at(event, "hangoutLink")))
    pieces = (
        Piece(field="location", text=text_at(event, "location")),
        Piece(field="description", text=text_at(event, "description")),
        Piece(field="conferenceData.notes", text=text_at(conference, "notes")),
        Piece(field="summary", text=text_at(event, "summary")),
    )
    return Invitation(entries=tuple(entries), pieces=tuple(piece for piece in pieces if piece.text))


def _conference(conference: Any) -> list[Entry]:
    points: dict[str, dict[str, Any]] = {}
    for point in items_at(conference, "entryPoints"):
        points.setdefault(text_at(point, "entryPointType"), point)
    video, sip, phone = points.get("video", {}), points.get("sip", {}), points.get("phone", {})
    link, dialled = text_at(video, "uri"), text_at(sip, "uri")
    if not link and not dialled:
        return []
    return [
        Entry(
            field="conferenceData",
            link=link or dialled,
            sip=dialled if link else "",
            meeting_id=_number(text_at(video, "meetingCode")),
            passcode=_first(video, _CODES),
            pin=_first(sip, _PINS) or _first(phone, _PINS),
        )
    ]


def _first(point: dict[str, Any], keys: tuple[str, ...]) -> str:
    return next((text for key in keys if (text := text_at(point, key))), "")


def _number(code: str) -> str:
    """A meeting's code where it is a number; others stand in the address as well."""
    digits = code.replace(" ", "").replace("-", "")
    return digits if digits.isascii() and digits.isdigit() else ""
