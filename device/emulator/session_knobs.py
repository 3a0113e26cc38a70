"""What a person can do in a session, knob by knob: those that make no sense for a real calendar are not there."""

from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime, timedelta
from itertools import pairwise

import msgspec

from device.emulator.control import Control
from device.emulator.knobs import Act, Knob
from device.emulator.session import Session
from device.emulator.world import HubHands
from device.model.state import RoomState
from device.model.value import from_plain

PACES = (1.0, 10.0, 60.0, 600.0)
_BEYOND = timedelta(seconds=1)


def knobs(session: Session) -> tuple[Knob, ...]:
    """The knobs of a session, in the order in which they are shown."""
    return tuple(_Knobs(session).all())


class _Knobs:
    def __init__(self, session: Session) -> None:
        self._session = session

    def all(self) -> Iterator[Knob]:
        if len(self._session.world.rooms) > 1:
            yield _knob("room", "r", "room", "Go to the door of the next room.", self._next_room)
        yield from self._of_time()
        if self._session.world.control:
            yield from self._of_meetings()
            yield from self._of_faults()
            if self._session.world.hub:
                yield _knob("hub", "h", "hub", "Stop the hub, or start it again.", self._in_hub(_toggle))
                yield _knob("portal", "P", "portal", "Show the way into the hub's portal.", self._in_hub(_way_in))
            yield _knob("start-over", "o", "restart", "Begin this scenario anew.", self._start_over)

    def _of_time(self) -> Iterator[Knob]:
        yield _knob("next-change", "n", "next change", "Jump to when the door will say something else.", self._next)
        yield _knob("forward-5", "f", "+5 min", "Let five minutes pass at once.", self._forward(5))
        yield _knob("forward-15", "F", "+15 min", "Let a quarter of an hour pass at once.", self._forward(15))
        yield _knob("speed", "s", "speed", "Let time run 10, 60 or 600 times as fast, or as outside.", self._speed)

    def _of_meetings(self) -> Iterator[Knob]:
        yield _knob("add", "a", "add", "Somebody books this room from now.", self._at_room(Control.add_meeting))
        yield _knob("move", "m", "move", "The meeting is moved by half an hour.", self._at_room(Control.move_meeting))
        yield _knob("cancel", "c", "cancel", "The meeting is cancelled.", self._at_room(Control.cancel_meeting))
        yield _knob("private", "p", "private", "The meeting becomes private.", self._at_room(Control.make_private))

    def _of_faults(self) -> Iterator[Knob]:
        yield _knob("network", "x", "network", "Cut the network, or mend it.", self._in_office(Control.toggle_network))
        yield _knob(
            "error", "e", "error", "The provider's next error; at last none.", self._in_office(Control.next_error)
        )
        yield _knob(
            "access", "k", "access", "All access given out so far expires.", self._in_office(Control.expire_access)
        )
        yield _knob(
            "clock",
            "w",
            "clock",
            "Set the device's clock wrong, or right.",
            self._in_office(Control.toggle_clock),
        )

    async def _next_room(self) -> str:
        rooms = self._session.world.rooms
        following = dict(pairwise((*rooms, rooms[0])))
        await self._session.go_to(following[self._session.room])
        return f"This is the door of {self._session.room.name}."

    async def _start_over(self) -> str:
        await self._session.start_over()
        return "Everything begins anew."

    async def _next(self) -> str:
        state, now = shown_state(self._session), self._session.world.clock.now
        if state is None:
            return "The door has not read its calendar yet."
        change = next_change(state, now)
        return self._session.world.jump(change - now) if change else "Nothing more changes as far as the door knows."

    async def _speed(self) -> str:
        following = dict(pairwise((*PACES, PACES[0])))
        return self._session.world.set_rate(following.get(self._session.world.clock.rate, PACES[0]))

    def _forward(self, minutes: int) -> Act:
        async def act() -> str:
            return self._session.world.jump(timedelta(minutes=minutes))

        return act

    def _at_room(self, do: Callable[[Control, str], str]) -> Act:
        async def act() -> str:
            said = do(_control(self._session), self._session.room.id)
            if self._session.world.hub is None:
                self._session.look_again()
            return said

        return act

    def _in_hub(self, do: Callable[[HubHands], Awaitable[str]]) -> Act:
        async def act() -> str:
            hub = self._session.world.hub
            return await do(hub) if hub else ""

        return act

    def _in_office(self, do: Callable[[Control], str]) -> Act:
        async def act() -> str:
            said = do(_control(self._session))
            await self._session.try_again()
            return said

        return act


async def _toggle(hub: HubHands) -> str:
    return await hub.toggle()


async def _way_in(hub: HubHands) -> str:
    return f"Portal: {await hub.way_in()}"


def _knob(name: str, key: str, label: str, explained: str, act: Act) -> Knob:
    return Knob(name=name, key=key, label=label, help=explained, act=act)


def _control(session: Session) -> Control:
    if session.world.control is None:
        raise ValueError("a real calendar is not ours to change")
    return session.world.control


def shown_state(session: Session) -> RoomState | None:
    """What the door that is shown says; None while its agent has told nothing."""
    try:
        plain = msgspec.json.decode((session.runtime / "state.json").read_bytes())
        state = msgspec.convert(plain["state"], RoomState, dec_hook=from_plain)
    except (OSError, KeyError, TypeError, msgspec.MsgspecError):
        return None
    return state if state.room.id == session.room.id else None


def next_change(state: RoomState, now: datetime) -> datetime | None:
    """When the door will say something else because of a meeting or its opening hours."""
    return min((edge + _BEYOND for edge in _edges(state) if edge + _BEYOND > now), default=None)


def _edges(state: RoomState) -> Iterator[datetime]:
    policy, until = state.room.policy, state.availability.until
    if until:
        yield until
    for occurrence in state.day:
        bounds = occurrence.bounds(state.room.zone)
        yield from (bounds.start - policy.starts_soon, bounds.start, bounds.end)
        if policy.check_in:
            yield bounds.start + policy.check_in.release_after
