"""What a calendar provider is: two halves and one value that names them.

`RoomCalendar` is the device half: one room, one short-lived access, in memory only. `CalendarAccount` is the hub
half: the organisation's credential, all rooms. A provider's module ends in `PROVIDER = Provider(...)`; a member of
`device.calendars.Providers` is its only registration, and the contract suite in `tests/device/calendars` picks it up
from there.

Rules for both halves: every answer is bounded (time, size, pages); no error but those of `device.model.errors`
leaves; text becomes `SafeText` at once; times are UTC; all-day meetings are floating dates; one bad item is counted
in `skipped` and never costs the others.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable

import msgspec

from device.model.clock import Clock
from device.model.errors import CalendarError
from device.model.occurrence import Occurrence
from device.model.room import Room
from device.model.safetext import SafeText
from device.model.secret import Secret
from device.model.value import Value
from device.model.window import Window

ANSWER_LIMIT = 2 << 20
"""Bytes of one answer, decompressed."""
OCCURRENCE_LIMIT = 500
"""Occurrences of one window that are kept, by start."""
PAGE_LIMIT = 50
DEADLINE = timedelta(seconds=20)
"""For one call as a whole, not only for each read of a socket."""
BOOKED_HERE = "Booked at the door"
"""The title of a walk-up booking where the settings name none."""


class AccessToken(Value):
    """What a device may hold: access that runs out, or, where the provider knows none, a credential. Never written
    down.
    """

    token: Secret
    username: str = ""
    """Set for HTTP Basic; empty for a bearer token."""
    expires_at: datetime | None = None


AccessSource = Callable[[], Awaitable[AccessToken]]
"""Gives access that is good now, minting or fetching it when needed. Raises `AccessError` or `CalendarUnreachable`."""


class Connection(Value):
    """How to reach a provider; every provider's options have these keys."""

    ca_bundle: str = ""
    """Path of a PEM file with the authorities to trust in place of the system's."""
    proxy: str = ""
    """URL of an HTTP proxy; empty: none."""
    timeout: float = 20.0
    """Seconds for one call as a whole."""
    canaries: tuple[str, ...] = ()
    """Calendars that the access must not reach, such as a manager's: the proof that it is narrow."""


class Skipped(Value):
    """A meeting that could not be read: what it was called by, and why, for `explain`. It holds no text of the
    meeting.
    """

    id: str
    why: str


class WindowRead(Value):
    """A window as the provider holds it now: the whole truth about it."""

    window: Window
    occurrences: tuple[Occurrence, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    cursor: str = ""
    """For `changed`; empty where the provider has no cheap question."""
    server_date: datetime | None = None
    """The server's idea of the time, as evidence for our clock."""
    truncated: bool = False
    """More than `OCCURRENCE_LIMIT` were there; the latest were left out."""


class Booking(Value):
    """Time wanted at this door."""

    key: str
    """Idempotency key: the same key twice is one booking."""
    start: datetime
    end: datetime
    title: SafeText = SafeText(BOOKED_HERE)


class RoomCalendar(Protocol):
    """The device half: one room's calendar, read and written with this room's access.

    Every method may raise `CalendarUnreachable`, `CalendarBusy`, `MalformedAnswer`, `AccessExpired`,
    `CredentialRefused`, `AccessDenied` and `RoomNotFound`; those that write also `ReadOnlyCalendar`.
    """

    async def read(self, window: Window) -> WindowRead:
        """Everything that touches `window`, series expanded; cancelled and declined ones may be included."""
        ...

    async def changed(self, cursor: str) -> bool:
        """Whether anything may have changed since `cursor`; True where that cannot be told.

        Raises:
            SyncTokenExpired: the cursor is no longer known.
        """
        ...

    async def book(self, booking: Booking) -> Occurrence:
        """Check, create under the booking's key, re-read, and yield to anybody who was earlier.

        Raises:
            BookingConflict: the time is not free (any more); nothing of ours is left behind.
        """
        ...

    async def extend(self, occurrence: Occurrence, until: datetime) -> Occurrence:
        """Let it end at `until`.

        Raises:
            BookingConflict: something else starts before.
            OccurrenceGone: it is not there any more.
        """
        ...

    async def end(self, occurrence: Occurrence, at: datetime) -> None:
        """Free the room from `at` on: shorten it, or remove or decline what has not begun or is not ours to shorten.

        Raises:
            OccurrenceGone: it is not there any more.
        """
        ...

    async def check_in(self, occurrence: Occurrence, at: datetime) -> Occurrence:
        """Write on the event itself that people came, so that two doors of one room agree.

        Raises:
            OccurrenceGone: it is not there any more.
        """
        ...

    async def busy(self, rooms: Sequence[str], window: Window) -> Mapping[str, tuple[Window, ...] | None]:
        """Busy times, without words, of other rooms by their identifiers; None for those that cannot be told."""
        ...


class Person(Value):
    """Somebody in the organisation's directory."""

    name: SafeText
    address: str


class Subscription(Value):
    """A provider's promise to call, until it runs out."""

    id: str
    room: str
    expires_at: datetime
    secret: Secret
    """What its notifications must carry."""
    resource: str = ""
    """What the provider calls the thing watched, where ending the subscription asks for it."""


class NotificationTarget(Value):
    """Where a provider shall call."""

    url: str
    lifecycle_url: str = ""


class Notification(Value):
    """What a provider called with: a hint to look again, never data. Names of headers are in lower case."""

    headers: dict[str, str]
    query: dict[str, str] = msgspec.field(default_factory=dict)
    body: bytes = b""


class Heard(Value):
    """What a call from outside means. One that is not genuine means nothing, and is answered like any other."""

    rooms: tuple[str, ...] = ()
    """Those to read again."""
    renew: tuple[str, ...] = ()
    """Subscriptions that the provider wants renewed now, by id."""
    lost: tuple[str, ...] = ()
    """Subscriptions that are no more: make new ones, and read their rooms again."""
    reply: str | None = None
    """Text to answer with at once, as `text/plain` with status 200; None: an empty 202."""


class Notifies(StrEnum):
    """How a provider tells of changes."""

    CALLS = "calls"
    """It calls an address that was given to it (`subscribe`, `renew`, `hear`)."""
    LISTENS = "listens"
    """A connection is held open to it (`listen`)."""
    NEVER = "never"


class Reach(Value):
    """How far one access token reaches."""

    own_room: bool
    beyond: tuple[str, ...] = ()
    """What it could read and should not."""


class Ailment(StrEnum):
    """What makes the display of a room wrong, at the provider rather than here."""

    SUBJECT_IS_ORGANIZER = "subject-is-organizer"
    BODY_REMOVED = "body-removed"
    PRIVATE_FLAG_REMOVED = "private-flag-removed"
    EXTERNAL_REFUSED = "external-refused"
    TIME_ZONE_MISSING = "time-zone-missing"
    TIME_ZONE_DIFFERS = "time-zone-differs"
    """The provider and the door, or two settings of the provider, have the room in different zones."""
    NOT_ANSWERED = "not-answered"
    """Invitations stay tentative: nobody and nothing accepts them."""
    CANCELLED_KEPT = "cancelled-kept"
    """Cancelled meetings stay in the calendar."""
    NO_WRITE_PERMISSION = "no-write-permission"
    NOT_SHARED = "not-shared"
    DETAILS_HIDDEN = "details-hidden"
    """Only free and busy can be read."""
    REACH_UNSCOPED = "reach-unscoped"
    CREDENTIAL_EXPIRES = "credential-expires"


class Complaint(Value):
    """One ailment of a room, and the very command or click that cures it. It holds no text of a meeting."""

    ailment: Ailment
    evidence: str
    """What was seen: a count, a value, a date."""
    cure: str
    """A command to paste, or where to click, with the room's own name in it."""
    sure: bool = True
    """Whether it was read as a setting; False: concluded from the meetings that are there."""
    seen: bool = True
    """False: whether it ails could not be looked at; `evidence` says why, and `cure` what would tell or allow it."""


class CalendarAccount(Protocol):
    """The hub half: one credential of an organisation. Raises what the device half raises."""

    async def rooms(self) -> tuple[Room, ...]:
        """The rooms that the account knows of; time zones may be left to the administrator."""
        ...

    async def mint(self, room: str) -> AccessToken:
        """Short-lived access to one room, as narrow as the provider can make it."""
        ...

    async def people(self, text: str) -> tuple[Person, ...]:
        """People whose name or address begins with `text`."""
        ...

    async def subscribe(self, room: str, target: NotificationTarget) -> Subscription:
        """Ask to be called about changes in one room. `hear` must be answering meanwhile: providers ask back.

        Raises:
            NotificationsRefused: the provider calls nobody about this room, or not at this address.
        """
        ...

    async def renew(self, subscription: Subscription, target: NotificationTarget) -> Subscription:
        """Prolong it; the answer may be a new one that overlaps the old, which is then for the caller to end.

        Raises:
            SubscriptionLost: the provider knows it no longer.
        """
        ...

    async def unsubscribe(self, subscription: Subscription) -> None:
        """End it; one that is gone already counts as ended."""
        ...

    def hear(self, notification: Notification, known: Sequence[Subscription]) -> Heard:
        """What a call from outside means, judged by what `known` says it must carry. Never raises and never waits."""
        ...

    def listen(self, rooms: Sequence[str]) -> AbstractAsyncContextManager[AsyncIterator[str]]:
        """Hear of changes over connections held open: the rooms to read again, one at a time.

        Reconnects by itself with backoff; after every (re)connection each room comes once, for what was missed.
        """
        ...

    async def audit(self, room: str, zone: str = "") -> tuple[Complaint, ...]:
        """What makes this room's display wrong, by reading alone.

        What may not be read is passed over, or told with `seen=False` where somebody should know.

        Args:
            room: its identifier.
            zone: the IANA name of the time zone that its door goes by; empty: not known.
        """
        ...

    async def reach(self, access: AccessToken, room: str, canaries: Sequence[str]) -> Reach:
        """Prove what `access` reads: its own room, and none of `canaries`."""
        ...


@runtime_checkable
class ManyRooms(Protocol):
    """What an account does besides, where its vendor answers for many rooms in one call."""

    async def windows(self, rooms: Sequence[Room], window: Window) -> Mapping[str, WindowRead | CalendarError]:
        """`RoomCalendar.read` for each of `rooms`, by their identifiers; the error of one costs no other."""
        ...


class CredentialKind(Value):
    """One way to give an account its credential, for portals and `doctor`."""

    name: str
    """In the vendor's words: `client-secret`, `certificate`, `service-account`, `oauth`, `password`."""
    asks: tuple[str, ...]
    """The keys of the options that a person has to give."""
    by_browser: bool = False
    """Whether the rest comes from the provider's own page (`WebFlow`)."""


class ConsentAsked(Value):
    """One visit of an administrator to the provider's page, from leaving to coming back."""

    redirect_uri: str
    state: Secret
    """Comes back in the answer; compared by the caller."""
    verifier: Secret
    """PKCE (RFC 7636), `S256`."""


class WebFlow(Protocol):
    """How an administrator consents in the browser. The device-code flow is not one of the ways."""

    def address(self, options: Any, asked: ConsentAsked) -> str:
        """Where to send the browser."""
        ...

    async def redeem(self, options: Any, asked: ConsentAsked, answer: Mapping[str, str], clock: Clock) -> Any:
        """The options with what was granted in them, from the query that the browser came back with.

        Raises:
            CredentialRefused: the administrator or the provider declined.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """One vendor, whole: all that the rest of Doorlight knows of it."""

    name: str
    options: type[Connection]
    """The keys of `[calendar]` that it reads, checked to the last one."""
    writable: bool
    open_room: Callable[[Room, Any, AccessSource, Clock], AbstractAsyncContextManager[RoomCalendar]]
    """`(room, options, access, clock)` to the device half, closed on leaving."""
    open_account: Callable[[Any, Clock], AbstractAsyncContextManager[CalendarAccount]] | None = None
    """`(options, clock)` to the hub half."""
    handed: tuple[str, ...] = ()
    """The options that a device with a hub is told, so that it can read by itself with access that is handed to it."""
    notifies: Notifies = Notifies.NEVER
    credentials: tuple[CredentialKind, ...] = ()
    """The ways to give it a credential, the best first."""
    web_flow: WebFlow | None = None
    expires: Callable[[Any], datetime | None] | None = None
    """`(options)`: when the long-lived credential runs out, as far as it tells or the settings say."""
    mint: Callable[[Any, str, Clock], Awaitable[AccessToken]] | None = None
    """`(options, room, clock)`: access from the settings' own credential, for a device that stands alone."""
    mint_apart: bool = False
    """Whether minting loads so much that it is better done in a process of its own."""
