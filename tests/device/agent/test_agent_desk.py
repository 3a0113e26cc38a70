"""What people at the door ask for, done by a whole agent against an office that speaks Microsoft Graph."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from agent_side import Visitor, agent_in_here, document, visit, wait_until

from device.agent.settings import build
from device.emulator.faults import Fault as OfficeFault
from device.emulator.faults import Network
from device.emulator.office import Office, open_office
from device.model.availability import DoorState, Reason
from device.model.clock import ClockReading, SystemClock
from device.model.requests import (
    BookRequested,
    CheckInRequested,
    EndRequested,
    ExtendRequested,
    Offer,
    Outcome,
)
from device.model.state import RoomState
from device.wire.panel import (
    ActEnded,
    ActStarted,
    Fault,
    FaultShown,
    FindRoomRequested,
    NeighboursShown,
    RetryRequested,
    RoomShown,
)

GRAPH = "/v1.0/"
"""The part of a path that no request for a token has."""


@pytest.fixture(autouse=True)
def _own_authorities(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)


class Still:
    """A machine on which no time passes but what a test lets pass."""

    def read(self) -> ClockReading:
        return ClockReading(now=SystemClock().read().now, elapsed=timedelta(hours=1))


@asynccontextmanager
async def office_of(scenario: str, folder: Path, start: datetime | None = None) -> AsyncIterator[Office]:
    async with open_office(scenario, folder, start=start, machine=Still()) as office:
        yield office


@asynccontextmanager
async def door(office: Office, folder: Path, name: str = "aurora", **tables: Any) -> AsyncIterator[Visitor]:
    plain = {**document(folder), "polling": {"every": "1m"}, **office.agent_settings(name), **tables}
    async with agent_in_here(build(plain, folder / "agent.toml")) as visitor:
        yield visitor


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    """An office whose rooms are all free, where no time passes by itself."""
    async with office_of("empty", tmp_path) as opened:
        yield opened


@pytest.fixture
async def at_door(office: Office, tmp_path: Path) -> AsyncIterator[Visitor]:
    async with door(office, tmp_path) as visitor:
        await visitor.until_state(is_free)
        yield visitor


def is_free(state: RoomState) -> bool:
    return state.availability.state is DoorState.FREE


def in_use(state: RoomState) -> bool:
    return state.availability.state is DoorState.IN_USE


def events_of(office: Office, name: str = "aurora@office.example") -> list[Any]:
    return [event for event in office.tenant_cloud.mailboxes[name].events.values() if not event.is_cancelled]


async def test_a_booking_is_under_way_at_once_and_done_when_the_provider_has_it(
    office: Office, at_door: Visitor
) -> None:
    at_door.say(BookRequested(key="press", minutes=30))

    assert (await at_door.until(ActStarted)).key == "press"
    ended = await at_door.until(ActEnded)

    assert ended.outcome is Outcome.DONE
    assert ended.until is not None
    state = next(frame.state for frame in reversed(at_door.heard) if isinstance(frame, RoomShown))
    assert in_use(state), "the glass shows it before the act is said to be done"
    assert state.availability.current is not None
    assert state.availability.current.own
    assert state.availability.until == ended.until


async def test_a_repeated_key_is_one_booking_and_tells_its_outcome_again(office: Office, at_door: Visitor) -> None:
    for _ in range(5):
        at_door.say(BookRequested(key="press", minutes=15))
    first = await at_door.until(ActEnded)
    at_door.say(BookRequested(key="press", minutes=15))

    assert await at_door.until(ActEnded) == first
    state = await next_state(at_door, in_use)
    assert len([one for one in state.day if one.own]) == 1


async def test_two_who_press_at_once_at_two_screens_get_one_booking_and_one_refusal(
    office: Office, at_door: Visitor, tmp_path: Path
) -> None:
    async with visit(tmp_path / "run" / "panel.sock") as other:
        await other.until_state(is_free)
        at_door.say(BookRequested(key="one", minutes=15))
        other.say(BookRequested(key="two", minutes=15))

        outcomes = {(await at_door.until(ActEnded)).outcome, (await other.until(ActEnded)).outcome}

    assert outcomes == {Outcome.DONE, Outcome.NOT_NOW}


@pytest.mark.parametrize("minutes", [0, -15, 7, 10_000])
async def test_a_length_that_is_not_offered_is_refused(minutes: int, at_door: Visitor) -> None:
    at_door.say(BookRequested(key=f"press {minutes}", minutes=minutes))

    assert (await at_door.until(ActEnded)).outcome is Outcome.NOT_NOW


async def test_an_act_on_a_meeting_that_is_not_there_is_refused(at_door: Visitor) -> None:
    for request in (
        EndRequested(key="1", occurrence="nothing"),
        ExtendRequested(key="2", occurrence="nothing", minutes=15),
        CheckInRequested(key="3", occurrence="nothing"),
    ):
        at_door.say(request)
        assert (await at_door.until(ActEnded)).outcome is Outcome.NOT_NOW


async def next_state(visitor: Visitor, is_it: Any) -> RoomState:
    """The latest state that was heard, if it is the one, or else the next."""
    for frame in reversed(visitor.heard):
        if isinstance(frame, RoomShown):
            if is_it(frame.state):
                return frame.state
            break
    return await visitor.until_state(is_it)


async def booked(visitor: Visitor, minutes: int = 30) -> str:
    visitor.say(BookRequested(key=f"book {minutes}", minutes=minutes))
    assert (await visitor.until(ActEnded)).outcome is Outcome.DONE
    current = (await next_state(visitor, in_use)).availability.current
    assert current is not None
    return current.id


async def test_a_meeting_is_extended_and_ended(at_door: Visitor) -> None:
    current = await booked(at_door)
    before = (await next_state(at_door, in_use)).availability.until
    assert before is not None

    at_door.say(ExtendRequested(key="more", occurrence=current, minutes=15))
    assert (await at_door.until(ActEnded)).until == before + timedelta(minutes=15)
    at_door.say(EndRequested(key="end", occurrence=current))
    assert (await at_door.until(ActEnded)).outcome is Outcome.DONE

    await next_state(at_door, is_free)


async def test_somebody_elses_booking_in_the_same_moment_wins(office: Office, at_door: Visitor) -> None:
    office.control.add_meeting("aurora", title="Faster")

    at_door.say(BookRequested(key="press", minutes=15))

    assert (await at_door.until(ActEnded)).outcome is Outcome.CONFLICT
    state = await next_state(at_door, in_use)
    assert state.availability.current is not None
    assert state.availability.current.title == "Faster"


async def test_a_provider_that_denies_it_is_told_apart_from_one_that_is_away(office: Office, at_door: Visitor) -> None:
    office.faults.add(OfficeFault.FORBIDDEN, method="POST")
    at_door.say(BookRequested(key="denied", minutes=15))
    assert (await at_door.until(ActEnded)).outcome is Outcome.DENIED
    office.faults.clear()

    current = await booked(at_door)
    office.faults.network = Network.CUT
    at_door.say(EndRequested(key="away", occurrence=current))
    assert (await at_door.until(ActEnded)).outcome is Outcome.UNREACHABLE


async def test_a_booking_while_the_network_is_cut_is_a_hold_and_is_booked_once_it_is_back(
    office: Office, at_door: Visitor, tmp_path: Path
) -> None:
    office.faults.network = Network.CUT
    at_door.say(BookRequested(key="press", minutes=30))

    held = await at_door.until(ActEnded)
    assert held.outcome is Outcome.HELD
    assert pending(tmp_path) == ["press"]
    state = await next_state(at_door, lambda state: state.hold is not None)
    assert Offer.BOOK not in state.offers
    assert is_free(state), "a hold is not a booking"

    office.faults.clear()
    at_door.say(RetryRequested(key="again"))
    ended = await at_door.until(ActEnded)
    assert (ended.key, ended.outcome, ended.until) == ("press", Outcome.DONE, held.until)
    state = await next_state(at_door, lambda state: state.hold is None and in_use(state))
    await wait_until(lambda: pending(tmp_path) == [])


def pending(folder: Path) -> list[str]:
    with closing(sqlite3.connect(f"file:{folder / 'state' / 'cache.db'}?mode=ro", uri=True)) as connection:
        return [key for (key,) in connection.execute("SELECT key FROM pending")]


async def test_a_hold_outlives_the_agent(office: Office, tmp_path: Path) -> None:
    async with door(office, tmp_path) as visitor:
        await visitor.until_state(is_free)
        office.faults.network = Network.CUT
        visitor.say(BookRequested(key="press", minutes=30))
        assert (await visitor.until(ActEnded)).outcome is Outcome.HELD

    office.faults.clear()
    async with door(office, tmp_path) as visitor:
        assert (await visitor.until(ActEnded)).outcome is Outcome.DONE
        await next_state(visitor, in_use)


async def test_a_hold_gives_way_to_whoever_took_the_time_in_the_calendar(office: Office, at_door: Visitor) -> None:
    office.faults.network = Network.CUT
    at_door.say(BookRequested(key="press", minutes=30))
    assert (await at_door.until(ActEnded)).outcome is Outcome.HELD
    office.control.add_meeting("aurora", title="From the desk")

    office.faults.clear()
    at_door.say(RetryRequested(key="again"))

    ended = await at_door.until(ActEnded)
    assert (ended.key, ended.outcome) == ("press", Outcome.CONFLICT)
    state = await next_state(at_door, lambda state: state.hold is None and in_use(state))
    assert not any(one.own for one in state.day)


async def test_a_hold_ends_when_its_time_is_over(office: Office, at_door: Visitor, tmp_path: Path) -> None:
    office.faults.network = Network.CUT
    at_door.say(BookRequested(key="press", minutes=15))
    assert (await at_door.until(ActEnded)).outcome is Outcome.HELD

    office.clock.jump(timedelta(minutes=16))

    ended = await at_door.until(ActEnded)
    assert (ended.key, ended.outcome) == ("press", Outcome.UNREACHABLE)
    await next_state(at_door, lambda state: state.hold is None)
    await wait_until(lambda: pending(tmp_path) == [])


async def test_a_hold_can_be_given_up(office: Office, at_door: Visitor, tmp_path: Path) -> None:
    office.faults.network = Network.CUT
    at_door.say(BookRequested(key="press", minutes=15))
    assert (await at_door.until(ActEnded)).outcome is Outcome.HELD

    at_door.say(EndRequested(key="never mind", occurrence="press"))

    assert (await at_door.until(ActEnded)).outcome is Outcome.DONE
    await next_state(at_door, lambda state: state.hold is None)
    assert pending(tmp_path) == []


async def test_an_answer_that_was_lost_on_its_way_is_one_booking_in_the_end(office: Office, at_door: Visitor) -> None:
    office.faults.add(OfficeFault.LOST_ANSWER, method="POST", path="/events", times=1)
    at_door.say(BookRequested(key="press", minutes=30))
    assert (await at_door.until(ActEnded)).outcome in (Outcome.HELD, Outcome.DONE)
    at_door.say(RetryRequested(key="again"))

    state = await next_state(at_door, lambda state: state.hold is None and in_use(state))

    assert len([one for one in state.day if one.own]) == 1


async def test_neighbours_are_told_by_who_is_free_for_longest(office: Office, at_door: Visitor) -> None:
    office.control.add_meeting("borealis", title="Taken")
    at_door.say(FindRoomRequested(key="where"))

    answer = await at_door.until(NeighboursShown)

    assert answer.key == "where"
    by_name = {room.name: room for room in answer.rooms}
    assert not by_name["Borealis"].free
    assert by_name["Borealis"].known
    assert answer.rooms[-1].name == "Borealis"
    assert answer.rooms[0].free


async def test_neighbours_are_unknown_while_nobody_can_be_asked(office: Office, at_door: Visitor) -> None:
    office.faults.network = Network.CUT
    at_door.say(FindRoomRequested(key="where"))

    rooms = (await at_door.until(NeighboursShown)).rooms

    assert rooms
    assert not any(room.known or room.free for room in rooms)


async def test_a_fault_that_nobody_expected_ends_the_act_and_not_the_agent(
    office: Office, at_door: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.faults.add(OfficeFault.GARBAGE, method="POST")
    at_door.say(BookRequested(key="press", minutes=15))
    assert (await at_door.until(ActEnded)).outcome is Outcome.HELD
    office.faults.clear()
    at_door.say(RetryRequested(key="again"))
    assert (await at_door.until(ActEnded)).outcome is Outcome.DONE


async def test_while_nothing_was_ever_known_the_fault_is_told(tmp_path: Path) -> None:
    async with office_of("empty", tmp_path) as office:
        office.faults.add(OfficeFault.FORBIDDEN, path=GRAPH)
        async with door(office, tmp_path) as visitor:
            fault = await visitor.until(FaultShown, lambda frame: frame.fault is not Fault.STARTING)
            assert fault.fault is Fault.PERMISSION
            assert fault.retry_at is not None

            office.faults.clear()
            visitor.say(RetryRequested(key="now"))
            await visitor.until_state(is_free)


@pytest.mark.parametrize(
    ("office_fault", "told"),
    [
        (OfficeFault.WRONG_SECRET, Fault.SIGN_IN),
        (OfficeFault.UNAUTHORISED, Fault.SIGN_IN),
        (OfficeFault.NOT_FOUND, Fault.NO_SUCH_ROOM),
        (OfficeFault.SERVER_ERROR, Fault.CALENDAR),
        (OfficeFault.THROTTLED, Fault.CALENDAR),
        (OfficeFault.HTML, Fault.CALENDAR),
        (OfficeFault.HUGE, Fault.CALENDAR),
    ],
)
async def test_each_way_to_fail_at_the_first_reading_has_its_word(
    office_fault: OfficeFault, told: Fault, tmp_path: Path
) -> None:
    async with office_of("empty", tmp_path) as office:
        office.faults.add(office_fault, path="" if office_fault is OfficeFault.WRONG_SECRET else GRAPH)
        async with door(office, tmp_path) as visitor:
            shown = await visitor.until(FaultShown, lambda frame: frame.fault is not Fault.STARTING)

    assert shown.fault is told
    assert (shown.retry_at is None) == (told is Fault.SIGN_IN)


async def test_a_meeting_that_nobody_came_to_is_released(tmp_path: Path) -> None:
    async with office_of("no-show", tmp_path) as office, door(office, tmp_path) as visitor:
        await visitor.until_state(lambda state: state.availability.next is not None)
        office.clock.jump(timedelta(minutes=4, seconds=30))
        state = await visitor.until_state(lambda state: state.availability.state is DoorState.CHECK_IN)
        assert Offer.CHECK_IN in state.offers

        office.clock.jump(timedelta(minutes=10))

        await visitor.until_state(is_free)
        assert any(
            isinstance(frame, RoomShown) and frame.state.availability.reason is Reason.NO_SHOW
            for frame in visitor.heard
        )


async def test_whoever_checks_in_keeps_the_room(tmp_path: Path) -> None:
    async with office_of("no-show", tmp_path) as office, door(office, tmp_path) as visitor:
        await visitor.until_state(lambda state: state.availability.next is not None)
        office.clock.jump(timedelta(minutes=4, seconds=30))
        state = await visitor.until_state(lambda state: state.availability.state is DoorState.CHECK_IN)
        assert state.availability.current is not None

        visitor.say(CheckInRequested(key="here", occurrence=state.availability.current.id))
        assert (await visitor.until(ActEnded)).outcome is Outcome.DONE
        await next_state(visitor, in_use)
        office.clock.jump(timedelta(minutes=10))

        state = await visitor.until_state(lambda state: in_use(state) and state.fresh)
        assert state.availability.reason is Reason.OCCUPIED


async def test_a_release_that_the_provider_does_not_accept_is_tried_again(tmp_path: Path) -> None:
    async with office_of("no-show", tmp_path) as office, door(office, tmp_path) as visitor:
        await visitor.until_state(lambda state: state.availability.next is not None)
        for method in ("PATCH", "POST", "DELETE"):
            office.faults.add(OfficeFault.FORBIDDEN, method=method, path="/events")
        office.clock.jump(timedelta(minutes=15))
        await visitor.until_state(lambda state: state.availability.reason is Reason.NO_SHOW)
        await asyncio.sleep(0.2)

        office.faults.clear()
        office.clock.jump(timedelta(minutes=2))

        await visitor.until_state(is_free)


async def test_a_meeting_that_somebody_cancelled_leaves_the_glass_with_a_notice(tmp_path: Path) -> None:
    async with office_of("monday", tmp_path) as office, door(office, tmp_path) as visitor:
        await visitor.until_state(lambda state: state.availability.next is not None)
        office.control.cancel_meeting("aurora")
        visitor.say(RetryRequested(key="look"))

        state = await visitor.until_state(lambda state: state.notices)

        assert state.notices[0].kind == "cancelled"
