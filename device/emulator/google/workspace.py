"""The organisation as Google sees it: its accounts, what is shared with whom, and what was given out to them."""

import base64
import json
import secrets
from collections import defaultdict, deque
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from device.emulator.directory import DOMAIN, App
from device.emulator.event import Person
from device.emulator.google.call import GoogleError
from device.emulator.google.caller import Caller
from device.emulator.google.channel_book import ChannelBook
from device.emulator.google.grants import AUTH, GrantDesk
from device.emulator.tenant import Tenant
from device.model.clock import SystemClock
from device.model.secret import Secret

SERVICE_ACCOUNT = "doors@doorlight-office.iam.gserviceaccount.com"
SERVICE_CLIENT = "104718293650000000001"
"""The number by which an administrator lets a service account stand for people."""
ADMINISTRATOR = f"admin@{DOMAIN}"
WEB_CLIENT = "104718293650-doorlight.apps.googleusercontent.com"
PERIOD = timedelta(minutes=1)
REQUESTS = 600
"""For one account in one minute."""
DELEGATED = (
    "calendar.events",
    "calendar.events.readonly",
    "calendar.events.freebusy",
    "calendar.calendars.readonly",
    "admin.directory.resource.calendar.readonly",
    "directory.readonly",
)


class Role(StrEnum):
    """What an account may do with a calendar, in Google's words."""

    NONE = "none"
    FREE_BUSY = "freeBusyReader"
    READER = "reader"
    WRITER_NOT_PRIVATE = "writerWithoutPrivateAccess"
    WRITER = "writer"
    OWNER = "owner"

    @property
    def writes(self) -> bool:
        """Whether it may change events."""
        return self in (Role.WRITER_NOT_PRIVATE, Role.WRITER, Role.OWNER)

    @property
    def sees_private(self) -> bool:
        """Whether it sees the words of private events."""
        return self in (Role.WRITER, Role.OWNER)


class Workspace:
    """The office's Google Workspace.

    Args:
        tenant: the office, with its directory and mailboxes.
        client_id: the app that the scenario lets in; its rooms are shared with the service account, too.
    """

    def __init__(self, tenant: Tenant, client_id: str) -> None:
        self.tenant = tenant
        self.administrators = {ADMINISTRATOR}
        self.delegated = {f"{AUTH}{scope}" for scope in DELEGATED}
        """The scopes for which the service account may stand for people (domain-wide delegation)."""
        self.web_secret = Secret(f"GOCSPX-{secrets.token_urlsafe(21)}")
        self.consenting = ADMINISTRATOR
        """Who says yes on the consent page; empty: nobody does."""
        self.clock_ahead = timedelta()
        """How far Google's clock is ahead of the machine's, by which keys are judged."""
        self.empty_pages = 0
        """How many pages without any item come before the first that has some."""
        self.unwatchable: set[str] = set()
        """Calendars about which nobody is notified."""
        self.declining: set[str] = set()
        """Rooms that do not accept invitations by themselves."""
        self._client_id = client_id
        self._roles: dict[tuple[str, str], Role] = {}
        # No role of Microsoft's: its tokens are worth nothing at the other vendor's door.
        app = App(client_id=SERVICE_CLIENT, secret=Secret(secrets.token_urlsafe(24)), roles=frozenset())
        self.grants = GrantDesk(tenant.tokens, tenant.register(app), tenant.clock)
        self.channels = ChannelBook(tenant.clock)
        self.caller = Caller(self.channels, tenant.clock, tenant.faults)
        tenant.watchers.append(self.caller.changed)
        tenant.forgetters.append(self.channels.forget)
        self._recent: defaultdict[str, deque[datetime]] = defaultdict(deque)

    @cached_property
    def key(self) -> rsa.RSAPrivateKey:
        """The service account's private key, made when it is first wanted."""
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def service_account(self, endpoint: str) -> str:
        """The key file of the service account, as Google's console gives it out."""
        pem = self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return json.dumps(
            {
                "type": "service_account",
                "project_id": "doorlight-office",
                "private_key_id": base64.b16encode(secrets.token_bytes(20)).decode().lower(),
                "private_key": pem.decode(),
                "client_email": SERVICE_ACCOUNT,
                "client_id": SERVICE_CLIENT,
                "token_uri": f"{endpoint}/token",
                "universe_domain": "googleapis.com",
            }
        )

    @property
    def now(self) -> datetime:
        """The time by which Google judges what somebody signed: the machine's, since they signed by that."""
        return SystemClock().read().now + self.clock_ahead

    def knows(self, account: str) -> bool:
        """Whether there is such a person."""
        return account in self.administrators or account in self.tenant.directory.people

    def person(self, account: str) -> Person:
        """An account as a creator of events."""
        known = self.tenant.directory.people.get(account)
        return known or Person(name="", address=account)

    def share(self, calendar: str, role: Role, account: str = "") -> None:
        """Share a room with one account, or with all, in another way than it was."""
        self._roles[account, calendar] = role

    def role_of(self, account: str, calendar: str) -> Role:
        """What an account may do with a calendar."""
        if calendar not in self.tenant.mailboxes:
            return Role.NONE
        for known in ((account, calendar), ("", calendar)):
            if known in self._roles:
                return self._roles[known]
        if account in self.administrators:
            return Role.OWNER
        if calendar in self.tenant.apps[self._client_id].mailboxes:
            return Role.WRITER
        return Role.FREE_BUSY if account in self.tenant.directory.people else Role.NONE

    def count(self, account: str) -> None:
        """One more request that is charged to somebody.

        Raises:
            GoogleError: it is one too many.
        """
        now, recent = self.tenant.clock.now, self._recent[account]
        while recent and recent[0] <= now - PERIOD:
            recent.popleft()
        if len(recent) >= REQUESTS:
            raise GoogleError(403, "userRateLimitExceeded", "User Rate Limit Exceeded", domain="usageLimits")
        recent.append(now)
