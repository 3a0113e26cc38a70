"""Tasks end when they are told to, and a failure does not end unseen."""

import asyncio

import pytest

from device.emulator.ending import end


async def test_a_task_that_waits_is_ended() -> None:
    task = asyncio.create_task(asyncio.Event().wait())
    await end((task,))
    assert task.cancelled()


async def test_what_failed_before_comes_to_light() -> None:
    async def fail() -> None:
        raise LookupError("gone")

    failed, waiting = asyncio.create_task(fail()), asyncio.create_task(asyncio.Event().wait())
    await asyncio.sleep(0)
    with pytest.raises(LookupError, match="gone"):
        await end((failed, waiting))
    assert waiting.cancelled()
