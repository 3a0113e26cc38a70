"""F7: bytes that reach the card from a real agent: polls that find nothing new, one changed meeting, a whole day.

The agent reads an `.ics` file by a clock that the benchmark holds; each step forward makes it read its calendar whole.
The state folder lies on a card of its own (see `bench.card`), the runtime folder in memory as on a device. Floors in
the same run, on the same card: one meeting changed by plain sqlite3 with its journal in memory, which keeps no promise
at a loss of power; and what the usual mistake costs, `INSERT OR REPLACE` of the whole window at each poll.
"""

import asyncio
import os
import sqlite3
import statistics
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from bench.agent_seat import PATIENCE, Kiosk, agent, visit, written
from bench.card import Card, insert_card
from bench.table import Row, report
from device.model.clock import ClockReading
from device.model.value import encode

MIDNIGHT = datetime(2026, 11, 23, 0, 0, 5, tzinfo=UTC)
STEP = timedelta(minutes=5)
STEPS = 287
"""A day of whole readings, the one at its beginning left out."""
MEETINGS = 50
CHANGES = 20
ENDING = range(12, 24)
"""The meetings that take place within the day and so lose their words on the card; the others are days away."""
POLLS_A_DAY = 1440


class Hand:
    """The hand on the agent's clock."""

    def __init__(self) -> None:
        self._reading = ClockReading(now=MIDNIGHT, elapsed=timedelta(hours=1))
        self.writers: set[asyncio.StreamWriter] = set()

    async def attend(self, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Tell somebody who comes."""
        self.writers.add(writer)
        writer.write(encode(self._reading) + b"\n")

    def forward(self) -> None:
        """Let one step pass."""
        self._reading = ClockReading(now=self._reading.now + STEP, elapsed=self._reading.elapsed + STEP)
        for writer in self.writers:
            writer.write(encode(self._reading) + b"\n")


def publish(file: Path, titles: list[str]) -> None:
    """Put the calendar there: a meeting an hour, some of them today and the rest tomorrow and after."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Doorlight//bench//EN"]
    for number, title in enumerate(titles):
        begins = MIDNIGHT.replace(second=0) + timedelta(hours=number)
        lines += [
            "BEGIN:VEVENT",
            f"UID:{number}@bench",
            "DTSTAMP:20261101T000000Z",
            f"DTSTART:{begins:%Y%m%dT%H%M%SZ}",
            f"DTEND:{begins + timedelta(minutes=50):%Y%m%dT%H%M%SZ}",
            f"SUMMARY:{title}",
            "ORGANIZER;CN=Somebody of some name:mailto:somebody@office.example",
            "END:VEVENT",
        ]
    beside = file.with_suffix(".new")
    beside.write_text("\r\n".join([*lines, "END:VCALENDAR", ""]), encoding="utf-8")
    beside.replace(file)


class Day:
    """One simulated day of an agent, step by step."""

    def __init__(self, card: Card, folder: Path, hand: Hand, kiosk: Kiosk, pid: int) -> None:
        self._card, self._folder, self._hand, self._kiosk, self._pid = card, folder, hand, kiosk, pid
        self.titles = [f"Meeting number {number} with a title of usual length" for number in range(MEETINGS)]
        self.now = MIDNIGHT

    async def begin(self) -> None:
        """Wait for the first reading."""
        await self._seen_and_kept()

    async def step(self, change: int | None = None) -> int:
        """Let five minutes pass, one meeting having changed perhaps; the bytes that it cost."""
        before = self._card.written(self._pid)
        if change is not None:
            self.titles[change] += " (moved)"
            publish(self._folder / "room.ics", self.titles)
        self.now += STEP
        self._hand.forward()
        await self._seen_and_kept()
        return self._card.written(self._pid) - before

    async def _seen_and_kept(self) -> None:
        """Wait until the glass has it and the agent is done with the card, which it notes in its runtime folder."""
        seen = await self._kiosk.until(lambda state: state.confirmed_at is not None and state.confirmed_at >= self.now)
        note = self._folder / "run" / "confirmed.json"
        async with asyncio.timeout(PATIENCE):
            while _noted(note) != seen.confirmed_at:  # noqa: ASYNC110 - a file in memory has no event
                await asyncio.sleep(0.002)


def _noted(note: Path) -> datetime | None:
    try:
        told = msgspec.json.decode(note.read_bytes())["confirmed"]["now"]
    except (OSError, msgspec.DecodeError):
        return None
    return datetime.fromisoformat(told)


@asynccontextmanager
async def living(card: Card) -> AsyncIterator[Day]:
    """An agent at work, its state on the card and everything else in memory."""
    memory = Path("/dev/shm") if os.access("/dev/shm", os.W_OK) else None  # noqa: S108 - memory, and our own folder in it
    hand = Hand()
    with tempfile.TemporaryDirectory(prefix="doorlight-bench-", dir=memory) as name:
        folder = Path(name)
        tables = {
            "standalone": True,
            "room": {"id": "aurora", "name": "Aurora", "zone": "UTC"},
            "calendar": {"provider": "ics", "path": str(folder / "room.ics")},
            "clock": {"source": f"unix:{folder / 'clock'}"},
            "paths": {"state": str(card.folder / "state"), "runtime": str(folder / "run")},
        }
        server = await asyncio.start_unix_server(hand.attend, folder / "clock")
        async with server, agent(written(folder, tables)) as process:
            kiosk = await visit(folder / "run")
            day = Day(card, folder, hand, kiosk, process.pid)
            publish(folder / "room.ics", day.titles)
            await day.begin()
            yield day
            kiosk.leave()
            for writer in hand.writers:
                writer.close()


async def a_day(card: Card) -> dict[str, list[int]]:
    """The bytes of each step, by what happened in it."""
    found: dict[str, list[int]] = {"nothing": [], "change": [], "ended": []}
    every = STEPS // CHANGES
    async with living(card) as day:
        for step in range(STEPS):
            ended = (day.now + STEP).minute == 5
            change = step // every if not ended and step % every == 3 and step // every < CHANGES else None
            cost = await day.step(None if change is None else MEETINGS - CHANGES + change)
            found["ended" if ended else "nothing" if change is None else "change"].append(cost)
    return found


def undurable(card: Card) -> float:
    """The floor of one change: plain sqlite3, one row of the same size, its journal in memory."""
    rows = {str(number): "x" * 330 for number in range(MEETINGS)}
    with closing(sqlite3.connect(card.folder / "floor.db", isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode = MEMORY")
        database.execute("CREATE TABLE occurrences (id TEXT PRIMARY KEY, body TEXT)")
        database.executemany("INSERT INTO occurrences VALUES (?, ?)", rows.items())
        costs = []
        for number in range(CHANGES):
            before = card.written(os.getpid())
            database.execute("UPDATE occurrences SET body = ? WHERE id = ?", [f"y{number}" * 110, str(number)])
            costs.append(card.written(os.getpid()) - before)
    return statistics.mean(costs)


def replaced(card: Card) -> float:
    """The usual mistake: the whole window replaced at each poll, in WAL mode."""
    rows = [(str(number), "x" * 330) for number in range(MEETINGS)]
    with closing(sqlite3.connect(card.folder / "mistake.db", isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = NORMAL")
        database.execute("CREATE TABLE occurrences (id TEXT PRIMARY KEY, body TEXT)")
        costs = []
        for _ in range(CHANGES):
            before = card.written(os.getpid())
            database.execute("BEGIN")
            database.executemany("INSERT OR REPLACE INTO occurrences VALUES (?, ?)", rows)
            database.execute("COMMIT")
            costs.append(card.written(os.getpid()) - before)
    return statistics.mean(costs)


def main() -> None:
    """Measure and report."""
    with insert_card() as card:
        counted = card.counted
        found = asyncio.run(a_day(card))
        floor, mistake = undurable(card), replaced(card)
    total = sum(sum(costs) for costs in found.values())
    report(
        "card_bytes",
        [
            Row(f"{len(found['nothing'])} whole polls that find nothing new", sum(found["nothing"]), "B", promise=0),
            Row("one changed meeting", statistics.mean(found["change"]) / 1000, "kB", promise=25),
            Row("a meeting's words dropped after its end", statistics.mean(found["ended"]) / 1000, "kB"),
            Row(f"a day of {CHANGES} changes and {len(found['ended'])} ends", total / 1e6, "MB", promise=1),
            Row(
                "one changed meeting, beside one that is not durable",
                statistics.mean(found["change"]) / 1000,
                "kB",
                floor=floor / 1000,
                floor_is="sqlite3, journal in memory",
            ),
            Row(
                "the same day, beside the window replaced at each poll",
                total / 1e6,
                "MB",
                floor=mistake * POLLS_A_DAY / 1e6,
                floor_is="INSERT OR REPLACE, 1,440 polls",
            ),
            Row(f"of {STEPS} steps, all counted as {counted}", STEPS),
        ],
    )


if __name__ == "__main__":
    main()
