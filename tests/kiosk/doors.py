"""Rooms to draw: one Monday in Aurora, in every state that a door can have."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from device.model.availability import availability
from device.model.changes import Change, ChangeKind
from device.model.clock import ClockTrust
from device.model.door import Theme
from device.model.freshness import Freshness, Hop, HopReport
from device.model.occurrence import FreeBusy, Occurrence
from device.model.requests import Hold, Offer
from device.model.room import CheckInPolicy, OpenHours, Room, RoomPolicy
from device.model.safetext import SafeText
from device.model.state import Dim, RoomState, unconfirmed
from device.model.window import Window
from device.wire.panel import Fault, FaultShown, FromAgent, LookShown, PairingShown, RoomShown, TimeShown

MIDNIGHT = datetime(2026, 3, 1, 23, tzinfo=UTC)
"""Monday, 2 March 2026, 0:00 in Berlin."""
ZONE = "Europe/Berlin"
OFFERS = {
    "free": (Offer.BOOK, Offer.FIND_ROOM),
    "starting": (Offer.CHECK_IN, Offer.FIND_ROOM),
    "check-in": (Offer.CHECK_IN, Offer.FIND_ROOM),
    "in-use": (Offer.EXTEND, Offer.END, Offer.FIND_ROOM),
    "unknown": (Offer.FIND_ROOM,),
}


def at(hour: int, minute: int = 0) -> datetime:
    """An instant of that Monday, by the wall of the room."""
    return MIDNIGHT + timedelta(hours=hour, minutes=minute)


def meeting(name: str, start: datetime, end: datetime, organizer: str = "Ana Souza", **more: Any) -> Occurrence:
    """A meeting of that day."""
    title = SafeText(name)
    return Occurrence(
        id=name or start.isoformat(),
        when=Window(start=start, end=end),
        title=title,
        organizer=SafeText(organizer),
        **more,
    )


DAY = (
    meeting("Stand-up", at(8, 30), at(9, 30), "Mia Wolf"),
    meeting("Design review", at(13, 30), at(14, 30)),
    meeting("Sales sync", at(15), at(16), "Dmitri Łukasz"),
    meeting("Planning", at(16, 30), at(17, 30), "Jo Okafor"),
)


def room(now: datetime, day: tuple[Occurrence, ...] = DAY, *, fresh: bool = True, **policy: Any) -> RoomState:
    """The state of Aurora at a moment, as an agent would send it."""
    aurora = Room(id="aurora", name=SafeText("Aurora"), zone=ZONE, policy=RoomPolicy(**policy))
    window = Window(start=MIDNIGHT - timedelta(days=1), end=MIDNIGHT + timedelta(days=3))
    freshness = Freshness(confirmed_at=now if fresh else now - timedelta(minutes=16), window=window)
    answer = availability(now, day, aurora, freshness, ClockTrust.TRUSTED)
    return RoomState(
        room=aurora,
        as_of=now,
        availability=answer,
        day=day,
        confirmed_at=freshness.confirmed_at,
        fresh=fresh,
        offers=OFFERS.get(answer.state.value, ()),
        book_minutes=(15, 30, 60),
        extend_minutes=(15, 30),
        good_for=timedelta(minutes=5),
    )


def _cancelled(now: datetime) -> RoomState:
    change = Change(
        kind=ChangeKind.CANCELLED,
        title=SafeText("Budget round"),
        private=False,
        was=Window(start=at(11), end=at(12)),
        noticed_at=at(10, 38),
    )
    return msgspec.structs.replace(room(now), notices=(change,), skipped=2)


def _held(now: datetime) -> RoomState:
    hold = Hold(key="k", start=now, end=at(11), made_at=now)
    calendar = HopReport(hop=Hop.CALENDAR, healthy=False, at=at(10, 31), fault="CalendarUnreachable")
    return msgspec.structs.replace(room(now), hold=hold, fresh=False, confirmed_at=at(10, 31), hops=(calendar,))


def _stale(now: datetime) -> RoomState:
    calendar = HopReport(hop=Hop.CALENDAR, healthy=False, at=at(10, 42), fault="CalendarUnreachable")
    seen = unconfirmed(room(at(10, 42), help=SafeText("Front desk, extension 1200")))
    return msgspec.structs.replace(seen, hops=(calendar,), as_of=now, offers=OFFERS["unknown"], good_for=timedelta(1))


_TWO_AT_ONCE = (
    *DAY[:1],
    meeting("Design review", at(13, 30), at(14, 30)),
    meeting("Press call", at(14), at(15), "Lena Ott", free_busy=FreeBusy.TENTATIVE),
    *DAY[2:],
)
_PRIVATE = (
    meeting("", at(13, 30), at(14, 30), "", private=True),
    meeting("", at(15), at(16), ""),
)

SCENES: dict[str, tuple[datetime, Callable[[datetime], RoomState]]] = {
    "free": (at(10, 42), room),
    "free-rest-of-day": (at(17, 42), room),
    "starting": (at(14, 56), room),
    "check-in": (at(15, 2), lambda now: room(now, check_in=CheckInPolicy())),
    "in-use": (at(14, 7), room),
    "two-at-once": (at(14, 7), lambda now: room(now, _TWO_AT_ONCE)),
    "private": (at(14, 7), lambda now: room(now, _PRIVATE)),
    "closed": (at(7, 10), lambda now: room(now, hours=(OpenHours(opens="08:00", closes="18:00"),))),
    "out-of-service": (at(11), lambda now: room(now, out_of_service=SafeText("Ceiling repair, back on Thursday"))),
    "unknown": (at(10, 58), _stale),
    "never-read": (
        at(10, 42),
        lambda now: msgspec.structs.replace(
            unconfirmed(room(now, ())), last_known=None, offers=(), hops=(), good_for=timedelta(1)
        ),
    ),
    "cancelled": (at(10, 42), _cancelled),
    "held": (at(10, 42), _held),
    "night": (at(21), lambda now: msgspec.structs.replace(room(now), dim=Dim.NIGHT)),
    "off": (at(22), lambda now: msgspec.structs.replace(room(now), dim=Dim.OFF)),
}
"""Every state, by a name for its pictures."""
PAIRING = PairingShown(
    code="BCDFGHJK", url="https://hub.office.example/pair#BCDFGHJK", words=("maple", "river", "stone"), online=True
)
FAULT = FaultShown(fault=Fault.SIGN_IN, detail=SafeText("login.office.example"), retry_at=at(11))


def look(language: str = "en", *, hour24: bool | None = True, theme: Theme = Theme.DARK) -> LookShown:
    """How Aurora looks."""
    return LookShown(language=language, zone=ZONE, hour24=hour24, theme=theme)


def greeting(scene: str, how: LookShown | None = None) -> tuple[FromAgent, ...]:
    """What an agent says to a kiosk that connects, for a scene or for `pairing` and `fault`."""
    if scene == "pairing":
        return TimeShown(now=at(10, 42)), how or look(), PAIRING
    if scene == "fault":
        return TimeShown(now=at(10, 42)), how or look(), FAULT
    now, make = SCENES[scene]
    return TimeShown(now=now), how or look(), RoomShown(state=make(now))
