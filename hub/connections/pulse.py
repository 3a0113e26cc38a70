"""Whether the providers answer: written down at once when that changes, and at most once a minute while it does not."""

import logging
from datetime import timedelta

from device.model.clock import Clock
from device.model.errors import AccessError, CalendarError, CalendarUnreachable
from hub.connections.registry import Connections
from hub.errors import HubError

log = logging.getLogger(__name__)

WRITTEN_EVERY = timedelta(minutes=1)


class Pulse:
    """What this process has learned of each connection by using it."""

    def __init__(self, connections: Connections, clock: Clock) -> None:
        self._connections, self._clock = connections, clock
        self._last: dict[str, tuple[str, timedelta]] = {}

    async def felt(self, connection_id: str, error: CalendarError | None = None) -> None:
        """A provider was asked. What concerns one room alone, such as a permission, is an answer all the same."""
        failed = isinstance(error, AccessError | CalendarUnreachable)
        found = type(error).__name__ if failed else ""
        elapsed = self._clock.read().elapsed
        before, at = self._last.get(connection_id, ("unknown", elapsed))
        if found == before and elapsed - at < WRITTEN_EVERY:
            return
        self._last[connection_id] = (found, elapsed)
        try:
            await self._write(connection_id, error if failed else None)
        except HubError as trouble:
            log.warning("how a connection is doing cannot be written down: %s", trouble)

    async def _write(self, connection_id: str, error: CalendarError | None) -> None:
        made = await self._connections.get(connection_id)
        if made is None:
            return
        if error is None:
            await self._connections.answered(made)
        else:
            await self._connections.failed(made, error)
