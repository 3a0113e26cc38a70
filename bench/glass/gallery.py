"""The scenes that are drawn: one fixed Monday at one door, told in the agent's own frames.

A scene is what the agent would say; nothing here knows how it is drawn. Times stand still, so the same scene gives
the same picture every time.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import cache, partial
from typing import Any

from msgspec.structs import replace

from bench.glass.day import ZONE, at, busy_day, hostile_day, meeting, room_state
from device.model.availability import DoorState
from device.model.changes import Change, ChangeKind
from device.model.clock import ClockTrust
from device.model.door import Theme
from device.model.freshness import Hop, HopReport
from device.model.joining import Call, Cause, JoinChoice, JoinShown
from device.model.requests import ActRequested, Outcome, Request
from device.model.room import OpenHours
from device.model.safetext import SafeText
from device.model.state import Dim, LastKnown, RoomState
from device.model.value import Value
from device.model.window import Window
from device.wire.panel import (
    ActEnded,
    ActStarted,
    Fault,
    FaultShown,
    FindRoomRequested,
    LookShown,
    Neighbour,
    NeighboursShown,
    PairingShown,
    RoomShown,
    TimeShown,
)

STANDING_STILL = 1e-6
"""The rate at which the scenes' clock runs."""


class Scene(Value):
    """What the agent says, and the keys that a person then presses."""

    frames: tuple[Any, ...]
    keys: tuple[str, ...] = ()
    outcome: Outcome | None = None
    """How an act ends that is asked for; None: the provider is still being asked."""

    def answers(self, asked: Request) -> tuple[Value, ...]:
        """What the agent says when the kiosk asks."""
        if isinstance(asked, ActRequested):
            ended = ActEnded(key=asked.key, outcome=self.outcome, until=at(13)) if self.outcome else None
            return (ActStarted(key=asked.key), *((ended,) if ended else ()))
        return (self._neighbours(asked.key),) if isinstance(asked, FindRoomRequested) else ()

    def _neighbours(self, key: str) -> NeighboursShown:
        rooms = (
            Neighbour(name=SafeText("Borealis"), place=SafeText("2nd floor"), capacity=6, free=True),
            Neighbour(name=SafeText("Cirrus"), place=SafeText("2nd floor"), capacity=4, free=True, free_until=at(15)),
            Neighbour(name=SafeText("Dusk"), place=SafeText("3rd floor"), capacity=12),
            Neighbour(name=SafeText("Equinox"), place=SafeText("4th floor"), capacity=8, known=False),
        )
        return NeighboursShown(key=key, rooms=rooms)


class Job(Value):
    """One picture to be taken."""

    scene: str
    way: str
    width: int
    height: int
    into: str

    @property
    def name(self) -> str:
        """The picture's name without its ending."""
        return f"{self.scene}-{self.way}-{self.width}x{self.height}"


_SCENES: dict[str, Callable[[], Scene]] = {}
_Make = Callable[[], Scene]


def names() -> tuple[str, ...]:
    """All scenes, in the order in which they are drawn."""
    return tuple(_SCENES)


@cache
def scene(name: str) -> Scene:
    """The scene of that name.

    Raises:
        KeyError: there is none.
    """
    return _SCENES[name]()


def _scene(make: _Make) -> _Make:
    _SCENES[make.__name__.strip("_").replace("_", "-")] = make
    return make


def _says(now: datetime, *frames: Any, look: LookShown | None = None, trusted: bool = True) -> tuple[Any, ...]:
    look = look or LookShown(zone=ZONE)
    return (TimeShown(now=now, rate=STANDING_STILL, trusted=trusted), look, *frames)


def _room(state: RoomState, **look: Any) -> Scene:
    return Scene(frames=_says(state.as_of, RoomShown(state=state), look=LookShown(zone=ZONE, **look)))


@_scene
def _free() -> Scene:
    return _room(room_state(at(12, 40), busy_day()))


@_scene
def _free_all_day() -> Scene:
    return _room(room_state(at(8, 15), ()))


@_scene
def _free_after_a_cancellation() -> Scene:
    gone = meeting("9", at(10), at(11), "Design review", "Amira Haddad")
    notice = Change(
        kind=ChangeKind.CANCELLED,
        title=gone.title,
        private=False,
        was=Window(start=at(10), end=at(11)),
        noticed_at=at(9, 52),
    )
    return _room(replace(room_state(at(9, 54), busy_day()[2:]), notices=(notice,)))


@_scene
def _starting() -> Scene:
    return _room(room_state(at(14, 7), busy_day()))


@_scene
def _check_in() -> Scene:
    return _room(room_state(at(14, 18), busy_day(), check_in=True))


@_scene
def _in_use() -> Scene:
    return _room(room_state(at(14, 37), busy_day()))


def _joining(**how: Any) -> Scene:
    state = room_state(at(14, 7), busy_day())
    subject = state.availability.current or state.availability.next
    return _room(replace(state, join=JoinShown(occurrence=subject.id if subject else "", **how)))


_ZOOM = JoinChoice(revision="r1", label=SafeText("Zoom · 844 3921 ····"))
_TEAMS = JoinChoice(revision="r2", label=SafeText("Microsoft Teams"))
for _name, _how in {
    "ready": {"choices": (_ZOOM,), "ready": True},
    "two-ways": {"choices": (_ZOOM, _TEAMS), "ready": True, "cause": Cause.SEVERAL},
    "dialing": {"call": Call.DIALING},
    "connected": {"call": Call.CONNECTED},
    "needs-passcode": {"call": Call.NEEDS_PASSCODE},
    "unreachable": {"cause": Cause.UNREACHABLE},
}.items():
    _SCENES[f"join-{_name}"] = partial(_joining, **_how)


@_scene
def _in_use_long_title() -> Scene:
    title = (
        "Quarterly planning with the regional sales and customer success leads, part two of three: budget, hiring, "
        "travel, and what we stop doing"
    )
    long = meeting("1", at(14), at(15, 30), title, "Maximiliane Ottilie von Hohenstein-Rabenau")
    return _room(room_state(at(14, 37), (long, *busy_day()[4:])))


@_scene
def _in_use_private() -> Scene:
    return _room(room_state(at(14, 37), (meeting("1", at(14), at(15, 30), "", "", private=True), *busy_day()[4:])))


@_scene
def _in_use_overlapping() -> Scene:
    second = meeting("2", at(14, 30), at(16), "Budget questions", "Tomasz Zieliński")
    return _room(room_state(at(14, 37), (*busy_day(), second)))


@_scene
def _in_use_not_fresh() -> Scene:
    """The calendar has been away for half an hour; the meeting is still known."""
    down = HopReport(hop=Hop.CALENDAR, healthy=False, at=at(14, 12), fault="CalendarUnreachable")
    state = room_state(at(14, 42), busy_day(), confirmed=at(14, 12))
    return _room(replace(state, hops=(down,)))


@_scene
def _unknown() -> Scene:
    down = HopReport(hop=Hop.NETWORK, healthy=False, at=at(12, 42), fault="CalendarUnreachable")
    state = room_state(at(13, 5), busy_day(), confirmed=at(12, 42))
    last = LastKnown(state=DoorState.FREE, at=at(12, 42), until=at(14, 15))
    return _room(replace(state, hops=(down,), last_known=last))


@_scene
def _unknown_clock() -> Scene:
    down = HopReport(hop=Hop.CLOCK, healthy=False, fault="ClockUntrusted")
    state = replace(room_state(at(13, 5), busy_day(), clock=ClockTrust.FLOOR), hops=(down,))
    return Scene(frames=_says(state.as_of, RoomShown(state=state), trusted=False))


@_scene
def _closed() -> Scene:
    hours = (OpenHours(opens="07:30", closes="19:00"),)
    return _room(replace(room_state(at(20, 15), busy_day(), hours=hours), dim=Dim.NIGHT))


@_scene
def _out_of_service() -> Scene:
    return _room(room_state(at(10, 30), busy_day(), note="The screen is being replaced. Back on Thursday."))


@_scene
def _hostile() -> Scene:
    """Titles from strangers; they have passed the one door for text, as they would have."""
    return _room(room_state(at(14, 37), hostile_day()))


@_scene
def _agent_silent() -> Scene:
    """The agent said one thing, good for a moment, and nothing since."""
    state = replace(room_state(at(14, 37), busy_day()), good_for=timedelta(milliseconds=200))
    running = TimeShown(now=state.as_of)  # doubt needs time that passes
    return Scene(frames=(running, LookShown(zone=ZONE), RoomShown(state=state)))


@_scene
def _pairing() -> Scene:
    words = ("harbour", "violet", "seven")
    shown = PairingShown(code="BCDF-GHJK", url="https://doors.example.com/pair", words=words, online=True)
    return Scene(frames=_says(at(9), shown))


_ABOUT_A_HOST = (Fault.CALENDAR, Fault.PROXY, Fault.HUB)


def _fault(fault: Fault) -> Scene:
    detail = "calendar.example.com" if fault in _ABOUT_A_HOST else ""
    shown = FaultShown(fault=fault, detail=SafeText(detail), retry_at=at(9, 1))
    return Scene(frames=_says(at(9), shown, trusted=fault is not Fault.CLOCK))


for _each in Fault:
    _SCENES[f"fault-{_each}"] = partial(_fault, _each)


@_scene
def _in_use_light() -> Scene:
    return _room(room_state(at(14, 37), busy_day()), theme=Theme.LIGHT)


@_scene
def _free_light() -> Scene:
    return _room(room_state(at(12, 40), busy_day()), theme=Theme.LIGHT)


@_scene
def _in_use_colour_blind() -> Scene:
    return _room(room_state(at(14, 37), busy_day()), theme=Theme.COLOUR_BLIND)


@_scene
def _free_colour_blind() -> Scene:
    return _room(room_state(at(12, 40), busy_day()), theme=Theme.COLOUR_BLIND)


def _language(tag: str, titles: Sequence[tuple[str, str]]) -> Scene:
    meetings = tuple(
        replace(known, title=SafeText(title), organizer=SafeText(who))
        for known, (title, who) in zip(busy_day()[3:], titles, strict=False)
    )
    return _room(room_state(at(14, 37), meetings), language=tag, hour24=None)


_LANGUAGES = {
    "de": (("Lenkungskreis Großkundenverträge", "Jürgen Müßig"), ("Jour fixe", "Änne Weiß")),
    "fr": (("Réunion d’équipe", "Éloïse Lefèvre"), ("Point budgétaire", "Noël Château")),
    "es": (("Reunión de planificación", "Íñigo Muñoz"), ("Revisión del año", "Begoña Ibáñez")),
    "pt": (("Reunião de acompanhamento", "João Conceição"), ("Avaliação", "Inês Simões")),
    "pl": (("Przegląd miesiąca", "Łukasz Wójcik"), ("Żółta księga", "Grażyna Śliwa")),
    "ja": (("四半期の計画会議", "佐藤 美咲"), ("採用面接", "鈴木 健太郎")),
    "ar": (("اجتماع التخطيط الأسبوعي", "ليلى الحداد"), ("مراجعة الميزانية", "سامي العلي")),
}
for _tag, _titles in _LANGUAGES.items():
    _SCENES[f"language-{_tag}"] = partial(_language, _tag, _titles)


def _pressed(*keys: str, outcome: Outcome | None = None, hour: int = 12, minute: int = 40) -> Scene:
    return replace(_room(room_state(at(hour, minute), busy_day())), keys=keys, outcome=outcome)


_FIRST = ("Tab", "Return")


def _back_to(presses: int) -> tuple[str, ...]:
    """The way to one of the last buttons: the first press finds the first button, each more goes back from there."""
    return ("Left",) * presses


@_scene
def _booking() -> Scene:
    return _pressed(*_FIRST)


@_scene
def _booked() -> Scene:
    return _pressed(*_FIRST, outcome=Outcome.DONE)


@_scene
def _taken_meanwhile() -> Scene:
    return _pressed(*_FIRST, outcome=Outcome.CONFLICT)


@_scene
def _held_offline() -> Scene:
    return _pressed(*_FIRST, outcome=Outcome.HELD)


@_scene
def _other_room() -> Scene:
    return _pressed(*_back_to(3), "Return")


@_scene
def _choosing_a_language() -> Scene:
    return _pressed(*_back_to(2), "Return")


@_scene
def _ending() -> Scene:
    return _pressed(*_back_to(4), "Return", hour=14, minute=37)


@_scene
def _night() -> Scene:
    return _room(replace(room_state(at(21, 30), ()), dim=Dim.NIGHT))
