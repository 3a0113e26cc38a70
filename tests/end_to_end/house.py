"""What the end-to-end tests stand on: a real door (agent and kiosk as processes) with a clock that can be moved, and
real calendars that others can write.
"""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import caldav
import httpx
from seat import PATIENCE, Seat

from device.emulator.clock_socket import serve_clock
from device.emulator.settings_file import write_settings
from device.emulator.world_clock import WorldClock

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = datetime(2026, 9, 14, 10, 5, tzinfo=BERLIN)
"""When every day of these tests begins."""
USER, PASSWORD = "anna", "correct horse"
POLLS = "1s"
_PROXIES = {"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"}

DAY = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//doorlight//end to end//EN
BEGIN:VTIMEZONE
TZID:House time
BEGIN:STANDARD
DTSTART:20001029T030000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:20000326T020000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
END:DAYLIGHT
END:VTIMEZONE
{events}
END:VCALENDAR
"""
EVENTS = {
    "series": """BEGIN:VEVENT
UID:series
DTSTAMP:20260901T000000Z
DTSTART;TZID=House time:20260901T090000
DTEND;TZID=House time:20260901T091500
RRULE:FREQ=DAILY;COUNT=30
EXDATE;TZID=House time:20260915T090000
SUMMARY:Stand-up
END:VEVENT
BEGIN:VEVENT
UID:series
DTSTAMP:20260901T000000Z
RECURRENCE-ID;TZID=House time:20260914T090000
DTSTART;TZID=House time:20260914T110000
DTEND;TZID=House time:20260914T113000
SUMMARY:Stand-up\\, late today
END:VEVENT""",
    "private": """BEGIN:VEVENT
UID:private
DTSTAMP:20260901T000000Z
DTSTART:20260914T110000Z
DTEND:20260914T120000Z
CLASS:PRIVATE
SUMMARY:Merger with Umbrella
ORGANIZER;CN=Victor Moneybags:mailto:victor@example.org
END:VEVENT""",
    "boston": """BEGIN:VEVENT
UID:boston
DTSTAMP:20260901T000000Z
DTSTART;TZID=America/New_York:20260914T093000
DTEND;TZID=America/New_York:20260914T100000
SUMMARY:Call with Boston
END:VEVENT""",
    "fair": """BEGIN:VEVENT
UID:fair
DTSTAMP:20260901T000000Z
DTSTART;VALUE=DATE:20260915
DTEND;VALUE=DATE:20260916
SUMMARY:House fair
END:VEVENT""",
}


def ical(*events: str) -> str:
    """These events as an iCalendar text."""
    return DAY.format(events="\n".join(events)).replace("\n", "\r\n")


def guests(uid: str = "guests", start: datetime = MONDAY, minutes: int = 30, title: str = "Guests") -> str:
    """One more event, in UTC."""
    begin, end = (f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}" for at in (start, start + timedelta(minutes=minutes)))
    return (
        f"BEGIN:VEVENT\nUID:{uid}\nDTSTAMP:20260901T000000Z\nDTSTART:{begin}\nDTEND:{end}\nSUMMARY:{title}\nEND:VEVENT"
    )


class Door:
    """An agent and a kiosk at one door."""

    def __init__(self, seat: Seat, agent: subprocess.Popen[bytes], clock: WorldClock, log: Path) -> None:
        self.seat, self.agent, self.clock, self.log = seat, agent, clock, log

    async def until(self, wanted: str | Callable[[], bool]) -> None:
        """Wait until a text stands on the glass, or something is so."""
        so = wanted if callable(wanted) else lambda: wanted in self.seat.text
        deadline = time.monotonic() + PATIENCE
        while not so():
            if time.monotonic() > deadline:
                agent = self.log.read_text()[-2000:]
                raise AssertionError(
                    f"waited in vain for {wanted!r}; the glass:\n{self.seat.text}\nthe agent:\n{agent}"
                )
            if not self.seat.read(0):
                await asyncio.sleep(0.02)

    async def calm(self) -> None:
        """Wait until nothing has been drawn for a moment: what was drawn last is then drawn whole."""
        quiet_since = time.monotonic()
        while time.monotonic() - quiet_since < 0.3:
            if self.seat.read(0):
                quiet_since = time.monotonic()
            await asyncio.sleep(0.02)

    async def until_gone(self, unwanted: str) -> None:
        """Wait until a text no longer stands on the glass."""
        await self.until(lambda: unwanted not in self.seat.text)

    async def touch(self, label: str) -> None:
        """Touch what stands on the glass under this label."""
        await self.until(label)
        await self.calm()
        row = next(number for number, line in enumerate(self.seat.screen.display) if label in line)
        place = f"{self.seat.screen.display[row].index(label) + 1};{row + 1}"
        self.seat.press(f"\x1b[<0;{place}M\x1b[<0;{place}m")

    async def press_first(self) -> None:
        """Press the first button with the keyboard."""
        self.seat.press("\t")
        await self.until("▛")
        self.seat.press("\r")

    async def at(self, local: datetime) -> None:
        """Be at another time, forwards."""
        self.clock.jump(local - self.clock.now)


@asynccontextmanager
async def door(
    folder: Path, calendar: Mapping[str, Any], *, columns: int = 100, rows: int = 40, **more: Any
) -> AsyncIterator[Door]:
    """A door with this `[calendar]`, on a Monday at 10:05 in Berlin."""
    clock = WorldClock(MONDAY.astimezone(UTC))
    runtime, state = folder / "run", folder / "state"
    settings = {
        "standalone": True,
        "room": {"id": "aurora@office.example", "name": "Aurora", "zone": "Europe/Berlin"},
        "calendar": dict(calendar),
        "look": {"hour24": True},
        "clock": {"source": f"unix:{folder / 'clock.sock'}"},
        "polling": {"every": POLLS},
        "paths": {"state": str(state), "runtime": str(runtime)},
        **more,
    }
    write_settings(folder / "agent.toml", settings)
    environment = {name: value for name, value in os.environ.items() if name not in _PROXIES}
    log = folder / "agent.log"
    kiosk = [sys.executable, "-m", "kiosk", "--runtime", str(runtime), "--state", str(state)]
    async with serve_clock(clock, folder / "clock.sock"):
        with (
            log.open("wb") as sink,
            running(
                [sys.executable, "-m", "device.agent", "--settings", str(folder / "agent.toml")],
                stdout=sink,
                stderr=sink,
                env=environment,
            ) as agent,
            Seat(kiosk, columns=columns, rows=rows, environment={"DOORLIGHT_TYPE": "plain"}) as seat,
        ):
            yield Door(seat, agent, clock, log)
            # The kiosk needs somebody to read its farewell.
            seat.settle()


@contextmanager
def running(command: list[str], **how: Any) -> Iterator[subprocess.Popen[bytes]]:
    """A process, until it is left."""
    process = subprocess.Popen(command, **how)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class Radicale:
    """A real CalDAV server with one calendar, and another client's hands on it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.client = caldav.DAVClient(url, username=USER, password=PASSWORD)
        self.calendar = self.client.principal().make_calendar("Aurora", "aurora")

    @property
    def settings(self) -> dict[str, str]:
        """The `[calendar]` of a door that shows it."""
        return {"provider": "caldav", "url": str(self.calendar.url), "username": USER, "password": PASSWORD}

    def fill(self) -> None:
        """The day of these tests."""
        for text in EVENTS.values():
            self.calendar.save_event(ical(text))

    def titles(self) -> dict[str, tuple[datetime, datetime]]:
        """When each single meeting is, by its title, as the other client reads it."""
        found = [event.icalendar_component for event in self.calendar.events()]
        single = (one for one in found if "rrule" not in one and isinstance(one["dtstart"].dt, datetime))
        return {str(one["summary"]): (one["dtstart"].dt, one["dtend"].dt) for one in single}


@contextmanager
def radicale(folder: Path) -> Iterator[Radicale]:
    """Radicale with a password, started and stopped."""
    storage = folder / "radicale"
    storage.mkdir()
    (storage / "users").write_text(f"{USER}:{PASSWORD}\n")
    port = free_port()
    config = storage / "config"
    config.write_text(
        f"[server]\nhosts = 127.0.0.1:{port}\n[auth]\ntype = htpasswd\nhtpasswd_filename = {storage}/users\n"
        f"htpasswd_encryption = plain\ndelay = 0\n[storage]\nfilesystem_folder = {storage}/collections\n"
    )
    command = [sys.executable, "-m", "radicale", "--config", str(config)]
    with running(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL):
        url = f"http://127.0.0.1:{port}/"
        _await_answer(url)
        yield Radicale(url)


def free_port() -> int:
    """A port that nobody has at this moment."""
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _await_answer(url: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            httpx.get(url, timeout=5, trust_env=False)
        except httpx.TransportError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return
