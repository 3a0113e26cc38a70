"""The calendar of one room mailbox, as `device.calendars.interface.RoomCalendar` wants it.

What a person ends at the door, the door ends in the way that costs others least: a running meeting is made shorter in
the room's own copy and nobody gets a mail; where Exchange refuses that, and for a meeting that has not begun, the room
declines, so that its organizer learns that the room is gone; what was booked here, or is the room's own, is removed.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from uuid import NAMESPACE_URL, uuid5

import msgspec

from device.calendars.graph.events import Meeting, read_event
from device.calendars.graph.mailbox import Mailbox, event_path
from device.calendars.graph.options import Options
from device.calendars.graph.refusal import has_code, refusal
from device.calendars.graph.schedule import moment, read_schedules
from device.calendars.graph.service import Service
from device.calendars.graph.shapes import BOOKED, CHECKED_IN, EXPAND, INVITING, SELECT
from device.calendars.graph.view import View, read_view
from device.calendars.http import Answer, deadline, open_client
from device.calendars.interface import BOOKED_HERE, AccessSource, Booking, RoomCalendar, WindowRead
from device.calendars.invitations.graph import of_event
from device.model.availability import occupies
from device.model.clock import Clock
from device.model.errors import BookingConflict, OccurrenceGone
from device.model.invitation import Invitation
from device.model.occurrence import Occurrence, Response
from device.model.room import Room
from device.model.safetext import SafeText
from device.model.window import MARGIN, Window

DUPLICATE = "ErrorDuplicateTransactionId"


@asynccontextmanager
async def open_room(room: Room, options: Options, access: AccessSource, clock: Clock) -> AsyncIterator[RoomCalendar]:
    """The device half for `room`; `clock` is not asked, since every act comes with its time."""
    del clock
    async with open_client(options, {"Accept": "application/json"}) as client:
        mailbox = Mailbox(Service(client, options, access), options.mailbox or room.id)
        yield GraphCalendar(room, options, mailbox)


class GraphCalendar:
    """A room's calendar in Exchange Online."""

    def __init__(self, room: Room, options: Options, mailbox: Mailbox) -> None:
        self._room = room
        self._options = options
        self._mailbox = mailbox

    async def read(self, window: Window) -> WindowRead:
        """The window by calendar view, whole or not at all."""
        return (await self._view(window)).told(window)

    async def changed(self, cursor: str) -> bool:
        """Always: there is no cheaper question than to read (see `view`)."""
        del cursor
        return True

    async def book(self, booking: Booking) -> Occurrence:
        """Check, create, look again, and yield to whoever was there earlier.

        An event written straight into the room's calendar is not judged by the booking attendant (facts: A9), so the
        door does it: of two that overlap, the one created later goes.
        """
        there = await self._overlapping(booking.start, booking.end)
        mine = _made_under(booking.key, there)
        if mine is None:
            if there:
                raise BookingConflict("somebody else has that time")
            made = await self._create(booking)
            there = await self._overlapping(booking.start, booking.end)
            mine = _made_under(booking.key, there) or made
        if mine is None:
            raise BookingConflict("that booking was made and removed before")
        rivals = [meeting for meeting in there if meeting.occurrence.id != mine.occurrence.id]
        if any(_seniority(rival) < _seniority(mine) for rival in rivals):
            await self._take_back(mine.occurrence.id)
            raise BookingConflict("somebody else was earlier")
        return mine.occurrence

    async def extend(self, occurrence: Occurrence, until: datetime) -> Occurrence:
        """PATCH the end, if nothing else begins before `until`."""
        now = (await self._as_it_is(occurrence)).occurrence
        end = now.bounds(self._room.zone).end
        if until <= end:
            return now
        others = await self._overlapping(end, until)
        if now.all_day or any(meeting.occurrence.id != now.id for meeting in others):
            raise BookingConflict("something else begins before")
        answer = await self._mailbox.patch(now.id, {"end": moment(until)}, etag=now.etag)
        return _changed(now, answer, when=Window(start=now.bounds(self._room.zone).start, end=until))

    async def end(self, occurrence: Occurrence, at: datetime) -> None:
        """Shorten, remove or decline it, in the way that costs others least."""
        meeting = await self._as_it_is(occurrence)
        now = meeting.occurrence
        bounds = now.bounds(self._room.zone)
        if at >= bounds.end:
            return
        if at <= bounds.start:
            await self._withdraw(meeting)
            return
        change: dict[str, object] = {"end": moment(at)}
        if now.all_day:
            change |= {"isAllDay": False, "start": moment(bounds.start)}
        answer = await self._mailbox.patch(now.id, change, etag=now.etag, unless=(400, 403))
        if answer.status >= 300:
            if meeting.ours:
                raise refusal(answer, item=True)
            await self._decline(now.id)

    async def check_in(self, occurrence: Occurrence, at: datetime) -> Occurrence:
        """Write the time into an extended property of the event (of a series, of this occurrence alone)."""
        mark = {"id": CHECKED_IN, "value": at.astimezone(UTC).isoformat()}
        answer = await self._mailbox.patch(occurrence.id, {"singleValueExtendedProperties": [mark]})
        return _changed(occurrence, answer, checked_in_at=at)

    async def invitation(self, occurrence: Occurrence) -> Invitation:
        """Its online meeting, location and body, asked for this one event alone."""
        answer = await self._mailbox.get(event_path(occurrence.id), {"$select": INVITING, "$expand": EXPAND})
        self._still_there(read_event(answer), occurrence)
        return of_event(answer.json())

    async def busy(self, rooms: Sequence[str], window: Window) -> Mapping[str, tuple[Window, ...] | None]:
        """By getSchedule."""
        return await read_schedules(self._mailbox, rooms, window)

    async def _view(self, window: Window) -> View:
        async with deadline(self._options.timeout):
            return await read_view(self._mailbox, window, self._room.zone)

    async def _overlapping(self, start: datetime, end: datetime) -> list[Meeting]:
        """What occupies the room anywhere in `[start, end)`."""
        asked = Window(start=start, end=end)
        view = await self._view(Window(start=start - MARGIN, end=end + MARGIN))
        return [meeting for meeting in view.meetings if self._occupies(meeting.occurrence, asked)]

    def _occupies(self, occurrence: Occurrence, asked: Window) -> bool:
        bounds = occurrence.bounds(self._room.zone)
        touches = bounds.start < asked.end and bounds.end > asked.start and bounds.start < bounds.end
        return touches and occupies(occurrence, self._room.policy)

    async def _as_it_is(self, shown: Occurrence) -> Meeting:
        """The meeting as it stands now.

        Raises:
            OccurrenceGone: it is not there, was cancelled or declined, or begins at another time than the door showed.
        """
        answer = await self._mailbox.get(event_path(shown.id), {"$select": SELECT, "$expand": EXPAND})
        return self._still_there(read_event(answer), shown)

    def _still_there(self, meeting: Meeting, shown: Occurrence) -> Meeting:
        now, zone = meeting.occurrence, self._room.zone
        declined = now.response is Response.DECLINED
        if now.cancelled or declined or now.bounds(zone).start != shown.bounds(zone).start:
            raise OccurrenceGone("cancelled, declined or moved")
        return meeting

    async def _create(self, booking: Booking) -> Meeting | None:
        """Our event; None where one was made under the same key before and must be looked for."""
        title = self._options.booked_title if booking.title == BOOKED_HERE else booking.title
        wanted = {
            "subject": str(title),
            "start": moment(booking.start),
            "end": moment(booking.end),
            "showAs": "busy",
            "isReminderOn": False,
            "transactionId": str(uuid5(NAMESPACE_URL, f"doorlight:{self._room.id}:{booking.key}")),
            "singleValueExtendedProperties": [{"id": BOOKED, "value": booking.key}],
        }
        answer = await self._mailbox.post("events", wanted, unless=(400, 409))
        if answer.status < 300:
            meeting = read_event(answer)
            return msgspec.structs.replace(meeting, occurrence=_ours(meeting.occurrence), key=booking.key)
        if has_code(answer, DUPLICATE):
            return None
        raise refusal(answer, item=False)

    async def _withdraw(self, meeting: Meeting) -> None:
        """Free the room of a meeting that has not begun."""
        if meeting.ours:
            await self._mailbox.delete(meeting.occurrence.id)
        else:
            await self._decline(meeting.occurrence.id)

    async def _decline(self, event: str) -> None:
        reply = {"comment": self._options.declined_comment, "sendResponse": True}
        await self._mailbox.post(f"{event_path(event)}/decline", reply)

    async def _take_back(self, event: str) -> None:
        """Remove what we have just made; somebody else having done so is as good."""
        with suppress(OccurrenceGone):
            await self._mailbox.delete(event)


def _made_under(key: str, meetings: Sequence[Meeting]) -> Meeting | None:
    return next((meeting for meeting in meetings if meeting.key == key), None)


def _seniority(meeting: Meeting) -> tuple[str, str]:
    """Who was first; equal instants are settled by the ids, which both doors see alike."""
    return meeting.created_at, meeting.occurrence.id


def _ours(occurrence: Occurrence) -> Occurrence:
    """What was booked here, and so is nobody's, where an answer does not repeat our mark."""
    return msgspec.structs.replace(occurrence, own=True, organizer=SafeText(""), organizer_address="")


def _changed(before: Occurrence, answer: Answer, **changes: object) -> Occurrence:
    """What became of it: as Graph answered, with our marks, which it does not repeat; as asked if silent."""
    if not answer.body:
        return msgspec.structs.replace(before, etag="", **changes)
    now = read_event(answer).occurrence
    came = changes.get("checked_in_at", before.checked_in_at)
    return msgspec.structs.replace(_ours(now) if before.own else now, checked_in_at=came)
