"""Who has asked to be notified of what, and until when."""

import uuid
from datetime import datetime, timedelta

import msgspec

from device.emulator.mailbox import ChangeType
from device.model.clock import Clock
from device.model.value import Value

LONGEST = timedelta(minutes=10_080)
SHORTEST = timedelta(minutes=45)
MOST = 1000
"""For one mailbox, of all apps together."""


class Subscribed(Value):
    """One subscription to the events of one mailbox."""

    id: str
    client_id: str
    mailbox: str
    resource: str
    """As it was asked for."""
    change_types: tuple[ChangeType, ...]
    notification_url: str
    expires_at: datetime
    lifecycle_url: str = ""
    client_state: str = ""
    immutable_ids: bool = False
    paused: bool = False
    """Nothing is delivered before it is confirmed that its app may still hear."""


class SubscriptionBook:
    """The subscriptions that have not run out, by the office's time."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._entries: dict[str, Subscribed] = {}

    def active(self) -> tuple[Subscribed, ...]:
        """All that have not run out."""
        now = self._clock.read().now
        self._entries = {key: entry for key, entry in self._entries.items() if entry.expires_at > now}
        return tuple(self._entries.values())

    def find(self, key: str, client_id: str) -> Subscribed | None:
        """One of an app's own."""
        return next((entry for entry in self.active() if entry.id == key and entry.client_id == client_id), None)

    def duplicate(self, wanted: Subscribed) -> Subscribed | None:
        """The subscription of the same app to the same changes of the same thing."""
        same = (wanted.client_id, wanted.mailbox, frozenset(wanted.change_types))
        return next(
            (
                entry
                for entry in self.active()
                if (entry.client_id, entry.mailbox, frozenset(entry.change_types)) == same
            ),
            None,
        )

    def add(self, wanted: Subscribed) -> Subscribed:
        """Enter it under an id of its own."""
        entry = msgspec.structs.replace(wanted, id=str(uuid.uuid4()))
        self._entries[entry.id] = entry
        return entry

    def is_full(self, mailbox: str) -> bool:
        """Whether a mailbox has as many as it may."""
        return sum(entry.mailbox == mailbox for entry in self.active()) >= MOST

    def pause(self, entry: Subscribed) -> None:
        """Deliver nothing to it."""
        self._entries[entry.id] = msgspec.structs.replace(entry, paused=True)

    def resume(self, entry: Subscribed) -> None:
        """Deliver to it again."""
        self._entries[entry.id] = msgspec.structs.replace(entry, paused=False)

    def renew(self, entry: Subscribed, expires_at: datetime) -> Subscribed:
        """Let it run until another instant."""
        renewed = msgspec.structs.replace(entry, expires_at=expires_at, paused=False)
        self._entries[entry.id] = renewed
        return renewed

    def remove(self, key: str) -> None:
        """End it."""
        self._entries.pop(key, None)

    def about(self, mailbox: str, kind: ChangeType) -> tuple[Subscribed, ...]:
        """Those that want to hear of such a change."""
        return tuple(
            entry
            for entry in self.active()
            if entry.mailbox == mailbox and kind in entry.change_types and not entry.paused
        )

    def bounded(self, wanted: datetime) -> datetime | None:
        """The expiry that is granted: no sooner than `SHORTEST` from now; None for one later than `LONGEST` allows."""
        now = self._clock.read().now
        return None if wanted > now + LONGEST else max(wanted, now + SHORTEST)
