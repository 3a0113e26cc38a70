"""Subscriptions to the events of a room's mailbox: created with the handshake, renewed by PATCH, ended.

Graph asks back at both addresses while the call that creates one is still open, so `hear` must be answering meanwhile.
"""

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from device.calendars.graph.mailbox import mailbox_path
from device.calendars.graph.refusal import has_code, refusal
from device.calendars.graph.service import Service
from device.calendars.graph.view import utc
from device.calendars.http import Answer
from device.calendars.interface import PAGE_LIMIT, NotificationTarget, Subscription
from device.model.clock import Clock
from device.model.errors import (
    CalendarError,
    CalendarUnreachable,
    MalformedAnswer,
    NotificationsRefused,
    RoomNotFound,
    SubscriptionLost,
)
from device.model.secret import Secret

LIVES = (timedelta(days=7) - timedelta(hours=1), timedelta(minutes=4200))
"""How long one shall live: an hour below the most, since clocks differ; and what every cloud has always granted."""
CHANGES = "created,updated,deleted"
WEAKEST = 22
"""Characters of a `clientState` that is taken over: 128 bits in Base64."""


class Subscriptions:
    """The application's subscriptions, by `clock`."""

    def __init__(self, service: Service, clock: Clock) -> None:
        self._service = service
        self._clock = clock
        self._root = f"{service.root}/subscriptions"

    async def create(self, room: str, mailbox: str, target: NotificationTarget) -> Subscription:
        """Ask to be called about a mailbox.

        One that is there already is taken over if it calls the same addresses, else replaced.

        Raises:
            NotificationsRefused: Graph cannot reach the addresses, or does not notify about this mailbox.
        """
        wanted = {
            "changeType": CHANGES,
            "notificationUrl": target.url,
            "resource": f"{mailbox_path(mailbox)}/events",
            "clientState": secrets.token_urlsafe(24),
            "latestSupportedTlsVersion": "v1_2",
        } | ({"lifecycleNotificationUrl": target.lifecycle_url} if target.lifecycle_url else {})
        answer = await self._post(wanted)
        if answer.status == 409:
            twin = await self._twin(answer, wanted["resource"])
            adopted = await self._adopted(twin, room, target)
            if adopted is not None:
                return adopted
            await self.delete(_text(twin, "id"))
            answer = await self._post(wanted)
        if answer.status >= 300:
            raise _refused(answer)
        return _made(answer, room, Secret(wanted["clientState"]))

    async def renew(self, subscription: Subscription) -> Subscription:
        """Let it live on.

        Raises:
            SubscriptionLost: Graph knows it no longer.
        """
        url = self._url(subscription.id)
        for life in LIVES:
            body = {"expirationDateTime": self._in(life)}
            answer = await self._service.ask("PATCH", url, body, unless=(400, 404, 410))
            if answer.status in (404, 410):
                raise SubscriptionLost(str(refusal(answer, item=False)))
            if answer.status < 300:
                return _made(answer, subscription.room, subscription.secret)
        raise refusal(answer, item=False)

    async def delete(self, key: str) -> None:
        """End one; one that is gone already counts as ended."""
        await self._service.ask("DELETE", self._url(key), unless=(404, 410))

    async def _post(self, wanted: dict[str, str]) -> Answer:
        """Ask for one; a life that this cloud finds too long is asked for shorter."""
        for life in LIVES:
            body = wanted | {"expirationDateTime": self._in(life)}
            answer = await self._service.ask("POST", self._root, body, unless=(400, 403, 409))
            if answer.status != 400 or has_code(answer, "ValidationError"):
                break
        return answer

    async def _twin(self, conflict: Answer, resource: str) -> dict[str, Any]:
        """The one that is in the way: named by the conflict, or about the same thing.

        Raises:
            CalendarUnreachable: there is none any more.
        """
        named, same = conflict.body.decode("utf-8", "replace").lower(), resource.strip("/").lower()
        url = self._root
        for _ in range(PAGE_LIMIT):
            plain = (await self._service.ask("GET", url)).json()
            listed = plain.get("value") if isinstance(plain, dict) else None
            for one in listed if isinstance(listed, list) else ():
                key = _text(one, "id")
                if key and (key.lower() in named or _text(one, "resource").strip("/").lower() == same):
                    return dict(one)
            link = _text(plain, "@odata.nextLink")
            if not link:
                break
            url = self._service.onward(link)
        raise CalendarUnreachable("a subscription is in the way that is not there", cause="server")

    async def _adopted(self, twin: dict[str, Any], room: str, target: NotificationTarget) -> Subscription | None:
        """The twin as ours, if it calls where we want and carries a secret that is one; lists do not tell secrets."""
        there = _text(twin, "notificationUrl"), _text(twin, "lifecycleNotificationUrl")
        if there != (target.url, target.lifecycle_url):
            return None
        try:
            whole = (await self._service.ask("GET", self._url(_text(twin, "id")))).json()
            secret = Secret(_text(whole, "clientState"))
            if len(secret) < WEAKEST:
                return None
            now = self._clock.read().now
            return await self.renew(Subscription(id=_text(twin, "id"), room=room, expires_at=now, secret=secret))
        except (SubscriptionLost, RoomNotFound):
            return None

    def _url(self, key: str) -> str:
        return f"{self._root}/{quote(key, safe='')}"

    def _in(self, life: timedelta) -> str:
        return utc(self._clock.read().now + life)


def _refused(answer: Answer) -> CalendarError:
    """What it means that there is none. A 403 of the mailbox's own stands for its limit, too (1,000 a mailbox)."""
    error = refusal(answer, item=False)
    if answer.status == 400 or (answer.status == 403 and has_code(answer, "ExtensionError")):
        return NotificationsRefused(str(error))
    return error


def _made(answer: Answer, room: str, secret: Secret) -> Subscription:
    """The subscription in an answer, with the life that was granted.

    Raises:
        MalformedAnswer: it is none.
    """
    plain = answer.json()
    try:
        expires_at = datetime.fromisoformat(_text(plain, "expirationDateTime"))
    except ValueError:
        raise MalformedAnswer("a subscription without an end") from None
    key = _text(plain, "id")
    if not key:
        raise MalformedAnswer("a subscription without an id")
    ends = expires_at.astimezone(UTC) if expires_at.tzinfo else expires_at.replace(tzinfo=UTC)
    return Subscription(id=key, room=room, expires_at=ends, secret=secret, resource=_text(plain, "resource"))


def _text(plain: Any, key: str) -> str:
    value = plain.get(key) if isinstance(plain, dict) else None
    return value if isinstance(value, str) else ""
