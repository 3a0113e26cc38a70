"""What the glass is told: one RoomState from what is known at one moment, and the next moment at which it is another.

Pure: whoever calls gives the knowledge and a reading of the clock.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from device.agent.knowledge import CHAIN, Knowledge
from device.agent.offers import Offered, offered
from device.model.availability import Availability, DoorState, availability
from device.model.changes import NOTICED_FOR
from device.model.clock import ClockReading, ClockTrust
from device.model.door import Night
from device.model.freshness import Freshness, Hop, HopReport
from device.model.hours import hours_edges, is_open
from device.model.occurrence import FreeBusy, Occurrence, Response
from device.model.redaction import ENDED_FOR
from device.model.room import OpenHours
from device.model.state import Dim, LastKnown, RoomState
from device.model.value import Value
from device.model.window import day_window, local_day

GRACE = timedelta(seconds=10)
"""How long after an edge the kiosk waits for our next word before it doubts."""
WAKES = frozenset({DoorState.IN_USE, DoorState.CHECK_IN, DoorState.STARTING})
"""States with somebody in the room, or at its door."""


class Showing(Value):
    """A state, and when to look again."""

    state: RoomState
    next_look: datetime


def showing(
    known: Knowledge, reading: ClockReading, *, writable: bool, night: Night, neighbours: bool = False
) -> Showing:
    """The room as it is at `reading`."""
    now, room = reading.now, known.room
    occurrences, freshness = known.redacted(now), known.freshness(reading)
    answer = availability(now, occurrences, room, freshness, reading.trust)
    can = offered(answer, occurrences, room, now, writable=writable, neighbours=neighbours, held=known.hold is not None)
    state = RoomState(
        room=room,
        as_of=now,
        availability=answer,
        day=tuple(_day(occurrences, known, now)),
        confirmed_at=freshness.confirmed_at if reading.trust.proves else None,
        fresh=freshness.is_fresh(now) and reading.trust.proves,
        hops=tuple(_hops(known, reading)),
        last_known=_last_known(answer, occurrences, known, freshness, reading),
        notices=tuple(notice for notice in known.notices if not notice.expired(now)),
        offers=can.offers,
        book_minutes=can.book_minutes,
        extend_minutes=can.extend_minutes,
        hold=known.hold,
        skipped=len(known.skipped),
        dim=_dim(answer, night, room.zone, reading),
        good_for=answer.next_change - now + GRACE,
    )
    return Showing(state=state, next_look=min(_edges(answer, occurrences, known, night, can, now)))


def _day(occurrences: tuple[Occurrence, ...], known: Knowledge, now: datetime) -> Iterator[Occurrence]:
    """What touches today, and the first meeting after it."""
    zone = known.room.zone
    today = day_window(local_day(now, zone), zone)
    kept = sorted(
        ((one.bounds(zone), one) for one in occurrences if _stands(one)),
        key=lambda pair: (pair[0].start, pair[0].end, pair[1].id),
    )
    later = True
    for bounds, one in kept:
        if today.overlaps(bounds.start, bounds.end):
            yield one
        elif later and bounds.start >= today.end:
            later = False
            yield one


def _stands(occurrence: Occurrence) -> bool:
    """Whether it belongs into the day, be it only in pencil."""
    gone = occurrence.cancelled or occurrence.response is Response.DECLINED
    return not gone and occurrence.free_busy is not FreeBusy.FREE


def _hops(known: Knowledge, reading: ClockReading) -> Iterator[HopReport]:
    """The links, nearest the glass first; a card that cannot be written last, for it makes nothing untrue."""
    proves = reading.trust.proves
    yield HopReport(
        hop=Hop.CLOCK, healthy=proves, at=reading.now if proves else None, fault="" if proves else reading.trust.value
    )
    yield from (known.hops[hop] for hop in (*CHAIN, Hop.HUB) if hop in known.hops)
    if known.card_fault:
        yield HopReport(hop=Hop.AGENT, healthy=False, fault=known.card_fault)


def _last_known(
    answer: Availability,
    occurrences: tuple[Occurrence, ...],
    known: Knowledge,
    freshness: Freshness,
    reading: ClockReading,
) -> LastKnown | None:
    """What could be said when the calendar last confirmed it; nothing where the clock cannot say when that was."""
    at = freshness.confirmed_at
    if answer.state is not DoorState.UNKNOWN or at is None or not reading.trust.proves:
        return None
    then = availability(at, occurrences, known.room, freshness, ClockTrust.TRUSTED)
    return None if then.state is DoorState.UNKNOWN else LastKnown(state=then.state, at=at, until=then.until)


def _nightly(night: Night) -> tuple[OpenHours, ...]:
    if night.dim_from is None or night.dim_until is None:
        return ()
    return (OpenHours(opens=night.dim_from, closes=night.dim_until, days=tuple(range(7))),)


def _dim(answer: Availability, night: Night, zone: str, reading: ClockReading) -> Dim:
    hours = _nightly(night)
    if not hours or not reading.trust.proves or not is_open(reading.now, hours, zone):
        return Dim.DAY
    return Dim.OFF if night.off and answer.state not in WAKES else Dim.NIGHT


def _edges(
    answer: Availability,
    occurrences: tuple[Occurrence, ...],
    known: Knowledge,
    night: Night,
    can: Offered,
    now: datetime,
) -> Iterator[datetime]:
    """Every instant after now at which something in the state may be another."""
    zone = known.room.zone
    edges = [*can.edges, *hours_edges(now, _nightly(night), zone)]
    edges += [notice.noticed_at + NOTICED_FOR for notice in known.notices]
    edges += [one.bounds(zone).end + ENDED_FOR for one in occurrences if one.title or one.organizer]
    if known.hold:
        edges.append(known.hold.end)
    yield answer.next_change
    yield from (edge for edge in edges if edge > now)
