"""An act, from what was asked to what the provider answered. Nothing is done that the door does not offer."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec

from device.agent.access import Access
from device.agent.clock import Timekeeper
from device.agent.knowledge import Knowledge
from device.agent.offers import book_limit, minute
from device.calendars.interface import Booking, RoomCalendar
from device.model.clock import ClockReading
from device.model.errors import (
    AccessDenied,
    BookingConflict,
    CalendarError,
    CredentialRefused,
    OccurrenceGone,
    ReadOnlyCalendar,
)
from device.model.occurrence import Occurrence
from device.model.requests import (
    ActRequested,
    BookRequested,
    CheckInRequested,
    EndRequested,
    ExtendRequested,
    Offer,
    Outcome,
)
from device.model.state import RoomState
from device.model.window import Window

log = logging.getLogger(__name__)

_OUTCOMES: tuple[tuple[type[CalendarError], Outcome], ...] = (
    (BookingConflict, Outcome.CONFLICT),
    (OccurrenceGone, Outcome.GONE),
    (ReadOnlyCalendar, Outcome.READ_ONLY),
    (AccessDenied, Outcome.DENIED),
    (CredentialRefused, Outcome.DENIED),
)


class NotOffered(Exception):
    """The door does not offer that now."""


def outcome_of(error: CalendarError) -> Outcome:
    """How an act ended that met this error."""
    return next((outcome for kind, outcome in _OUTCOMES if isinstance(error, kind)), Outcome.UNREACHABLE)


class Acts:
    """The acts of one door, each through this room's access.

    Args:
        state: the room as it is at a reading of the clock.
    """

    def __init__(
        self,
        calendar: RoomCalendar,
        access: Access,
        knowledge: Knowledge,
        clock: Timekeeper,
        state: Callable[[ClockReading], RoomState],
    ) -> None:
        self._calendar, self._access, self._knowledge = calendar, access, knowledge
        self._clock, self._state = clock, state

    async def perform(self, request: ActRequested) -> datetime | None:
        """Do it; until when the room is now booked, where that is the question.

        Raises:
            NotOffered: the door does not offer it (any more).
            CalendarError: the provider did not accept it.
        """
        if isinstance(request, BookRequested):
            return await self.book(self.booking(request))
        if isinstance(request, ExtendRequested):
            return await self._extend(request)
        if isinstance(request, EndRequested):
            await self._end(request)
        else:
            await self._check_in(request)
        return None

    def booking(self, request: BookRequested) -> Booking:
        """The time that is asked for: from the beginning of this minute.

        Raises:
            NotOffered: that length is not to be had.
        """
        reading = self._clock.read()
        state = self._state(reading)
        start, limit = minute(reading.now), book_limit(state.availability, state.room, reading.now)
        whole = request.minutes is None
        if Offer.BOOK not in state.offers or not (whole or request.minutes in state.book_minutes):
            raise NotOffered
        return Booking(
            key=request.key, start=start, end=limit if whole else start + timedelta(minutes=request.minutes or 0)
        )

    async def book(self, booking: Booking) -> datetime:
        """Have it booked; until when it is.

        Raises:
            CalendarError: the provider did not accept it.
        """
        booked = await self._access.using(lambda: self._calendar.book(booking))
        self._knowledge.accepted(booked)
        return self._end_of(booked)

    async def release(self, occurrence: str) -> None:
        """End a meeting that nobody came to.

        Raises:
            NotOffered: it is not there.
            CalendarError: the provider did not accept it.
        """
        await self._free_from(self._known(occurrence), minute(self._clock.read().now))

    async def _extend(self, request: ExtendRequested) -> datetime:
        state = self._state(self._clock.read())
        current = self._current(state, request.occurrence, Offer.EXTEND)
        if request.minutes not in state.extend_minutes:
            raise NotOffered
        until = self._end_of(current) + timedelta(minutes=request.minutes)
        extended = await self._access.using(lambda: self._calendar.extend(current, until))
        self._knowledge.accepted(extended)
        return self._end_of(extended)

    async def _end(self, request: EndRequested) -> None:
        reading = self._clock.read()
        current = self._current(self._state(reading), request.occurrence, Offer.END)
        await self._free_from(current, minute(reading.now))

    async def _free_from(self, occurrence: Occurrence, at: datetime) -> None:
        await self._access.using(lambda: self._calendar.end(occurrence, at))
        start = occurrence.bounds(self._knowledge.room.zone).start
        if at <= start:
            self._knowledge.removed(occurrence.id)
        else:
            self._knowledge.accepted(msgspec.structs.replace(occurrence, when=Window(start=start, end=at)))

    async def _check_in(self, request: CheckInRequested) -> None:
        reading = self._clock.read()
        state = self._state(reading)
        waiting = state.availability.current or state.availability.next
        if Offer.CHECK_IN not in state.offers or waiting is None or waiting.id != request.occurrence:
            raise NotOffered
        meeting = self._known(waiting.id)
        self._knowledge.accepted(await self._access.using(lambda: self._calendar.check_in(meeting, reading.now)))

    def _current(self, state: RoomState, occurrence: str, offer: Offer) -> Occurrence:
        """The running meeting as the provider gave it, if it is the one that was meant."""
        current = state.availability.current
        if offer not in state.offers or current is None or current.id != occurrence:
            raise NotOffered
        return self._known(occurrence)

    def _known(self, occurrence: str) -> Occurrence:
        known = self._knowledge.find(occurrence)
        if known is None:
            raise NotOffered
        return known

    def _end_of(self, occurrence: Occurrence) -> datetime:
        return occurrence.bounds(self._knowledge.room.zone).end
