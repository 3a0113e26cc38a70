"""What a calendar provider is: two halves and one value that names them.

`RoomCalendar` is the device half: one room, one short-lived access, in memory only. `CalendarAccount` is the hub
half: the organisation's credential, all rooms. A provider's module ends in `PROVIDER = Provider(...)`; a member of
`device.calendars.Providers` is its only registration, and the contract suite in `tests/device/calendars` picks it up
from there.

Rules for both halves: every answer is bounded (time, size, pages); no error but those of `device.model.errors`
leaves; text becomes `SafeText` at once; times are UTC; all-day meetings are floating dates; one bad item is counted
in `skipped` and never costs the others.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

import msgspec

from device.model.clock import Clock
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
    """A provider's promise to notify, until it runs out."""

    id: str
    room: str
    expires_at: datetime
    secret: Secret
    """What its notifications must carry."""
    resource: str = ""


class NotificationTarget(Value):
    """Where a provider shall call."""

    url: str
    lifecycle_url: str = ""


class Notification(Value):
    """What a provider called with: a hint to look again, never data."""

    headers: dict[str, str]
    query: dict[str, str] = msgspec.field(default_factory=dict)
    body: bytes = b""


class Reach(Value):
    """How far one access token reaches."""

    own_room: bool
    beyond: tuple[str, ...] = ()
    """What it could read and should not."""


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
        """Ask to be notified of changes in one room."""
        ...

    async def renew(self, subscription: Subscription) -> Subscription:
        """Prolong it; the answer may be a new one that overlaps the old."""
        ...

    async def unsubscribe(self, subscription: Subscription) -> None:
        """End it; one that is gone already counts as ended."""
        ...

    def rooms_of(self, notification: Notification, known: Sequence[Subscription]) -> tuple[str, ...]:
        """The rooms that a genuine notification is about; nothing for one that is not."""
        ...

    async def reach(self, access: AccessToken, room: str, canaries: Sequence[str]) -> Reach:
        """Prove what `access` reads: its own room, and none of `canaries`."""
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
    mint: Callable[[Any, str, Clock], Awaitable[AccessToken]] | None = None
    """`(options, room, clock)`: access from the settings' own credential, for a device that stands alone."""
    mint_apart: bool = False
    """Whether minting loads so much that it is better done in a process of its own."""
