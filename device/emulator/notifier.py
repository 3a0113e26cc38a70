"""Calls those who asked to be notified, on loopback only: handshakes, notifications, the lifecycle's warnings."""

import asyncio
import logging
import secrets
import ssl
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from device.emulator.directory import directory_id
from device.emulator.ending import end
from device.emulator.faults import Faults, Network
from device.emulator.graph.event_json import etag
from device.emulator.graph.ids import graph_id
from device.emulator.graph.zones import stamp
from device.emulator.mailbox import Mailbox, MailboxChange
from device.emulator.subscriptions import Subscribed, SubscriptionBook
from device.emulator.world_clock import WorldClock

log = logging.getLogger(__name__)

HANDSHAKE = 10.0
"""Seconds that the other side has to answer a handshake."""
ATTEMPTS = 5
PAUSE = timedelta(seconds=10)
"""Office time before the second attempt; it doubles."""
WAITING = 10_000
_LOOPBACK = frozenset(("127.0.0.1", "localhost", "::1"))


class Lifecycle(StrEnum):
    """What a subscription's owner is warned of."""

    REAUTHORIZE = "reauthorizationRequired"
    REMOVED = "subscriptionRemoved"
    MISSED = "missed"


class Notifier:
    """Delivers notifications, several to one address in one call, retried for a while."""

    def __init__(self, book: SubscriptionBook, clock: WorldClock, faults: Faults, tenant_id: str) -> None:
        self._book = book
        self._clock = clock
        self._faults = faults
        self._tenant_id = tenant_id
        self._queue: asyncio.Queue[tuple[str, dict[str, Any]]] = asyncio.Queue(WAITING)
        self._deliveries: set[asyncio.Task[None]] = set()
        self._session: aiohttp.ClientSession | None = None
        self.delivered = 0
        """How many notifications were accepted by their receivers."""

    @asynccontextmanager
    async def running(self, tls: ssl.SSLContext) -> AsyncIterator[None]:
        """Deliver until left. `tls` says whom to believe at https addresses."""
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=tls)) as session:
            self._session = session
            pump = asyncio.create_task(self._pump())
            try:
                yield
            finally:
                await end((pump, *self._deliveries))
                self._session = None

    async def handshake(self, url: str) -> bool:
        """Whether who is behind `url` answers as the owner of a subscription must."""
        token = f"Validation: {secrets.token_urlsafe(16)} + {secrets.token_hex(4)}/="
        if self._session is None or not may_call(url):
            return False
        try:
            async with self._session.post(
                url,
                params={"validationToken": token},
                headers={"Content-Type": "text/plain; charset=utf-8"},
                timeout=aiohttp.ClientTimeout(total=HANDSHAKE),
                allow_redirects=False,
            ) as answer:
                echoed = await answer.content.read(4096)
                return answer.status == 200 and answer.content_type == "text/plain" and echoed == token.encode()
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            log.info("a handshake failed: %s", type(error).__name__)
            return False

    def changed(self, mailbox: Mailbox, change: MailboxChange) -> None:
        """Tell everybody who wants to hear of this change."""
        event = mailbox.find(change.id)
        for entry in self._book.about(mailbox.address, change.type):
            identifier = graph_id(change.id, immutable=entry.immutable_ids)
            resource = f"Users/{directory_id(mailbox.address)}/Events/{identifier}"
            data = {"@odata.type": "#Microsoft.Graph.Event", "@odata.id": resource, "id": identifier}
            if event is not None:
                data["@odata.etag"] = etag(event)
            note = self._note(entry) | {
                "changeType": change.type.value,
                "resource": resource,
                "resourceData": data,
            }
            self._enqueue(entry.notification_url, note)

    def warn(self, entry: Subscribed, event: Lifecycle) -> None:
        """Tell the owner of a subscription what became of it, where it gave an address for that."""
        if entry.lifecycle_url:
            self._enqueue(entry.lifecycle_url, self._note(entry) | {"lifecycleEvent": event.value})

    def _note(self, entry: Subscribed) -> dict[str, Any]:
        return {
            "subscriptionId": entry.id,
            "subscriptionExpirationDateTime": stamp(entry.expires_at),
            "clientState": entry.client_state or None,
            "tenantId": self._tenant_id,
        }

    def _enqueue(self, url: str, note: dict[str, Any]) -> None:
        if self._faults.drop_notifications or self._queue.full():
            log.info("a notification was dropped")
            return
        self._queue.put_nowait((url, note))

    async def _pump(self) -> None:
        """Take what waits, one call an address, and deliver without waiting for the slow."""
        while True:
            waiting = [await self._queue.get()]
            while not self._queue.empty() and len(waiting) < 100:
                waiting.append(self._queue.get_nowait())
            calls: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
            for url, note in waiting:
                calls[url].append(note)
            for url, notes in calls.items():
                task = asyncio.create_task(self._deliver(url, notes))
                self._deliveries.add(task)
                task.add_done_callback(self._deliveries.discard)

    async def _deliver(self, url: str, notes: list[dict[str, Any]]) -> None:
        for attempt in range(ATTEMPTS):
            if await self._post(url, notes):
                self.delivered += len(notes)
                return
            await self._clock.reach(self._clock.now + PAUSE * (1 << attempt))
        log.info("%d notifications could not be delivered", len(notes))

    async def _post(self, url: str, notes: list[dict[str, Any]]) -> bool:
        if self._session is None or self._faults.network is not Network.UP:
            return False
        try:
            timeout = aiohttp.ClientTimeout(total=HANDSHAKE)
            async with self._session.post(url, json={"value": notes}, timeout=timeout, allow_redirects=False) as answer:
                return 200 <= answer.status < 300
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            log.debug("a notification was not delivered: %s", type(error).__name__)
            return False


def may_call(url: str) -> bool:
    """Whether an address is on this machine: the emulated office never calls anybody else."""
    parts = urlsplit(url)
    return parts.scheme in ("http", "https") and parts.hostname in _LOOPBACK
