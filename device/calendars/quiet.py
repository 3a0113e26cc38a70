"""What an account does whose provider tells nobody of changes and lists no people: it says so."""
# ruff: noqa: ARG002 - the interface's signatures

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from typing import NoReturn

from device.calendars.interface import Heard, Notification, NotificationTarget, Person, Subscription
from device.model.errors import NotificationsRefused, SubscriptionLost

_WHY = "this provider calls nobody; its rooms are asked"


class QuietAccount:
    """Part of a `CalendarAccount`."""

    async def people(self, text: str) -> tuple[Person, ...]:
        """Nobody is listed."""
        return ()

    async def subscribe(self, room: str, target: NotificationTarget) -> NoReturn:
        """Not to be had."""
        raise NotificationsRefused(_WHY)

    async def renew(self, subscription: Subscription, target: NotificationTarget) -> NoReturn:
        """There never was one."""
        raise SubscriptionLost(_WHY)

    async def unsubscribe(self, subscription: Subscription) -> None:
        """There is none, so it has ended."""

    def hear(self, notification: Notification, known: Sequence[Subscription]) -> Heard:
        """Nobody calls on this provider's behalf."""
        return Heard()

    def listen(self, rooms: Sequence[str]) -> AbstractAsyncContextManager[AsyncIterator[str]]:
        """Not to be had."""
        raise NotificationsRefused(_WHY)
