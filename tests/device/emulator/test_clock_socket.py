"""The device's clock over its socket: a line on connecting, a line at each change, and no trouble when listeners go."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from office_clients import StillClock

from device.emulator.clock_socket import serve_clock
from device.emulator.world_clock import WorldClock
from device.model.clock import ClockReading, ClockTrust
from device.model.value import decode

START = datetime(2026, 11, 23, 7, 55, tzinfo=UTC)


@pytest.fixture
def clock() -> WorldClock:
    return WorldClock(START, machine=StillClock())


@pytest.fixture
async def path(clock: WorldClock, tmp_path: Path) -> AsyncIterator[str]:
    async with serve_clock(clock, tmp_path / "clock.sock"):
        yield str(tmp_path / "clock.sock")


async def line(reader: asyncio.StreamReader) -> ClockReading:
    reading: ClockReading = decode(await asyncio.wait_for(reader.readline(), 5), ClockReading)
    return reading


async def test_who_connects_is_told_the_time_and_then_every_change(clock: WorldClock, path: str) -> None:
    reader, writer = await asyncio.open_unix_connection(path)
    assert await line(reader) == clock.read_device()
    clock.set_rate(60)
    assert (await line(reader)).rate == 60
    clock.jump(timedelta(hours=2))
    assert (await line(reader)).now == START + timedelta(hours=2)
    clock.set_device(timedelta(days=-1), ClockTrust.INVALID)
    wrong = await line(reader)
    assert (wrong.now, wrong.trust) == (START + timedelta(hours=-22), ClockTrust.INVALID)
    writer.close()
    await writer.wait_closed()


async def test_several_listen_and_one_that_leaves_disturbs_nobody(clock: WorldClock, path: str) -> None:
    first, second = [await asyncio.open_unix_connection(path) for _ in range(2)]
    await line(first[0])
    await line(second[0])
    first[1].close()
    await first[1].wait_closed()
    clock.set_rate(5)
    assert (await line(second[0])).rate == 5
    second[1].close()
    await second[1].wait_closed()


async def test_listeners_are_let_go_when_the_office_closes(clock: WorldClock, tmp_path: Path) -> None:
    async with serve_clock(clock, tmp_path / "other.sock"):
        reader, writer = await asyncio.open_unix_connection(str(tmp_path / "other.sock"))
        await line(reader)
    assert await asyncio.wait_for(reader.read(), 5) == b""
    assert not (tmp_path / "other.sock").exists()
    writer.close()
    await writer.wait_closed()


async def test_a_socket_left_behind_is_no_obstacle(clock: WorldClock, tmp_path: Path) -> None:
    (tmp_path / "left.sock").write_text("left behind")
    async with serve_clock(clock, tmp_path / "left.sock"):
        reader, writer = await asyncio.open_unix_connection(str(tmp_path / "left.sock"))
        assert (await line(reader)).now == START
        writer.close()
        await writer.wait_closed()
