"""The calendar of one room mailbox, as `device.calendars.interface.RoomCalendar` wants it.

What a person ends at the door, the door ends in the way that costs others least: a running meeting is made shorter in
the room's own copy and nobody gets a mail; where Exchange refuses that, and for a meeting that has not begun, the room
declines, so that its organizer learns that the room is gone; what was booked here, or is the room's own, is removed.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import TypeVar

import msgspec

from device.calendars.exchange.credential import Spared
from device.calendars.exchange.desk import ask
from device.calendars.exchange.library import account_at
from device.calendars.exchange.line import open_lines
from device.calendars.exchange.mailbox import Mailbox, plain
from device.calendars.exchange.meetings import Meeting
from device.calendars.exchange.options import Options
from device.calendars.exchange.refusals import NOT_OURS
from device.calendars.exchange.schedule import read_schedules
from device.calendars.exchange.view import View, read_view
from device.calendars.http import CONNECTIONS, deadline
from device.calendars.interface import BOOKED_HERE, AccessSource, Booking, RoomCalendar, WindowRead
from device.model.availability import occupies
from device.model.clock import Clock
from device.model.errors import (
    AccessDenied,
    BookingConflict,
    CalendarUnreachable,
    MalformedAnswer,
    OccurrenceGone,
    RoomNotFound,
    SettingsError,
)
from device.model.invitation import Invitation
from device.model.occurrence import Occurrence, Response
from device.model.room import Room
from device.model.window import MARGIN, Window

T = TypeVar("T")
_CURSOR_SHARE = 3
"""The part of a reading's time that asking for a cursor may take."""
_GLANCES, _GLANCE = 12, 0.25
"""How often, and after how many seconds each, it is looked whether a rival of the same second gives way."""


@asynccontextmanager
async def opened(room: Room, options: Options, access: AccessSource, clock: Clock) -> AsyncIterator[RoomCalendar]:
    """The device half for `room`.

    Raises:
        SettingsError: its mailbox has no address.
    """
    address = options.mailbox or room.id
    if "@" not in address:
        raise SettingsError("calendar.mailbox is missing.", "Write the address of the room's mailbox.")
    async with open_lines(options, Spared(access, clock), CONNECTIONS) as lines:
        yield ExchangeCalendar(room, options, Mailbox(account_at(address, options, lines), room.zone))


class ExchangeCalendar:
    """A room's calendar on an Exchange server."""

    def __init__(self, room: Room, options: Options, mailbox: Mailbox) -> None:
        self._room = room
        self._options = options
        self._mailbox = mailbox

    async def read(self, window: Window) -> WindowRead:
        """The window by calendar view; the cursor is asked for first, so that a change in between shows later."""
        async with deadline(self._options.timeout):
            cursor = await self._cursor()
            view = await self._view(window)
        return WindowRead(
            window=window,
            occurrences=tuple(meeting.occurrence for meeting in view.meetings),
            skipped=tuple(view.skipped),
            cursor=cursor,
            server_date=view.server_date,
            truncated=view.truncated,
        )

    async def changed(self, cursor: str) -> bool:
        """By `SyncFolderItems`, which tells of every item, a series by its master."""
        return not cursor or await self._ask(lambda: self._mailbox.changed_since(cursor))

    async def book(self, booking: Booking) -> Occurrence:
        """Check, create, look again, and yield to whoever was there earlier.

        An item written straight into the room's calendar is not judged by the booking attendant (facts: A9), so the
        door does it: of two that overlap, the one created later goes.
        """
        there = await self._overlapping(booking.start, booking.end)
        ours = _made_under(booking.key, there)
        if not ours:
            if there:
                raise BookingConflict("somebody else has that time")
            await self._create(booking)
            there = await self._overlapping(booking.start, booking.end)
            ours = _made_under(booking.key, there)
        if not ours:
            raise OccurrenceGone("what was booked is not there")
        mine, *twins = ours
        for twin in twins:
            await self._take_back(twin)
        if await self._is_beaten(mine, booking, there):
            await self._take_back(mine)
            raise BookingConflict("somebody else was earlier")
        return mine.occurrence

    async def extend(self, occurrence: Occurrence, until: datetime) -> Occurrence:
        """Look, move the end, look again, and put it back where somebody came in between."""
        now = (await self._as_it_is(occurrence)).occurrence
        bounds = now.bounds(self._room.zone)
        if until <= bounds.end:
            return now
        if await self._others(now, bounds.end, until):
            raise BookingConflict("something else begins before")
        etag = await self._item(lambda: self._mailbox.update(now, end=until))
        longer = msgspec.structs.replace(now, when=Window(start=bounds.start, end=until), etag=etag)
        if await self._others(longer, bounds.end, until):
            await self._item(lambda: self._mailbox.update(longer, end=bounds.end))
            raise BookingConflict("something else came in between")
        return longer

    async def end(self, occurrence: Occurrence, at: datetime) -> None:
        """Shorten, remove or decline it, in the way that costs others least."""
        meeting = await self._as_it_is(occurrence)
        now, bounds = meeting.occurrence, meeting.occurrence.bounds(self._room.zone)
        if at >= bounds.end:
            return
        if at <= bounds.start:
            await self._withdraw(meeting)
            return
        changes: dict[str, object] = {"end": at}
        if now.all_day:
            changes |= {"is_all_day": False, "start": bounds.start}
        if not await self._item(lambda: self._shortened(meeting, changes)):
            await self._decline(now)

    async def check_in(self, occurrence: Occurrence, at: datetime) -> Occurrence:
        """Write the time into a property of the item (of a series, of this occurrence alone); the first one counts."""
        now = (await self._as_it_is(occurrence)).occurrence
        if now.checked_in_at is not None:
            return now
        mark = at.astimezone(UTC).isoformat()
        etag = await self._item(lambda: self._mailbox.update(now, checked_in=mark))
        return msgspec.structs.replace(now, checked_in_at=at, etag=etag)

    async def invitation(self, occurrence: Occurrence) -> Invitation:
        """Its online meeting, location and body, asked for this one item alone."""
        meeting, invitation = await self._item(lambda: self._mailbox.invitation(occurrence.id))
        self._still_there(meeting, occurrence)
        return invitation

    async def busy(self, rooms: Sequence[str], window: Window) -> Mapping[str, tuple[Window, ...] | None]:
        """By `GetUserAvailability`."""
        return await self._ask(lambda: read_schedules(self._mailbox.account, rooms, window))

    async def _ask(self, question: Callable[[], T]) -> T:
        return await ask(question, self._options.timeout)

    async def _item(self, question: Callable[[], T]) -> T:
        """As `_ask`, about one meeting by its id."""
        return await ask(question, self._options.timeout, item=True)

    async def _cursor(self) -> str:
        """The state of the calendar; empty where it cannot be had, or not in time: the window matters more."""
        try:
            return await ask(self._mailbox.cursor, self._options.timeout / _CURSOR_SHARE)
        except (AccessDenied, RoomNotFound, MalformedAnswer):
            return ""
        except CalendarUnreachable as error:
            if error.cause != "timeout":
                raise
            return ""

    async def _view(self, window: Window) -> View:
        return await self._ask(lambda: read_view(self._mailbox.account, window, self._room.zone))

    async def _overlapping(self, start: datetime, end: datetime) -> list[Meeting]:
        """What occupies the room anywhere in `[start, end)`."""
        asked = Window(start=start, end=end)
        view = await self._view(Window(start=start - MARGIN, end=end + MARGIN))
        return [meeting for meeting in view.meetings if self._occupies(meeting.occurrence, asked)]

    async def _others(self, occurrence: Occurrence, start: datetime, end: datetime) -> bool:
        there = await self._overlapping(start, end)
        return any(meeting.occurrence.id != occurrence.id for meeting in there)

    def _occupies(self, occurrence: Occurrence, asked: Window) -> bool:
        bounds = occurrence.bounds(self._room.zone)
        touches = bounds.start < asked.end and bounds.end > asked.start and bounds.start < bounds.end
        return touches and occupies(occurrence, self._room.policy)

    async def _as_it_is(self, shown: Occurrence) -> Meeting:
        """The meeting as it stands now.

        Raises:
            OccurrenceGone: it is not there, was cancelled or declined, or begins at another time than the door showed.
        """
        return self._still_there(await self._item(lambda: self._mailbox.get(shown.id)), shown)

    def _still_there(self, meeting: Meeting, shown: Occurrence) -> Meeting:
        now, zone = meeting.occurrence, self._room.zone
        declined = now.response is Response.DECLINED
        if now.cancelled or declined or now.bounds(zone).start != shown.bounds(zone).start:
            raise OccurrenceGone("cancelled, declined or moved")
        return meeting

    async def _create(self, booking: Booking) -> None:
        title = self._options.booked_title if booking.title == BOOKED_HERE else booking.title
        await self._ask(lambda: self._mailbox.create(booking.key, str(title), booking.start, booking.end))

    async def _is_beaten(self, mine: Meeting, booking: Booking, there: Sequence[Meeting]) -> bool:
        """Whether somebody was earlier.

        Exchange tells when an item was created to the second only. Of two in one second either may have been first,
        and the other need not have seen it: so the one with the lesser id waits for the other to give way, which it
        does if it looked later, and gives way itself if it does not.
        """
        for _ in range(_GLANCES):
            rivals = [meeting for meeting in there if meeting.key != mine.key]
            if any(_seniority(rival) < _seniority(mine) for rival in rivals):
                return True
            if not any(rival.created_at == mine.created_at for rival in rivals):
                return False
            await asyncio.sleep(_GLANCE)
            there = await self._overlapping(booking.start, booking.end)
        return True

    def _shortened(self, meeting: Meeting, changes: Mapping[str, object]) -> bool:
        """Change the room's copy; False where Exchange does not let the room change it. Blocks."""
        try:
            self._mailbox.update(meeting.occurrence, **changes)
        except NOT_OURS:
            if meeting.ours:
                raise
            return False
        return True

    async def _withdraw(self, meeting: Meeting) -> None:
        """Free the room of a meeting that has not begun."""
        if meeting.ours:
            await self._item(lambda: self._mailbox.delete(meeting.occurrence.id))
        else:
            await self._decline(meeting.occurrence)

    async def _decline(self, occurrence: Occurrence) -> None:
        await self._item(lambda: self._mailbox.decline(occurrence, self._options.declined_comment))

    async def _take_back(self, meeting: Meeting) -> None:
        """Remove what we have just made; somebody else having done so is as good."""
        with suppress(OccurrenceGone):
            await self._item(lambda: self._mailbox.delete(meeting.occurrence.id))


def _made_under(key: str, meetings: Sequence[Meeting]) -> list[Meeting]:
    """What was booked under a key, the eldest first: two, where an answer was lost and it was booked again."""
    return sorted((meeting for meeting in meetings if meeting.key == plain(key)), key=_seniority)


def _seniority(meeting: Meeting) -> tuple[str, str]:
    """Who was first; equal seconds are settled by the ids, which both doors see alike."""
    return meeting.created_at, meeting.occurrence.id
