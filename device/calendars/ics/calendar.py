"""One room's published calendar, as the door reads it."""
# ruff: noqa: ARG002 - the interface's signatures, of which a calendar that is only read needs little

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NoReturn

from device.calendars.ical.reading import Source, bounded, occurrences_of
from device.calendars.ical.text import Cut, cut
from device.calendars.ics.origin import Origin
from device.calendars.interface import Booking, WindowRead
from device.model.errors import ReadOnlyCalendar
from device.model.occurrence import Occurrence
from device.model.room import Room
from device.model.window import Window


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
