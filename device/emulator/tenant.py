"""The pretended Microsoft tenant, whole: directory, mailboxes, apps, tokens, subscriptions; `graph` speaks for it."""

from collections.abc import Callable

from device.emulator.directory import DOMAIN, App, Directory
from device.emulator.faults import Faults
from device.emulator.graph.limits import Limits
from device.emulator.mailbox import Listener, Mailbox, MailboxChange
from device.emulator.notifier import Lifecycle, Notifier
from device.emulator.subscriptions import SubscriptionBook
from device.emulator.tokens import TokenDesk
from device.emulator.world_clock import WorldClock

TENANT_ID = "6f0c2d7e-5b1a-4c39-9e55-0d0a51b0d001"


class Tenant:
    """All that the office's cloud holds.

    Args:
        directory: who and what exists.
        clock: the office's time.
        faults: what is wrong just now.
    """

    def __init__(self, directory: Directory, clock: WorldClock, faults: Faults) -> None:
        self.id = TENANT_ID
        self.domain = DOMAIN
        self.directory = directory
        self.clock = clock
        self.faults = faults
        self.tokens = TokenDesk(clock)
        self.apps: dict[str, App] = {}
        self.secret_expired = False
        """Whether the apps' secrets have run out."""
        self.consent_declined = False
        """Whether administrators say no when they are asked to let an app in."""
        self.limits = Limits()
        self.subscriptions = SubscriptionBook(clock)
        self.notifier = Notifier(self.subscriptions, clock, faults, TENANT_ID)
        self.watchers: list[Listener] = [self.notifier.changed]
        """Told of every change in any mailbox."""
        self._personal: dict[str, Mailbox] = {}
        self.forgetters: list[Callable[[], int]] = []
        """Other vendors' books of whom to notify: each forgets, and says how many there were."""
        self.mailboxes: dict[str, Mailbox] = {
            address: Mailbox(directory.person(address), entry.room.zone, clock, self._changed)
            for address, entry in directory.rooms.items()
        }

    def mailbox(self, address: str) -> Mailbox:
        """The mailbox of a room, or of somebody, in which nothing is planned."""
        if address in self.mailboxes:
            return self.mailboxes[address]
        if address not in self._personal:
            self._personal[address] = Mailbox(self.directory.person(address), "UTC", self.clock, self._changed)
        return self._personal[address]

    def _changed(self, mailbox: Mailbox, change: MailboxChange) -> None:
        for watcher in self.watchers:
            watcher(mailbox, change)

    def register(self, app: App) -> App:
        """Let an app in."""
        self.apps[app.client_id] = app
        return app

    def expire_cursors(self) -> None:
        """Make every delta token given out so far worth nothing."""
        for mailbox in self.mailboxes.values():
            mailbox.epoch += 1

    def lose_subscriptions(self) -> int:
        """Forget whom to notify, with a warning to whoever gave an address for one; how many there were."""
        lost = self.subscriptions.active()
        for entry in lost:
            self.subscriptions.remove(entry.id)
            self.notifier.warn(entry, Lifecycle.REMOVED)
        return len(lost) + sum(forget() for forget in self.forgetters)

    def ask_reauthorisation(self) -> int:
        """Deliver nothing more until it is confirmed that the apps may still hear; how many subscriptions wait."""
        entries = self.subscriptions.active()
        for entry in entries:
            self.subscriptions.pause(entry)
            self.notifier.warn(entry, Lifecycle.REAUTHORIZE)
        return len(entries)

    def miss_notifications(self) -> int:
        """Say that some notifications were lost; to how many subscriptions."""
        entries = self.subscriptions.active()
        for entry in entries:
            self.notifier.warn(entry, Lifecycle.MISSED)
        return len(entries)
