"""What systemd hears, over a real notification socket."""

import asyncio
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from agent_side import NOON, PATIENCE, at, room

from device.agent.health import Health
from device.agent.knowledge import Knowledge
from device.agent.room_state import showing
from device.model.clock import ClockReading
from device.model.door import Night
from device.model.state import RoomState


@pytest.fixture
def systemd(tmp_path: Path) -> Iterator[tuple[socket.socket, str]]:
    ear = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    ear.bind(str(tmp_path / "notify"))
    ear.settimeout(PATIENCE)
    yield ear, str(tmp_path / "notify")
    ear.close()


def state() -> RoomState:
    reading = ClockReading(now=NOON, elapsed=at("12:00") - NOON)
    return showing(Knowledge(room()), reading, writable=True, night=Night()).state


def test_it_says_ready_how_it_is_and_when_it_stops(systemd: tuple[socket.socket, str]) -> None:
    ear, address = systemd
    health = Health({"NOTIFY_SOCKET": address})

    health.ready()
    health.shown(state())
    health.shown(state())
    health.stopping()

    said = [ear.recv(4096) for _ in range(3)]
    assert said == [b"READY=1", b"STATUS=unknown (never-read)", b"STOPPING=1"]


def test_an_abstract_socket_is_found_too() -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind("\0doorlight-test-" + str(os.getpid()))
        ear.settimeout(PATIENCE)

        Health({"NOTIFY_SOCKET": "@doorlight-test-" + str(os.getpid())}).ready()

        assert ear.recv(4096) == b"READY=1"


async def test_signs_of_life_come_twice_in_the_time_that_is_given(systemd: tuple[socket.socket, str]) -> None:
    ear, address = systemd
    health = Health({"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "40000", "WATCHDOG_PID": str(os.getpid())})
    assert health._interval == 0.02

    living = asyncio.create_task(health.run())
    try:
        for _ in range(3):
            assert await asyncio.to_thread(ear.recv, 4096) == b"WATCHDOG=1"
    finally:
        living.cancel()


async def test_a_loop_that_hangs_gives_no_sign(systemd: tuple[socket.socket, str]) -> None:
    ear, address = systemd
    living = asyncio.create_task(Health({"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "2000"}).run())
    await asyncio.sleep(0)
    assert ear.recv(4096) == b"WATCHDOG=1"
    ear.settimeout(0.05)

    with pytest.raises(TimeoutError):  # the loop is held up here for 25 intervals
        ear.recv(4096)
    living.cancel()


@pytest.mark.parametrize(
    "environment",
    [{}, {"WATCHDOG_USEC": "0"}, {"WATCHDOG_USEC": "soon"}, {"WATCHDOG_USEC": "1000", "WATCHDOG_PID": "1"}],
)
def test_where_no_sign_is_wanted_none_is_given(environment: dict[str, str]) -> None:
    assert Health(environment)._interval is None


def test_without_anybody_who_listens_nothing_happens() -> None:
    Health({}).ready()
    Health({"NOTIFY_SOCKET": "/nowhere/at/all"}).ready()
