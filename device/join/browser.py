"""A browser, full-screen on the room's own display, in the meeting's page for guests.

The browser is a program of the settings' choice, given the address as its last word; the address was written anew by
the policy, so it begins with `https://` and a host that is on the list. That the page is open is all that is known: the
attempt ends as TOLD, and the browser is ended when the meeting is left.
"""

import asyncio
import secrets
from asyncio.subprocess import Process
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, NoReturn

import msgspec

from device.join.interface import CannotJoin, Condition, Driver, Progress, Target
from device.join.program import start, stop
from device.model.joining import Call, Cause
from device.model.value import Value

SETTLED = 1.5
"""Seconds after which a browser that still runs has opened its page."""
CHROMIUM = ("chromium", "--kiosk", "--no-first-run", "--incognito")


class Options(Value):
    """Which browser."""

    words: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)] = CHROMIUM
    """The program and its words; the address follows as the last. No shell reads them."""


class Browser:
    """The browser of one room."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._attempt = ""
        self._running: Process | None = None

    def check(self, target: Target) -> None:
        """It needs an address of the web."""
        if not target.url.startswith("https://"):
            raise CannotJoin(Cause.NO_WAY, "no web address")

    async def probe(self) -> Condition:
        """Whether a page is open."""
        return Condition(in_call=self._running is not None and self._running.returncode is None)

    async def prepare(self) -> None:
        """The display wakes with what is drawn on it."""

    async def join(self, target: Target) -> str:
        """Open the page."""
        self.check(target)
        self._running = await start((*self._options.words, target.url), {})
        self._attempt = secrets.token_hex(8)
        return self._attempt

    async def watch(self, attempt: str) -> AsyncGenerator[Progress, None]:
        """Whether the browser stays."""
        process = self._running
        if attempt != self._attempt or process is None:
            yield Progress(call=Call.FAILED, cause=Cause.DROPPED)
            return
        yield Progress(call=Call.DIALING)
        try:
            async with asyncio.timeout(SETTLED):
                await process.wait()
        except TimeoutError:
            yield Progress(call=Call.TOLD)
        else:
            yield Progress(call=Call.FAILED, cause=Cause.DROPPED)

    async def enter(self, attempt: str, passcode: str) -> NoReturn:
        """The page asks, not the door."""
        del attempt, passcode
        raise CannotJoin(Cause.NO_WAY)

    async def leave(self, attempt: str) -> None:
        """Close the browser that was opened for this attempt."""
        if attempt == self._attempt:
            await self.close()

    async def close(self) -> None:
        """Leave no browser behind."""
        if self._running is not None:
            await stop(self._running)


@asynccontextmanager
async def _open(options: Options) -> AsyncIterator[Browser]:
    browser = Browser(options)
    try:
        yield browser
    finally:
        await browser.close()


DRIVER = Driver(options=Options, open=_open)
