"""The checks of `doorlight doctor` on this machine and on the calendar."""

import os
import secrets
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from device.agent.cache_file import read_cache
from device.agent.evidence import kernel_synchronised
from device.calendars.interface import Booking, WindowRead
from device.cli.door import AnyClock, Door, calendar_of, read_now
from device.cli.exits import sentence_of
from device.cli.findings import Finding, good, skipped, wrong
from device.cli.panel_visit import visit
from device.cli.way_there import stops, walk
from device.model.clock import JUMP, ClockTrust
from device.model.errors import CalendarError, DoorlightError
from device.model.safetext import SafeText
from device.model.window import window_around
from device.wire.framing import BadFrame
from device.wire.panel import FaultShown, RoomShown

FAR_AHEAD = timedelta(days=300)
_WRITE_TEST = SafeText("Doorlight write test")
_NAMED = 5
"""Unreadable meetings that are named one by one."""


def check_clock(clock: AnyClock, read: WindowRead | None) -> Finding:
    """Whether this machine's time may be believed."""
    synchronised = kernel_synchronised()
    told = "synchronised" if synchronised else "nothing here is known to keep it right"
    reading = clock.read()
    hint = "Let something set the clock, e.g. systemd-timesyncd: timedatectl set-ntp true."
    if read is not None and read.server_date is not None:
        offset = read.server_date - reading.now
        told += f"; {abs(offset.total_seconds()):.0f} s off the calendar's server"
        if abs(offset) > JUMP:
            return wrong("clock", f"{told}; it says {reading.now:%Y-%m-%d %H:%M} UTC", hint)
    if reading.trust in (ClockTrust.TRUSTED, ClockTrust.HOLDOVER):
        return good("clock", told)
    return wrong("clock", f"{told}; nothing confirms {reading.now:%Y-%m-%d %H:%M} UTC", hint)


async def check_way(door: Door) -> AsyncIterator[Finding]:
    """Every step to every server that the calendar needs."""
    found = stops(door.options)
    if not found:
        yield skipped("network", "the calendar is a file on this machine")
    for stop in found:
        async for finding in walk(stop, door.options):
            yield finding


async def check_calendar(door: Door, clock: AnyClock) -> tuple[list[Finding], WindowRead | None]:
    """Sign in and read."""
    try:
        read = await read_now(door, clock, window_around(clock.read().now, door.room.zone))
    except DoorlightError as error:
        sentence, hint = sentence_of(error)
        return [wrong("calendar", sentence, hint)], None
    findings = [good("calendar", f"signed in and read: {len(read.occurrences)} meetings in {_days(read)} days")]
    return [*findings, *_unreadable(read)], read


def _days(read: WindowRead) -> int:
    return (read.window.end - read.window.start).days


def _unreadable(read: WindowRead) -> Iterator[Finding]:
    if read.skipped:
        named = "; ".join(f"{SafeText(one.id, limit=60)}: {SafeText(one.why)}" for one in read.skipped[:_NAMED])
        more = f"; and {len(read.skipped) - _NAMED} more" if len(read.skipped) > _NAMED else ""
        yield wrong("meetings", f"{len(read.skipped)} could not be read ({named}{more})", "Open and save them again.")
    if read.truncated:
        yield wrong("meetings", "the calendar holds more than a door keeps", "The latest ones are left out.")


async def check_writing(door: Door, clock: AnyClock, *, asked: bool) -> Finding:
    """Book a minute far ahead and remove it, if that was asked for."""
    if not door.provider.writable:
        return skipped("writing", "this calendar can only be read, so the door does not offer to book")
    if not asked:
        return skipped("writing", "not tried; --write-test books one minute far ahead and removes it")
    start = (clock.read().now + FAR_AHEAD).replace(minute=0, second=0, microsecond=0)
    booking = Booking(
        key=f"write-test-{secrets.token_hex(8)}", start=start, end=start + timedelta(minutes=1), title=_WRITE_TEST
    )
    when = f"{start:%Y-%m-%d %H:%M} UTC"
    async with calendar_of(door, clock) as (calendar, access):
        try:
            booked = await access.using(lambda: calendar.book(booking))
        except CalendarError as error:
            sentence, hint = sentence_of(error)
            return wrong("writing", f"one minute at {when} could not be booked: {sentence}", hint)
        try:
            await access.using(lambda: calendar.end(booked, start))
        except CalendarError as error:
            detail = f"booked one minute at {when} and could not remove it: {sentence_of(error)[0]}"
            return wrong("writing", detail, f"Remove “{_WRITE_TEST}” from the calendar yourself.")
    return good("writing", f"booked one minute at {when} and removed it")


def check_cache(path: Path | None) -> Finding:
    """The agent's file on the card."""
    if path is None:
        return skipped("cache", "no settings, so no agent's cache")
    try:
        if not path.exists():
            return skipped("cache", f"there is none yet at {path}")
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            sound = connection.execute("PRAGMA quick_check(1)").fetchone() == ("ok",)
    except (sqlite3.Error, OSError) as error:
        return wrong(
            "cache", f"{path} cannot be read ({type(error).__name__})", "Run doctor as the agent's user or as root."
        )
    cached = read_cache(path) if sound else None
    if cached is None:
        return wrong("cache", f"{path} is damaged", "Restart the agent: it moves the file aside and builds it anew.")
    return good("cache", f"{path}: {len(cached.occurrences)} meetings")


async def check_agent(runtime: Path | None) -> Finding:
    """Whether the agent answers at its panel socket, and what it shows."""
    if runtime is None:
        return skipped("agent", "no settings, so no agent")
    try:
        scene = (await visit(runtime)).scene
    except PermissionError:
        return wrong("agent", f"{runtime} may not be entered", "Run doctor as the agent's user or as root.")
    except (OSError, TimeoutError, BadFrame):
        return wrong("agent", f"nobody answers at {runtime}/panel.sock", "Start it: systemctl start doorlight-agent.")
    if isinstance(scene, FaultShown):
        return wrong("agent", f"it runs and shows the fault “{scene.fault.value}”", "See the lines above.")
    return good(
        "agent", f"it runs and shows “{scene.state.availability.state}”" if isinstance(scene, RoomShown) else "it runs"
    )


def check_terminal() -> Finding:
    """Whether a door can be drawn here."""
    if not os.isatty(1):
        return skipped("terminal", "the output is no terminal")
    columns, rows = os.get_terminal_size(1)
    name = os.environ.get("TERM", "")
    told = f"{SafeText(name)}, {columns}×{rows}"
    if name in ("", "dumb"):
        return wrong("terminal", f"{told}: it cannot be drawn on", "Set TERM, or use a terminal such as foot.")
    if columns < 80 or rows < 24:
        return wrong("terminal", f"{told} is small", "Make it at least 80×24 for the door.")
    return good("terminal", told)
