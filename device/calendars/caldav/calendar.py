"""One room's calendar on a CalDAV server, as the door reads and writes it.

An occurrence is named by the member that holds it and, in a series, by its RECURRENCE-ID: `name.ics#20261122T090000Z`.
Every write fetches the member, makes sure that the instance is still the one that somebody saw, and is conditional on
the version that was fetched.
"""

import asyncio
import hashlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from urllib.parse import quote, urljoin

from device.calendars.caldav import free_busy
from device.calendars.caldav.collection import Collection, Stale
from device.calendars.caldav.look import Look, in_member, looked, only
from device.calendars.caldav.multistatus import Member
from device.calendars.caldav.objects import StoredObject, booked, rewritten
from device.calendars.caldav.server import Server
from device.calendars.contest import gives_way
from device.calendars.ical.reading import bounded
from device.calendars.interface import Booking, WindowRead
from device.calendars.invitations.ical import of_calendar
from device.model.clock import Clock
from device.model.errors import AccessError, BookingConflict, CalendarError, MalformedAnswer, OccurrenceGone
from device.model.invitation import Invitation
from device.model.occurrence import Occurrence
from device.model.room import Room
from device.model.window import Window

ATTEMPTS = 3
"""How often a write is tried while somebody else writes the same member."""
AT_ONCE = 2
"""Neighbours that are asked at the same time."""

Change = Callable[[StoredObject, str, Occurrence], None]
"""What to do to the instance of a stored object that has this recurrence and is now this occurrence."""


class StoredCalendar:
    """The device half for CalDAV."""

    def __init__(self, server: Server, url: str, room: Room, attendee: str, clock: Clock) -> None:
        self._server = server
        self._url = url if url.endswith("/") else f"{url}/"
        self._collection = Collection(server, self._url)
        self._room = room
        self._attendee = attendee
        self._clock = clock

    async def read(self, window: Window) -> WindowRead:
        """The cursor is asked for first, so that a change in between shows at the next look."""
        cursor = await self._collection.cursor()
        look = await self._look(bounded(window))
        return WindowRead(
            window=look.window,
            occurrences=look.found.occurrences,
            skipped=look.found.skipped,
            cursor=cursor,
            server_date=look.server_date,
            truncated=look.found.truncated,
        )

    async def changed(self, cursor: str) -> bool:
        """By sync-token (RFC 6578), else by ctag."""
        return await self._collection.changed(cursor)

    async def book(self, booking: Booking) -> Occurrence:
        """The member's name comes from the key, so that the server itself refuses a second one."""
        uid = f"doorlight-{hashlib.sha256(booking.key.encode()).hexdigest()[:32]}"
        wanted = Window(start=booking.start.astimezone(UTC), end=booking.end.astimezone(UTC))
        look = await self._look(wanted)
        if look.name_of(uid) is None:
            if look.rivals(self._room):
                raise BookingConflict("the time is not free")
            if not await self._collection.create(f"{uid}.ics", booked(booking, uid, self._clock.read().now)):
                return await self._booked_before(f"{uid}.ics")
            look = await self._look(wanted)
        name = look.name_of(uid)
        if name is None:
            raise MalformedAnswer("the server took the booking and does not show it")
        mine = look.occurrence(name)
        if mine is None:
            return await self._booked_before(name)
        if await gives_way(look, lambda: self._look(wanted), lambda seen: seen.standings(mine, self._room)):
            with suppress(OccurrenceGone):
                await self._write(mine, _remove)
            raise BookingConflict("somebody else was earlier")
        return mine

    async def extend(self, occurrence: Occurrence, until: datetime) -> Occurrence:
        """Look, move the end, look again, and put it back where somebody came in between."""
        _, current = await self._current(occurrence)
        before = current.bounds(self._room.zone).end
        if until <= before:
            return current
        added = Window(start=before, end=until.astimezone(UTC))
        if (await self._look(added)).rivals(self._room, beside=current):
            raise BookingConflict("something else starts before")
        await self._write(current, _ending_at(until))
        look = await self._look(added)
        if look.rivals(self._room, beside=current):
            await self._write(current, _ending_at(before))
            raise BookingConflict("something else came in between")
        extended = look.occurrence(current.id)
        if extended is None:
            raise OccurrenceGone("it was taken away in between")
        return extended

    async def end(self, occurrence: Occurrence, at: datetime) -> None:
        """Shorten what has begun, take out what has not; of a series, this instance only."""
        _, current = await self._current(occurrence)
        bounds = current.bounds(self._room.zone)
        if bounds.start < at < bounds.end:
            await self._write(current, _ending_at(at))
        elif at <= bounds.start:
            await self._write(current, _remove)

    async def check_in(self, occurrence: Occurrence, at: datetime) -> Occurrence:
        """Noted on the event; the first note counts."""
        _, current = await self._current(occurrence)
        if current.checked_in_at is not None:
            return current
        await self._write(current, lambda stored, recurrence, now: stored.check_in(recurrence, now, at))
        return (await self._current(current))[1]

    async def busy(self, rooms: Sequence[str], window: Window) -> Mapping[str, tuple[Window, ...] | None]:
        """Rooms are named by their collections: a URL or path on this server, or the last part of one beside this."""
        gate = asyncio.Semaphore(AT_ONCE)

        async def ask(room: str) -> tuple[Window, ...] | None:
            async with gate:
                return await self._busy_times(room, bounded(window))

        return dict(zip(rooms, await asyncio.gather(*map(ask, rooms)), strict=True))

    async def _busy_times(self, room: str, window: Window) -> tuple[Window, ...] | None:
        url = neighbour_url(self._url, room)
        if not self._server.is_home_of(url):
            return None
        neighbour = Collection(self._server, url)
        try:
            look = await self._look(window, neighbour)
            return free_busy.of_occurrences(look.found.occurrences, self._room.zone)
        except AccessError:
            raise
        except CalendarError:
            pass
        try:
            return free_busy.of_answer(await neighbour.free_busy(window))
        except AccessError:
            raise
        except CalendarError:
            return None

    async def invitation(self, occurrence: Occurrence) -> Invitation:
        """What its resource says; the exceptions of a series lie in the same one."""
        member, _ = await self._current(occurrence)
        return await asyncio.to_thread(of_calendar, (member.data or b"").decode(errors="replace"))

    async def _look(self, window: Window, collection: Collection | None = None) -> Look:
        events = await (collection or self._collection).events(window)
        return await asyncio.to_thread(looked, events, window, self._room.zone, self._attendee)

    async def _current(self, occurrence: Occurrence) -> tuple[Member, Occurrence]:
        """The member of an occurrence, and the occurrence as it is now.

        Raises:
            OccurrenceGone: it is not there any more, or somewhere else in time.
        """
        member = await self._collection.fetch(occurrence.id.partition("#")[0])
        current = await asyncio.to_thread(in_member, member, occurrence, self._room.zone, self._attendee)
        if current is None:
            raise OccurrenceGone("it is not there any more, or not at that time")
        return member, current

    async def _write(self, occurrence: Occurrence, change: Change) -> None:
        for _ in range(ATTEMPTS - 1):
            with suppress(Stale):
                return await self._write_once(occurrence, change)
        return await self._write_once(occurrence, change)

    async def _write_once(self, occurrence: Occurrence, change: Change) -> None:
        member, current = await self._current(occurrence)
        recurrence = current.id.partition("#")[2]
        body = await asyncio.to_thread(
            rewritten,
            member.data or b"",
            self._room.zone,
            self._clock.read().now,
            lambda stored: change(stored, recurrence, current),
        )
        if body is None:
            await self._collection.delete(member)
        else:
            await self._collection.replace(member, body)

    async def _booked_before(self, name: str) -> Occurrence:
        """What the same key booked earlier, wherever it is by now."""
        member = await self._collection.fetch(name)
        booked_before = await asyncio.to_thread(only, member, self._room.zone, self._attendee)
        if booked_before is None:
            raise OccurrenceGone("what this key booked cannot be read any more")
        return booked_before


def neighbour_url(url: str, room: str) -> str:
    """Where the collection of another room is; empty where that cannot be said."""
    try:
        return urljoin(url, room if "/" in room else f"../{quote(room, safe='@')}/")
    except ValueError:
        return ""


def _remove(stored: StoredObject, recurrence: str, current: Occurrence) -> None:  # noqa: ARG001 - a `Change`
    stored.remove(recurrence)


def _ending_at(end: datetime) -> Change:
    return lambda stored, recurrence, current: stored.move_end(recurrence, current, end)
