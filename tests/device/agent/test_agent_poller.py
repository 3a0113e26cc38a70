"""The poller against a calendar on a disk or a web server: what changes the list, what does not, and when it asks."""

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from agent_side import NOON, ROOM, calendar_text, event, wait_until, write_calendar
from aiohttp import web

from device.agent.access import Access, own_credential
from device.agent.knowledge import Knowledge
from device.agent.poller import Poller
from device.agent.settings import Polling
from device.calendars.ics import PROVIDER, Options
from device.calendars.interface import RoomCalendar
from device.model.clock import ClockReading
from device.model.errors import CalendarBusy, CredentialRefused
from device.model.freshness import Hop
from device.model.secret import Secret
from device.wire.told_clock import ToldClock

STILL = 1e-6
"""A pace at which no time passes but what a test lets pass."""


class Door:
    """A poller and all that it works with; time passes by `forward`."""

    def __init__(self, calendar: RoomCalendar, access: Access, clock: ToldClock) -> None:
        self.calendar, self.clock = calendar, clock
        self.knowledge = Knowledge(ROOM)
        self.poller = Poller(calendar, access, self.knowledge, clock, Polling(), random.Random(7))  # noqa: S311 - jitter

    def forward(self, by: timedelta) -> None:
        reading = self.clock.read()
        self.clock.told(ClockReading(now=reading.now + by, elapsed=reading.elapsed + by, rate=STILL))

    @property
    def ids(self) -> list[str]:
        return sorted(one.title for one in self.knowledge.occurrences)

    @property
    def wait(self) -> timedelta | None:
        """How long until it asks again."""
        planned = self.poller._next
        return None if planned is None else planned - self.clock.read().elapsed


@asynccontextmanager
async def door(options: Options) -> AsyncIterator[Door]:
    clock = ToldClock(ClockReading(now=NOON, elapsed=timedelta(hours=1), rate=STILL))
    access = Access(own_credential(PROVIDER, options, ROOM.id, clock), clock)
    async with PROVIDER.open_room(ROOM, options, access, clock) as calendar:
        yield Door(calendar, access, clock)


@pytest.fixture
async def on_disk(tmp_path: Path) -> AsyncIterator[Door]:
    write_calendar(tmp_path / "room.ics", event("1", "13:00", "14:00", title="First"))
    async with door(Options(path=str(tmp_path / "room.ics"))) as opened:
        yield opened


class Feed:
    """A web server whose every answer the test writes."""

    def __init__(self) -> None:
        self.answer: Callable[[web.Request], web.Response] = lambda _: self.calendar()
        self.asked = 0

    def calendar(self, *events: str) -> web.Response:
        return web.Response(
            text=calendar_text(*(events or (event("1", "13:00", "14:00"),))), content_type="text/calendar"
        )

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        assert isinstance(request, web.Request)
        self.asked += 1
        return self.answer(request)


@pytest.fixture
async def feed() -> AsyncIterator[Feed]:
    side = Feed()
    app = web.Application()
    app.router.add_get("/room.ics", side.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    side.url = f"http://127.0.0.1:{runner.addresses[0][1]}/room.ics"  # type: ignore[attr-defined]
    yield side
    await runner.cleanup()


@pytest.fixture
async def on_web(feed: Feed) -> AsyncIterator[Door]:
    options = Options(url=Secret(feed.url), username="door", password=Secret("s3cret"))  # type: ignore[attr-defined]
    async with door(options) as opened:
        yield opened


async def test_the_window_is_what_the_calendar_says(on_disk: Door, tmp_path: Path) -> None:
    assert await on_disk.poller.look()
    assert on_disk.ids == ["First"]

    write_calendar(tmp_path / "room.ics", event("2", "15:00", "16:00", title="Second"))
    assert await on_disk.poller.look()
    assert on_disk.ids == ["Second"]


async def test_a_successful_empty_answer_empties_the_list(on_disk: Door, tmp_path: Path) -> None:
    await on_disk.poller.look()
    write_calendar(tmp_path / "room.ics")

    assert await on_disk.poller.look()

    assert on_disk.ids == []
    assert on_disk.knowledge.error is None


async def test_a_failed_answer_changes_neither_the_list_nor_the_last_success(on_disk: Door, tmp_path: Path) -> None:
    await on_disk.poller.look()
    confirmed = on_disk.knowledge.confirmed
    on_disk.forward(timedelta(minutes=1))
    (tmp_path / "room.ics").write_text("<html>Sign in</html>", encoding="utf-8")

    assert not await on_disk.poller.look()

    assert on_disk.ids == ["First"]
    assert on_disk.knowledge.confirmed is confirmed
    assert not on_disk.knowledge.hops[Hop.CALENDAR].healthy


async def test_an_unchanged_cursor_spares_reading_and_confirms_nothing(on_disk: Door) -> None:
    await on_disk.poller.look()
    confirmed = on_disk.knowledge.confirmed
    on_disk.forward(timedelta(minutes=1))

    assert await on_disk.poller.look()

    assert on_disk.knowledge.confirmed is confirmed


async def test_the_truth_is_confirmed_again_before_it_goes_stale(on_disk: Door) -> None:
    for _ in range(60):
        await on_disk.poller.look()
        now = on_disk.clock.read()
        assert on_disk.knowledge.freshness(now).is_fresh(now.now)
        on_disk.forward(on_disk.wait or timedelta())
        now = on_disk.clock.read()
        assert on_disk.knowledge.freshness(now).is_fresh(now.now)


async def test_the_window_rolls_at_midnight_of_the_room(on_disk: Door) -> None:
    await on_disk.poller.look()
    before = on_disk.knowledge.window
    assert before is not None

    on_disk.forward(timedelta(hours=11, minutes=59))
    await on_disk.poller.look()
    assert on_disk.knowledge.window == before
    on_disk.forward(timedelta(minutes=1))
    await on_disk.poller.look()

    after = on_disk.knowledge.window
    assert after is not None
    assert after.start == before.start + timedelta(days=1)


async def test_polls_are_a_minute_apart_give_or_take_a_tenth(on_disk: Door) -> None:
    waits = []
    for _ in range(200):
        await on_disk.poller.look()
        waits.append(on_disk.wait or timedelta())

    assert timedelta(seconds=54) <= min(waits) < timedelta(seconds=57)
    assert timedelta(seconds=63) < max(waits) <= timedelta(seconds=66)


async def test_polls_are_ten_minutes_apart_while_changes_are_announced(on_disk: Door) -> None:
    on_disk.poller.push_turned(healthy=True)
    await on_disk.poller.look()
    assert timedelta(minutes=9) <= (on_disk.wait or timedelta()) <= timedelta(minutes=11)
    now = on_disk.clock.read()
    assert on_disk.knowledge.freshness(now).is_fresh(now.now + timedelta(minutes=12))

    on_disk.poller.push_turned(healthy=False)
    await on_disk.poller.look()
    assert (on_disk.wait or timedelta()) <= timedelta(seconds=66)


async def test_failures_wait_longer_and_longer_with_full_jitter(on_disk: Door, tmp_path: Path) -> None:
    (tmp_path / "room.ics").unlink()
    waits = []
    for _ in range(300):
        await on_disk.poller.look()
        waits.append((on_disk.wait or timedelta()).total_seconds())

    assert waits[0] <= 2.0
    assert waits[1] <= 4.0
    assert max(waits) <= 60.0
    assert max(waits) > 50.0
    assert min(waits[10:]) < 10.0


async def test_an_outage_is_logged_once_going_down_and_once_coming_back(
    on_disk: Door, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    await on_disk.poller.look()
    (tmp_path / "room.ics").unlink()
    for _ in range(5):
        await on_disk.poller.look()
    write_calendar(tmp_path / "room.ics")
    await on_disk.poller.look()
    await on_disk.poller.look()

    said = [record.getMessage() for record in caplog.records if record.name == "device.agent.poller"]

    assert len(said) == 2
    assert "does not answer" in said[0]
    assert "answers again" in said[1]


async def test_a_server_that_asks_for_patience_gets_it(on_web: Door, feed: Feed) -> None:
    feed.answer = lambda _: web.Response(status=429, headers={"Retry-After": "120"})

    await on_web.poller.look()

    assert isinstance(on_web.knowledge.error, CalendarBusy)
    assert timedelta(seconds=120) <= (on_web.wait or timedelta()) <= timedelta(seconds=122)


async def test_a_refused_password_is_tried_twice_and_then_left_alone(on_web: Door, feed: Feed) -> None:
    feed.answer = lambda _: web.Response(status=401)

    await on_web.poller.look()
    assert feed.asked == 2
    assert isinstance(on_web.knowledge.error, CredentialRefused)
    assert on_web.wait is None
    assert not on_web.knowledge.hops[Hop.ACCESS].healthy

    for _ in range(20):
        on_web.forward(timedelta(hours=1))
        await on_web.poller.look()
    assert feed.asked == 2


async def test_a_person_may_have_it_tried_again_once_in_two_seconds(on_web: Door, feed: Feed) -> None:
    feed.answer = lambda _: web.Response(status=401)
    await on_web.poller.look()
    feed.answer = lambda _: feed.calendar()

    for _ in range(10):
        on_web.poller.retry()

    assert await on_web.poller.look()
    assert feed.asked == 3
    assert on_web.knowledge.error is None


async def test_pressing_often_asks_once(on_web: Door, feed: Feed) -> None:
    running = asyncio.create_task(on_web.poller.run())
    try:
        await wait_until(lambda: feed.asked == 1 and on_web.knowledge.ever_known)
        for _ in range(50):
            on_web.poller.retry()
            await asyncio.sleep(0)
        await wait_until(lambda: feed.asked == 2)
        await asyncio.sleep(0.1)
        assert feed.asked == 2
    finally:
        running.cancel()


async def test_expired_access_is_renewed_once_and_nobody_notices(on_web: Door, feed: Feed) -> None:
    answers = iter([web.Response(status=401)])
    feed.answer = lambda _: next(answers, None) or feed.calendar()

    assert await on_web.poller.look()

    assert feed.asked == 2
    assert on_web.knowledge.error is None


async def test_a_failing_server_is_probed_once_a_minute_at_most(on_web: Door, feed: Feed) -> None:
    feed.answer = lambda _: web.Response(status=500)
    for _ in range(5):
        await on_web.poller.look()
    assert feed.asked == 5

    for _ in range(10):
        await on_web.poller.look()
    assert feed.asked == 5
    on_web.forward(timedelta(seconds=61))
    feed.answer = lambda _: feed.calendar()
    assert await on_web.poller.look()
    assert feed.asked == 6


async def test_a_fault_of_ours_is_a_failed_answer_and_says_none_of_the_meetings_words(
    on_disk: Door, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken:
        async def read(self, window: object) -> None:
            raise KeyError("Merger with Contoso")

    on_disk.poller._calendar = Broken()  # type: ignore[assignment]

    assert not await on_disk.poller.look()

    assert "KeyError" in caplog.text
    assert "Merger" not in caplog.text


async def test_a_wall_clock_that_is_set_makes_it_look_at_once(on_disk: Door, tmp_path: Path) -> None:
    running = asyncio.create_task(on_disk.poller.run())
    try:
        await wait_until(lambda: on_disk.ids == ["First"])
        write_calendar(tmp_path / "room.ics", event("2", "15:00", "16:00", title="Second"))

        on_disk.forward(timedelta(minutes=1))

        await wait_until(lambda: on_disk.ids == ["Second"])
    finally:
        running.cancel()


async def test_a_wall_clock_that_is_set_is_no_reason_to_ask_a_server_that_asked_for_patience(
    on_web: Door, feed: Feed
) -> None:
    feed.answer = lambda _: web.Response(status=429, headers={"Retry-After": "120"})
    running = asyncio.create_task(on_web.poller.run())
    try:
        await wait_until(lambda: feed.asked == 1 and on_web.knowledge.error)
        for _ in range(5):
            on_web.forward(timedelta(seconds=10))
            await asyncio.sleep(0.02)
        assert feed.asked == 1

        on_web.forward(timedelta(seconds=90))

        await wait_until(lambda: feed.asked == 2)
    finally:
        running.cancel()


async def test_the_scheduler_rings_by_the_pace_of_the_clock(on_disk: Door, tmp_path: Path) -> None:
    reading = on_disk.clock.read()
    on_disk.clock.told(ClockReading(now=reading.now, elapsed=reading.elapsed, rate=3600.0))
    running = asyncio.create_task(on_disk.poller.run())
    try:
        await wait_until(lambda: on_disk.ids == ["First"])
        write_calendar(tmp_path / "room.ics", event("2", "15:00", "16:00", title="Second"))
        await wait_until(lambda: on_disk.ids == ["Second"])
    finally:
        running.cancel()


async def test_a_reading_that_an_act_overtook_is_read_again(on_disk: Door, tmp_path: Path) -> None:
    await on_disk.poller.look()
    booked = on_disk.knowledge.occurrences[0]
    calendar = on_disk.calendar

    class Slow:
        """The same far side, where our own act is accepted while the first answer is on its way."""

        asked = 0

        async def read(self, window: object) -> object:
            self.asked += 1
            answer = await calendar.read(window)  # type: ignore[arg-type]
            if self.asked == 1:
                write_calendar(
                    tmp_path / "room.ics", event("1", "13:00", "14:00"), event("2", "12:00", "12:30", title="Ours")
                )
                on_disk.knowledge.accepted(booked)
            return answer

    on_disk.poller._calendar = slow = Slow()  # type: ignore[assignment]
    on_disk.poller.distrust()

    await on_disk.poller.look()

    assert slow.asked == 2
    assert "Ours" in on_disk.ids


async def test_a_list_that_was_cut_proves_nothing_beyond_its_end(on_disk: Door, tmp_path: Path) -> None:
    many = [
        event(f"{n}", f"{7 + n // 60:02}:{n % 60:02}", f"{7 + n // 60:02}:{n % 60:02}", title=f"n{n}")
        for n in range(560)
    ]
    write_calendar(tmp_path / "room.ics", *many)

    await on_disk.poller.look()

    known = on_disk.knowledge
    assert known.window is not None
    assert len(known.occurrences) == 500
    assert known.window.end == max(one.bounds(ROOM.zone).start for one in known.occurrences)
