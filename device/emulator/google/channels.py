"""`events.watch` and `channels.stop`: who is called about which calendar, until when."""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from device.emulator.google.call import Answer, Call, GoogleError, required
from device.emulator.google.channel_book import Channel
from device.emulator.google.workspace import Workspace
from device.emulator.mailbox import Mailbox
from device.emulator.notifier import may_call

USUAL = timedelta(days=7)
LONGEST = timedelta(days=30)
KEY, TOKEN = 64, 256


async def watch(workspace: Workspace, mailbox: Mailbox, call: Call) -> Answer:
    """POST calendars/{id}/events/watch. A first message goes out at once, and may arrive before this answer."""
    fields = call.fields()
    if mailbox.address in workspace.unwatchable:
        message = "Push notifications are not supported by this resource."
        raise GoogleError(400, "pushNotSupportedForRequestedResource", message)
    channel = _wanted(workspace, mailbox, call, fields)
    workspace.channels.add(channel)
    workspace.caller.greet(channel)
    return Answer(body=_json(channel))


async def stop(workspace: Workspace, call: Call) -> Answer:
    """POST channels/stop: by whoever made it, with its id and what it watches."""
    fields = call.fields()
    key, resource = (_text(fields, name, 4096) for name in ("id", "resourceId"))
    if not workspace.channels.stop(key, resource, call.grant.account):
        raise GoogleError(404, "notFound", f"Channel '{key[:80]}' not found for project 'doorlight-office'")
    return Answer(status=204)


def _wanted(workspace: Workspace, mailbox: Mailbox, call: Call, fields: dict[str, Any]) -> Channel:
    if fields.get("type") not in ("web_hook", "webhook"):
        raise required("entity.type")
    address = _text(fields, "address", 4096)
    if not may_call(address):
        message = f"Unauthorized WebHook callback channel: {address[:200]}"
        raise GoogleError(401, "push.webhookUrlUnauthorized", message)
    query = "&".join(f"{name}={quote(value)}" for name, values in call.query.items() for value in values)
    uri = f"{call.base}/calendar/v3/calendars/{quote(mailbox.address, safe='@')}/events?alt=json&{query}".rstrip("&")
    return Channel(
        id=_text(fields, "id", KEY),
        account=call.grant.account,
        mailbox=mailbox.address,
        resource=hashlib.sha256(f"{mailbox.address} {query}".encode()).hexdigest()[:26],
        uri=uri,
        address=address,
        token=_text(fields, "token", TOKEN) if fields.get("token") else "",
        expires_at=_expiry(workspace, fields),
    )


def _expiry(workspace: Workspace, fields: dict[str, Any]) -> datetime:
    """When it runs out: as asked for in seconds from now, or in milliseconds since 1970, but not too far ahead."""
    now = workspace.tenant.clock.now
    params = fields.get("params") if isinstance(fields.get("params"), dict) else {}
    asked, life = fields.get("expiration"), (params or {}).get("ttl")
    try:
        if life is not None:
            wanted = now + timedelta(seconds=int(life))
        elif asked is not None:
            wanted = datetime.fromtimestamp(int(asked) / 1000, UTC)
        else:
            wanted = now + USUAL
    except (ValueError, TypeError, OverflowError) as error:
        raise GoogleError(400, "invalid", "Invalid expiration.") from error
    if wanted <= now:
        raise GoogleError(400, "invalid", "Invalid expiration: it is in the past.")
    return min(wanted, now + LONGEST)


def _text(fields: dict[str, Any], name: str, longest: int) -> str:
    value = fields.get(name)
    if not isinstance(value, str) or not value:
        raise required(f"entity.{name}")
    if len(value) > longest:
        raise GoogleError(400, "invalid", f"{name} is too long.")
    return value


def _json(channel: Channel) -> dict[str, Any]:
    told = {
        "kind": "api#channel",
        "id": channel.id,
        "resourceId": channel.resource,
        "resourceUri": channel.uri,
        "token": channel.token or None,
        "expiration": str(int(channel.expires_at.timestamp() * 1000)),
    }
    return {name: value for name, value in told.items() if value is not None}
