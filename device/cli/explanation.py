"""Why a door says what it says: the answer, the rule, the meeting and its fields, and how fresh each hop is."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from device.cli.telling import RULES, age, answer, clock, title_of, weight
from device.model.availability import Availability, DoorState, Reason
from device.model.freshness import HopReport
from device.model.occurrence import Occurrence
from device.model.redaction import redact
from device.model.room import Room, RoomPolicy
from device.model.value import Value


class FieldTold(Value, omit_defaults=False):
    """One field that the decision rests on."""

    field: str
    value: str
    because: str


class MeetingExplained(Value, omit_defaults=False):
    """A meeting and how it weighs."""

    id: str
    title: str
    start: datetime
    end: datetime
    weight: str
    fields: tuple[FieldTold, ...]


class HopTold(Value, omit_defaults=False):
    """One link in the chain from the calendar to the glass."""

    hop: str
    healthy: bool
    at: datetime | None
    fault: str


class Explanation(Value, omit_defaults=False):
    """All of it."""

    source: str
    """`agent`: what the running agent shows; `last`: what it showed last; `calendar`: read now, without an agent."""
    why: str
    """Why it is not from a running agent, where there should be one."""
    room: str
    name: str
    zone: str
    now: datetime
    state: str
    sentence: str
    reason: str
    rule: str
    next_change: datetime
    decided_by: MeetingExplained | None
    left_out: tuple[MeetingExplained, ...]
    """Meetings around now that do not occupy the room, where the calendar was read."""
    hops: tuple[HopTold, ...]
    confirmed_at: datetime | None
    unreadable: int


class Seen(Value):
    """Where an answer comes from."""

    source: str
    why: str = ""
    hops: tuple[HopReport, ...] = ()
    left_out: tuple[Occurrence, ...] = ()
    confirmed_at: datetime | None = None
    unreadable: int = 0


def explain(availability: Availability, room: Room, now: datetime, seen: Seen) -> Explanation:
    """The explanation of an answer."""
    zone = ZoneInfo(room.zone)
    return Explanation(
        source=seen.source,
        why=seen.why,
        room=room.id,
        name=str(room.name),
        zone=room.zone,
        now=now.astimezone(zone),
        state=availability.state.value,
        sentence=answer(availability, room, now),
        reason=availability.reason.value,
        rule=RULES[availability.reason],
        next_change=availability.next_change.astimezone(zone),
        decided_by=_deciding(availability, room),
        left_out=tuple(_meeting(occurrence, room, ()) for occurrence in seen.left_out),
        hops=tuple(HopTold(hop=one.hop.value, healthy=one.healthy, at=one.at, fault=one.fault) for one in seen.hops),
        confirmed_at=seen.confirmed_at,
        unreadable=seen.unreadable,
    )


def _deciding(availability: Availability, room: Room) -> MeetingExplained | None:
    if availability.current is not None:
        return _meeting(availability.current, room, _of_running(availability.current, availability, room.policy))
    if availability.next is not None and availability.state in (DoorState.FREE, DoorState.STARTING):
        soon = (
            f"within policy.starts_soon = {_minutes(room.policy)}" if _starts_soon(availability) else "the next start"
        )
        return _meeting(availability.next, room, (FieldTold(field="start", value="", because=soon),))
    return None


def _starts_soon(availability: Availability) -> bool:
    return availability.reason is Reason.STARTS_SOON


def _minutes(policy: RoomPolicy) -> str:
    return f"{policy.starts_soon.total_seconds() / 60:g} min"


def _of_running(occurrence: Occurrence, availability: Availability, policy: RoomPolicy) -> Iterator[FieldTold]:
    yield FieldTold(field="start", value="", because="not after now")
    yield FieldTold(field="end", value="", because="after now")
    if policy.check_in is not None and availability.reason in (Reason.AWAITING_CHECK_IN, Reason.NO_SHOW):
        release = f"policy.check_in.release_after = {policy.check_in.release_after.total_seconds() / 60:g} min"
        yield FieldTold(field="checked_in_at", value="not set", because=release)
    elif occurrence.checked_in_at is not None:
        yield FieldTold(field="checked_in_at", value=occurrence.checked_in_at.isoformat(), because="somebody came")


def _meeting(occurrence: Occurrence, room: Room, fields: Iterable[FieldTold]) -> MeetingExplained:
    bounds = occurrence.bounds(room.zone)
    zone = ZoneInfo(room.zone)
    start, end = bounds.start.astimezone(zone), bounds.end.astimezone(zone)
    values = {"start": f"{start:%H:%M}", "end": f"{end:%H:%M}"}
    return MeetingExplained(
        id=occurrence.id,
        title=title_of(redact(occurrence, room.policy.shown)),
        start=start,
        end=end,
        weight=weight(occurrence, room.policy),
        fields=tuple(
            FieldTold(field=one.field, value=one.value or values[one.field], because=one.because) for one in fields
        ),
    )


def lines(told: Explanation) -> Iterator[str]:
    """The explanation as text."""
    now = told.now
    yield f"{told.name}, {now:%A %-d %B %Y %H:%M:%S} ({told.zone})"
    yield f"The door says: {told.sentence}"
    yield f"Rule {told.reason}: {told.rule}"
    if told.decided_by:
        yield from _told_meeting("Decided by", told.decided_by, told)
    for meeting in told.left_out:
        yield from _told_meeting("Left out", meeting, told)
    yield f"It may change at {clock(told.next_change, told.zone, now)}."
    yield ""
    yield _source(told)
    yield f"Confirmed by the calendar: {age(now - told.confirmed_at) if told.confirmed_at else 'never'}."
    for hop in told.hops:
        heard = f", last good {age(now - hop.at)}" if hop.at else ""
        yield f"  {'✓' if hop.healthy else '✗'} {hop.hop}{f': {hop.fault}' if hop.fault else ''}{heard}"
    if told.unreadable:
        yield f"{told.unreadable} meetings could not be read: doorlight doctor names them."


def _told_meeting(label: str, meeting: MeetingExplained, told: Explanation) -> Iterator[str]:
    when = f"{clock(meeting.start, told.zone, told.now)}–{clock(meeting.end, told.zone, told.now)}"
    yield f"{label}: {when} {meeting.title}"
    yield f"    {meeting.weight}"
    for field in meeting.fields:
        yield f"    {field.field} = {field.value}: {field.because}"


def _source(told: Explanation) -> str:
    said = {
        "agent": "From the running agent.",
        "last": "From what the agent showed last.",
        "calendar": "Read from the calendar now.",
    }[told.source]
    return f"{told.why} {said}".strip()
