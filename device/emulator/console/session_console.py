"""A session on the terminal: the kiosk as the door, the session's knobs as keys, its news as the sentence below."""

import os

from device.emulator.console.console import Console
from device.emulator.console.layout import Grid
from device.emulator.session import Session
from device.emulator.session_knobs import knobs
from device.model.safetext import SafeText

_WELCOME = "The office is open. Press n for the next change, ? for every key, q to leave."
_WELCOME_REAL = "This is your calendar. Press ? for every key, q to leave."


async def run_console(session: Session, wanted: Grid | None) -> tuple[int, str]:
    """Show the session until it is left; the exit code, and what the door wrote last if it ended by itself."""

    def facts() -> str:
        rate = session.world.clock.rate
        pace = f" · {rate:g}×" if rate != 1 else ""
        return f"{session.room.name} · {session.world.title}{pace}"

    console = Console(
        session.kiosk_command(),
        os.environ,
        knobs(session),
        wanted=wanted,
        facts=facts,
        greeting=_WELCOME if session.world.control else _WELCOME_REAL,
    )
    session.tell = console.refresh
    try:
        code = await console.run()
    finally:
        session.tell = lambda _: None
    lines = (SafeText(line) for line in console.last_words.decode(errors="replace").splitlines())
    return code, "\n".join(line for line in lines if line)
