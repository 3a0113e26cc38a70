"""Stops an expansion that would never end.

A rule may ask for something every second since 1970, or for the 30th of February, and dateutil's loops cannot be told
to give up. A watchdog measures the processor time that the expanding thread has used (so a busy machine costs nobody a
meeting) and raises in that thread when it is too much.
"""

import ctypes
import threading
import time
from types import TracebackType
from typing import Self

TICK = 0.05
ARRIVAL = 1000
"""Steps within which an exception that was sent arrives; it takes one."""


class RanTooLong(BaseException):
    """More processor time was used than was allowed. No `Exception`, so that no library takes it for its own."""


class Watchdog:
    """Watches the thread that enters it; `limit` bounds one piece of its work."""

    def __init__(self) -> None:
        self._ident = 0
        self._deadline: float | None = None
        self._sent = False
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="expansion-watchdog", daemon=True)

    def __enter__(self) -> Self:
        self._ident = threading.get_ident()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    def spent(self) -> float:
        """Seconds of processor time that the watched thread has used; of any time where the system cannot tell."""
        if not hasattr(time, "pthread_getcpuclockid"):
            return time.monotonic()
        return time.clock_gettime(time.pthread_getcpuclockid(self._ident))

    def limit(self, seconds: float) -> "Limit":
        """Bound what is done inside `with` to so many seconds; it raises `RanTooLong` when they are used up."""
        return Limit(self, seconds)

    def start(self, seconds: float) -> None:
        """Begin to count."""
        self._sent = False
        self._deadline = self.spent() + seconds

    def settle(self) -> None:
        """Stop counting; what was sent in the last moment arrives here and nowhere else.

        Raises:
            RanTooLong: something was.
        """
        with self._lock:
            self._deadline = None
        if self._sent:
            for _ in range(ARRIVAL):
                pass
            raise RanTooLong

    def _watch(self) -> None:
        while not self._stop.wait(TICK):
            with self._lock:
                if self._deadline is not None and self.spent() > self._deadline:
                    self._deadline, self._sent = None, True
                    _raise_in(self._ident, RanTooLong)


class Limit:
    """One bounded piece of work. A class and no generator, which would not outlive an exception in the middle of it."""

    def __init__(self, watchdog: Watchdog, seconds: float) -> None:
        self._watchdog = watchdog
        self._seconds = seconds

    def __enter__(self) -> None:
        self._watchdog.start(self._seconds)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not RanTooLong:
            self._watchdog.settle()


def _raise_in(ident: int, error: type[BaseException]) -> None:
    """Raise in another thread at its next step. To take one back would leave CPython 3.11 checking for it for ever."""
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(ident), ctypes.py_object(error))
