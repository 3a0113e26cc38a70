"""Programs that the emulator starts: on a leash, so that none outlives it, and ended when it says so."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from device.emulator import leash

_GRACE = 3.0
"""Seconds that a program has to end by itself."""
LEASH = (sys.executable, "-E", "-S", str(Path(leash.__file__)))


async def start_quietly(
    command: Sequence[str], log: Path, environment: Mapping[str, str]
) -> asyncio.subprocess.Process:
    """A program without a terminal; what it says goes to the end of `log`."""
    with log.open("ab") as sink:
        return await asyncio.create_subprocess_exec(
            *LEASH,
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=sink,
            stderr=sink,
            env=environment,
            start_new_session=True,
        )


async def stop(process: asyncio.subprocess.Process, grace: float = _GRACE) -> int:
    """Ask it to end, insist after `grace` seconds, and say how it ended."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), grace)
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            with contextlib.suppress(ProcessLookupError):
                process.kill()
    return await process.wait()
