"""Tells when the machine's wall clock was set, without waking up to look.

Linux cancels a timer of timerfd_create(2) that was armed with `TFD_TIMER_CANCEL_ON_SET` when somebody sets the clock or
the machine wakes from sleep. Elsewhere nothing tells, and the clocks are compared twice a minute.
"""

import asyncio
import contextlib
import ctypes
import errno
import logging
import os
from collections.abc import Callable, Iterator
from datetime import timedelta

from device.model.clock import SystemClock

log = logging.getLogger(__name__)

LOOK_EVERY = 30.0
"""Seconds between two looks, where the kernel does not tell."""
NOTICED = timedelta(seconds=1)
_CLOCK_REALTIME = 0
_ABSOLUTE_CANCEL_ON_SET = 0b11
_NEVER = (1 << 62) - 1


class _Timespec(ctypes.Structure):
    _fields_ = (("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long))


class _Itimerspec(ctypes.Structure):
    _fields_ = (("interval", _Timespec), ("value", _Timespec))


@contextlib.contextmanager
def watch_steps(tell: Callable[[], object]) -> Iterator[None]:
    """Call `tell` in the running loop whenever the wall clock was set, until left."""
    loop = asyncio.get_running_loop()
    try:
        timer = _armed()
    except (OSError, AttributeError) as error:
        log.info("the kernel does not tell when the clock is set (%s); looking every %g s", error, LOOK_EVERY)
        looking = asyncio.create_task(_look(tell))
        try:
            yield
        finally:
            looking.cancel()
        return

    def was_set() -> None:
        try:
            os.read(timer, 8)
        except OSError as error:
            if error.errno != errno.ECANCELED:
                raise
            tell()

    loop.add_reader(timer, was_set)
    try:
        yield
    finally:
        loop.remove_reader(timer)
        os.close(timer)


def _armed() -> int:
    """A descriptor that becomes readable when the clock is set; a read of it arms it again."""
    libc = ctypes.CDLL(None, use_errno=True)
    timer: int = libc.timerfd_create(_CLOCK_REALTIME, os.O_NONBLOCK | os.O_CLOEXEC)
    if timer < 0:
        raise OSError(ctypes.get_errno(), "timerfd_create")
    never = _Itimerspec(value=_Timespec(seconds=_NEVER >> 30))
    if libc.timerfd_settime(timer, _ABSOLUTE_CANCEL_ON_SET, ctypes.byref(never), None) < 0:
        number = ctypes.get_errno()
        os.close(timer)
        raise OSError(number, "timerfd_settime")
    return timer


async def _look(tell: Callable[[], object]) -> None:
    clock = SystemClock()
    before = clock.read()
    while True:
        await asyncio.sleep(LOOK_EVERY)
        after = clock.read()
        if abs((after.now - before.now) - (after.elapsed - before.elapsed)) > NOTICED:
            tell()
        before = after
