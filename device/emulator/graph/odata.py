"""OData's query options, as far as Graph takes them for events: `$select`, `$orderby`, `$expand` and paging."""

import re
from collections.abc import Callable, Sequence
from typing import Annotated, Any
from urllib.parse import quote

import msgspec

from device.emulator.event import Event
from device.emulator.graph.call import Call, bad_request
from device.emulator.graph.event_json import EventWriter
from device.emulator.graph.opaque import opaque, transparent
from device.model.value import Value

PAGE = 10
"""What Graph gives where nobody asks for more."""
LARGEST_PAGE = 1000
EXPANDED = "singleValueExtendedProperties"
# fmt: off
PROPERTIES = frozenset((
    "id", "createdDateTime", "lastModifiedDateTime", "changeKey", "categories", "transactionId",
    "originalStartTimeZone", "originalEndTimeZone", "iCalUId", "reminderMinutesBeforeStart", "isReminderOn",
    "hasAttachments", "subject", "bodyPreview", "importance", "sensitivity", "isAllDay", "isCancelled",
    "isOrganizer", "isDraft", "responseRequested", "seriesMasterId", "showAs", "type", "webLink", "hideAttendees",
    "allowNewTimeProposals", "start", "end", "originalStart", "onlineMeetingUrl", "isOnlineMeeting",
    "onlineMeetingProvider", "onlineMeeting", "attendees", "organizer", "location", "locations", "body",
    "responseStatus", "recurrence", "cancelledOccurrences", "occurrenceId", "exceptionOccurrences",
))
# fmt: on
_ORDERS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "start/dateTime": lambda item: item["start"]["dateTime"],
    "end/dateTime": lambda item: item["end"]["dateTime"],
    "subject": lambda item: item["subject"],
    "createdDateTime": lambda item: item["createdDateTime"],
    "lastModifiedDateTime": lambda item: item["lastModifiedDateTime"],
}
_EXPAND = re.compile(EXPANDED + r"\(\s*\$filter\s*=\s*(.*)\)", re.DOTALL)
_WANTED = re.compile(r"(?:ep/|)id\s+eq\s+'((?:[^']|'')*)'")


class Skip(Value):
    """Where the next page begins."""

    at: Annotated[int, msgspec.Meta(ge=0)]


def shape(events: Sequence[Event], writer: EventWriter, call: Call) -> list[dict[str, Any]]:
    """The events as the call's `$expand`, `$orderby` and `$select` want them.

    Raises:
        GraphError: an option names what there is not.
    """
    wanted, chosen = expanded_ids(call), selected(call)
    items = []
    for event in events:
        item = writer.write(event)
        found = _extended(event, wanted)
        if found:
            item[EXPANDED] = found
        items.append(item)
    return [_chosen(item, chosen) for item in _ordered(items, call.query.get("$orderby", ""))]


def shape_one(event: Event, writer: EventWriter, call: Call) -> dict[str, Any]:
    """One event as the call's `$expand` and `$select` want it."""
    return shape((event,), writer, call)[0]


def selected(call: Call) -> frozenset[str] | None:
    """The properties asked for; None: all.

    Raises:
        GraphError: one of them is none.
    """
    names = [name.strip() for name in call.query.get("$select", "").split(",") if name.strip()]
    for name in names:
        if name.partition("/")[0] not in PROPERTIES:
            raise _no_property(name)
    return frozenset(name.partition("/")[0] for name in names) or None


def expanded_ids(call: Call) -> frozenset[str]:
    """The extended properties asked for, by their folded ids.

    Raises:
        GraphError: something else shall be expanded, or the filter is missing.
    """
    text = call.query.get("$expand", "").strip()
    if not text:
        return frozenset()
    match = _EXPAND.fullmatch(text)
    if match is None:
        raise bad_request(f"Parsing OData Select and Expand failed: '{text[:80]}'.", "RequestBroker--ParseUri")
    wanted = frozenset(folded(name.replace("''", "'")) for name in _WANTED.findall(match[1]))
    if not wanted:
        raise bad_request("The filter of the expanded property is not valid.", "ErrorInvalidUrlQueryFilter")
    return wanted


def folded(property_id: str) -> str:
    """An extended property's id with its GUID as Exchange keeps it."""
    return re.sub(r"\{[0-9a-fA-F-]{36}\}", lambda guid: guid[0].lower(), property_id.strip())


def page(
    items: Sequence[dict[str, Any]], call: Call, *, usual: int = PAGE, largest: int = LARGEST_PAGE
) -> dict[str, Any]:
    """One page as a collection, with `@odata.nextLink` where more follow; `usual` is its size where nobody says.

    Raises:
        GraphError: a number is none, or the skip token is not ours.
    """
    size = min(_number(call, "$top", usual, least=1), largest)
    at = _number(call, "$skip", 0, least=0)
    if token := call.query.get("$skiptoken"):
        skip = transparent(token, Skip)
        if skip is None:
            raise bad_request("The skip token is not valid.", "ErrorInvalidUrlQuery")
        at = skip.at
    body: dict[str, Any] = {"@odata.context": f"{call.base}/$metadata#Collection(event)"}
    if call.query.get("$count", "").lower() == "true":
        body["@odata.count"] = len(items)
    body["value"] = list(items[at : at + size])
    if at + size < len(items):
        body["@odata.nextLink"] = link(call, {"$skiptoken": opaque(Skip(at=at + size))}, without=("$skip",))
    return body


def link(call: Call, options: dict[str, str], *, without: Sequence[str] = ()) -> str:
    """The call's own URL with other options."""
    merged = {key: value for key, value in call.query.items() if key not in without and value} | options
    pairs = "&".join(f"{quote(key, safe='$')}={quote(value, safe='')}" for key, value in merged.items())
    return f"{call.base}{quote(call.path, safe='/@()')}?{pairs}"


def _extended(event: Event, wanted: frozenset[str]) -> list[dict[str, str]]:
    return [{"id": key, "value": value} for key, value in event.properties.items() if key in wanted]


def _ordered(items: list[dict[str, Any]], order: str) -> list[dict[str, Any]]:
    for clause in reversed([clause.strip() for clause in order.split(",") if clause.strip()]):
        name, _, direction = clause.partition(" ")
        if name not in _ORDERS or direction.strip().lower() not in ("", "asc", "desc"):
            raise bad_request(f"The OrderBy clause '{clause[:80]}' is not supported.", "ErrorInvalidUrlQuery")
        items = sorted(items, key=_ORDERS[name], reverse=direction.strip().lower() == "desc")
    return items


def _chosen(item: dict[str, Any], chosen: frozenset[str] | None) -> dict[str, Any]:
    if chosen is None:
        return item
    kept = chosen | {"@odata.etag", "id", EXPANDED}
    return {key: value for key, value in item.items() if key in kept}


def _number(call: Call, option: str, default: int, *, least: int) -> int:
    text = call.query.get(option, "")
    if not text:
        return default
    if not text.isdecimal() or int(text) < least:
        raise bad_request(f"Invalid value '{text[:20]}' for {option} query option.", "RequestBroker--ParseUri")
    return int(text)


def _no_property(name: str) -> Exception:
    message = f"Could not find a property named '{name[:80]}' on type 'microsoft.graph.event'."
    return bad_request(f"Parsing OData Select and Expand failed: {message}", "RequestBroker--ParseUri")
