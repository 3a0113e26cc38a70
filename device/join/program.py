"""Programs that a driver starts: a fixed list of words, no shell, bounded, and gone when they are no longer wanted."""

import asyncio
import os
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import timedelta

from device.join.interface import CannotJoin
from device.model.joining import Cause

END_WITHIN = timedelta(seconds=3)
_INHERITED = ("PATH", "HOME", "LANG", "XDG_RUNTIME_DIR", "WAYLAND_DISPLAY", "DISPLAY", "DBUS_SESSION_BUS_ADDRESS")


async def start(words: Sequence[str], more: Mapping[str, str]) -> Process:
    """Start a program with its words as they are; `more` is added to the little of the environment that it gets.

    Raises:
        CannotJoin: UNREACHABLE where it cannot be started.
    """
    environment = {name: os.environ[name] for name in _INHERITED if name in os.environ} | dict(more)
    try:
        return await asyncio.create_subprocess_exec(
            *words, stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL, env=environment, start_new_session=True
        )
    except (OSError, ValueError) as error:
        raise CannotJoin(Cause.UNREACHABLE, type(error).__name__) from error


async def stop(process: Process) -> None:
    """End it, by force if it must be."""
    if process.returncode is not None:
        return
    with suppress(ProcessLookupError):
        process.terminate()
    try:
        async with asyncio.timeout(END_WITHIN.total_seconds()):
            await process.wait()
    except TimeoutError:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
