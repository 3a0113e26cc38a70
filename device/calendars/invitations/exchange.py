"""Exchange Web Services: a `CalendarItem`, as an element of its answer (facts: C3).

Outlook keeps the links of Microsoft's own meetings in properties beside the schema; a link of anybody else's stands in
the location or the body.
"""

from typing import Any

from device.model.invitation import Entry, Invitation, Piece

TEAMS, SKYPE = "SkypeTeamsMeetingUrl", "OnlineMeetingExternalLink"
"""Properties of the set `PublicStrings`."""
JOIN = "JoinOnlineMeetingUrl"
_SERVICES = {SKYPE: "skype_for_business"}


def of_item(item: Any) -> Invitation:
    """What an item says about joining it."""
    parts = {_local(child): child for child in item}
    links = {**_properties(item), JOIN: _text(parts.get(JOIN))}
    entries = tuple(
        Entry(field=name, link=links[name], service=_SERVICES.get(name, ""))
        for name in (TEAMS, SKYPE, JOIN)
        if links.get(name)
    )
    return Invitation(entries=entries, pieces=tuple(_pieces(parts)))


def _properties(item: Any) -> dict[str, str]:
    """The public strings of an item by their names."""
    found: dict[str, str] = {}
    for element in item:
        if _local(element) == "ExtendedProperty":
            parts = {_local(child): child for child in element}
            uri = parts.get("ExtendedFieldURI")
            if uri is not None and uri.get("DistinguishedPropertySetId") == "PublicStrings":
                found[uri.get("PropertyName") or ""] = _text(parts.get("Value"))
    return found


def _pieces(parts: dict[str, Any]) -> list[Piece]:
    body = parts.get("Body")
    html = body is not None and (body.get("BodyType") or "").lower() == "html"
    written = (
        Piece(field="location", text=_text(parts.get("Location"))),
        Piece(field="body", text=_text(body), html=html),
        Piece(field="subject", text=_text(parts.get("Subject"))),
    )
    return [piece for piece in written if piece.text]


def _local(element: Any) -> str:
    """An element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def _text(element: Any) -> str:
    return "" if element is None else (element.text or "").strip()
