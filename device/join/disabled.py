"""No room system: the door never speaks of joining."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import NoReturn

from device.join.interface import CannotJoin, Condition, Driver, Progress, Target
from device.model.joining import Call, Cause
from device.model.value import Value


class Options(Value):
    """There is nothing to set."""


class Nothing:
    """Where a room system would be."""

    def check(self, target: Target) -> NoReturn:
        """Nothing is entered."""
        raise CannotJoin(Cause.NO_WAY, target.service.value)

    async def probe(self) -> Condition:
        """It rests."""
        return Condition()

    async def prepare(self) -> None:
        """There is nothing to wake."""

    async def join(self, target: Target) -> NoReturn:
        """Nothing joins."""
        self.check(target)

    async def watch(self, attempt: str) -> AsyncGenerator[Progress, None]:
        """An attempt that nobody made has failed."""
        del attempt
        yield Progress(call=Call.FAILED, cause=Cause.NO_WAY)

    async def enter(self, attempt: str, passcode: str) -> NoReturn:
        """Nobody asked."""
        del attempt, passcode
        raise CannotJoin(Cause.NO_WAY)

    async def leave(self, attempt: str) -> None:
        """Nobody is there."""


@asynccontextmanager
async def _open(options: Options) -> AsyncIterator[Nothing]:
    del options
    yield Nothing()


DRIVER = Driver(options=Options, open=_open, joins=False)
