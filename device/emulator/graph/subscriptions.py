"""`subscriptions`: create with the handshake, list, read, renew, delete. A subscription is an app's own."""

import re
from datetime import datetime
from typing import Any

from device.emulator.graph.call import Answer, Call, GraphError, bad_request
from device.emulator.graph.zones import parse_instant, stamp
from device.emulator.mailbox import ChangeType
from device.emulator.notifier import may_call
from device.emulator.subscriptions import Subscribed
from device.emulator.tenant import Tenant

_RESOURCE = re.compile(r"/?users/([^/]+)/(?:calendar/)?events/?", re.IGNORECASE)
STATE = 128


async def list_all(tenant: Tenant, call: Call) -> Answer:
    """GET /subscriptions: this app's own. A list does not tell their secrets; each by itself does."""
    entries = (entry for entry in tenant.subscriptions.active() if entry.client_id == call.app.client_id)
    own = [_json(entry) | {"clientState": None} for entry in entries]
    return Answer(body={"@odata.context": f"{call.base}/$metadata#subscriptions", "value": own})


async def get_one(tenant: Tenant, call: Call, key: str) -> Answer:
    """GET /subscriptions/{id}."""
    return Answer(body=_entity(call, _existing(tenant, call, key)))


async def create(tenant: Tenant, call: Call) -> Answer:
    """POST /subscriptions: both addresses must answer their handshake while this call is still open."""
    wanted = _wanted(tenant, call)
    twin = tenant.subscriptions.duplicate(wanted)
    if twin is not None:
        message = f"Subscription Id {twin.id} already exists for the requested combination."
        raise GraphError(409, "ExtensionError", message)
    if tenant.subscriptions.is_full(wanted.mailbox):
        message = "Operation: Create; Exception: [Status Code: Forbidden; Reason: Maximum number of subscriptions has "
        raise GraphError(403, "ExtensionError", f"{message}been reached]")
    for url in filter(None, (wanted.notification_url, wanted.lifecycle_url)):
        if not await tenant.notifier.handshake(url):
            message = "Notification endpoint must respond with 200 OK to validation request."
            raise GraphError(400, "ValidationError", f"Subscription validation request failed. {message}")
    entry = tenant.subscriptions.add(wanted)
    return Answer(status=201, body=_entity(call, entry), headers={"Location": f"{call.base}/subscriptions/{entry.id}"})


async def renew(tenant: Tenant, call: Call, key: str) -> Answer:
    """PATCH /subscriptions/{id}: another expiry; the addresses stay what they were."""
    entry = _existing(tenant, call, key)
    fields = call.fields()
    if "lifecycleNotificationUrl" in fields:
        raise bad_request("lifecycleNotificationUrl cannot be updated.", "ValidationError")
    expires_at = _expiry(tenant, fields)
    return Answer(body=_entity(call, tenant.subscriptions.renew(entry, expires_at)))


async def reauthorise(tenant: Tenant, call: Call, key: str) -> Answer:
    """POST /subscriptions/{id}/reauthorize."""
    tenant.subscriptions.resume(_existing(tenant, call, key))
    return Answer(status=204)


async def delete(tenant: Tenant, call: Call, key: str) -> Answer:
    """DELETE /subscriptions/{id}."""
    tenant.subscriptions.remove(_existing(tenant, call, key).id)
    return Answer(status=204)


def _wanted(tenant: Tenant, call: Call) -> Subscribed:
    """The subscription that the body asks for.

    Raises:
        GraphError: it cannot be granted.
    """
    fields = call.fields()
    match = _RESOURCE.fullmatch(_text(fields, "resource").partition("?")[0])
    address = tenant.directory.address_of(match[1]) if match else None
    if address is None:
        raise bad_request("The value of the property 'resource' is not supported.", "InvalidRequest")
    if not call.app.may_read(address):
        raise GraphError(
            403, "ExtensionError", "Operation: Create; Exception: [Status Code: Forbidden; Reason: Access denied]"
        )
    for name in ("notificationUrl", "lifecycleNotificationUrl"):
        if (name == "notificationUrl" or fields.get(name)) and not may_call(_text(fields, name)):
            raise bad_request(
                f"The value of the property '{name}' is not supported: not on this machine.", "ValidationError"
            )
    state = _optional(fields, "clientState")
    if len(state) > STATE:
        raise bad_request("The clientState exceeds 128 characters.", "ValidationError")
    if fields.get("includeResourceData"):
        raise bad_request("This office sends notifications without resource data only.", "ValidationError")
    return Subscribed(
        id="",
        client_id=call.app.client_id,
        mailbox=address,
        resource=_text(fields, "resource"),
        change_types=_change_types(_text(fields, "changeType")),
        notification_url=_text(fields, "notificationUrl"),
        lifecycle_url=_optional(fields, "lifecycleNotificationUrl"),
        client_state=state,
        expires_at=_expiry(tenant, fields),
        immutable_ids=call.immutable_ids,
    )


def _text(fields: dict[str, Any], name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str) or not value:
        raise bad_request(f"The property '{name}' is required.", "InvalidRequest")
    return value


def _optional(fields: dict[str, Any], name: str) -> str:
    return _text(fields, name) if fields.get(name) not in (None, "") else ""


def _change_types(text: str) -> tuple[ChangeType, ...]:
    try:
        return tuple(dict.fromkeys(ChangeType(part.strip().lower()) for part in text.split(",")))
    except ValueError as error:
        raise bad_request("The value of the property 'changeType' is not supported.", "InvalidRequest") from error


def _expiry(tenant: Tenant, fields: dict[str, Any]) -> datetime:
    try:
        wanted = parse_instant(_text(fields, "expirationDateTime"))
    except ValueError as error:
        raise bad_request("The value of the property 'expirationDateTime' is not valid.", "InvalidRequest") from error
    if wanted <= tenant.clock.now:
        raise bad_request("Subscription expiration must be in the future.", "ValidationError")
    granted = tenant.subscriptions.bounded(wanted)
    if granted is None:
        message = "Subscription expiration can only be 10080 minutes in the future."
        raise bad_request(message, "ExtensionError")
    return granted


def _existing(tenant: Tenant, call: Call, key: str) -> Subscribed:
    entry = tenant.subscriptions.find(key, call.app.client_id)
    if entry is None:
        raise GraphError(404, "ResourceNotFound", "The object was not found.")
    return entry


def _entity(call: Call, entry: Subscribed) -> dict[str, Any]:
    return {"@odata.context": f"{call.base}/$metadata#subscriptions/$entity", **_json(entry)}


def _json(entry: Subscribed) -> dict[str, Any]:
    return {
        "id": entry.id,
        "resource": entry.resource,
        "applicationId": entry.client_id,
        "changeType": ",".join(entry.change_types),
        "clientState": entry.client_state or None,
        "notificationUrl": entry.notification_url,
        "notificationQueryOptions": None,
        "lifecycleNotificationUrl": entry.lifecycle_url or None,
        "expirationDateTime": stamp(entry.expires_at),
        "creatorId": entry.client_id,
        "includeResourceData": None,
        "latestSupportedTlsVersion": "v1_2",
        "encryptionCertificate": None,
        "encryptionCertificateId": None,
        "notificationUrlAppId": None,
    }
