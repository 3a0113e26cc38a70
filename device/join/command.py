"""Programs of one's own that make the room join and leave: their words are fixed in the settings, no shell reads them.

What is to be joined stands in the program's environment: `DOORLIGHT_SERVICE`, `DOORLIGHT_URL`, `DOORLIGHT_MEETING_ID`,
`DOORLIGHT_PASSCODE`, `DOORLIGHT_DIAL_PASSCODE`, `DOORLIGHT_SIP`, `DOORLIGHT_H323`, `DOORLIGHT_TONES`. Exit code 0 of
`join` says that the room is in the meeting, 1 that it could not, 3 that it is in another call, 75 (`EX_TEMPFAIL`) that
the order was given and nobody can tell.
"""

import asyncio
import secrets
from asyncio.subprocess import Process
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Annotated, NoReturn

import msgspec

from device.join.interface import ANSWER_WITHIN, CONNECT_WITHIN, CannotJoin, Condition, Driver, Progress, Target
from device.join.program import start, stop
from device.model.joining import Call, Cause
from device.model.value import Value

Words = Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
_ENDS = {
    0: Progress(call=Call.CONNECTED),
    3: Progress(call=Call.FAILED, cause=Cause.IN_CALL),
    75: Progress(call=Call.TOLD),
}
_FAILED = Progress(call=Call.FAILED, cause=Cause.REFUSED)


class Options(Value):
    """The programs, each as its list of words."""

    join: Words
    leave: tuple[str, ...] = ()
    """Left out: nothing is done when the meeting is left."""
    probe: tuple[str, ...] = ()
    """Exit code 0: ready; 3: in a call; any other: not reachable. Left out: always ready."""
    connect_within: timedelta = CONNECT_WITHIN


class Command:
    """The programs of one room."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._attempt = ""
        self._running: Process | None = None
        self._left = asyncio.Event()

    def check(self, target: Target) -> None:
        """Whatever there is, the program is told of."""

    async def probe(self) -> Condition:
        """As the program says."""
        if not self._options.probe:
            return Condition()
        code = await self._run(self._options.probe, {}, ANSWER_WITHIN)
        if code not in (0, 3):
            raise CannotJoin(Cause.UNREACHABLE, f"exit code {code}")
        return Condition(in_call=code == 3)

    async def prepare(self) -> None:
        """The program wakes what it needs."""

    async def join(self, target: Target) -> str:
        """Start the program."""
        self._left = asyncio.Event()
        self._running = await start(self._options.join, environment(target))
        self._attempt = secrets.token_hex(8)
        return self._attempt

    async def watch(self, attempt: str) -> AsyncGenerator[Progress, None]:
        """What its exit code says."""
        process, left = self._running, self._left
        if attempt != self._attempt or process is None:
            yield Progress(call=Call.FAILED, cause=Cause.DROPPED)
            return
        yield Progress(call=Call.DIALING)
        try:
            async with asyncio.timeout(self._options.connect_within.total_seconds()):
                end = _ENDS.get(await process.wait(), _FAILED)
        except TimeoutError:
            end = Progress(call=Call.FAILED, cause=Cause.TIMED_OUT)
        finally:
            await stop(process)
        if left.is_set():
            end = Progress(call=Call.ENDED)
        yield end
        if end.call is Call.CONNECTED:
            await left.wait()
            yield Progress(call=Call.ENDED)

    async def enter(self, attempt: str, passcode: str) -> NoReturn:
        """It never asks."""
        del attempt, passcode
        raise CannotJoin(Cause.NO_WAY)

    async def leave(self, attempt: str) -> None:
        """Run the program that leaves."""
        if attempt != self._attempt or self._left.is_set():
            return
        self._left.set()
        if self._running is not None:
            await stop(self._running)
        if self._options.leave:
            code = await self._run(self._options.leave, {}, ANSWER_WITHIN)
            if code != 0:
                raise CannotJoin(Cause.REFUSED, f"exit code {code}")

    async def close(self) -> None:
        """Leave no program behind."""
        if self._running is not None:
            await stop(self._running)

    async def _run(self, words: tuple[str, ...], more: dict[str, str], within: timedelta) -> int:
        process = await start(words, more)
        try:
            async with asyncio.timeout(within.total_seconds()):
                return await process.wait()
        except TimeoutError as error:
            raise CannotJoin(Cause.TIMED_OUT, "the program did not end") from error
        finally:
            await stop(process)


def environment(target: Target) -> dict[str, str]:
    """What a program is told of a meeting; what is empty is left out."""
    named = {
        "SERVICE": target.service.value,
        "URL": target.url,
        "MEETING_ID": target.meeting_id,
        "PASSCODE": target.passcode,
        "DIAL_PASSCODE": target.dial_passcode,
        "SIP": target.sip,
        "H323": target.h323,
        "TONES": target.tones,
    }
    return {f"DOORLIGHT_{name}": value for name, value in named.items() if value}


@asynccontextmanager
async def _open(options: Options) -> AsyncIterator[Command]:
    command = Command(options)
    try:
        yield command
    finally:
        await command.close()


DRIVER = Driver(options=Options, open=_open)
