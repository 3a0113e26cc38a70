"""`calendarView/delta`: what changed in a frozen window since a token, with the habits that make it only a hint.

Occurrences come with hardly more than their times; removals are reported for events that the window never held; an
expired token is 410 with a `Location` that begins again.
"""

from typing import Annotated, Any
from urllib.parse import quote

import msgspec

from device.emulator.event import Event, EventKind
from device.emulator.graph.calendar_view import asked_window, preference_applied
from device.emulator.graph.call import Answer, Call, GraphError, bad_request
from device.emulator.graph.event_json import EventWriter
from device.emulator.graph.opaque import opaque, transparent
from device.emulator.mailbox import Mailbox
from device.model.value import Value
from device.model.window import Window

REFUSED = ("$select", "$expand", "$filter", "$orderby", "$search", "$top")
PAGE = 50
Count = Annotated[int, msgspec.Meta(ge=0)]


class Round(Value):
    """Where a client is: the window, from which change it has to hear, and how much of this round it has had."""

    window: Window
    mailbox: str
    epoch: int
    since: Count | None
    """None: the first round, which gives everything."""
    until: Count
    at: Count = 0


async def list_changes(mailbox: Mailbox, call: Call) -> Answer:
    """GET /users/{id}/calendarView/delta, with or without brackets."""
    for option in REFUSED:
        if call.query.get(option):
            raise bad_request(
                f"The query option '{option}' is not supported on this delta query.", "ErrorInvalidUrlQuery"
            )
    here = _where(mailbox, call)
    items = _everything(mailbox, call, here) if here.since is None else _news(mailbox, call, here)
    size = _page_size(call)
    body: dict[str, Any] = {"@odata.context": f"{call.base}/$metadata#Collection(event)"}
    following = here.at + size
    if following < len(items):
        body["@odata.nextLink"] = _link(call, "$skiptoken", msgspec.structs.replace(here, at=following))
    else:
        body["@odata.deltaLink"] = _link(call, "$deltatoken", msgspec.structs.replace(here, since=here.until, at=0))
    body["value"] = items[here.at : following]
    return Answer(body=body, headers=preference_applied(call))


def _where(mailbox: Mailbox, call: Call) -> Round:
    """The round that the call goes on with, or a new one.

    Raises:
        GraphError: the token has expired or is none of ours.
    """
    token = call.query.get("$deltatoken") or call.query.get("$skiptoken")
    if not token:
        window = asked_window(call)
        return Round(window=window, mailbox=mailbox.address, epoch=mailbox.epoch, since=None, until=mailbox.sequence)
    here = transparent(token, Round)
    if here is None or here.mailbox != mailbox.address:
        raise bad_request("Badly formed token.", "ErrorInvalidUrlQuery")
    if here.epoch != mailbox.epoch:
        raise _expired(call, here.window)
    # A skip token goes on with a round that is under way; a delta token begins one, which ends with what is known now.
    return here if call.query.get("$skiptoken") else msgspec.structs.replace(here, until=mailbox.sequence)


def _everything(mailbox: Mailbox, call: Call, here: Round) -> list[dict[str, Any]]:
    """The window as it is: each series' master once, before its occurrences."""
    return _entries(mailbox, EventWriter(mailbox, call), mailbox.view(here.window))


def _news(mailbox: Mailbox, call: Call, here: Round) -> list[dict[str, Any]]:
    """What changed since: events as they are now, removals, and removals of what the window does not hold."""
    writer = EventWriter(mailbox, call)
    changed = list(dict.fromkeys(change.id for change in mailbox.changes[here.since : here.until]))
    inside = mailbox.view(here.window)
    found = [event for event in inside if event.id in changed or event.series in changed]
    shown = {event.id for event in found} | {event.series for event in found}
    removed = [{"@removed": {"reason": "deleted"}, "id": writer.id_of(key)} for key in changed if key not in shown]
    return _entries(mailbox, writer, found) + removed


def _entries(mailbox: Mailbox, writer: EventWriter, events: list[Event]) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = []
    masters: set[str] = set()
    for event in events:
        master = mailbox.find(event.series) if event.series and event.series not in masters else None
        if master is not None:
            masters.add(master.id)
            entries.append(_typed(writer.write(master)))
        entries.append(_typed(writer.partial(event) if event.kind is EventKind.OCCURRENCE else writer.write(event)))
    return entries


def _typed(item: dict[str, Any]) -> dict[str, Any]:
    return {"@odata.type": "#microsoft.graph.event", **item}


def _page_size(call: Call) -> int:
    text = call.prefers("odata.maxpagesize")
    return max(1, min(int(text), 1000)) if text.isdecimal() else PAGE


def _link(call: Call, option: str, following: Round) -> str:
    return f"{call.base}{quote(call.path, safe='/@()')}?{option}={quote(opaque(following), safe='')}"


def _expired(call: Call, window: Window) -> GraphError:
    start, end = (quote(bound.isoformat(), safe="") for bound in (window.start, window.end))
    again = f"{call.base}{quote(call.path, safe='/@()')}?startDateTime={start}&endDateTime={end}&$deltatoken="
    message = "The sync state generation is not found; continuation token is no longer valid."
    return GraphError(410, "syncStateNotFound", message, headers={"Location": again})
