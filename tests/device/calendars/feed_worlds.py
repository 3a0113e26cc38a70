"""Published calendars: a file that somebody rewrites, and the same on a web server that knows ETags."""

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web
from dav_worlds import SPOILT
from far_side import far_side
from ical_writer import calendar, vevents
from story import Meeting

from device.calendars.ics import Options
from device.model.secret import Secret
from device.model.window import Window


class FeedWorld:
    """A publisher who writes the whole calendar anew at each change."""

    def __init__(self, path: Path, options: Options) -> None:
        self._path = path
        self._meetings: list[Meeting] = []
        self._spoilt: list[str] = []
        self.options = options
        self._publish()

    async def enter(self, meeting: Meeting) -> None:
        self._meetings.append(meeting)
        self._publish()

    async def withdraw(self, meeting: Meeting) -> None:
        self._meetings.remove(meeting)
        self._publish()

    async def spoil(self) -> None:
        self._spoilt.append(SPOILT)
        self._publish()

    async def seen(self, window: Window) -> list[tuple[str, Window]]:
        raise NotImplementedError("a door cannot write here")

    def _publish(self) -> None:
        events = [event for meeting in self._meetings for event in vevents(meeting)]
        self._path.write_text(calendar(*events, *self._spoilt), newline="")


@asynccontextmanager
async def file_world(request: pytest.FixtureRequest) -> AsyncIterator[FeedWorld]:
    """A file on this disk."""
    path: Path = request.getfixturevalue("tmp_path") / "aurora.ics"
    yield FeedWorld(path, Options(path=str(path)))


@asynccontextmanager
async def url_world(request: pytest.FixtureRequest) -> AsyncIterator[FeedWorld]:
    """A file behind HTTPS, with ETags and a password."""
    folder: Path = request.getfixturevalue("tmp_path")
    path = folder / "aurora.ics"

    async def publish(asked: web.Request) -> web.StreamResponse:
        if asked.headers.get("Authorization") is None:
            return web.Response(status=401)
        body = path.read_bytes()
        etag = f'"{hashlib.sha256(body).hexdigest()}"'
        if asked.headers.get("If-None-Match") == etag:
            return web.Response(status=304, headers={"ETag": etag})
        return web.Response(body=body, content_type="text/calendar", headers={"ETag": etag})

    async with far_side(publish, folder) as side:
        options = Options(
            url=Secret(f"{side.url}/aurora.ics"), username="door", password=Secret("secret"), ca_bundle=side.ca_bundle
        )
        yield FeedWorld(path, options)
