"""Reads and writes a room's calendar for the device at its door: the far side of `device.calendars.relayed`.

What leaves is redacted by the room's own policy; what is written must be what a door may ask for.
"""

import logging
from datetime import timedelta

import msgspec

from device.calendars.interface import Booking, WindowRead
from device.calendars.relayed import Asked, BusyTimes, Changed, Done
from device.model.errors import (
    AccessDenied,
    AccessError,
    BookingConflict,
    CalendarError,
    CredentialLocked,
    CredentialRefused,
    HubUnreachable,
    MalformedAnswer,
    OccurrenceGone,
    ReadOnlyCalendar,
    RoomNotFound,
    SettingsError,
)
from device.model.occurrence import Occurrence
from device.model.redaction import redact, redact_day
from device.model.value import Value
from hub.audit import Event
from hub.connections.accounts import NoSuchConnection
from hub.connections.calendars import OpenCalendar
from hub.errors import HubError
from hub.relay_tokens import Bearer
from hub.rooms.registry import Door
from hub.services import Services
from hub.switchboard import RoomChanged
from hub.vault.errors import ConnectionLocked, ConnectionShredded

log = logging.getLogger(__name__)

AROUND_NOW = timedelta(minutes=15)
LONGEST_BOOKING = timedelta(hours=24)
LONGEST_WINDOW = timedelta(days=31)
WRITES = frozenset(("book", "extend", "end", "check-in"))


class Relay:
    """The relay of one hub process."""

    def __init__(self, hub: Services) -> None:
        self._hub = hub

    async def answer(self, bearer: Bearer, method: str, asked: Asked) -> Value:
        """What the calendar of the bearer's room answers.

        Raises:
            CalendarError: it does not do it, or the bearer may not ask for it.
        """
        try:
            door = await self._hub.rooms.door(bearer.room)
            if door is None:
                raise RoomNotFound("the hub does not know this room any more")
            async with self._hub.calendars.use(door) as found:
                return await self._asked(door, found, bearer, method, asked)
        except ConnectionLocked as error:
            raise CredentialLocked("the key to this calendar was withdrawn") from error
        except (ConnectionShredded, NoSuchConnection) as error:
            raise RoomNotFound("the connection to this calendar is gone") from error
        except AccessError as error:
            raise CredentialRefused(str(error)) from error
        except (HubError, SettingsError) as error:
            raise HubUnreachable(str(error)) from error

    async def _asked(self, door: Door, found: OpenCalendar, bearer: Bearer, method: str, asked: Asked) -> Value:
        if method in WRITES:
            return await self._written(door, found, bearer, method, asked)
        if method == "read" and asked.window is not None:
            window = asked.window
            if window.end - window.start > LONGEST_WINDOW:
                raise AccessDenied("a door reads a month at most")
            read = await found.access.using(lambda: found.calendar.read(window))
            return self._redacted(read, door)
        if method == "changed":
            return Changed(changed=await found.access.using(lambda: found.calendar.changed(asked.cursor)))
        if method == "busy" and asked.window is not None:
            return await self._busy(door, found, asked)
        raise MalformedAnswer("no such request")

    async def _written(self, door: Door, found: OpenCalendar, bearer: Bearer, method: str, asked: Asked) -> Value:
        """Write it, written down first."""
        about = {"device": bearer.device, "room": door.row.id, "act": method}
        await self._hub.audit.append(Event(actor=f"device:{bearer.device}", action="calendar.write", objects=about))
        try:
            done = await self._write(door, found, method, asked)
        finally:
            await self._hub.board.say(RoomChanged(room=door.row.id))
        return redact(done, door.room.policy.shown) if isinstance(done, Occurrence) else done

    async def _write(self, door: Door, found: OpenCalendar, method: str, asked: Asked) -> Value:
        if method == "book":
            booking = self._bookable(door, asked.booking)
            return await found.access.using(lambda: found.calendar.book(booking))
        occurrence, at = asked.occurrence, asked.at
        if occurrence is None or at is None:
            raise OccurrenceGone("no meeting was named")
        if method == "check-in":
            return await found.access.using(lambda: found.calendar.check_in(occurrence, at))
        if not door.room.policy.bookable and not occurrence.own:
            raise ReadOnlyCalendar("this door may not change meetings")
        if method == "extend":
            return await found.access.using(lambda: found.calendar.extend(occurrence, at))
        await found.access.using(lambda: found.calendar.end(occurrence, at))
        return Done()

    def _bookable(self, door: Door, booking: Booking | None) -> Booking:
        """The booking, if a door may ask for it.

        Raises:
            CalendarError: it may not.
        """
        now = self._hub.clock.read().now
        if booking is None or not door.room.policy.bookable or door.room.policy.out_of_service:
            raise ReadOnlyCalendar("this door may not book")
        if abs(booking.start - now) > AROUND_NOW or not timedelta() < booking.end - booking.start <= LONGEST_BOOKING:
            raise BookingConflict("a door books from now on, for a day at most")
        return booking

    async def _busy(self, door: Door, found: OpenCalendar, asked: Asked) -> BusyTimes:
        """Of the rooms nearby only."""
        assert asked.window is not None  # noqa: S101 - the caller has looked
        window = asked.window
        near = {room.id for room in door.nearby}
        wanted = [room for room in asked.rooms if room in near]
        told = await found.access.using(lambda: found.calendar.busy(wanted, window)) if wanted else {}
        return BusyTimes(rooms={room: told.get(room) for room in asked.rooms})

    def _redacted(self, read: WindowRead, door: Door) -> WindowRead:
        now = self._hub.clock.read().now
        return msgspec.structs.replace(read, occurrences=redact_day(read.occurrences, door.room, now))


def status_of(error: CalendarError) -> int:
    """The HTTP status that goes with a refusal."""
    if isinstance(error, AccessDenied):
        return 403
    return 404 if isinstance(error, RoomNotFound) else 409
