"""`freeBusy.query`: who is busy when, without a word of what with."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from device.emulator.google.call import Answer, Call, GoogleError, invalid, required
from device.emulator.google.event_json import in_zone
from device.emulator.google.workspace import Role, Workspace
from device.emulator.mailbox import Mailbox, event_bounds
from device.model.window import Window

CALENDARS = 50


async def query(workspace: Workspace, call: Call) -> Answer:
    """POST freeBusy."""
    fields = call.fields()
    start, end = (_moment(fields, name) for name in ("timeMin", "timeMax"))
    if end <= start:
        raise GoogleError(400, "timeRangeEmpty", "The specified time range is empty.", domain="calendar")
    listed = fields.get("items") or []
    if not isinstance(listed, list) or not all(
        isinstance(one, dict) and isinstance(one.get("id"), str) for one in listed
    ):
        raise invalid("items")
    if len(listed) > CALENDARS:
        raise GoogleError(400, "tooManyCalendarsRequested", "Too many calendars requested.", domain="calendar")
    zone = _zone(fields.get("timeZone") or "UTC")
    window = Window(start=start, end=end)
    calendars = {one["id"]: _calendar(workspace, call, one["id"], window, zone) for one in listed}
    told = {"timeMin": in_zone(start, ZoneInfo("UTC")), "timeMax": in_zone(end, ZoneInfo("UTC"))}
    return Answer(body={"kind": "calendar#freeBusy", **told, "calendars": calendars})


def _calendar(workspace: Workspace, call: Call, name: str, window: Window, zone: ZoneInfo) -> dict[str, Any]:
    address = name.lower()
    mailbox = workspace.tenant.mailboxes.get(address)
    if mailbox is None or workspace.role_of(call.grant.account, address) is Role.NONE:
        return {"errors": [{"domain": "global", "reason": "notFound"}], "busy": []}
    spans = [
        {"start": in_zone(max(one.start, window.start), zone), "end": in_zone(min(one.end, window.end), zone)}
        for one in _merged(mailbox, window)
    ]
    return {"busy": spans}


def _merged(mailbox: Mailbox, window: Window) -> Iterator[Window]:
    last: Window | None = None
    for event in mailbox.view(window):
        if event.cancelled or event.response == "declined" or event.show_as == "free":
            continue
        bounds = event_bounds(event, mailbox.zone)
        if last and bounds.start <= last.end:
            last = Window(start=last.start, end=max(last.end, bounds.end))
            continue
        if last:
            yield last
        last = bounds
    if last:
        yield last


def _moment(fields: dict[str, Any], name: str) -> datetime:
    text = fields.get(name)
    if not isinstance(text, str):
        raise required(f"Missing {name} parameter.")
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise GoogleError(400, "badRequest", "Bad Request")
    return moment


def _zone(name: Any) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError, TypeError) as error:
        raise invalid("timeZone", "Invalid time zone definition.") from error
