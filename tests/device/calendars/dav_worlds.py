"""CalDAV servers that others wrote, each in a process of its own on loopback, and a plain HTTP client beside ours."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import UTC
from itertools import count
from pathlib import Path

import httpx
import icalendar
import pytest
from ical_writer import calendar, uid_of, vevents
from story import FRIDAY, Meeting

from device.calendars.caldav import Options
from device.model.secret import Secret
from device.model.window import Window

START_LIMIT = 30.0
WHO = ("rooms", "secret")
_numbers = count(1)


@contextmanager
def running(command: list[str], url: str) -> Iterator[str]:
    """A server process, from when it answers until it is left."""
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=_bare_environment())
    try:
        _wait_for(url, server)
        yield url
    finally:
        server.terminate()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait(10)


def free_port() -> int:
    """A port that nobody has at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def radicale(folder: Path) -> Iterator[str]:
    """Radicale with one user's collections; gives the URL that they are below."""
    port = free_port()
    settings = folder / "radicale.conf"
    settings.write_text(
        f"[server]\nhosts = 127.0.0.1:{port}\n[auth]\ntype = none\n[rights]\ntype = authenticated\n"
        f"[storage]\nfilesystem_folder = {folder}\n"
    )
    command = [sys.executable, "-m", "radicale", "--config", str(settings)]
    with running(command, f"http://127.0.0.1:{port}/rooms/") as url:
        yield url


def xandikos(folder: Path) -> Iterator[str]:
    """Xandikos, likewise."""
    port = free_port()
    program = Path(sys.executable).with_name("xandikos")
    command = [str(program), "serve", "-d", str(folder), "-l", "127.0.0.1", "-p", str(port), "--defaults"]
    home = f"http://127.0.0.1:{port}/rooms/"
    with running([*command, "--current-user-principal", "/rooms/"], home):
        yield f"{home}calendars/"


class DavWorld:
    """A new, empty collection on a server."""

    def __init__(self, client: httpx.AsyncClient, url: str) -> None:
        self._client = client
        self.url = url
        self.options = Options(url=url, username=WHO[0], password=Secret(WHO[1]), timeout=20)

    async def put(self, name: str, text: str) -> None:
        """Store a member as it is."""
        answer = await self._client.put(f"{self.url}{name}", content=text, headers={"Content-Type": "text/calendar"})
        assert answer.is_success, answer.text

    async def get(self, name: str) -> str:
        """A member as it is stored."""
        answer = await self._client.get(f"{self.url}{name}")
        assert answer.is_success, answer.text
        return answer.text.replace("\r\n", "\n")

    async def enter(self, meeting: Meeting) -> None:
        await self.put(f"{uid_of(meeting)}.ics", calendar(*vevents(meeting)))

    async def withdraw(self, meeting: Meeting) -> None:
        answer = await self._client.delete(f"{self.url}{uid_of(meeting)}.ics")
        assert answer.is_success, answer.text

    async def spoil(self) -> None:
        await self.put("spoilt.ics", calendar(SPOILT))

    async def seen(self, window: Window) -> list[tuple[str, Window]]:
        found = []
        for name in await self.names():
            for event in icalendar.Calendar.from_ical(await self.get(name)).walk("VEVENT"):
                start, end = event["DTSTART"].dt, event["DTEND"].dt
                if "RRULE" not in event and window.overlaps(start.astimezone(UTC), end.astimezone(UTC)):
                    found.append((str(event["SUMMARY"]), Window(start=start.astimezone(UTC), end=end.astimezone(UTC))))
        return sorted(found, key=lambda one: one[1].start)

    async def names(self) -> list[str]:
        """The members, as the server lists them."""
        answer = await self._client.request("PROPFIND", self.url, headers={"Depth": "1"})
        hrefs = (part.partition("<")[0] for part in answer.text.replace("ns0:", "").replace("D:", "").split("href>"))
        return sorted({href.rpartition("/")[2] for href in hrefs if href.endswith(".ics")})


@asynccontextmanager
async def new_collection(home: str) -> AsyncIterator[DavWorld]:
    """A collection that no test has used, below `home`."""
    async with httpx.AsyncClient(auth=WHO, trust_env=False) as client:
        url = f"{home}room{next(_numbers)}-{os.getpid()}/"
        answer = await client.request("MKCALENDAR", url)
        assert answer.status_code == 201, answer.text
        yield DavWorld(client, url)


@asynccontextmanager
async def radicale_world(request: pytest.FixtureRequest) -> AsyncIterator[DavWorld]:
    """A collection on Radicale."""
    async with new_collection(request.getfixturevalue("radicale_url")) as world:
        yield world


@asynccontextmanager
async def xandikos_world(request: pytest.FixtureRequest) -> AsyncIterator[DavWorld]:
    """A collection on Xandikos."""
    async with new_collection(request.getfixturevalue("xandikos_url")) as world:
        yield world


SPOILT = f"""BEGIN:VEVENT
UID:spoilt
DTSTAMP:20260301T120000Z
DTSTART;TZID=Nowhere/Atlantis:{FRIDAY:%Y%m%d}T120000
DTEND;TZID=Nowhere/Atlantis:{FRIDAY:%Y%m%d}T123000
SUMMARY:Spoilt
END:VEVENT"""
"""Servers take it: a time in a zone that nobody has defined."""


def _bare_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "VIRTUAL_ENV")}


def _wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_LIMIT
    while time.monotonic() < until:
        assert server.poll() is None, "the server ended"
        with suppress(httpx.HTTPError):
            httpx.get(url, auth=WHO, trust_env=False)
            return
        time.sleep(0.05)
    raise AssertionError("the server does not answer")
