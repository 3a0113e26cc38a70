"""A hub's desk for tests, kept in memory, and a device's line to it over a real socket."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from seat import PATIENCE

from device.agent.hub.assignment import AssignmentFile
from device.agent.hub.identity import own_identity
from device.agent.hub.line import Line
from device.agent.hub.settings import HubSettings
from device.model.clock import ClockReading, SystemClock
from device.model.room import Room
from device.model.safetext import SafeText
from device.model.value import Value
from device.wire.hub import (
    AccessGiven,
    Assigned,
    Assignment,
    Beat,
    Order,
    Report,
    TokenGiven,
    Waiting,
)
from device.wire.proof import spelled
from hub.devices.greeting import Proved
from hub.devices.listener import Listener, Standing
from hub.fanout import FanOut

ROOM = Room(id="aurora@office.example", name=SafeText("Aurora"), zone="Europe/Berlin")
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def assigned(room: Room = ROOM, *, seq: int = 0, generation: int = 1) -> Assigned:
    assignment = Assignment(device="d1", room=room, provider="graph", relay="http://127.0.0.1:9/relay")
    return Assigned(assignment=assignment, seq=seq, generation=generation)


class MemoryDesk:
    """Knows devices by key; everything that was said to it is kept."""

    def __init__(self) -> None:
        self.standings: dict[str, Standing] = {}
        self.seen: list[Proved] = []
        self.heard: list[Value] = []
        self.access_answer: Value = AccessGiven(relay=TokenGiven(token="relay-token", expires_at=NOON))
        self.asked = 0
        self.left: list[str] = []
        self._claims: dict[str, asyncio.Future[Standing]] = {}

    async def standing(self, proved: Proved, address: str) -> Standing:
        self.seen.append(proved)
        waiting = Waiting(code="BCDFGHJK", url="https://hub.example/claim#BCDFGHJK", expires_at=NOON)
        return self.standings.get(proved.hello.key, Standing(waiting=waiting))

    async def claimed(self, key: str) -> Standing | None:
        self._claims[key] = asyncio.get_running_loop().create_future()
        return await self._claims[key]

    def claim(self, key: str, standing: Standing) -> None:
        self.standings[key] = standing
        if key in self._claims:
            self._claims.pop(key).set_result(standing)

    async def access(self, device: str) -> Value:
        self.asked += 1
        return self.access_answer

    async def beat(self, device: str, beat: Beat) -> None:
        self.heard.append(beat)

    async def report(self, device: str, report: Report) -> None:
        self.heard.append(report)

    async def dropped(self, device: str) -> None:
        self.heard.append(Value())

    async def gone(self, device: str) -> None:
        self.left.append(device)


class Listened:
    """An ear that keeps what it hears."""

    def __init__(self) -> None:
        self.words: list[tuple[str, Any]] = []

    def turned(self, *, up: bool) -> None:
        self.words.append(("turned", up))

    def assigned(self, frame: Assigned) -> None:
        self.words.append(("assigned", frame))

    def waiting(self, frame: Waiting) -> None:
        self.words.append(("waiting", frame))

    def turned_away(self, reason: str) -> None:
        self.words.append(("turned away", reason))

    def look_again(self) -> None:
        self.words.append(("look again", None))

    def notified(self, *, healthy: bool) -> None:
        self.words.append(("notified", healthy))

    def drop(self, reason: str) -> None:
        self.words.append(("drop", reason))

    def ordered(self, order: Order) -> None:
        self.words.append(("ordered", order))

    def names(self) -> list[str]:
        return [name for name, _ in self.words]

    async def until(self, name: str, times: int = 1) -> Any:
        async with asyncio.timeout(PATIENCE):
            while self.names().count(name) < times:  # noqa: ASYNC110 - what is waited for has no event
                await asyncio.sleep(0.005)
        return [value for told, value in self.words if told == name][times - 1]


class Ticking(SystemClock):
    """The machine's clock as a timekeeper."""

    def __init__(self) -> None:
        self.heard_dates: list[datetime] = []

    def heard(self, server_date: datetime) -> None:
        self.heard_dates.append(server_date)

    async def changed(self) -> object:
        return await asyncio.Event().wait()


class Hub:
    """A listening hub of tests."""

    def __init__(self) -> None:
        self.desk = MemoryDesk()
        self.fanout = FanOut(self._publish)
        self.key = spelled(Ed25519PrivateKey.generate().public_key().public_bytes_raw())
        self.url = ""
        self.listener: Listener

    async def _publish(self, room: str) -> None:
        self.fanout.heard(room)


@asynccontextmanager
async def listening_hub(origins: tuple[str, ...] = (), port: int = 0, hub: Hub | None = None) -> AsyncIterator[Hub]:
    hub = hub or Hub()
    allowed: list[str] = list(origins)
    hub.listener = Listener(hub.desk, hub.fanout, hub.key, (), SystemClock())
    async with hub.listener.listening("127.0.0.1", port) as server:
        bound = server.sockets[0].getsockname()[1]
        hub.url = f"http://127.0.0.1:{bound}"
        hub.listener._origins = tuple(allowed) or (hub.url,)
        yield hub


@asynccontextmanager
async def device_line(folder: Path, url: str, **more: Any) -> AsyncIterator[tuple[Line, Listened]]:
    settings = HubSettings(url=url, timeout=5.0, **more)
    line = Line(
        settings,
        own_identity(folder),
        AssignmentFile(folder),
        Ticking(),
        ("1.0", "bench", "s1"),
        random.Random(1),  # noqa: S311 - jitter
    )
    ear = Listened()
    line.ear = ear
    running = asyncio.create_task(line.run())
    try:
        yield line, ear
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def reading(now: datetime = NOON) -> ClockReading:
    return ClockReading(now=now, elapsed=timedelta())
