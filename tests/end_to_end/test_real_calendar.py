"""A real calendar on a real server, the real agent, the real kiosk on a pseudo-terminal, and other people's clients."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
from house import EVENTS, MONDAY, PASSWORD, USER, Door, Radicale, door, guests, ical, radicale


@pytest.fixture
def dav(tmp_path: Path) -> Iterator[Radicale]:
    with radicale(tmp_path) as server:
        server.fill()
        yield server


@asynccontextmanager
async def at_dav(dav: Radicale, folder: Path) -> AsyncIterator[Door]:
    async with door(folder, dav.settings) as opened:
        yield opened


@asynccontextmanager
async def at_file(dav: Radicale, folder: Path) -> AsyncIterator[Door]:
    (folder / "room.ics").write_text(ical(*EVENTS.values()), newline="")
    async with door(folder, {"provider": "ics", "path": str(folder / "room.ics")}) as opened:
        yield opened


@asynccontextmanager
async def at_url(dav: Radicale, folder: Path) -> AsyncIterator[Door]:
    (folder / "web").mkdir()
    (folder / "web" / "room.ics").write_text(ical(*EVENTS.values()), newline="")

    class Quiet(SimpleHTTPRequestHandler):
        def __init__(self, *request: object) -> None:
            super().__init__(*request, directory=str(folder / "web"))

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        url = f"http://127.0.0.1:{server.server_address[1]}/room.ics"
        async with door(folder, {"provider": "ics", "url": url}) as opened:
            yield opened
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.mark.parametrize("place", [at_dav, at_file, at_url])
async def test_the_door_shows_the_day_of_a_real_calendar(dav: Radicale, tmp_path: Path, place) -> None:
    async with place(dav, tmp_path) as opened:
        await opened.until("Free")
        await opened.until("until 11:00")
        await opened.until("Stand-up, late today")
        assert "13:00" in opened.seat.text
        assert "Private meeting" in opened.seat.text
        await opened.at(MONDAY.replace(hour=11, minute=1))
        await opened.until("In use")
        await opened.until("until 11:30")
        await opened.at(MONDAY.replace(hour=13, minute=30))
        await opened.until("until 14:00")
        await opened.until("Call with Boston")
        assert "15:30" in opened.seat.text
        await opened.at(MONDAY.replace(day=15, hour=9, minute=5))
        await opened.until("House fair")
        await opened.until("In use")
        await opened.at(MONDAY.replace(day=16, hour=8, minute=55))
        await opened.until("Starts")
        await opened.until("Stand-up")
        for word in (b"Umbrella", b"Moneybags"):
            assert word not in opened.seat.raw
            assert not any(word in file.read_bytes() for file in (tmp_path / "state").rglob("*") if file.is_file())
            assert not any(word in file.read_bytes() for file in (tmp_path / "run").rglob("*") if file.is_file())


async def test_a_change_by_another_client_reaches_the_glass(dav: Radicale, tmp_path: Path) -> None:
    async with at_dav(dav, tmp_path) as opened:
        await opened.until("until 11:00")
        await asyncio.to_thread(dav.calendar.save_event, ical(guests()))
        await opened.until("In use")
        await opened.until("Guests")
        later = guests(start=MONDAY + timedelta(minutes=20))
        async with httpx.AsyncClient(auth=(USER, PASSWORD), trust_env=False) as client:
            url = f"{dav.calendar.url}guests.ics"
            answer = await client.put(url, content=ical(later), headers={"Content-Type": "text/calendar"})
            assert answer.is_success
            await opened.until("until 10:25")
            assert (await client.delete(url)).is_success
        await opened.until("until 11:00")
        await opened.until("cancelled")


async def test_a_file_that_somebody_replaces_reaches_the_glass(dav: Radicale, tmp_path: Path) -> None:
    async with at_file(dav, tmp_path) as opened:
        await opened.until("until 11:00")
        (tmp_path / "new.ics").write_text(ical(guests()), newline="")
        (tmp_path / "new.ics").replace(tmp_path / "room.ics")
        await opened.until("Guests")
        await opened.until("until 10:35")


async def test_a_booking_made_at_the_door_is_read_back_by_another_client(dav: Radicale, tmp_path: Path) -> None:
    async with at_dav(dav, tmp_path) as opened:
        await opened.until("15 min")
        await opened.press_first()
        await opened.until("In use")
        await opened.until("until 10:20")
        booked = await asyncio.to_thread(dav.titles)
        start, end = booked["Booked at the door"]
        assert timedelta() <= MONDAY + timedelta(minutes=1) - start < timedelta(minutes=2)
        assert end == MONDAY + timedelta(minutes=15)
        await opened.touch("End now")
        await opened.until("End this meeting now?")
        await opened.touch("End now")
        await opened.until("until 11:00")
        await opened.until("Free")


async def test_somebody_who_was_faster_keeps_the_room(dav: Radicale, tmp_path: Path) -> None:
    async with door(tmp_path, dav.settings, polling={"every": "1h"}) as opened:
        await opened.until("15 min")
        await asyncio.to_thread(dav.calendar.save_event, ical(guests(start=MONDAY + timedelta(minutes=5))))
        await opened.touch("15 min")
        await opened.until("Starts")
        await opened.until("Guests")
        assert "Booked at the door" not in await asyncio.to_thread(dav.titles)
