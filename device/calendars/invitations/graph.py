"""Microsoft Graph: an `event`, or an `onlineMeeting` (facts: join A.2).

Exchange knows only of its own meetings; a link of anybody else's stands in the location or the body.
"""

from typing import Any
from urllib.parse import unquote

from device.calendars.invitations.json_fields import items_at, text_at
from device.model.invitation import Entry, Invitation, Piece

_DATA_PAGE = "data:text/html,"
_SKYPE = "skype"


def is_event(plain: Any) -> bool:
    """Whether a JSON object is Graph's."""
    keys = (
        "onlineMeeting",
        "onlineMeetingUrl",
        "onlineMeetingProvider",
        "bodyPreview",
        "body",
        "joinWebUrl",
        "subject",
    )
    return isinstance(plain, dict) and (any(key in plain for key in keys) or isinstance(plain.get("location"), dict))


def of_event(event: Any) -> Invitation:
    """What an event, or a meeting of its own, says about joining it."""
    return Invitation(entries=tuple(_entries(event)), pieces=tuple(_pieces(event)))


def _entries(event: Any) -> list[Entry]:
    service = "skype_for_business" if text_at(event, "onlineMeetingProvider").lower().startswith(_SKYPE) else ""
    entries = []
    for path in (("onlineMeeting", "joinUrl"), ("joinWebUrl",), ("joinUrl",), ("onlineMeetingUrl",)):
        link = text_at(event, *path)
        if link:
            entries.append(Entry(field=".".join(path), link=link, service=service, **_numbers(event)))
    more = text_at(event, "cloudVideoInteropInfo", "moreInfoWebUrl")
    if more:
        entries.append(Entry(field="cloudVideoInteropInfo", link=more))
    return entries


def _numbers(event: Any) -> dict[str, str]:
    """What a meeting of its own says beside its address."""
    interop = "cloudVideoInteropInfo"
    return {
        "meeting_id": text_at(event, "joinMeetingIdSettings", "joinMeetingId"),
        "passcode": text_at(event, "joinMeetingIdSettings", "passcode"),
        "vtc_id": text_at(event, interop, "videoTeleconferenceId") or text_at(event, "videoTeleconferenceId"),
        "vtc_address": text_at(event, interop, "tenantKey"),
    }


def _pieces(event: Any) -> list[Piece]:
    places = [event.get("location") if isinstance(event, dict) else None, *items_at(event, "locations")]
    written = [text for place in places for text in (text_at(place, "displayName"), text_at(place, "locationUri"))]
    pieces = [Piece(field="location", text=text) for text in dict.fromkeys(filter(None, written))]
    body = text_at(event, "body", "content")
    if body:
        pieces.append(Piece(field="body", text=body, html=text_at(event, "body", "contentType").lower() == "html"))
    elif text_at(event, "bodyPreview"):
        pieces.append(Piece(field="bodyPreview", text=text_at(event, "bodyPreview")))
    told = text_at(event, "joinInformation", "content")
    if told:
        page = told.lower().startswith(_DATA_PAGE)
        text = unquote(told[len(_DATA_PAGE) :]) if page else told
        pieces.append(Piece(field="joinInformation", text=text, html=page))
    if text_at(event, "subject"):
        pieces.append(Piece(field="subject", text=text_at(event, "subject")))
    return pieces
