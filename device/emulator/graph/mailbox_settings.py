"""`mailboxSettings`: how a mailbox is set up, as far as a room's is of interest."""

from typing import Any

from device.emulator.graph.call import Answer, Call, GraphError, bad_request
from device.emulator.graph.users import known_address
from device.emulator.graph.zones import windows_name
from device.emulator.tenant import Tenant

_DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday"]


async def get_all(tenant: Tenant, call: Call, key: str) -> Answer:
    """GET /users/{id}/mailboxSettings."""
    settings = _settings(tenant, call, key)
    return Answer(body={"@odata.context": f"{call.base}/$metadata#users('{key}')/mailboxSettings", **settings})


async def get_one(tenant: Tenant, call: Call, key: str, name: str) -> Answer:
    """GET /users/{id}/mailboxSettings/{name}: an object as it is, anything else as a `value`."""
    settings = {one.lower(): (one, value) for one, value in _settings(tenant, call, key).items()}
    if name.lower() not in settings:
        raise bad_request(f"Resource not found for the segment '{name[:80]}'.")
    spelt, value = settings[name.lower()]
    context = {"@odata.context": f"{call.base}/$metadata#users('{key}')/mailboxSettings/{spelt}"}
    return Answer(body=context | (value if isinstance(value, dict) else {"value": value}))


def _settings(tenant: Tenant, call: Call, key: str) -> dict[str, Any]:
    """The settings of a mailbox.

    Raises:
        GraphError: there is none, or this app may not see them.
    """
    address = known_address(tenant, key)
    if not call.app.may_see_settings(address):
        raise GraphError(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")
    entry = tenant.directory.rooms.get(address)
    own = windows_name(entry.room.zone) if entry else "UTC"
    zone = own if entry is None or entry.mailbox_zone is None else entry.mailbox_zone
    return {
        "archiveFolder": None,
        "timeZone": zone,
        "delegateMeetingMessageDeliveryOptions": "sendToDelegateOnly",
        "dateFormat": "yyyy-MM-dd",
        "timeFormat": "HH:mm",
        "userPurpose": "room" if entry else "user",
        "automaticRepliesSetting": {
            "status": "disabled",
            "externalAudience": "all",
            "internalReplyMessage": "",
            "externalReplyMessage": "",
        },
        "language": {"locale": "en-US", "displayName": "English (United States)"},
        "workingHours": {
            "daysOfWeek": _DAYS,
            "startTime": "08:00:00.0000000",
            "endTime": "17:00:00.0000000",
            "timeZone": {"name": zone or own},
        },
    }
