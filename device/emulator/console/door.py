"""The door as the console has it: a full-screen program on a pseudo-terminal of its own."""

import asyncio
import os
import pty
from collections.abc import Mapping, Sequence

from device.emulator.console.layout import Grid
from device.emulator.console.terminal import set_grid
from device.emulator.programs import LEASH


async def start_on_terminal(
    command: Sequence[str], grid: Grid, environment: Mapping[str, str]
) -> tuple[asyncio.subprocess.Process, int]:
    """The program, and our end of its terminal (to be closed by whoever takes it)."""
    ours, its = pty.openpty()
    try:
        set_grid(its, grid)
        process = await asyncio.create_subprocess_exec(
            *LEASH, "--tty", *command, stdin=its, stdout=its, stderr=its, env=environment, start_new_session=True
        )
    except BaseException:
        os.close(ours)
        raise
    finally:
        os.close(its)
    return process, ours
