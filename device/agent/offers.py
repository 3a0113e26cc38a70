"""Which acts the door offers now, and which lengths fit. What it does not offer it also refuses when asked."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from device.model.availability import Availability, DoorState, Reason, occupies, release_at
from device.model.hours import next_closing
from device.model.occurrence import Occurrence
from device.model.requests import Offer
from device.model.room import Room
from device.model.value import Value
from device.model.window import local_day, midnight

SHORTEST = timedelta(minutes=5)
"""A gap that is worth booking as a whole."""
CONFIRMED = frozenset({Reason.OCCUPIED, Reason.NO_SHOW, Reason.AWAITING_CHECK_IN})
"""Reasons for which a meeting is known to be running; from an old cache nobody may end it."""


class Offered(Value):
    """The offers of one moment."""

    offers: tuple[Offer, ...] = ()
    book_minutes: tuple[int, ...] = ()
    extend_minutes: tuple[int, ...] = ()
    edges: tuple[datetime, ...] = ()
    """When one of them may come or go, beside the answer's own edges."""


def minute(instant: datetime) -> datetime:
    """The beginning of the minute: bookings at a door start and end on the minute."""
    return instant.replace(second=0, microsecond=0)


def offered(
    answer: Availability,
    occurrences: Iterable[Occurrence],
    room: Room,
    now: datetime,
    *,
    writable: bool,
    neighbours: bool,
    held: bool,
) -> Offered:
    """What the door of `room` offers with this answer."""
    offers: list[Offer] = []
    book: tuple[int, ...] = ()
    extend: tuple[int, ...] = ()
    edges: tuple[datetime, ...] = ()
    acting = writable and room.policy.bookable
    if acting and answer.state is DoorState.FREE and not held:
        limit = book_limit(answer, room, now)
        book = fitting(room.policy.book_minutes, minute(now), limit)
        edges = tuple(_last_calls(room.policy.book_minutes, limit))
        if book or limit - minute(now) >= SHORTEST:
            offers.append(Offer.BOOK)
    if writable and checkable(answer, room, now) is not None:
        offers.append(Offer.CHECK_IN)
    if acting and answer.reason in CONFIRMED and answer.current is not None and not answer.current.all_day:
        extend = extensions(answer, occurrences, room, now)
        offers += [Offer.EXTEND, Offer.END] if extend else [Offer.END]
    if neighbours and answer.state is not DoorState.CLOSED:
        offers.append(Offer.FIND_ROOM)
    return Offered(offers=tuple(offers), book_minutes=book, extend_minutes=extend, edges=edges)


def book_limit(answer: Availability, room: Room, now: datetime) -> datetime:
    """How long the room could be booked from now: the next meeting, closing time, or midnight."""
    return answer.until or midnight(local_day(now, room.zone) + timedelta(days=1), room.zone)


def fitting(lengths: Iterable[int], start: datetime, limit: datetime) -> tuple[int, ...]:
    """The lengths, in minutes, that end by `limit`."""
    return tuple(sorted({length for length in lengths if start + timedelta(minutes=length) <= limit}))


def extensions(answer: Availability, occurrences: Iterable[Occurrence], room: Room, now: datetime) -> tuple[int, ...]:
    """The lengths by which the running meeting could be made longer."""
    current = answer.current
    if current is None or answer.state is DoorState.CHECK_IN or answer.overlapping:
        return ()
    end = current.bounds(room.zone).end
    others = [one.bounds(room.zone) for one in occurrences if one.id != current.id and occupies(one, room.policy)]
    starts = [other.start for other in others if other.start >= end and other.start < other.end]
    closing = next_closing(now, room.policy.hours, room.zone)
    limits = [*starts, *([closing] if closing else [])]
    return fitting(room.policy.extend_minutes, end, min(limits, default=end + timedelta(days=1)))


def checkable(answer: Availability, room: Room, now: datetime) -> Occurrence | None:
    """The meeting that people may check in to now: the one that waits for them, or the next one once it is near."""
    rule = room.policy.check_in
    if rule is None:
        return None
    if answer.reason in (Reason.AWAITING_CHECK_IN, Reason.NO_SHOW):
        return answer.current
    soon = answer.next if answer.state is DoorState.STARTING else None
    if soon is None or release_at(soon, room) is None:
        return None
    return soon if now >= soon.bounds(room.zone).start - rule.opens_before else None


def _last_calls(lengths: Iterable[int], limit: datetime) -> Iterator[datetime]:
    """The first instants at which a length does not fit any more."""
    for length in (*lengths, SHORTEST // timedelta(minutes=1)):
        yield minute(limit - timedelta(minutes=length)) + timedelta(minutes=1)
