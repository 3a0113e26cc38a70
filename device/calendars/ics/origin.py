"""Where the text of a published calendar comes from: a file on this disk, or a web server."""
# ruff: noqa: ARG002 - a file is read whatever the condition

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Protocol

import httpx
import msgspec

from device.calendars.addresses import MOVED, is_usable, onward, same_server
from device.calendars.http import Answer, Client, open_client
from device.calendars.ics.options import Options
from device.calendars.interface import AccessSource
from device.model.errors import (
    AccessDenied,
    AccessExpired,
    CalendarUnreachable,
    MalformedAnswer,
    RoomNotFound,
    SettingsError,
)
from device.model.value import Value

FEED_LIMIT = 10 << 20
"""Bytes: a feed holds all the past too, so it may be longer than other answers."""
REDIRECTS = 5


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


@asynccontextmanager
async def open_origin(options: Options, access: AccessSource) -> AsyncIterator[Origin]:
    """Where the settings say that it comes from.

    Raises:
        SettingsError: not exactly one of `url` and `path` is given, or the URL is none.
    """
    url = options.url.reveal()
    if bool(url) == bool(options.path):
        raise SettingsError("An ics calendar needs either a url or a path.", "Give one of the two, under [calendar].")
    if options.path:
        yield DiskFile(options.path)
        return
    scheme, _, rest = url.partition(":")
    url = f"https:{rest}" if scheme.lower() in ("webcal", "webcals") else url
    if not is_usable(url):
        raise SettingsError("The url of the calendar cannot be used.", "Write it as https://server/path/name.ics.")
    async with open_client(options) as client:
        yield Feed(client, url, access if options.username or options.password else None)
