"""Why the door says what it says: which field of which meeting by which rule, and how fresh each hop is.

Pure values for whoever prints them; what may not be shown at the door is not in them either.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from device.calendars.interface import Skipped
from device.model.availability import Availability, DoorState, availability, occupies
from device.model.clock import ClockReading, ClockTrust
from device.model.freshness import Freshness, HopReport
from device.model.occurrence import FreeBusy, Occurrence, Response
from device.model.redaction import redact_day
from device.model.room import Room, RoomPolicy
from device.model.value import Value
from device.model.window import Window, day_window, local_day


class Rule(StrEnum):
    """Why a meeting keeps the room, or does not."""

    OCCUPIES = "occupies"
    CANCELLED = "cancelled"
    DECLINED = "declined-by-the-room"
    SHOWN_AS_FREE = "shown-as-free"
    ALL_DAY_IGNORED = "all-day-ignored-by-policy"
    TENTATIVE_IGNORED = "tentative-ignored-by-policy"
    NO_LENGTH = "no-length"


class Verdict(Value):
    """What one meeting means for the room."""

    occurrence: Occurrence
    """Redacted."""
    bounds: Window
    occupies: bool
    rule: Rule
    field: str
    """The field of `Occurrence` that decided."""
    value: str


class Explanation(Value):
    """An answer with its reasons."""

    room: Room
    at: datetime
    availability: Availability
    clock: ClockTrust
    freshness: Freshness
    age: timedelta | None
    """Since the calendar last confirmed it."""
    fresh: bool
    covered: bool
    """Whether the window holds now and the next quarter of an hour."""
    decided_by: Verdict | None
    """The meeting that the answer is about."""
    meetings: tuple[Verdict, ...]
    """What touches the day, by start."""
    hops: tuple[HopReport, ...] = ()
    skipped: tuple[Skipped, ...] = ()


def explain(
    room: Room,
    reading: ClockReading,
    occurrences: Iterable[Occurrence],
    freshness: Freshness,
    *,
    hops: tuple[HopReport, ...] = (),
    skipped: tuple[Skipped, ...] = (),
) -> Explanation:
    """The answer of `availability` for the same arguments, and what it rests on."""
    now = reading.now
    redacted = redact_day(occurrences, room, now)
    answer = availability(now, redacted, room, freshness, reading.trust)
    today = day_window(local_day(now, room.zone), room.zone)
    verdicts = sorted((verdict(one, room) for one in redacted), key=lambda one: (one.bounds.start, one.occurrence.id))
    about = _about(answer)
    return Explanation(
        room=room,
        at=now,
        availability=answer,
        clock=reading.trust,
        freshness=freshness,
        age=now - freshness.confirmed_at if freshness.confirmed_at else None,
        fresh=freshness.is_fresh(now),
        covered=freshness.covers(now),
        decided_by=next((one for one in verdicts if about and one.occurrence.id == about.id), None),
        meetings=tuple(one for one in verdicts if today.overlaps(one.bounds.start, one.bounds.end)),
        hops=hops,
        skipped=skipped,
    )


def verdict(occurrence: Occurrence, room: Room) -> Verdict:
    """What one meeting means for `room`, and by which of its fields."""
    bounds = occurrence.bounds(room.zone)
    rule, field = (Rule.NO_LENGTH, "when") if bounds.start >= bounds.end else _rule(occurrence, room.policy)
    value = getattr(occurrence, field)
    return Verdict(
        occurrence=occurrence,
        bounds=bounds,
        occupies=rule is Rule.OCCUPIES and occupies(occurrence, room.policy),
        rule=rule,
        field=field,
        value=str(value).lower() if isinstance(value, bool | str) else ("dates" if occurrence.all_day else "instants"),
    )


def _rule(occurrence: Occurrence, policy: RoomPolicy) -> tuple[Rule, str]:
    """The first rule that applies, in the order of `availability.occupies`."""
    if occurrence.cancelled:
        return Rule.CANCELLED, "cancelled"
    if occurrence.response is Response.DECLINED:
        return Rule.DECLINED, "response"
    if occurrence.free_busy is FreeBusy.FREE:
        return Rule.SHOWN_AS_FREE, "free_busy"
    if occurrence.all_day and not policy.all_day_occupies:
        return Rule.ALL_DAY_IGNORED, "when"
    if not policy.tentative_occupies and occurrence.free_busy is FreeBusy.TENTATIVE:
        return Rule.TENTATIVE_IGNORED, "free_busy"
    if not policy.tentative_occupies and occurrence.response is Response.TENTATIVE:
        return Rule.TENTATIVE_IGNORED, "response"
    return Rule.OCCUPIES, "free_busy"


def _about(answer: Availability) -> Occurrence | None:
    if answer.current is not None:
        return answer.current
    return answer.next if answer.state in (DoorState.STARTING, DoorState.FREE) else None
