"""What the tests of the agent share: a calendar file, a clock's hand, a running agent, and somebody at its door."""

import asyncio
import gc
import os
import sys
import time
import warnings
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from device.agent.assembly import run
from device.agent.settings import Settings, build
from device.model.clock import ClockReading
from device.model.room import Room, RoomPolicy
from device.model.safetext import SafeText
from device.model.state import RoomState
from device.model.value import Value, encode
from device.wire.framing import MAX_FRAME, pack, read_frame
from device.wire.panel import FromAgent, RoomShown

PATIENCE = 60.0 * float(os.environ.get("DOORLIGHT_TEST_PATIENCE", "1"))
"""Seconds for which anything is waited for; the one constant that all waits here scale by."""
NOON = datetime(2026, 11, 23, 11, tzinfo=UTC)
"""Noon of a Monday in Berlin."""
ROOM = Room(id="aurora@office.example", name=SafeText("Aurora"), zone="Europe/Berlin")
ROOT = Path(__file__).parents[3]
_Frame = TypeVar("_Frame", bound=Value)


def room(**policy: Any) -> Room:
    return Room(id=ROOM.id, name=ROOM.name, zone=ROOM.zone, policy=RoomPolicy(**policy))


def at(clock: str, day: int = 23) -> datetime:
    """An instant of the day in UTC, from `HH:MM` on Berlin's winter wall."""
    hour, minute = clock.split(":")
    return datetime(2026, 11, day, int(hour), int(minute), tzinfo=UTC) - timedelta(hours=1)


def event(uid: str, begins: str, ends: str, *lines: str, day: int = 23, title: str = "Budget") -> str:
    """One event of a file, by the wall of Berlin."""
    times = (f"{name}:{at(clock, day):%Y%m%dT%H%M%SZ}" for name, clock in (("DTSTART", begins), ("DTEND", ends)))
    return "\r\n".join(
        ("BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20261101T000000Z", *times, f"SUMMARY:{title}", *lines, "END:VEVENT", "")
    )


def calendar_text(*events: str) -> str:
    return (
        "\r\n".join(("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//EN", ""))
        + "".join(events)
        + "END:VCALENDAR\r\n"
    )


def write_calendar(path: Path, *events: str) -> None:
    """Publish the file as a whole, as good publishers do."""
    beside = path.with_suffix(".new")
    beside.write_text(calendar_text(*events), encoding="utf-8", newline="")
    beside.replace(path)


class Hand:
    """The hand on a clock that agents follow over a Unix socket."""

    def __init__(self, reading: ClockReading) -> None:
        self._set, self._at = reading, time.monotonic()
        self._writers: set[asyncio.StreamWriter] = set()

    @property
    def reading(self) -> ClockReading:
        """What the clock says now."""
        passed = timedelta(seconds=(time.monotonic() - self._at) * self._set.rate)
        return msgspec.structs.replace(self._set, now=self._set.now + passed, elapsed=self._set.elapsed + passed)

    def set(self, **changes: Any) -> None:
        """Tell everybody another time, pace or trust."""
        self._set, self._at = msgspec.structs.replace(self.reading, **changes), time.monotonic()
        for writer in self._writers:
            writer.write(encode(self._set) + b"\n")

    def forward(self, by: timedelta) -> None:
        """Time passes at once."""
        reading = self.reading
        self.set(now=reading.now + by, elapsed=reading.elapsed + by)

    async def attend(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        with suppress(ConnectionError, asyncio.CancelledError):
            writer.write(encode(self.reading) + b"\n")
            await reader.read()
        self._writers.discard(writer)
        writer.close()


@asynccontextmanager
async def clock_at(path: Path, now: datetime = NOON, **more: Any) -> AsyncIterator[Hand]:
    """A clock at a socket; its time passes as the machine's does, from what it was told last."""
    hand = Hand(ClockReading(now=now, elapsed=timedelta(hours=1), **more))
    server = await asyncio.start_unix_server(hand.attend, path)
    try:
        yield hand
    finally:
        server.close()
        for writer in tuple(hand._writers):
            writer.close()


class Visitor:
    """Somebody at the panel socket, with everything that was heard there."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self.heard: list[Value] = []

    def say(self, frame: Value) -> None:
        self._writer.write(pack(frame))

    def say_bytes(self, raw: bytes) -> None:
        self._writer.write(raw)

    async def next(self) -> Any:
        """The next frame, None when the agent hung up."""
        async with asyncio.timeout(PATIENCE):
            frame = await read_frame(self._reader, FromAgent)
        self.heard.append(frame)
        return frame

    async def until(self, kind: type[_Frame], is_it: Callable[[_Frame], object] = lambda _: True) -> _Frame:
        """The next frame of a kind for which `is_it` holds."""
        async with asyncio.timeout(PATIENCE):
            while True:
                frame = await self.next()
                assert frame is not None, "the agent hung up"
                if isinstance(frame, kind) and is_it(frame):
                    return frame

    async def until_state(self, is_it: Callable[[RoomState], object] = lambda _: True) -> RoomState:
        return (await self.until(RoomShown, lambda frame: is_it(frame.state))).state

    async def silence(self, seconds: float) -> list[Any]:
        """What is heard within some time, where nothing should be."""
        frames: list[Any] = []
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while (frame := await read_frame(self._reader, FromAgent)) is not None:
                    frames.append(frame)
        return frames

    async def leave(self) -> None:
        self._writer.close()
        with suppress(OSError):
            await self._writer.wait_closed()


@asynccontextmanager
async def visit(socket: Path, agent: asyncio.subprocess.Process | None = None) -> AsyncIterator[Visitor]:
    """Go to a panel socket as soon as somebody listens there; not for ever where the `agent` that should has ended."""
    async with asyncio.timeout(PATIENCE):
        while True:
            with suppress(OSError):
                reader, writer = await asyncio.open_unix_connection(socket, limit=MAX_FRAME)
                break
            if agent is not None and agent.returncode is not None:
                _, said = await agent.communicate()
                raise AssertionError(f"the agent ended with {agent.returncode}: {said.decode()}")
            await asyncio.sleep(0.02)
    visitor = Visitor(reader, writer)
    try:
        yield visitor
    finally:
        await visitor.leave()


def document(folder: Path, **tables: Any) -> dict[str, Any]:
    """The settings of a door that shows `folder`/room.ics by the clock at `folder`/clock."""
    usual: dict[str, Any] = {
        "standalone": True,
        "room": {"id": ROOM.id, "name": str(ROOM.name), "zone": ROOM.zone},
        "calendar": {"provider": "ics", "path": str(folder / "room.ics")},
        "clock": {"source": f"unix:{folder / 'clock'}"},
        "paths": {"state": str(folder / "state"), "runtime": str(folder / "run")},
        "polling": {"every": "1s"},
    }
    return usual | tables


def settings(folder: Path, **tables: Any) -> Settings:
    return build(document(folder, **tables), folder / "agent.toml")


@asynccontextmanager
async def agent_in_here(told: Settings) -> AsyncIterator[Visitor]:
    """A whole agent in this process, and somebody at its door."""
    running = asyncio.create_task(run(told))
    visiting = asyncio.create_task(_first_visit(Path(told.paths.runtime) / "panel.sock"))
    try:
        await asyncio.wait((running, visiting), return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            visiting.cancel()
            running.result()
        visitor = await visiting
        try:
            yield visitor
        finally:
            await visitor.leave()
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
        _sweep()


def _sweep() -> None:
    """httpcore leaves a connection to the garbage collector where it is cancelled in the middle of its handshake."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


async def _first_visit(socket: Path) -> Visitor:
    async with asyncio.timeout(PATIENCE):
        while True:
            with suppress(OSError):
                return Visitor(*await asyncio.open_unix_connection(socket, limit=MAX_FRAME))
            await asyncio.sleep(0.01)


@asynccontextmanager
async def agent_process(
    file: Path, *arguments: str, environment: Mapping[str, str] | None = None
) -> AsyncIterator[asyncio.subprocess.Process]:
    """An agent in a process of its own, ended at the end if it did not end by itself."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-W", "error", "-m", "device.agent", "--settings", str(file), *arguments),
        cwd=ROOT,
        env={**os.environ, **(environment or {})},
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def wait_until(is_it: Callable[[], object]) -> None:
    """Wait for a condition with a bound."""
    async with asyncio.timeout(PATIENCE):
        while not is_it():  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.01)
