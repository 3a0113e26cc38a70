"""Calls those who watch a calendar, on loopback only: a greeting first, then every change, with headers and no body."""

import asyncio
import email.utils
import logging
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import aiohttp

from device.emulator.ending import end
from device.emulator.faults import Faults, Network
from device.emulator.google.channel_book import Channel, ChannelBook
from device.emulator.mailbox import Mailbox, MailboxChange
from device.emulator.world_clock import WorldClock

log = logging.getLogger(__name__)

TIMEOUT = 10.0
ATTEMPTS = 5
PAUSE = timedelta(seconds=10)
"""Office time before the second attempt; it doubles."""
WAITING = 10_000
GOOD = frozenset((102, 200, 201, 202, 204))
AGAIN = frozenset((500, 502, 503, 504))
"""What is tried again; any other answer is taken for a no."""


class Caller:
    """Delivers the messages of channels, each in a call of its own."""

    def __init__(self, book: ChannelBook, clock: WorldClock, faults: Faults) -> None:
        self._book, self._clock, self._faults = book, clock, faults
        self._session: aiohttp.ClientSession | None = None
        self._calls: set[asyncio.Task[None]] = set()
        self.delivered = 0
        """How many messages were accepted by their receivers, greetings included."""

    @asynccontextmanager
    async def running(self, tls: ssl.SSLContext) -> AsyncIterator[None]:
        """Deliver until left. `tls` says whom to believe at https addresses."""
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=tls)) as session:
            self._session = session
            try:
                yield
            finally:
                await end(tuple(self._calls))
                self._session = None

    def greet(self, channel: Channel) -> None:
        """Tell a new channel that it is one."""
        self._enqueue(channel, "sync")

    def changed(self, mailbox: Mailbox, change: MailboxChange) -> None:
        """Tell everybody who watches this calendar that something changed, and not what."""
        del change
        for channel in self._book.about(mailbox.address):
            self._enqueue(channel, "exists")

    def _enqueue(self, channel: Channel, state: str) -> None:
        if self._faults.drop_notifications or len(self._calls) >= WAITING or self._session is None:
            log.info("a message of a channel was dropped")
            return
        counted = self._book.next_message(channel.id)
        if counted is not None:
            task = asyncio.create_task(self._deliver(counted, state))
            self._calls.add(task)
            task.add_done_callback(self._calls.discard)

    async def _deliver(self, channel: Channel, state: str) -> None:
        for attempt in range(ATTEMPTS):
            status = await self._post(channel, state)
            if status in GOOD:
                self.delivered += 1
                return
            if status not in AGAIN and status is not None:
                break
            await self._clock.reach(self._clock.now + PAUSE * (1 << attempt))
        log.info("a message of a channel could not be delivered")

    async def _post(self, channel: Channel, state: str) -> int | None:
        """The status of one attempt; None where there was no answer."""
        if self._session is None or self._faults.network is not Network.UP:
            return None
        try:
            timeout = aiohttp.ClientTimeout(total=TIMEOUT)
            headers = _headers(channel, state)
            async with self._session.post(
                channel.address, headers=headers, timeout=timeout, allow_redirects=False
            ) as answer:
                return answer.status
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            log.debug("a message of a channel was not delivered: %s", type(error).__name__)
            return None


def _headers(channel: Channel, state: str) -> dict[str, str]:
    found = {
        "X-Goog-Channel-ID": channel.id,
        "X-Goog-Channel-Token": channel.token,
        "X-Goog-Channel-Expiration": email.utils.format_datetime(channel.expires_at, usegmt=True),
        "X-Goog-Resource-ID": channel.resource,
        "X-Goog-Resource-URI": channel.uri,
        "X-Goog-Resource-State": state,
        "X-Goog-Message-Number": str(channel.number),
        "User-Agent": "APIs-Google",
    }
    return {name: value for name, value in found.items() if value}
