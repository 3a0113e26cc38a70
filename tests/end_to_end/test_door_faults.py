"""What is wrong outside is told on the glass in a sentence, and the door never says Free for it."""

import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from house import EVENTS, MONDAY, Door, Radicale, door, guests, ical, radicale

from device.model.clock import ClockTrust


@contextmanager
def answering(status: int, kind: str, body: bytes) -> Iterator[str]:
    """A web server that answers everything alike."""

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    for method in ("GET", "PROPFIND", "REPORT"):
        setattr(Handler, f"do_{method}", Handler._answer)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def dav(tmp_path: Path) -> Iterator[Radicale]:
    with radicale(tmp_path) as server:
        yield server


def assert_calm(opened: Door) -> None:
    """Nothing was promised and nothing fell over."""
    assert "Free" not in opened.seat.text
    assert b"Traceback" not in opened.seat.raw
    assert opened.agent.poll() is None
    assert opened.seat.process.poll() is None


async def test_a_wrong_password(dav: Radicale, tmp_path: Path) -> None:
    async with door(tmp_path, {**dav.settings, "password": "wrong"}) as opened:
        await opened.until("sign")
        assert_calm(opened)


async def test_a_calendar_that_is_not_there(dav: Radicale, tmp_path: Path) -> None:
    nowhere = dav.settings["url"].replace("/aurora/", "/nowhere/")
    async with door(tmp_path, {**dav.settings, "url": nowhere}) as opened:
        await opened.until(lambda: "no longer exists" in opened.seat.text or "room" in opened.seat.text.lower())
        assert_calm(opened)


async def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    async with door(tmp_path, {"provider": "ics", "url": "http://127.0.0.1:1/room.ics"}) as opened:
        await opened.until(lambda: "network" in opened.seat.text or "calendar" in opened.seat.text)
        assert_calm(opened)


@pytest.mark.parametrize("provider", ["ics", "caldav"])
async def test_a_page_in_place_of_a_calendar(tmp_path: Path, provider: str) -> None:
    with answering(200, "text/html", b"<html>Please accept our terms</html>") as url:
        async with door(tmp_path, {"provider": provider, "url": url}) as opened:
            await opened.until("calendar")
            assert_calm(opened)


async def test_broken_events_cost_no_other(tmp_path: Path) -> None:
    file = tmp_path / "room.ics"
    broken = guests("broken").replace("DTSTART:2026", "DTSTART:nonsense")
    file.write_text(ical(*EVENTS.values(), broken, "BEGIN:VEVENT\nSUMMARY:no times\nEND:VEVENT"), newline="")
    async with door(tmp_path, {"provider": "ics", "path": str(file)}) as opened:
        await opened.until("Stand-up, late today")
        await opened.until("until 11:00")


async def test_a_clock_in_1970_is_unknown_and_says_so(tmp_path: Path) -> None:
    file = tmp_path / "room.ics"
    file.write_text(ical(*EVENTS.values()), newline="")
    async with door(tmp_path, {"provider": "ics", "path": str(file)}) as opened:
        await opened.until("Free")
        opened.clock.set_device(datetime(1970, 1, 1, tzinfo=UTC) - opened.clock.now, ClockTrust.INVALID)
        await opened.until("Unknown")
        await opened.until("clock")
        assert_calm(opened)
        opened.clock.set_device()
        await opened.until("Free")


async def test_a_calendar_that_falls_silent_is_unknown_with_what_was_known_last(tmp_path: Path) -> None:
    file = tmp_path / "room.ics"
    file.write_text(ical(*EVENTS.values()), newline="")
    async with door(tmp_path, {"provider": "ics", "path": str(file)}) as opened:
        await opened.until("Free")
        file.unlink()
        await opened.at(MONDAY + timedelta(minutes=7))
        await opened.until("Unknown")
        await opened.until("not confirmed since")
        assert_calm_but_known(opened)


def assert_calm_but_known(opened: Door) -> None:
    """It says what was known, as past."""
    assert "Free at 10:0" in opened.seat.text
    assert opened.agent.poll() is None


@contextmanager
def small_disk(place: Path) -> Iterator[Path]:
    """A disk with room for almost nothing."""
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=16k", "none", str(place)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a disk of its own needs root")
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


async def test_a_full_disk_costs_the_door_nothing_but_its_memory(tmp_path: Path) -> None:
    file = tmp_path / "room.ics"
    file.write_text(ical(*EVENTS.values()), newline="")
    with small_disk(tmp_path / "state") as disk:
        (disk / "filler").write_bytes(b"x" * 12_288)
        async with door(tmp_path, {"provider": "ics", "path": str(file)}) as opened:
            await opened.until("Free")
            await opened.until("Stand-up, late today")
            assert opened.agent.poll() is None


async def test_a_terminal_of_60_by_15_has_its_sentence(tmp_path: Path) -> None:
    file = tmp_path / "room.ics"
    file.write_text(ical(), newline="")
    async with door(tmp_path, {"provider": "ics", "path": str(file)}, columns=60, rows=15) as opened:
        await opened.until(lambda: len(opened.seat.text.strip()) > 10)
        assert b"Traceback" not in opened.seat.raw
        assert opened.seat.process.poll() is None
