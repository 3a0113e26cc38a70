"""The emulator as a newcomer has it: the real hub stands between the office and the door."""

import asyncio
from collections.abc import AsyncIterator, Callable

import httpx
import pytest
from seat import PATIENCE

from device.cli.hub_world import with_hub
from device.emulator.knobs import Knob
from device.emulator.session import Session, open_session
from device.emulator.session_knobs import knobs, shown_state
from device.emulator.world import office_world
from device.model.availability import DoorState
from device.model.state import RoomState


@pytest.fixture
async def session() -> AsyncIterator[Session]:
    async with open_session(with_hub(office_world("monday"), {"look": {"theme": "light"}})) as opened:
        yield opened


def knob(session: Session, name: str) -> Knob:
    (found,) = (one for one in knobs(session) if one.name == name)
    return found


async def until(session: Session, holds: Callable[[RoomState], object]) -> RoomState:
    async with asyncio.timeout(PATIENCE):
        while (state := shown_state(session)) is None or not holds(state):  # noqa: ASYNC110 - what is waited for happens in other processes
            await asyncio.sleep(0.05)
    return state


def free(state: RoomState) -> bool:
    return state.availability.state is DoorState.FREE


async def test_what_changes_in_the_office_is_on_the_glass_by_the_hubs_word(session: Session) -> None:
    state = await until(session, free)
    assert state.room.policy.hours, "the room's rules came by the hub"
    await knob(session, "add").act()
    await until(session, lambda state: state.availability.state is DoorState.IN_USE)


async def test_the_next_room_has_a_card_of_its_own_and_one_comes_back(session: Session) -> None:
    first = (await until(session, free)).room.id
    await knob(session, "room").act()
    assert (await until(session, lambda state: state.room.id != first)).room.id == session.room.id
    while session.room.id != first:
        await knob(session, "room").act()
    assert (await until(session, free)).room.id == first


async def test_a_door_goes_on_while_its_hub_is_stopped(session: Session) -> None:
    await until(session, free)
    assert "stopped" in await knob(session, "hub").act()
    assert (await until(session, free)).room.id == session.room.id
    assert await knob(session, "hub").act() == "The hub is back."
    await knob(session, "add").act()
    await until(session, lambda state: state.availability.state is DoorState.IN_USE)


async def test_the_way_into_the_portal_is_good(session: Session) -> None:
    link = (await knob(session, "portal").act()).removeprefix("Portal: ")
    async with httpx.AsyncClient(trust_env=False) as browser:
        assert (await browser.get(link)).status_code == 200
        assert (await browser.get(f"{link[:-4]}xxxx")).status_code in (403, 404, 410)
