"""Channels: Google calls about a calendar until they run out. They are not prolonged but made anew, and overlap."""

import hmac
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from secrets import token_urlsafe
from typing import Any
from uuid import uuid4

from device.calendars.google.api import Api, calendar_url, reason_of, refusal
from device.calendars.google.options import Options
from device.calendars.interface import Heard, Notification, NotificationTarget, Subscription
from device.model.errors import MalformedAnswer, NotificationsRefused, RoomNotFound
from device.model.secret import Secret

LIFE = timedelta(days=7)
"""What is asked for; Google gives no more for events."""
_UNSURE = timedelta(hours=1)
"""What is believed of a channel that does not say when it runs out."""
_GREETING = "sync"
_REFUSED = ("pushnotsupportedforrequestedresource", "push.webhookurlnothttps", "push.webhookurlunauthorized")


async def watch(api: Api, options: Options, room: str, target: NotificationTarget, now: datetime) -> Subscription:
    """A new channel about one room's events.

    Raises:
        NotificationsRefused: Google calls nobody about this calendar, or not at this address.
    """
    key, secret = str(uuid4()), Secret(token_urlsafe(32))
    wanted = {
        "id": key,
        "type": "web_hook",
        "address": target.url,
        "token": secret.reveal(),
        "params": {"ttl": str(int(LIFE.total_seconds()))},
    }
    url = f"{calendar_url(options, options.calendar_of(room))}/events/watch"
    answer = await api.ask("POST", url, None, wanted, unless=(400, 401))
    if answer.status >= 300:
        reasons, label = reason_of(answer)
        if not reasons.isdisjoint(_REFUSED):
            raise NotificationsRefused(label)
        raise refusal(answer)
    told = answer.json()
    if not isinstance(told, dict) or not isinstance(told.get("resourceId"), str):
        raise MalformedAnswer("JSON that is no channel")
    return Subscription(
        id=key, room=room, expires_at=_expiry(told.get("expiration"), now), secret=secret, resource=told["resourceId"]
    )


async def stop(api: Api, options: Options, subscription: Subscription) -> None:
    """End a channel; one that Google does not know any more, or never did, is ended."""
    if not subscription.resource:
        return
    body = {"id": subscription.id, "resourceId": subscription.resource}
    try:
        await api.ask("POST", f"{options.endpoint.rstrip('/')}/channels/stop", None, body)
    except RoomNotFound:  # which is how a 404 reads that is about no event
        return


def hear(notification: Notification, known: Sequence[Subscription]) -> Heard:
    """Whom a call is about: it must carry the id of a channel and its secret, compared in constant time."""
    headers = notification.headers
    key, token = headers.get("x-goog-channel-id", ""), headers.get("x-goog-channel-token", "")
    meant = next((one for one in known if one.id == key), None)
    expected = meant.secret.reveal() if meant else "nobody's"
    genuine = hmac.compare_digest(_bytes(token), _bytes(expected)) and bool(expected)
    if not genuine or meant is None or not _is_about(headers, meant):
        return Heard()
    # The first message says that the channel is there, and nothing of the calendar.
    return Heard() if headers.get("x-goog-resource-state", "").lower() == _GREETING else Heard(rooms=(meant.room,))


def _is_about(headers: dict[str, str], channel: Subscription) -> bool:
    resource = headers.get("x-goog-resource-id", channel.resource)
    return not channel.resource or hmac.compare_digest(_bytes(resource), _bytes(channel.resource))


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _expiry(told: Any, now: datetime) -> datetime:
    """When a channel runs out: milliseconds since 1970, as a number or as text, and not later than was asked for."""
    try:
        expires_at = datetime.fromtimestamp(int(told) / 1000, UTC)
    except (ValueError, TypeError, OverflowError, OSError):
        return now + _UNSURE
    return min(expires_at, now + LIFE)
