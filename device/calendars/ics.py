"""A calendar published as an `.ics` file, on disk or at a URL: read only, the same for everybody who has it.

A feed says by ETag or Last-Modified that nothing is new (RFC 9110 §13), and what it last said stays in memory. How old
a feed is when it is published is its publisher's affair: Outlook.com lags by up to three hours.
"""
# ruff: noqa: ARG001, ARG002 - the interface's signatures, of which a calendar that is only read needs little

import asyncio
import hashlib
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import NoReturn, Protocol

import httpx
import msgspec

from device.calendars.addresses import MOVED, is_usable, onward, same_server
from device.calendars.http import Answer, Client, open_client
from device.calendars.ical.reading import Source, bounded, occurrences_of
from device.calendars.ical.text import Cut, cut
from device.calendars.interface import (
    AccessSource,
    AccessToken,
    Booking,
    Connection,
    Provider,
    RoomCalendar,
    WindowRead,
)
from device.model.clock import Clock
from device.model.errors import (
    AccessDenied,
    AccessExpired,
    CalendarUnreachable,
    MalformedAnswer,
    ReadOnlyCalendar,
    RoomNotFound,
    SettingsError,
)
from device.model.occurrence import Occurrence
from device.model.room import Room
from device.model.secret import Secret
from device.model.value import Value
from device.model.window import Window

FEED_LIMIT = 10 << 20
"""Bytes: a feed holds all the past too, so it may be longer than other answers."""
REDIRECTS = 5


class Options(Connection):
    """The keys of `[calendar]` for `provider = "ics"`: one of `url` and `path`."""

    url: Secret = Secret("")
    """`https:`, `http:` or `webcal:`, which is asked by HTTPS. Secret: who knows a private address can read it."""
    path: str = ""
    username: str = ""
    password: Secret = Secret("")
    address: str = ""
    """The room's address in invitations, where it is not the room's id."""


class Fetched(Value):
    """What a look at the calendar brought."""

    body: bytes | None
    """None: the text is the one that `condition` was given with."""
    condition: dict[str, str] = msgspec.field(default_factory=dict)
    """Headers that ask for the text only if it is another."""
    server_date: datetime | None = None


class Origin(Protocol):
    """Where the text comes from."""

    async def fetch(self, condition: Mapping[str, str]) -> Fetched:
        """Look, and bring the text if it is new. An empty condition brings it in any case."""
        ...


class DiskFile:
    """An `.ics` file that somebody else puts on this disk."""

    def __init__(self, path: str) -> None:
        self._path = Path(path)

    async def fetch(self, condition: Mapping[str, str]) -> Fetched:
        """Read it; a file is cheap enough to be read each time."""
        return Fetched(body=await asyncio.to_thread(self._read))

    def _read(self) -> bytes:
        try:
            if not self._path.is_file():
                raise CalendarUnreachable("there is no such file", cause="disk")
            with self._path.open("rb") as file:
                body = file.read(FEED_LIMIT + 1)
        except OSError as error:
            raise CalendarUnreachable(error.strerror or "the file cannot be read", cause="disk") from error
        if len(body) > FEED_LIMIT:
            raise MalformedAnswer(f"more than {FEED_LIMIT} bytes")
        return body


class Feed:
    """An `.ics` file on a web server."""

    def __init__(self, client: Client, url: str, access: AccessSource | None) -> None:
        self._client = client
        self._url = url
        self._access = access

    async def fetch(self, condition: Mapping[str, str]) -> Fetched:
        """Ask whether it is new, and for it if so. The password goes to the settings' own server and nowhere else."""
        auth = await self._auth()
        url = self._url
        for _ in range(REDIRECTS):
            answer = await self._client.request(
                "GET",
                url,
                headers={"Accept": "text/calendar, */*;q=0.1", **condition},
                auth=auth if same_server(url, self._url) else None,
                limit=FEED_LIMIT,
            )
            if answer.status not in MOVED:
                return _taken(answer, condition)
            url = onward(url, answer)
        raise MalformedAnswer("redirected in circles")

    async def _auth(self) -> httpx.BasicAuth | None:
        if self._access is None:
            return None
        access = await self._access()
        return httpx.BasicAuth(access.username, access.token.reveal())


def _taken(answer: Answer, condition: Mapping[str, str]) -> Fetched:
    if answer.status == 304 and condition:
        return Fetched(body=None, condition=dict(condition), server_date=answer.server_date)
    raise_for_status(answer)
    etag, modified = answer.headers.get("etag", ""), answer.headers.get("last-modified", "")
    ask = {"If-None-Match": etag} if etag else {"If-Modified-Since": modified} if modified else {}
    return Fetched(body=answer.body, condition=ask, server_date=answer.server_date)


def raise_for_status(answer: Answer) -> None:
    """Raise what a feed's status means, unless it is 200.

    Raises:
        CalendarError: as `device.model.errors` has it.
    """
    if answer.status == 401:
        raise AccessExpired("HTTP 401")
    if answer.status == 403:
        raise AccessDenied("HTTP 403")
    if answer.status in (404, 410):
        raise RoomNotFound(f"HTTP {answer.status}")
    answer.raise_for_server()
    if answer.status != 200:
        raise MalformedAnswer(f"HTTP {answer.status}")


class PublishedCalendar:
    """The device half: a feed or a file, and what it last said."""

    def __init__(self, origin: Origin, room: Room, attendee: str) -> None:
        self._origin = origin
        self._zone = room.zone
        self._attendee = attendee
        self._pieces = Cut(events={})
        self._cursor = ""
        self._condition: dict[str, str] = {}

    async def read(self, window: Window) -> WindowRead:
        """All of it is fetched when it is new; its cursor is the text's own digest."""
        server_date = await self._look()
        found = await occurrences_of([Source(pieces=self._pieces)], bounded(window), self._zone)
        return WindowRead(
            window=bounded(window),
            occurrences=found.occurrences,
            skipped=found.skipped,
            cursor=self._cursor,
            server_date=server_date,
            truncated=found.truncated,
        )

    async def changed(self, cursor: str) -> bool:
        """Whether the text is another than the one of `cursor`."""
        await self._look()
        return cursor != self._cursor

    async def book(self, booking: Booking) -> NoReturn:
        """A published calendar cannot be written."""
        raise ReadOnlyCalendar("an .ics calendar can only be read")

    async def extend(self, occurrence: Occurrence, until: datetime) -> NoReturn:
        """A published calendar cannot be written."""
        raise ReadOnlyCalendar("an .ics calendar can only be read")

    async def end(self, occurrence: Occurrence, at: datetime) -> NoReturn:
        """A published calendar cannot be written."""
        raise ReadOnlyCalendar("an .ics calendar can only be read")

    async def check_in(self, occurrence: Occurrence, at: datetime) -> NoReturn:
        """A published calendar cannot be written."""
        raise ReadOnlyCalendar("an .ics calendar can only be read")

    async def busy(self, rooms: Sequence[str], window: Window) -> Mapping[str, tuple[Window, ...] | None]:
        """It knows of no other room."""
        return dict.fromkeys(rooms)

    async def _look(self) -> datetime | None:
        fetched = await self._origin.fetch(self._condition)
        if fetched.body is not None:
            digest = hashlib.sha256(fetched.body).hexdigest()[:32]
            if digest != self._cursor:
                self._pieces = await asyncio.to_thread(cut, fetched.body, attendee=self._attendee)
            self._cursor, self._condition = digest, fetched.condition
        return fetched.server_date


@asynccontextmanager
async def open_room(room: Room, options: Options, access: AccessSource, clock: Clock) -> AsyncIterator[RoomCalendar]:
    """One room's published calendar.

    Raises:
        SettingsError: not exactly one of `url` and `path` is given, or the URL is none.
    """
    url = options.url.reveal()
    if bool(url) == bool(options.path):
        raise SettingsError("An ics calendar needs either a url or a path.", "Give one of the two, under [calendar].")
    attendee = options.address or (room.id if "@" in room.id else "")
    if options.path:
        yield PublishedCalendar(DiskFile(options.path), room, attendee)
        return
    scheme, _, rest = url.partition(":")
    url = f"https:{rest}" if scheme.lower() in ("webcal", "webcals") else url
    if not is_usable(url):
        raise SettingsError("The url of the calendar cannot be used.", "Write it as https://server/path/name.ics.")
    async with open_client(options) as client:
        feed = Feed(client, url, access if options.username or options.password else None)
        yield PublishedCalendar(feed, room, attendee)


async def mint(options: Options, room: str, clock: Clock) -> AccessToken:
    """The settings' own user name and password, if they have any."""
    return AccessToken(token=options.password, username=options.username)


PROVIDER = Provider(name="ics", options=Options, writable=False, open_room=open_room, mint=mint)
