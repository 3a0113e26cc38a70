"""Asks the calendar again and again, and is the only one who believes its answers.

APScheduler says when; the loop here does it, one question at a time. The truth is always a window read whole; a cursor
only spares reading it again for a while. A failed answer changes neither the meetings nor the time of the last success.
"""

import asyncio
import logging
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.date import DateTrigger

from device.agent.access import Access
from device.agent.clock import Timekeeper
from device.agent.faults import log_fault
from device.agent.knowledge import FRESH_FOR, Knowledge
from device.agent.settings import Polling
from device.calendars.interface import RoomCalendar, WindowRead
from device.model.backoff import retry_delay
from device.model.clock import ClockReading, SystemClock
from device.model.errors import CalendarBusy, CalendarError, MalformedAnswer, SyncTokenExpired, name_of
from device.model.window import Window, window_around

log = logging.getLogger(__name__)

JITTER = 0.1
"""Of the interval, either way, so that a house full of doors does not ask at one moment."""
DEBOUNCE = timedelta(seconds=2)
"""Between two looks that a person asks for."""
SPARE = timedelta(seconds=30)
"""How long before the truth goes stale the window is read whole again."""


class Poller:
    """Keeps one room's knowledge as fresh as the settings want."""

    def __init__(
        self,
        calendar: RoomCalendar,
        access: Access,
        knowledge: Knowledge,
        clock: Timekeeper,
        polling: Polling,
        rng: random.Random,
    ) -> None:
        self._calendar, self._access, self._knowledge, self._clock = calendar, access, knowledge, clock
        self._polling, self._rng = polling, rng
        self._due = asyncio.Event()
        self._next: timedelta | None = None
        self._pressed_at: timedelta | None = None
        self._cursor = ""
        self._failures = 0
        self._pushed = False
        self._round = asyncio.Lock()

    async def run(self) -> None:
        """Ask now, and again whenever it is due, until cancelled."""
        async with _scheduler() as scheduler:
            while True:
                self._due.clear()
                changed = asyncio.ensure_future(self._clock.changed())
                try:
                    await self.look()
                    await self._until_due(scheduler, changed)
                finally:
                    changed.cancel()

    def look_soon(self) -> None:
        """Ask for the whole window as soon as the present question is answered: something may have changed."""
        self.distrust()
        self._due.set()

    def hint(self) -> None:
        """The same because somebody says that something changed; whoever asked us to wait is not asked sooner."""
        self.distrust()
        if not isinstance(self._knowledge.error, CalendarBusy):
            self._due.set()

    def distrust(self) -> None:
        """Read the window whole next time, whatever its cursor says."""
        self._cursor = ""

    def retry(self) -> None:
        """Ask at once because a person put something right; pressing often asks once."""
        elapsed = self._clock.read().elapsed
        if self._pressed_at is None or elapsed - self._pressed_at >= DEBOUNCE:
            self._pressed_at = elapsed
            self._access.renew()
            self.look_soon()

    def push_turned(self, *, healthy: bool) -> None:
        """Changes are announced from now on, or not any longer."""
        self._pushed = healthy
        self._knowledge.fresh_for = max(FRESH_FOR, self._polling.with_push * 1.5) if healthy else FRESH_FOR
        self.hint()

    async def look(self) -> bool:
        """Ask once, after whoever is asking already; whether the calendar answered."""
        async with self._round:
            try:
                await self._access.using(self._ask)
            except CalendarError as error:
                return self._failed(error)
            except Exception as error:  # noqa: BLE001 - a fault of ours in reading one calendar must not blank the door
                log_fault("reading the calendar", error)
                return self._failed(MalformedAnswer(type(error).__name__))
            self._succeeded()
            return True

    async def _ask(self) -> None:
        reading = self._clock.read()
        window = window_around(reading.now, self._knowledge.room.zone)
        if self._may_trust_cursor(reading, window) and not await self._changed():
            return
        read = await self._read(window)
        self._cursor = read.cursor
        if read.server_date is not None:
            self._clock.heard(read.server_date)
        self._knowledge.answered(_told(read, self._knowledge.room.zone), reading)

    async def _read(self, window: Window) -> WindowRead:
        """The window, read again where an act of ours was accepted meanwhile."""
        while True:
            acts = self._knowledge.acts
            read = await self._calendar.read(window)
            if acts == self._knowledge.acts:
                return read

    async def _changed(self) -> bool:
        try:
            return await self._calendar.changed(self._cursor)
        except SyncTokenExpired:
            return True

    def _may_trust_cursor(self, reading: ClockReading, window: Window) -> bool:
        """Whether the truth stays fresh until the poll after this one, so that "unchanged" will do."""
        known = self._knowledge
        if not self._cursor or known.error is not None or known.window != window or known.confirmed is None:
            return False
        age = reading.elapsed - known.confirmed.elapsed
        return age + self._interval() * (1 + JITTER) + SPARE < known.fresh_for

    def _interval(self) -> timedelta:
        return self._polling.with_push if self._pushed else self._polling.every

    def _succeeded(self) -> None:
        if self._failures:
            log.info("the calendar answers again")
        self._failures = 0
        wait = self._interval() * (1 + JITTER * (2 * self._rng.random() - 1))
        self._next = self._clock.read().elapsed + wait
        self._knowledge.recovered()

    def _failed(self, error: CalendarError) -> bool:
        """Keep what is known, say it once, and work out when to try again."""
        self._failures += 1
        known = self._knowledge
        if self._failures == 1 or type(error) is not type(known.error):
            log.warning("the calendar does not answer: %s: %s", name_of(error), error)
        wait, reading = retry_delay(error, self._failures, self._rng), self._clock.read()
        self._next = None if wait is None else reading.elapsed + wait
        known.failed(error, retry_at=None if wait is None else reading.now + wait)
        return False

    async def _until_due(self, scheduler: AsyncIOScheduler, changed: asyncio.Future[object]) -> None:
        """Wait until it is due or wanted; a clock that was set is reason enough, unless we were asked to be patient."""
        due = asyncio.ensure_future(self._due.wait())
        try:
            while not self._due.is_set():
                self._plan(scheduler)
                await asyncio.wait((due, changed), return_when=asyncio.FIRST_COMPLETED)
                if changed.done() and not self._failures:
                    return
                if changed.done():
                    changed = asyncio.ensure_future(self._clock.changed())
        finally:
            due.cancel()
            changed.cancel()

    def _plan(self, scheduler: AsyncIOScheduler) -> None:
        """Let the scheduler ring when it is due: by the machine's clock, whatever the pace of ours."""
        if self._next is None:
            return
        reading = self._clock.read()
        wait = max(self._next - reading.elapsed, timedelta()) / reading.rate
        ring = DateTrigger(SystemClock().read().now + wait, timezone=UTC)
        scheduler.add_job(self._ring, ring, id="poll", replace_existing=True, misfire_grace_time=None)

    async def _ring(self) -> None:
        self._due.set()


@asynccontextmanager
async def _scheduler() -> AsyncIterator[AsyncIOScheduler]:
    scheduler = AsyncIOScheduler(timezone=UTC)
    scheduler.start()
    try:
        yield scheduler
    finally:
        scheduler.shutdown(wait=False)


def _told(read: WindowRead, zone: str) -> WindowRead:
    """The reading, its window cut where not all was told: beyond the last meeting that was kept nothing is sure."""
    if not read.truncated or not read.occurrences:
        return read
    sure = max(occurrence.bounds(zone).start for occurrence in read.occurrences)
    return WindowRead(
        window=Window(start=read.window.start, end=min(sure, read.window.end)),
        occurrences=read.occurrences,
        skipped=read.skipped,
    )
