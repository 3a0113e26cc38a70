"""Which other room is free now, asked of the provider in one question."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from device.agent.access import Access
from device.agent.clock import Timekeeper
from device.agent.faults import log_fault
from device.calendars.interface import RoomCalendar
from device.model.door import NearbyRoom
from device.model.errors import CalendarError
from device.model.window import Window, local_day, midnight
from device.wire.panel import Neighbour, NeighboursShown

log = logging.getLogger(__name__)

WORTH_IT = timedelta(minutes=10)
"""A room that is free for less is not worth the walk."""


class Neighbours:
    """The rooms around this one."""

    def __init__(
        self, calendar: RoomCalendar, access: Access, clock: Timekeeper, rooms: Sequence[NearbyRoom], zone: str
    ) -> None:
        self._calendar, self._access, self._clock, self._rooms, self._zone = calendar, access, clock, rooms, zone

    async def find(self, key: str) -> NeighboursShown:
        """All of them, the free ones first and those free for longest before the others; unknown where nobody told."""
        now = self._clock.read().now
        rest = Window(start=now, end=midnight(local_day(now, self._zone) + timedelta(days=1), self._zone))
        ids = [room.id for room in self._rooms]
        try:
            busy = await self._access.using(lambda: self._calendar.busy(ids, rest))
        except CalendarError as error:
            log.info("the neighbours are not known: %s", type(error).__name__)
            busy = {}
        except Exception as error:  # noqa: BLE001 - a fault of ours in one answer must not end the agent
            log_fault("asking for neighbours", error)
            busy = {}
        found = [neighbour(room, busy.get(room.id), now) for room in self._rooms]
        found.sort(key=lambda one: (not one.free, not one.known, -(one.free_until or rest.end).timestamp()))
        return NeighboursShown(key=key, rooms=tuple(found))


def neighbour(room: NearbyRoom, busy: Sequence[Window] | None, now: datetime) -> Neighbour:
    """One room by its busy times."""
    told = Neighbour(name=room.name, place=room.place, capacity=room.capacity, known=False)
    if busy is None:
        return told
    starts = [span.start for span in busy if span.end > now and span.start < span.end]
    until = min(starts, default=None)
    free = until is None or until - now >= WORTH_IT
    return Neighbour(
        name=room.name, place=room.place, capacity=room.capacity, free=free, free_until=until if free else None
    )
