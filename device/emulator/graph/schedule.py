"""`getSchedule`: who is busy when, as a string of digits and a list of spans."""

from datetime import UTC, datetime, timedelta
from typing import Any

from device.emulator.event import Event
from device.emulator.graph.call import Answer, Call, GraphError, bad_request
from device.emulator.graph.event_change import read_instant
from device.emulator.graph.zones import zone_named
from device.emulator.mailbox import Mailbox, event_bounds
from device.emulator.tenant import Tenant
from device.model.window import Window

INTERVALS = range(5, 1441)
SCHEDULES = 20
"""At a time; the real service grows slow beyond it, so whoever asks for more is stopped here."""
ENTRIES = 1000
LONGEST = timedelta(days=62)
_DIGITS = {"free": "0", "tentative": "1", "busy": "2", "oof": "3", "workingElsewhere": "4"}
_HOURS = {
    "daysOfWeek": ["monday", "tuesday", "wednesday", "thursday", "friday"],
    "startTime": "08:00:00.0000000",
    "endTime": "17:00:00.0000000",
    "timeZone": {"name": "UTC"},
}


async def get_schedule(tenant: Tenant, call: Call, user: str) -> Answer:
    """POST /users/{id}/calendar/getSchedule."""
    if tenant.directory.address_of(user) is None:
        raise GraphError(404, "ErrorInvalidUser", f"The requested user '{user[:80]}' is invalid.")
    # The parameters of an action may be spelt either way: the documents begin them small, the SDK with a capital.
    fields = {name[:1].lower() + name[1:]: value for name, value in call.fields().items()}
    names = fields.get("schedules")
    if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
        raise bad_request("The parameter 'schedules' is required.", "ErrorInvalidParameter")
    if len(names) > SCHEDULES:
        raise bad_request(f"The number of schedules exceeds {SCHEDULES}.", "ErrorInvalidParameter")
    window = Window(start=read_instant(fields.get("startTime")), end=read_instant(fields.get("endTime")))
    interval = fields.get("availabilityViewInterval", 30)
    if not isinstance(interval, int) or interval not in INTERVALS:
        raise bad_request("The interval must be between 5 and 1440 minutes.", "ErrorInvalidMergedFreeBusyInterval")
    if window.end <= window.start or window.end - window.start > LONGEST:
        raise bad_request("The requested time window is not valid.", "ErrorInvalidParameter")
    zone_name = call.prefers("outlook.timezone") or "UTC"
    zone_named(zone_name)
    value = [_information(tenant, call, name, window, interval, zone_name) for name in names]
    return Answer(body={"@odata.context": f"{call.base}/$metadata#Collection(scheduleInformation)", "value": value})


def _information(
    tenant: Tenant, call: Call, name: str, window: Window, interval: int, zone_name: str
) -> dict[str, Any]:
    mailbox = tenant.mailboxes.get(tenant.directory.address_of(name) or "")
    if mailbox is None or not call.app.may_read(mailbox.address):
        return {"scheduleId": name, "error": _error("ErrorMailRecipientNotFound", "Unable to resolve e-mail address.")}
    events = [event for event in mailbox.view(window) if _counts(event)]
    if len(events) > ENTRIES:
        return {"scheduleId": name, "error": _error("5006", "The result set contains too many calendar entries.")}
    return {
        "scheduleId": name,
        "availabilityView": _digits(mailbox, events, window, interval),
        "scheduleItems": [_item(mailbox, event, zone_name) for event in events],
        "workingHours": _HOURS,
    }


def _error(code: str, message: str) -> dict[str, str]:
    return {"message": message, "responseCode": code}


def _counts(event: Event) -> bool:
    return not event.cancelled and event.response != "declined"


def _digits(mailbox: Mailbox, events: list[Event], window: Window, interval: int) -> str:
    digits = []
    start = window.start
    while start < window.end:
        end = min(start + timedelta(minutes=interval), window.end)
        slot = [event for event in events if event_bounds(event, mailbox.zone).overlaps(start, end)]
        # An oof weighs more than a busy, a busy more than a tentative; elsewhere only more than free.
        digits.append(max((_DIGITS.get(event.show_as, "2") for event in slot), key="04123".index, default="0"))
        start = end
    return "".join(digits)


def _item(mailbox: Mailbox, event: Event, zone_name: str) -> dict[str, Any]:
    bounds = event_bounds(event, mailbox.zone)
    return {
        "isPrivate": event.sensitivity != "normal",
        "status": event.show_as if event.show_as in _DIGITS else "unknown",
        "subject": event.subject,
        "location": event.location,
        "start": _moment(bounds.start, zone_name),
        "end": _moment(bounds.end, zone_name),
    }


def _moment(moment: datetime, zone_name: str) -> dict[str, str]:
    local = moment.astimezone(UTC).astimezone(zone_named(zone_name))
    return {"dateTime": f"{local:%Y-%m-%dT%H:%M:%S.%f}0", "timeZone": zone_name}
