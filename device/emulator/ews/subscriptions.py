"""Who has subscribed to which calendar: `Subscribe` for streams, and `Unsubscribe`."""

import asyncio
import secrets
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from xml.etree.ElementTree import Element

from device.emulator.ews.call import Call
from device.emulator.ews.errors import EwsError, invalid_request
from device.emulator.ews.exchange import Exchange, Share
from device.emulator.ews.folders import calendar_of
from device.emulator.ews.xml import M, T, node, said
from device.emulator.mailbox import ChangeType, Mailbox, MailboxChange

KEPT = timedelta(minutes=30)
"""How long a subscription lives without a stream."""
EVENTS = {
    ChangeType.CREATED: "CreatedEvent",
    ChangeType.UPDATED: "ModifiedEvent",
    ChangeType.DELETED: "DeletedEvent",
}
WAITING = 500


@dataclass(slots=True)
class Entry:
    """One subscription."""

    id: str
    mailbox: Mailbox
    account: str
    types: frozenset[str]
    backend: str
    used_at: datetime
    waiting: list[tuple[datetime, MailboxChange]] = field(default_factory=list)
    """What its stream has not told yet."""
    streams: int = 0


class Subscriptions:
    """All that there are. Each change of a mailbox comes to those about it."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._entries: dict[str, Entry] = {}
        self._hanging: Counter[str] = Counter()
        self.news = asyncio.Event()
        """Set whenever there is something to tell, or a subscription has gone."""
        exchange.tenant.watchers.append(self._changed)
        exchange.tenant.forgetters.append(self.forget)

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self._entries)

    @property
    def hanging(self) -> int:
        """How many streams are held open."""
        return self._hanging.total()

    def add(self, mailbox: Mailbox, call: Call, types: frozenset[str]) -> Entry:
        """A new subscription.

        Raises:
            EwsError: there are too many, or the caller is only a delegate.
        """
        if call.caller.acts_as != mailbox.address:
            text = "Subscriptions are not supported for delegate user access."
            raise EwsError("ErrorSubscriptionDelegateAccessNotSupported", text)
        self._tidy()
        if sum(entry.mailbox is mailbox for entry in self._entries.values()) >= self._exchange.limits.subscriptions:
            text = "The mailbox has exceeded the allowed number of subscriptions."
            raise EwsError("ErrorExceededSubscriptionCount", text)
        now = self._exchange.tenant.clock.now
        entry = Entry(secrets.token_urlsafe(33), mailbox, call.caller.account, types, call.backend, now)
        self._entries[entry.id] = entry
        return entry

    def remove(self, identifier: str) -> None:
        """End one.

        Raises:
            EwsError: it is not known.
        """
        if self._entries.pop(identifier, None) is None:
            raise _unknown()
        self._tell()

    def of(self, identifiers: Sequence[str], backend: str) -> list[Entry]:
        """The subscriptions with these ids; one that this server does not know spoils it for all.

        Raises:
            EwsError: one is not known, or there are too many.
        """
        self._tidy()
        if len(identifiers) > self._exchange.limits.streamed:
            raise EwsError("ErrorInvalidSubscription", "There are too many subscriptions in one stream.")
        found = [entry for key in identifiers if (entry := self._entries.get(key)) and entry.backend == backend]
        if not identifiers or len(found) < len(identifiers):
            raise _unknown()
        return found

    def knows(self, entry: Entry) -> bool:
        """Whether it is still one."""
        return self._entries.get(entry.id) is entry

    def forget(self) -> int:
        """Forget all, as after a failover; how many there were."""
        count = len(self._entries)
        self._entries.clear()
        self._tell()
        return count

    @contextmanager
    def held(self, account: str, entries: Sequence[Entry]) -> Iterator[None]:
        """One stream, while it lasts.

        Raises:
            EwsError: the account holds too many already.
        """
        if self._hanging[account] >= self._exchange.limits.hanging:
            text = "You have exceeded the available concurrent connections for your account. Try again later."
            raise EwsError("ErrorExceededConnectionCount", text)
        self._hanging[account] += 1
        for entry in entries:
            entry.streams += 1
        try:
            yield
        finally:
            self._hanging[account] -= 1
            for entry in entries:
                entry.streams -= 1
                entry.used_at = self._exchange.tenant.clock.now

    def _changed(self, mailbox: Mailbox, change: MailboxChange) -> None:
        if self._exchange.tenant.faults.drop_notifications:
            return
        for entry in self._entries.values():
            if entry.mailbox is mailbox and EVENTS[change.type] in entry.types and len(entry.waiting) < WAITING:
                entry.waiting.append((self._exchange.tenant.clock.now, change))
        self._tell()

    def _tell(self) -> None:
        self.news.set()
        self.news = asyncio.Event()

    def _tidy(self) -> None:
        now = self._exchange.tenant.clock.now
        old = [key for key, entry in self._entries.items() if not entry.streams and now - entry.used_at > KEPT]
        for key in old:
            del self._entries[key]


def subscribe(exchange: Exchange, book: Subscriptions, call: Call) -> Element:
    """Subscribe, for a stream."""
    wanted = call.body.find(f"{M}StreamingSubscriptionRequest")
    try:
        if wanted is None:
            raise invalid_request("Only streams are subscribed to here.")
        mailbox = calendar_of(exchange, call, wanted.find(f"{T}FolderIds/*"), Share.LIMITED_DETAILS)
        types = frozenset(said(each) for each in wanted.iterfind(f"{T}EventTypes/{T}EventType"))
        entry = book.add(mailbox, call, types)
    except EwsError as error:
        if error.fault:
            raise
        return call.answer((error,))
    return call.answer(([node("m:SubscriptionId", entry.id)],))


def unsubscribe(book: Subscriptions, call: Call) -> Element:
    """Unsubscribe."""
    try:
        book.remove(said(call.body, f"{M}SubscriptionId"))
    except EwsError as error:
        return call.answer((error,))
    return call.answer(([],))


def _unknown() -> EwsError:
    return EwsError("ErrorSubscriptionNotFound", "The specified subscription was not found.")
