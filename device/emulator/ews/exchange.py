"""The office's Exchange server: its service account, what that may do in which mailbox, and its limits."""

import secrets
from dataclasses import dataclass, field
from enum import IntEnum

from device.emulator.directory import DOMAIN
from device.emulator.ews.errors import EwsError, no_mailbox
from device.emulator.mailbox import Mailbox
from device.emulator.tenant import Tenant
from device.model.secret import Secret

NT_DOMAIN = "OFFICE"
ACCOUNT = "svc-doors"


class Share(IntEnum):
    """What a mailbox's owner lets the service account do with its calendar, by Outlook's names of the levels."""

    NONE = 0
    AVAILABILITY_ONLY = 1
    LIMITED_DETAILS = 2
    REVIEWER = 3
    EDITOR = 4


@dataclass(slots=True)
class Limits:
    """Exchange's throttling policy, as far as a door can meet it (facts: providers C7)."""

    hanging: int = 10
    """Streams held open at once, for one account."""
    streamed: int = 200
    """Subscriptions in one stream."""
    subscriptions: int = 5000
    """For one mailbox."""
    found: int = 1000
    """Entries that one `FindItem` gives."""
    heartbeat: float = 45.0
    """Seconds of the machine's time between two signs of life on a stream."""
    minute: float = 60.0
    """Seconds of the machine's time in a minute of a stream's length."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who asks: the account that signed in, and the mailbox that it acts as."""

    account: str
    acts_as: str = ""
    """Address of the impersonated mailbox; empty: nobody."""


@dataclass(slots=True)
class Exchange:
    """What the server knows beyond the mailboxes. Tests turn its knobs."""

    tenant: Tenant
    password: Secret = field(default_factory=lambda: Secret(secrets.token_urlsafe(18)))
    schemes: tuple[str, ...] = ("NTLM", "Basic")
    """How one may sign in, in the order in which it is offered."""
    extended_protection: bool = False
    """NTLM must be bound to the TLS connection that it comes over, as Exchange 2019 CU14 has it."""
    impersonates: set[str] = field(default_factory=set)
    """The mailboxes that the account may act as (`ApplicationImpersonation` and its scope)."""
    shares: dict[str, Share] = field(default_factory=dict)
    """The mailboxes whose owners gave the account rights of its own."""
    limits: Limits = field(default_factory=Limits)
    unhoused: set[str] = field(default_factory=set)
    """Mailboxes that were never told their time zone, and so have no working hours."""
    backends: int = 1
    """Servers behind the address. A subscription is on one of them, and a stream must be led to it."""
    certificate: bytes = b""
    """The server's, as DER."""
    failed_logins: int = 0
    """How often a wrong password was given: what locks accounts."""

    def backend_of(self, address: str) -> str:
        """The server that a mailbox is on."""
        return f"MBX{sum(address.encode()) % self.backends}"

    @property
    def username(self) -> str:
        """The account as one signs in."""
        return f"{NT_DOMAIN}\\{ACCOUNT}"

    def opened(self, caller: Caller, address: str, need: Share) -> Mailbox:
        """The mailbox at an address, for somebody who has this right at least.

        Raises:
            EwsError: there is no such mailbox, or the right is missing.
        """
        known = self.tenant.directory.address_of(address)
        mailbox = self.tenant.mailboxes.get(known or "")
        if mailbox is None:
            raise no_mailbox()
        has = self.right(caller, mailbox.address)
        if has is Share.NONE:
            raise EwsError("ErrorItemNotFound", "The specified object was not found in the store.")
        if has < need:
            raise EwsError("ErrorAccessDenied", "Access is denied. Check credentials and try again.")
        return mailbox

    def right(self, caller: Caller, address: str) -> Share:
        """What somebody may do with the calendar at an address that exists."""
        if caller.acts_as:
            return Share.EDITOR if caller.acts_as == address else Share.AVAILABILITY_ONLY
        return self.shares.get(address, Share.AVAILABILITY_ONLY)

    def impersonated(self, address: str, scope: frozenset[str]) -> str:
        """The address of whom an account wants to act as, that may act as those of `scope`.

        Raises:
            EwsError: it may not, or there is nobody.
        """
        known = self.tenant.directory.address_of(address)
        if known not in self.tenant.mailboxes:
            raise no_mailbox()
        if known not in scope:
            text = "The account does not have permission to impersonate the requested user."
            raise EwsError("ErrorImpersonateUserDenied", text, fault=True)
        return known


def account_address() -> str:
    """The service account's own address."""
    return f"{ACCOUNT}@{DOMAIN}"
