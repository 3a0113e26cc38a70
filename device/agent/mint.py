"""Mints access in a process of its own: what that loads (MSAL alone is a quarter of a small agent) goes with it.

The agent starts `python -m device.agent.mint` when it needs new access, tells it on a pipe what it needs to know, and
reads access or an error back. Nothing of it is on a command line, in an environment, or on a disk.
"""

import asyncio
import sys
from datetime import timedelta

import msgspec

from device.agent.thrift import be_small
from device.calendars import Providers
from device.calendars.interface import AccessToken, Connection
from device.model.clock import ClockReading
from device.model.errors import (
    AccessDenied,
    AccessExpired,
    CalendarBusy,
    CalendarError,
    CalendarUnreachable,
    CredentialRefused,
    MalformedAnswer,
    RoomNotFound,
    name_of,
)
from device.model.secret import Secret
from device.model.value import Value, decode, from_plain
from device.wire.told_clock import ToldClock

GRACE = 10.0
"""Seconds beyond the call's own time, for the process to start."""
_PLAIN_ERRORS = {kind.__name__: kind for kind in (AccessDenied, AccessExpired, CredentialRefused, RoomNotFound)}


class Order(Value):
    """What is to be minted."""

    provider: Providers
    options: msgspec.Raw
    room: str
    reading: ClockReading


class Minted(Value, tag="minted"):
    """Access."""

    access: AccessToken


class NotMinted(Value, tag="not-minted"):
    """An error of `device.model.errors`, and its parts."""

    error: str
    detail: str
    cause: str = ""
    retry_after: timedelta | None = None


async def mint_apart(provider: Providers, options: Connection, room: str, reading: ClockReading) -> AccessToken:
    """Have access minted elsewhere.

    Raises:
        CalendarError: what the provider raises, or `CalendarUnreachable` where the process gave no answer.
    """
    order = Order(provider=provider, options=msgspec.Raw(_revealed(options)), room=room, reading=reading)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "device.agent.mint"), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    try:
        async with asyncio.timeout(options.timeout + GRACE):
            told, _ = await process.communicate(msgspec.json.encode(order))
    except TimeoutError as error:
        raise CalendarUnreachable("access was not minted in time", cause="timeout") from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return _access_in(told)


def _access_in(told: bytes) -> AccessToken:
    try:
        outcome: Minted | NotMinted = decode(told, Minted | NotMinted)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise CalendarUnreachable("access was not minted", cause="server") from error
    if isinstance(outcome, NotMinted):
        raise _error_of(outcome)
    return outcome.access


def _error_of(told: NotMinted) -> CalendarError:
    if told.error in _PLAIN_ERRORS:
        return _PLAIN_ERRORS[told.error](told.detail)
    if told.error == CalendarBusy.__name__:
        return CalendarBusy(told.detail, retry_after=told.retry_after)
    if told.error == MalformedAnswer.__name__:
        return MalformedAnswer(told.detail)
    return CalendarUnreachable(told.detail, cause=told.cause or "server", retry_after=told.retry_after)


def _revealed(value: Value) -> bytes:
    """A value with its secrets in it, for the pipe to a process of our own and for nothing else."""
    return msgspec.json.encode(value, enc_hook=_reveal)


def _reveal(ours: object) -> str:
    if isinstance(ours, Secret):
        return ours.reveal()
    if isinstance(ours, str):
        return str(ours)
    raise NotImplementedError(type(ours).__name__)


async def _carry_out(order: Order) -> Minted | NotMinted:
    provider = order.provider.load()
    options = msgspec.json.decode(order.options, type=provider.options, dec_hook=from_plain)
    if provider.mint is None:
        return NotMinted(error=CredentialRefused.__name__, detail="this provider mints no access")
    try:
        return Minted(access=await provider.mint(options, order.room, ToldClock(order.reading)))
    except CalendarError as error:
        cause = error.cause if isinstance(error, CalendarUnreachable) else ""
        retry_after = error.retry_after if isinstance(error, CalendarUnreachable) else None
        return NotMinted(error=name_of(error), detail=str(error), cause=cause, retry_after=retry_after)


def main() -> None:
    """Read an order, write what came of it."""
    be_small()
    outcome = asyncio.run(_carry_out(decode(sys.stdin.buffer.read(), Order)))
    sys.stdout.buffer.write(_revealed(outcome))


if __name__ == "__main__":
    main()
