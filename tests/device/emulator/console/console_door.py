"""A console around a small full-screen program, for tests on a pseudo-terminal: `console_door.py DOOR [SIZE]`."""

import asyncio
import os
import sys
from pathlib import Path

from device.emulator.console import Console
from device.emulator.console.layout import panel
from device.emulator.knobs import Knob
from device.emulator.signals import until_signalled


async def _main(door: str, size: str) -> int:
    async def jump() -> str:
        return "The clock jumped."

    async def fail() -> str:
        raise ValueError("no meeting is running")

    async def break_down() -> str:
        raise ZeroDivisionError("a defect")

    knobs = (
        Knob(name="jump", key="n", label="next change", help="Jump to the next change.", act=jump),
        Knob(name="fail", key="m", label="move", help="Move the meeting.", act=fail),
        Knob(name="break", key="b", label="break", help="A defect of the console.", act=break_down),
    )
    console = Console(
        [sys.executable, str(Path(__file__).with_name(door))],
        os.environ,
        knobs,
        wanted=panel(size) if size else None,
        facts=lambda: "Aurora · monday",
        greeting="The office is open.",
    )
    code = await console.run()
    sys.stdout.write(f"ended {code}; last words: {console.last_words.decode(errors='replace').strip()!r}\n")
    return code


if __name__ == "__main__":
    sys.exit(asyncio.run(until_signalled(_main(sys.argv[1], *sys.argv[2:] or [""]))))
