"""The Monday that the pictures show: a room, its meetings, and the state that the model makes of them."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from device.model.availability import DoorState, availability
from device.model.clock import ClockTrust
from device.model.freshness import Freshness
from device.model.occurrence import Occurrence
from device.model.requests import Offer
from device.model.room import CheckInPolicy, OpenHours, Room, RoomPolicy
from device.model.safetext import SafeText
from device.model.state import RoomState
from device.model.window import Window, local_day, window_around

ZONE = "Europe/Berlin"
ROOM = Room(
    id="aurora@office.example",
    name=SafeText("Aurora"),
    zone=ZONE,
    capacity=8,
    place=SafeText("2nd floor"),
    policy=RoomPolicy(help=SafeText("Reception: dial 100")),
)


def at(hour: int, minute: int = 0) -> datetime:
    """That wall time in the room, on the Monday."""
    return datetime(2026, 11, 23, hour, minute, tzinfo=ZoneInfo(ZONE)).astimezone(UTC)


def meeting(key: str, start: datetime, end: datetime, title: str, who: str, *, private: bool = False) -> Occurrence:
    """One meeting in the room, cleaned as a provider would."""
    return Occurrence(
        id=key, when=Window(start=start, end=end), title=SafeText(title), organizer=SafeText(who), private=private
    )


def busy_day() -> tuple[Occurrence, ...]:
    """An ordinary Monday."""
    return (
        meeting("1", at(8, 30), at(9), "Stand-up", "Priya Raman"),
        meeting("2", at(9), at(9, 45), "Interview: platform engineer", "Jonas Lindqvist"),
        meeting("3", at(11), at(12, 30), "Design review", "Amira Haddad"),
        meeting("4", at(14, 15), at(15), "Customer call: Northwind", "Lena Fischer"),
        meeting("5", at(15), at(16), "Sprint planning", "Priya Raman"),
        meeting("6", at(17), at(17, 30), "Retrospective", "Tomasz Zieliński"),
    )


def hostile_day() -> tuple[Occurrence, ...]:
    """What strangers write."""
    return (
        meeting("1", at(14), at(15), "\x1b]0;owned\x07\x1b[2J[@click=app.quit]Free all day[/] [/]", "\u202eevil\u202c"),
        meeting("2", at(15), at(15, 30), "Z" + "\u0341\u0316" * 300 + "algo", "[bold red]root[/]"),
        meeting("3", at(16), at(17), "👩‍👩‍👧‍👦🏳️‍🌈" * 12, "\u2067\u2066 admin"),
    )


def room_state(
    now: datetime,
    occurrences: Iterable[Occurrence],
    *,
    check_in: bool = False,
    hours: tuple[OpenHours, ...] = (),
    note: str = "",
    confirmed: datetime | None = None,
    clock: ClockTrust = ClockTrust.TRUSTED,
) -> RoomState:
    """What an agent would say at `now` when the calendar was last confirmed at `confirmed` (a moment ago)."""
    occurrences = tuple(occurrences)
    policy = replace(
        ROOM.policy, check_in=CheckInPolicy() if check_in else None, hours=hours, out_of_service=SafeText(note)
    )
    room = replace(ROOM, policy=policy)
    confirmed = confirmed or now - timedelta(seconds=20)
    freshness = Freshness(confirmed_at=confirmed, window=window_around(now, ZONE))
    answer = availability(now, occurrences, room, freshness, clock)
    today = local_day(now, ZONE)
    booked = answer.state is DoorState.FREE
    room_left = (answer.until - now) if booked and answer.until else timedelta(days=1)
    return RoomState(
        room=room,
        as_of=now,
        availability=answer,
        day=tuple(each for each in occurrences if local_day(each.bounds(ZONE).start, ZONE) == today),
        confirmed_at=confirmed,
        fresh=freshness.is_fresh(now),
        offers=_OFFERS[answer.state],
        book_minutes=tuple(each for each in policy.book_minutes if booked and timedelta(minutes=each) <= room_left),
        extend_minutes=policy.extend_minutes if answer.state is DoorState.IN_USE else (),
        good_for=timedelta(days=1),
    )


_OFFERS = {
    DoorState.FREE: (Offer.BOOK, Offer.FIND_ROOM),
    DoorState.STARTING: (Offer.CHECK_IN, Offer.FIND_ROOM),
    DoorState.CHECK_IN: (Offer.CHECK_IN, Offer.FIND_ROOM),
    DoorState.IN_USE: (Offer.EXTEND, Offer.END, Offer.FIND_ROOM),
    DoorState.CLOSED: (Offer.FIND_ROOM,),
    DoorState.UNKNOWN: (Offer.FIND_ROOM,),
}
