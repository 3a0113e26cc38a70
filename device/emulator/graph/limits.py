"""Outlook's limits: how much one app may ask of one mailbox, at a time and in ten minutes."""

from collections import Counter, defaultdict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from device.emulator.graph.call import GraphError

CONCURRENT = 4
REQUESTS = 10_000
PERIOD = timedelta(minutes=10)


class Limits:
    """Counts the requests, by app and mailbox."""

    def __init__(self) -> None:
        self._running: Counter[tuple[str, str]] = Counter()
        self._recent: defaultdict[tuple[str, str], deque[datetime]] = defaultdict(deque)

    @contextmanager
    def request(self, client_id: str, mailbox: str, now: datetime) -> Iterator[None]:
        """One request, while it lasts.

        Raises:
            GraphError: it is one too many.
        """
        key = (client_id, mailbox)
        recent = self._recent[key]
        while recent and recent[0] <= now - PERIOD:
            recent.popleft()
        if self._running[key] >= CONCURRENT or len(recent) >= REQUESTS:
            message = "Application is over its MailboxConcurrency limit."
            raise GraphError(429, "ApplicationThrottled", message, headers={"Retry-After": "1"})
        recent.append(now)
        self._running[key] += 1
        try:
            yield
        finally:
            self._running[key] -= 1
