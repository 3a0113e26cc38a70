"""What every room system must do, whoever made it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from room_systems import TARGET, WORLDS, World, collect, opened

from device.join import Drivers
from device.join.interface import CannotJoin, RoomSystem, Target
from device.join.links.services import Service
from device.model.joining import Call, Cause


@pytest.fixture(params=Drivers, ids=lambda driver: driver.value)
def driver(request: pytest.FixtureRequest) -> Drivers:
    return request.param


@pytest.fixture
async def world(driver: Drivers, tmp_path: Path) -> AsyncIterator[World]:
    async with WORLDS[driver](tmp_path) as world:
        yield world


@pytest.fixture
async def system(driver: Drivers, world: World) -> AsyncIterator[RoomSystem]:
    async with opened(driver, world.options) as system:
        yield system


def test_every_driver_has_a_world_here() -> None:
    assert set(WORLDS) == set(Drivers)


async def test_an_idle_system_is_in_no_call(system: RoomSystem) -> None:
    assert not (await system.probe()).in_call


async def test_a_join_is_told_step_by_step_to_what_the_system_confirms(system: RoomSystem, world: World) -> None:
    if not world.good:
        with pytest.raises(CannotJoin):
            await system.join(world.target)
        return
    await system.prepare()
    attempt = await system.join(world.target)
    steps = await collect(system, attempt, until=world.good[-1])
    assert [step.call for step in steps if step.call in world.good] == list(world.good)
    await system.leave(attempt)
    await system.leave(attempt)


async def test_a_call_that_is_left_ends(system: RoomSystem, world: World) -> None:
    if Call.CONNECTED not in world.good:
        pytest.skip("it has no way to say that it is connected")
    attempt = await system.join(world.target)
    steps = []
    async for step in system.watch(attempt):
        steps.append(step.call)
        if step.call is Call.CONNECTED:
            await system.leave(attempt)
    assert steps[-1] is Call.ENDED


async def test_an_attempt_that_nobody_made_has_failed(system: RoomSystem) -> None:
    steps = await collect(system, "nobody's")
    assert steps[-1].call is Call.FAILED
    assert steps[-1].cause
    await system.leave("nobody's")


async def test_somebody_elses_call_is_seen_and_survives(system: RoomSystem, world: World) -> None:
    if world.busy is None:
        pytest.skip("nobody else can call it here")
    await world.busy()
    assert (await system.probe()).in_call
    await system.leave("nobody's")
    assert (await system.probe()).in_call


async def test_a_system_that_is_gone_is_told_and_nothing_else_raised(system: RoomSystem, world: World) -> None:
    if world.lose is None:
        pytest.skip("it cannot be lost here")
    await world.lose()
    with pytest.raises(CannotJoin) as caught:
        await system.probe()
    assert caught.value.cause in (Cause.UNREACHABLE, Cause.TIMED_OUT)


async def test_a_meeting_without_any_way_is_refused_before_anything_is_asked(
    driver: Drivers, system: RoomSystem
) -> None:
    if driver in (Drivers.COMMAND, Drivers.WEBHOOK):
        pytest.skip("whoever is told decides")
    with pytest.raises(CannotJoin) as caught:
        system.check(Target(service=Service.JITSI))
    assert caught.value.cause is Cause.NO_WAY


def test_a_target_does_not_print_itself() -> None:
    assert "8123" not in repr(TARGET)
