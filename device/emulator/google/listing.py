"""`events.list` and `events.instances`: pages of a calendar, windows of it, and what changed since a sync token."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from device.emulator.event import Event, EventKind
from device.emulator.google.call import Answer, Call, GoogleError, invalid
from device.emulator.google.event_json import PRIVATE, SHARED, EventWriter, etag, stamp
from device.emulator.google.ids import key_of
from device.emulator.google.workspace import Workspace
from device.emulator.graph.opaque import opaque, transparent
from device.emulator.mailbox import Mailbox, MailboxChange, event_bounds
from device.model.value import Value
from device.model.window import Window

PAGE, LARGEST = 250, 2500
BEFORE, AHEAD = timedelta(days=730), timedelta(days=366)
"""How far series are expanded where no window is asked for."""
NOT_WITH_TOKEN = (
    "iCalUID",
    "orderBy",
    "privateExtendedProperty",
    "q",
    "sharedExtendedProperty",
    "timeMin",
    "timeMax",
    "updatedMin",
)
_EVER = Window(start=datetime(2, 1, 1, tzinfo=UTC), end=datetime(9998, 1, 1, tzinfo=UTC))


class Place(Value):
    """Where a listing goes on."""

    at: int = 0
    empty: int = 0
    """How many pages without items have been given."""
    asked: str = ""
    """A digest of the parameters, which must not change on the way."""


class Known(Value):
    """What a sync token stands for."""

    sequence: int
    epoch: int
    asked: str = ""


async def list_events(workspace: Workspace, mailbox: Mailbox, call: Call) -> Answer:
    """GET calendars/{id}/events."""
    if call.text("syncToken"):
        items = _news(workspace, mailbox, call)
    else:
        window = _window(workspace, call)
        found = [event for event in _events(mailbox, call, window) if _wanted(mailbox, call, event)]
        items = [_writer(workspace, mailbox, call).write(event) for event in _ordered(mailbox, call, found)]
        items += _removed(workspace, mailbox, call) if call.flag("showDeleted") else []
    return _page(workspace, mailbox, call, items)


async def list_instances(workspace: Workspace, mailbox: Mailbox, call: Call, identifier: str) -> Answer:
    """GET calendars/{id}/events/{id}/instances."""
    master = mailbox.find(key_of(mailbox, identifier))
    if master is None or master.kind is not EventKind.MASTER:
        raise GoogleError(404, "notFound", "Not Found")
    found = [event for event in mailbox.view(_window(workspace, call)) if event.series == master.id]
    writer = _writer(workspace, mailbox, call)
    return _page(workspace, mailbox, call, [writer.write(event) for event in found])


def _writer(workspace: Workspace, mailbox: Mailbox, call: Call) -> EventWriter:
    return EventWriter(mailbox, call, workspace.role_of(call.grant.account, mailbox.address))


def _window(workspace: Workspace, call: Call) -> Window:
    """What is asked for; without bounds, as far as series are expanded."""
    least, most = call.moment("timeMin"), call.moment("timeMax")
    if least and most and most <= least:
        message = "The specified time range is empty."
        raise GoogleError(400, "timeRangeEmpty", message, domain="calendar", location=("parameter", "timeMax"))
    now = workspace.tenant.clock.now
    single = call.flag("singleEvents")
    start = least or (now - BEFORE if single else _EVER.start)
    return Window(start=start, end=most or (max(now, start) + AHEAD if single else _EVER.end))


def _events(mailbox: Mailbox, call: Call, window: Window) -> Iterator[Event]:
    if call.text("orderBy") not in ("", "startTime", "updated"):
        raise invalid("orderBy")
    if call.flag("singleEvents"):
        yield from mailbox.view(window)
        return
    if call.text("orderBy") == "startTime":
        message = "The requested ordering is not available for the particular query."
        raise invalid("orderBy", message)
    near = Window(start=max(window.start, _near(window)), end=min(window.end, _near(window) + BEFORE + AHEAD))
    inside = mailbox.view(near)
    series = {event.series for event in inside}
    for event in mailbox.stored():
        bounds = event_bounds(event, mailbox.zone)
        if window.overlaps(bounds.start, bounds.end) or event.id in series:
            yield event
    yield from (event for event in inside if event.kind is EventKind.EXCEPTION)


def _near(window: Window) -> datetime:
    """From where exceptions are looked for in a listing that is not of single events."""
    return window.start if window.start.year > 2 else datetime(2026, 1, 1, tzinfo=UTC)


def _wanted(mailbox: Mailbox, call: Call, event: Event) -> bool:
    """Whether an event is what the other parameters ask for."""
    if event.cancelled and not call.flag("showDeleted"):
        return False
    least, most = call.moment("timeMin"), call.moment("timeMax")
    bounds = event_bounds(event, mailbox.zone)
    ends_before = least is not None and bounds.end <= least and bounds.start <= least
    if call.flag("singleEvents") and (ends_before or (most is not None and bounds.start >= most)):
        return False
    updated_min = call.moment("updatedMin")
    if updated_min and (event.modified or updated_min) < updated_min:
        return False
    types = call.query.get("eventTypes", ())
    if types and "default" not in types:
        return False
    return _matches(event, call)


def _matches(event: Event, call: Call) -> bool:
    text = call.text("q").lower()
    organizer = event.organizer.name if event.organizer else ""
    if text and not any(text in words.lower() for words in (event.subject, event.body, event.location, organizer)):
        return False
    for name, prefix in (("privateExtendedProperty", PRIVATE), ("sharedExtendedProperty", SHARED)):
        for pair in call.query.get(name, ()):
            key, _, value = pair.partition("=")
            if event.properties.get(f"{prefix}{key}") != value:
                return False
    return True


def _ordered(mailbox: Mailbox, call: Call, events: list[Event]) -> list[Event]:
    if call.text("orderBy") == "updated":
        return sorted(events, key=etag)
    if call.text("orderBy") == "startTime":
        return sorted(events, key=lambda event: (event_bounds(event, mailbox.zone).start, event.id))
    return sorted(events, key=lambda event: event.id)


def _removed(workspace: Workspace, mailbox: Mailbox, call: Call) -> list[dict[str, Any]]:
    writer = _writer(workspace, mailbox, call)
    return [writer.gone(key) for key in dict.fromkeys(_gone(mailbox, mailbox.changes))]


def _gone(mailbox: Mailbox, changes: list[MailboxChange]) -> Iterator[str]:
    yield from (change.id for change in changes if mailbox.find(change.id) is None)


def _news(workspace: Workspace, mailbox: Mailbox, call: Call) -> list[dict[str, Any]]:
    """What changed since the token: events as they are now, and of those that are no more what is left."""
    named = next((name for name in NOT_WITH_TOKEN if call.text(name)), None)
    if named:
        raise GoogleError(400, "badRequest", f"Sync token cannot be used with {named}.", location=("parameter", named))
    known = transparent(call.text("syncToken"), Known)
    if known is None or known.epoch != mailbox.epoch or known.asked != _asked(call):
        message = "Sync token is no longer valid, a full sync is required."
        place = ("parameter", "syncToken")
        raise GoogleError(410, "fullSyncRequired", message, domain="calendar", location=place)
    writer = _writer(workspace, mailbox, call)
    items: dict[str, dict[str, Any]] = {}
    for key in dict.fromkeys(change.id for change in mailbox.changes[known.sequence :]):
        event = mailbox.find(key)
        for each in _told(workspace, mailbox, call, event) if event else ():
            items[each.id] = writer.write(each)
        if event is None:
            items[key] = writer.gone(key)
    return list(items.values())


def _told(workspace: Workspace, mailbox: Mailbox, call: Call, event: Event) -> list[Event]:
    """A changed event as a client hears of it: of a changed series every occurrence, where they are single."""
    if event.rule is None or not call.flag("singleEvents"):
        return [event]
    now = workspace.tenant.clock.now
    return [each for each in mailbox.view(Window(start=now - BEFORE, end=now + AHEAD)) if each.series == event.id]


def _asked(call: Call) -> str:
    """A digest of what must be the same on every page and in every round."""
    free = {"pageToken", "syncToken", "maxResults", "fields", "alt", "quotaUser", "prettyPrint", "key"}
    free |= {"timeMin", "timeMax", "showDeleted"}
    kept = sorted((name, values) for name, values in call.query.items() if name not in free)
    return hashlib.sha256(repr(kept).encode()).hexdigest()[:12]


def _page(workspace: Workspace, mailbox: Mailbox, call: Call, items: list[dict[str, Any]]) -> Answer:
    """One page, with the token of the next or, on the last, the token of the next round."""
    size = call.number("maxResults", PAGE, range(1, LARGEST + 1))
    place = transparent(call.text("pageToken"), Place) if call.text("pageToken") else Place(asked=_asked(call))
    if place is None or place.asked != _asked(call):
        raise invalid("pageToken", "Invalid page token value.")
    empty = place.empty < workspace.empty_pages
    end = place.at if empty else place.at + size
    body = _head(workspace, mailbox, call) | {"items": items[place.at : end]}
    if end < len(items) or empty:
        following = Place(at=end, empty=place.empty + empty, asked=place.asked)
        return Answer(body=body | {"nextPageToken": opaque(following)})
    if not any(call.text(name) for name in NOT_WITH_TOKEN if name not in ("timeMin", "timeMax")):
        known = Known(sequence=mailbox.sequence, epoch=mailbox.epoch, asked=_asked(call))
        body["nextSyncToken"] = opaque(known)
    return Answer(body=body)


def _head(workspace: Workspace, mailbox: Mailbox, call: Call) -> dict[str, Any]:
    return {
        "kind": "calendar#events",
        "etag": f'"p{mailbox.sequence:x}e{mailbox.epoch:x}"',
        "summary": mailbox.owner.name,
        "updated": stamp(workspace.tenant.clock.now),
        "timeZone": mailbox.zone,
        "accessRole": workspace.role_of(call.grant.account, mailbox.address).value,
        "defaultReminders": [],
    }
