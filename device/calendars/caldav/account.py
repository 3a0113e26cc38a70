"""The hub half for CalDAV: one user's calendars on one server, of which each may be a room's."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Protocol
from urllib.parse import urljoin

from device.calendars.caldav.collection import Collection
from device.calendars.caldav.discovery import Calendar, Discovery
from device.calendars.caldav.server import Server
from device.calendars.http import Client, open_client
from device.calendars.interface import AccessToken, Ailment, CalendarAccount, Complaint, Connection, Reach
from device.calendars.quiet import QuietAccount
from device.calendars.zone_names import iana_of, same_clock
from device.model.clock import Clock
from device.model.errors import AccessDenied, AccessExpired, CredentialRefused, RoomNotFound
from device.model.room import Room
from device.model.safetext import SafeText
from device.model.secret import Secret
from device.model.window import Window

_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
_MINUTE = Window(start=_LONG_AGO, end=_LONG_AGO + timedelta(minutes=1))
"""When nobody's calendar holds anything: the right to ask is proven, and nothing is read."""


class User(Protocol):
    """Who signs in, and where."""

    @property
    def url(self) -> str:
        """Any address of the server: a calendar, the user's home, or the server itself."""
        ...

    @property
    def username(self) -> str:
        """The user's name."""
        ...

    @property
    def password(self) -> Secret:
        """The user's password."""
        ...


@asynccontextmanager
async def open_account(options: Connection, user: User, clock: Clock) -> AsyncIterator[CalendarAccount]:
    """The hub half for one user."""
    async with open_client(options) as client:
        yield CalDavAccount(client, user, clock)


class CalDavAccount(QuietAccount):
    """One user's calendars. A room is named by the path of its calendar, or is the one at the url itself."""

    def __init__(self, client: Client, user: User, clock: Clock) -> None:
        self._client, self._user, self._clock = client, user, clock
        self._server = Server(client, user.url, self._own)

    async def rooms(self) -> tuple[Room, ...]:
        """Every calendar of the user, with the time zone that it says it is in."""
        with _credential_refused():
            found = await Discovery(self._server, self._user.url).calendars()
        return tuple(map(_room, found))

    async def mint(self, room: str) -> AccessToken:
        """The user's own password: a CalDAV server knows no access to one calendar."""
        del room
        return await self._own()

    async def audit(self, room: str, zone: str = "") -> tuple[Complaint, ...]:
        """What the calendar says of the user's rights, and of its time zone."""
        url = self._calendar(room)
        try:
            with _credential_refused():
                calendar = await Discovery(self._server, url).calendar(url)
        except AccessDenied as error:
            return (self._complaint(Ailment.NOT_SHARED, str(error), f"Share {room} with {self._who}, to write."),)
        return (*self._rights(calendar), *self._zone(calendar, zone))

    async def reach(self, access: AccessToken, room: str, canaries: Sequence[str]) -> Reach:
        """By asking for a minute long ago. A server may hide what is closed as if it were not there."""

        async def given() -> AccessToken:
            return access

        server = Server(self._client, self._user.url, given)
        own = await _opens(server, self._calendar(room))
        urls = {canary: self._calendar(canary) for canary in canaries}
        return Reach(
            own_room=own,
            beyond=tuple([one for one, url in urls.items() if server.is_home_of(url) and await _opens(server, url)]),
        )

    @property
    def _who(self) -> str:
        return SafeText(self._user.username, limit=80) or "everybody"

    async def _own(self) -> AccessToken:
        return AccessToken(token=self._user.password, username=self._user.username)

    def _calendar(self, room: str) -> str:
        """The address of a room's calendar, on this server and no other.

        Raises:
            RoomNotFound: it is on another.
        """
        url = urljoin(self._user.url, room) if "/" in room else self._user.url
        if not self._server.is_home_of(url):
            raise RoomNotFound("that calendar is on another server")
        return url

    def _rights(self, calendar: Calendar) -> Iterator[Complaint]:
        told = ", ".join(calendar.privileges or ()) or "nothing"
        path = SafeText(calendar.path)
        if calendar.is_readable is False:
            cure = f"Let {self._who} read all of {path}, not only when it is busy."
            yield self._complaint(Ailment.DETAILS_HIDDEN, f"the server grants {told}", cure)
        if calendar.is_writable is False:
            cure = f"Let {self._who} write to {path}, on the server's own pages."
            yield self._complaint(Ailment.NO_WRITE_PERMISSION, f"the server grants {told}", cure)
        if calendar.privileges is None:
            yield Complaint(
                ailment=Ailment.NO_WRITE_PERMISSION,
                evidence="the server does not tell what the user may do",
                cure="doorlight doctor --write-test",
                seen=False,
            )

    def _zone(self, calendar: Calendar, zone: str) -> Iterator[Complaint]:
        path, known = SafeText(calendar.path), iana_of(calendar.zone)
        cure = f"Set the time zone of {path} to {SafeText(zone) or 'the room’s'}, on the server or in a client."
        if not known:
            evidence = f"it is called “{SafeText(calendar.zone, limit=60)}”" if calendar.zone else "it has none"
            yield self._complaint(Ailment.TIME_ZONE_MISSING, evidence, cure)
        elif zone and not same_clock(known, zone, self._clock.read().now):
            evidence = f"the calendar is in {known}, the door in {SafeText(zone, limit=60)}"
            yield self._complaint(Ailment.TIME_ZONE_DIFFERS, evidence, cure)

    def _complaint(self, ailment: Ailment, evidence: str, cure: str) -> Complaint:
        return Complaint(ailment=ailment, evidence=str(SafeText(evidence, limit=400)), cure=cure)


@contextmanager
def _credential_refused() -> Iterator[None]:
    """There is nothing to renew: a password that was not accepted is refused."""
    try:
        yield
    except AccessExpired as error:
        raise CredentialRefused("the server did not accept the user name and password") from error


async def _opens(server: Server, url: str) -> bool:
    try:
        await Collection(server, url).events(_MINUTE)
    except (AccessDenied, RoomNotFound):
        return False
    return True


def _room(calendar: Calendar) -> Room:
    return Room(id=calendar.path, name=SafeText(calendar.name) or SafeText(calendar.path), zone=iana_of(calendar.zone))
