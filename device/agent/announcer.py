"""Tells the panel what is true whenever that changes.

It sleeps until something was learnt, the clock was set, or the answer's own next change is due. Nothing is sent when
nothing changed, except that an answer newly confirmed is good for longer.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Protocol

import msgspec

from device.agent.clock import Timekeeper
from device.agent.diagnosis import fault_of
from device.agent.knowledge import Knowledge
from device.agent.room_state import showing
from device.agent.runtime_files import RuntimeFiles
from device.agent.settings import Settings
from device.model.clock import ClockReading
from device.model.safetext import SafeText
from device.model.state import RoomState
from device.wire.panel import Fault, FaultShown, FromAgent, LastShown, LookShown, RoomShown, TimeShown

log = logging.getLogger(__name__)

OFF = timedelta(milliseconds=500)
"""How far a kiosk's time may be from ours before it is told again."""
FAULTY_LOOK = timedelta(minutes=10)
_NO_TIME = datetime(1, 1, 1, tzinfo=UTC)


class Audience(Protocol):
    """Whoever is told."""

    def tell(self, frame: FromAgent) -> None:
        """Tell everybody."""
        ...


class Announcer:
    """One door's word, made anew whenever it may be another. Whoever is to be told is given as `audience`."""

    def __init__(
        self,
        knowledge: Knowledge,
        clock: Timekeeper,
        settings: Settings,
        files: RuntimeFiles,
    ) -> None:
        self._knowledge, self._clock, self._settings, self._files = knowledge, clock, settings, files
        self.observers: list[Callable[[RoomState], object]] = []
        """Called with each state, after the panel was told."""
        self._writable = settings.provider.load().writable
        self.audience: Audience | None = None
        self._said: object = None
        self._time: tuple[TimeShown, float] | None = None
        """What was told, and when by the machine's own monotonic clock, which is what kiosks count on by."""
        self.look = LookShown(
            theme=settings.look.theme,
            language=settings.look.language,
            hour24=settings.look.hour24,
            zone=settings.room.zone,
        )

    async def run(self) -> None:
        """Tell what is true whenever that changes, until cancelled."""
        while True:
            waits = {asyncio.ensure_future(self._knowledge.changed()), asyncio.ensure_future(self._clock.changed())}
            try:
                next_look, reading = self.announce(), self._clock.read()
                seconds = (next_look - reading.now).total_seconds() / reading.rate
                await asyncio.wait(waits, timeout=max(seconds, 0.0), return_when=asyncio.FIRST_COMPLETED)
            finally:
                for wait in waits:
                    wait.cancel()

    def announce(self) -> datetime:
        """Tell at once what is true now, if it is news; when to look again."""
        reading = self._clock.read()
        self._tell_time(reading)
        return self._tell_scene(reading)

    def greeting(self) -> Iterator[FromAgent]:
        """What to tell somebody who has just come."""
        reading = self._clock.read()
        yield _time(reading)
        yield self.look
        yield self.scene(reading)[0]

    def state(self, reading: ClockReading) -> RoomState:
        """The room as it is at `reading`."""
        return self._showing(reading)[0]

    def scene(self, reading: ClockReading) -> tuple[RoomShown | FaultShown, datetime]:
        """What is to be shown now, and when to look again."""
        known = self._knowledge
        if known.ever_known or known.room.policy.out_of_service:
            state, next_look = self._showing(reading)
            return RoomShown(state=state), next_look
        return self._fault(reading), known.retry_at or reading.now + FAULTY_LOOK

    def _showing(self, reading: ClockReading) -> tuple[RoomState, datetime]:
        shown = showing(
            self._knowledge,
            reading,
            writable=self._writable,
            night=self._settings.night,
            neighbours=bool(self._settings.neighbours),
        )
        return shown.state, shown.next_look

    def _fault(self, reading: ClockReading) -> FaultShown:
        error = self._knowledge.error
        if error is None:
            return FaultShown(fault=Fault.STARTING)
        return FaultShown(
            fault=fault_of(error, reading.trust),
            detail=SafeText(str(error), limit=80),
            retry_at=self._knowledge.retry_at,
        )

    def _tell(self, frame: FromAgent) -> None:
        if self.audience is not None:
            self.audience.tell(frame)

    def _tell_scene(self, reading: ClockReading) -> datetime:
        frame, next_look = self.scene(reading)
        said = essence(frame)
        if said != self._said:
            self._said = said
            self._tell(frame)
            if isinstance(frame, RoomShown):
                self._files.show(LastShown(look=self.look, state=frame.state))
        if isinstance(frame, RoomShown):
            for observe in self.observers:
                observe(frame.state)
        return next_look

    def _tell_time(self, reading: ClockReading) -> None:
        """Tell the time where what the kiosks count on from is no longer true."""
        time, moment = _time(reading), monotonic()
        if self._time is not None:
            told, at = self._time
            counted = told.now + timedelta(seconds=(moment - at) * told.rate)
            if (told.rate, told.trusted) == (time.rate, time.trusted) and abs(counted - time.now) < OFF:
                return
        self._log_trust(reading)
        self._time = time, moment
        self._tell(time)

    def _log_trust(self, reading: ClockReading) -> None:
        """Once going down and once coming back."""
        before = self._time is None or self._time[0].trusted
        if before and not reading.trust.proves:
            log.warning("the clock is not to be believed (%s): nothing is proved by it", reading.trust.value)
        elif not before and reading.trust.proves:
            log.info("the clock is to be believed again (%s)", reading.trust.value)


def _time(reading: ClockReading) -> TimeShown:
    return TimeShown(now=reading.now, rate=reading.rate, trusted=reading.trust.proves)


def essence(frame: RoomShown | FaultShown) -> object:
    """What of a frame is worth telling: not when it was made, nor for how long it is good."""
    if isinstance(frame, FaultShown):
        return frame
    return msgspec.structs.replace(
        frame.state,
        as_of=_NO_TIME,
        good_for=timedelta(),
        hops=tuple(msgspec.structs.replace(hop, at=None) for hop in frame.state.hops),
    )
