"""F7: bytes that reach the card from a real agent: polls that find nothing new, one changed meeting, a whole day.

The agent reads an `.ics` file by a clock that the benchmark holds; each step forward makes it read its calendar whole.
The state folder lies on a card of its own (see `bench.card`), the runtime folder in memory as on a device. Floors in the
same run, on the same card: one meeting changed by plain sqlite3 with its journal in memory, which keeps no promise at a
loss of power; and what the usual mistake costs, `INSERT OR REPLACE` of the whole window at each poll.
"""

import asyncio
import os
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.agent_seat import Kiosk, agent, visit, written
from bench.card import Card, insert_card
from bench.table import Row, report
from device.model.clock import ClockReading
from device.model.state import RoomState
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
        self._writers: set[asyncio.StreamWriter] = set()

    async def attend(self, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Tell somebody who comes."""
        self._writers.add(writer)
        writer.write(encode(self._reading) + b"\n")

    def forward(self) -> None:
        """Let one step pass."""
        self._reading = ClockReading(now=self._reading.now + STEP, elapsed=self._reading.elapsed + STEP)
        for writer in self._writers:
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
