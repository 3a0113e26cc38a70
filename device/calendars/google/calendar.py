"""The calendar of one room in Google Workspace, as `device.calendars.interface.RoomCalendar` wants it.

What stands in the room's calendar alone, because it was booked here or because the room itself is its organizer, is
changed and removed here. Of anybody else's meeting only two things belong to the room, and only these are touched:
its own answer, and its own private properties. So a meeting that somebody ends at the door is declined, and its
organizer learns that the room is gone; and one that is extended gets a booking of its own behind it.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import msgspec

from device.calendars.contest import Standing, gives_way
from device.calendars.google import bookings
from device.calendars.google.api import NOT_FOR_SERVICE_ACCOUNTS, Api, Denied, Events
from device.calendars.google.events import Meeting, Reader
from device.calendars.google.free_busy import read_busy
from device.calendars.google.options import Options
from device.calendars.google.shapes import CHECKED_IN, FIELDS, INVITING
from device.calendars.google.view import View, read_view
from device.calendars.http import Answer, deadline, open_client
from device.calendars.interface import BOOKED_HERE, AccessSource, Booking, RoomCalendar, WindowRead
from device.calendars.invitations.google import of_event
from device.model.availability import occupies
from device.model.clock import Clock
from device.model.errors import BookingConflict, MalformedAnswer, OccurrenceGone
from device.model.invitation import Invitation
from device.model.occurrence import Occurrence, Response
from device.model.room import Room
from device.model.window import MARGIN, Window

ATTEMPTS = 3
"""How often an act is decided on anew while somebody else changes the same meeting."""
_QUIETLY = {"sendUpdates": "none", "maxAttendees": "1", "fields": FIELDS}
_TELLING = {"sendUpdates": "all", "maxAttendees": "1", "fields": FIELDS}
_T = TypeVar("_T")


@asynccontextmanager
async def open_room(room: Room, options: Options, access: AccessSource, clock: Clock) -> AsyncIterator[RoomCalendar]:
    """The device half for `room`; `clock` is not asked, since every act comes with its time."""
    del clock
    async with open_client(options, {"Accept": "application/json"}) as client:
        yield GoogleCalendar(room, options, Api(client, access, room.id))


class Overtaken(OccurrenceGone):
    """Somebody changed the meeting since it was read (412)."""


class GoogleCalendar:
    """A room's calendar in Google Workspace."""

    def __init__(self, room: Room, options: Options, api: Api) -> None:
        calendar = options.calendar_of(room.id)
        self._room, self._options, self._api = room, options, api
        self._calendar = calendar
        self._events = Events(api, options, calendar)
        self._reader = Reader(calendar, room.zone)
        self._all_attendees = False
        """Whether they must be asked for, because the room's own entry does not come without the others."""

    async def read(self, window: Window) -> WindowRead:
        """The window by events.list, whole or not at all."""
        view = await self._view(window)
        return WindowRead(
            window=window,
            occurrences=tuple(meeting.occurrence for meeting in view.meetings),
            skipped=tuple(view.skipped),
            server_date=view.server_date,
            truncated=view.truncated,
        )

    async def changed(self, cursor: str) -> bool:
        """Always: there is no cheaper question than to read (see `view`)."""
        del cursor
        return True

    async def book(self, booking: Booking) -> Occurrence:
        """Check, create under an id made of the key, look again, and yield to whoever was there earlier.

        Google takes two events for one time in a room's own calendar (facts: providers B7), so the door judges: of
        two that overlap, the one created later goes.
        """
        there = await self._overlapping(booking.start, booking.end)
        mine = bookings.made_under(booking.key, there)
        if mine is None:
            if there:
                raise BookingConflict("somebody else has that time")
            made = await self._create(booking)
            there = await self._overlapping(booking.start, booking.end)
            mine = bookings.made_under(booking.key, there) or made
        if await self._gives_way(mine, there, booking):
            await self._take_back(mine.occurrence.id)
            raise BookingConflict("somebody else was earlier")
        return mine.occurrence

    async def _gives_way(self, mine: Meeting, there: list[Meeting], booking: Booking) -> bool:
        def judge(seen: list[Meeting]) -> list[Standing]:
            return [bookings.standing(mine, one) for one in seen if one.occurrence.id != mine.occurrence.id]

        return await gives_way(there, lambda: self._overlapping(booking.start, booking.end), judge)

    async def extend(self, occurrence: Occurrence, until: datetime) -> Occurrence:
        """Look, move the end, look again, and put it back where somebody came in between.

        Of a meeting that is not ours to change, the time behind it is booked, and that booking is the answer.
        """
        return await self._deciding(lambda: self._extend(occurrence, until))

    async def end(self, occurrence: Occurrence, at: datetime) -> None:
        """Shorten or remove what is ours, decline what is not."""
        await self._deciding(lambda: self._end(occurrence, at))

    async def check_in(self, occurrence: Occurrence, at: datetime) -> Occurrence:
        """Write the time into a private property of the room's copy; the first to do so counts."""
        return await self._deciding(lambda: self._check_in(occurrence, at))

    async def busy(self, rooms: Sequence[str], window: Window) -> Mapping[str, tuple[Window, ...] | None]:
        """By freeBusy.query."""
        return await read_busy(self._api, self._options, rooms, window)

    async def _deciding(self, act: Callable[[], Awaitable[_T]]) -> _T:
        """An act that reads, decides and writes; from the beginning where somebody else wrote in between."""
        for _ in range(ATTEMPTS - 1):
            with suppress(Overtaken):
                return await act()
        return await act()

    async def _extend(self, occurrence: Occurrence, until: datetime) -> Occurrence:
        meeting = await self._as_it_is(occurrence)
        now, end = meeting.occurrence, self._bounds(meeting).end
        if until <= end:
            return now
        if not meeting.ours:
            return await self.book(Booking(key=bookings.extension_of(now.id, until), start=end, end=until))
        if now.all_day or await self._others(now, end, until):
            raise BookingConflict("something else begins before")
        extended = await self._change(now, {"end": bookings.moment(until)})
        if await self._others(now, end, until):
            await self._change(extended.occurrence, {"end": bookings.moment(end)})
            raise BookingConflict("something else came in between")
        return extended.occurrence

    async def _end(self, occurrence: Occurrence, at: datetime) -> None:
        meeting = await self._as_it_is(occurrence)
        now, bounds = meeting.occurrence, self._bounds(meeting)
        if at >= bounds.end:
            return
        if not meeting.ours:
            await self._release_behind(now, bounds.end)  # first, so that whoever tries again finds the meeting there
            await self._decline(meeting)
        elif at <= bounds.start:
            await self._remove(now)
        else:
            await self._change(
                now, bookings.from_dates(bounds.start, at) if now.all_day else {"end": bookings.moment(at)}
            )

    async def _check_in(self, occurrence: Occurrence, at: datetime) -> Occurrence:
        now = (await self._as_it_is(occurrence)).occurrence
        if now.checked_in_at is not None:
            return now
        mark = {CHECKED_IN: at.astimezone(UTC).isoformat()}
        return (await self._change(now, {"extendedProperties": {"private": mark}})).occurrence

    async def invitation(self, occurrence: Occurrence) -> Invitation:
        """Its conference, location and description, asked for this one event alone."""
        await self._as_it_is(occurrence)
        return of_event((await self._events.get(occurrence.id, {"fields": INVITING})).json())

    async def _view(self, window: Window) -> View:
        async with deadline(self._options.timeout):
            view = await self._read(window)
            if view.unheard and not self._all_attendees:
                self._all_attendees = True
                view = await self._read(window)
            return view

    async def _read(self, window: Window) -> View:
        return await read_view(self._events, self._reader, window, self._room.zone, attendees=self._all_attendees)

    async def _overlapping(self, start: datetime, end: datetime) -> list[Meeting]:
        """What occupies the room anywhere in `[start, end)`."""
        asked = Window(start=start, end=end)
        view = await self._view(Window(start=start - MARGIN, end=end + MARGIN))
        return [meeting for meeting in view.meetings if self._occupies(meeting, asked)]

    async def _others(self, mine: Occurrence, start: datetime, end: datetime) -> bool:
        return any(meeting.occurrence.id != mine.id for meeting in await self._overlapping(start, end))

    def _occupies(self, meeting: Meeting, asked: Window) -> bool:
        bounds = self._bounds(meeting)
        touches = bounds.start < asked.end and bounds.end > asked.start and bounds.start < bounds.end
        return touches and occupies(meeting.occurrence, self._room.policy)

    def _bounds(self, meeting: Meeting) -> Window:
        return meeting.occurrence.bounds(self._room.zone)

    async def _as_it_is(self, shown: Occurrence) -> Meeting:
        """The meeting as it stands now.

        Raises:
            OccurrenceGone: it is not there, was cancelled or declined, or begins at another time than the door showed.
        """
        meeting = await self._get(shown.id)
        if meeting is None or meeting.occurrence.cancelled or meeting.occurrence.response is Response.DECLINED:
            raise OccurrenceGone("cancelled or declined")
        if self._bounds(meeting).start != shown.bounds(self._room.zone).start:
            raise OccurrenceGone("moved")
        return meeting

    async def _get(self, event: str) -> Meeting | None:
        """One event with the room's own answer; None where nothing is left of it."""
        query = {"timeZone": "UTC", "fields": FIELDS}
        meeting = self._reader.event(await self._events.get(event, query | {"maxAttendees": "1"}))
        if meeting is not None and meeting.unheard:
            meeting = self._reader.event(await self._events.get(event, query))
        return meeting

    async def _create(self, booking: Booking) -> Meeting:
        """Our event; the one there is, where it was made under the same key before.

        Raises:
            BookingConflict: it was made before and is no more.
        """
        title = self._options.booked_title if booking.title == BOOKED_HERE else booking.title
        body = bookings.wanted(booking, self._calendar, title)
        answer = await self._events.insert(body, _QUIETLY)
        if answer is not None:
            made = self._told(answer)
            ours = msgspec.structs.replace(made.occurrence, own=True)
            return msgspec.structs.replace(made, occurrence=ours, key=bookings.mark_of(booking.key))
        before = await self._get(bookings.id_under(booking.key, self._calendar))
        if before is None or before.occurrence.cancelled:
            raise BookingConflict("that booking was made and removed before")
        return before

    async def _change(self, now: Occurrence, change: dict[str, object]) -> Meeting:
        """Change what is still as it was read.

        Raises:
            Overtaken: it is not.
        """
        answer = await self._events.patch(now.id, change, _QUIETLY, etag=now.etag)
        if answer is None:
            raise Overtaken("changed in between")
        return self._told(answer)

    async def _remove(self, now: Occurrence) -> None:
        if await self._events.delete(now.id, {"sendUpdates": "all"}, etag=now.etag) is None:
            raise Overtaken("changed in between")

    async def _decline(self, meeting: Meeting) -> None:
        """Answer for the room. With the other attendees left out, no more than this answer is changed.

        A room without an answer of its own to give, or an account that may not give one, takes its copy away.
        """
        now = meeting.occurrence
        if not meeting.attendee:
            return await self._remove(now)
        answer = {
            "email": meeting.attendee,
            "responseStatus": "declined",
            "comment": self._options.declined_comment,
        }
        change = {"attendeesOmitted": True, "attendees": [answer]}
        try:
            if await self._events.patch(now.id, change, _TELLING, etag=now.etag) is None:
                raise Overtaken("changed in between")
        except Denied as error:
            if not error.because(NOT_FOR_SERVICE_ACCOUNTS):
                raise
            await self._remove(now)

    async def _release_behind(self, ended: Occurrence, at: datetime) -> None:
        """Give back the time behind a meeting that was booked to extend it."""
        for meeting in await self._overlapping(at, at + timedelta(minutes=1)):
            if meeting.key == bookings.mark_of(bookings.extension_of(ended.id, self._bounds(meeting).end)):
                await self._take_back(meeting.occurrence.id)

    async def _take_back(self, event: str) -> None:
        """Remove what was booked here, whatever became of it; somebody else having done so is as good."""
        with suppress(OccurrenceGone):
            await self._events.delete(event, {"sendUpdates": "none"})

    def _told(self, answer: Answer) -> Meeting:
        meeting = self._reader.event(answer)
        if meeting is None:
            raise MalformedAnswer("an event that is no more, in answer to a change")
        return meeting
