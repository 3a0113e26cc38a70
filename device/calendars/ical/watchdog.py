"""Stops an expansion that would never end.

A rule may ask for something every second since 1970, or for the 30th of February, and dateutil's loops cannot be told
to give up. A watchdog measures the processor time that the expanding thread has used (so a busy machine costs nobody a
meeting) and raises in that thread when it is too much.
"""

import ctypes
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

TICK = 0.05


class RanTooLong(BaseException):
    """More processor time was used than was allowed. No `Exception`, so that no library takes it for its own."""


class Watchdog:
    """Watches the thread that enters it; `limit` bounds one piece of its work."""

    def __init__(self) -> None:
        self._ident = 0
        self._deadline: float | None = None
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

    @contextmanager
    def limit(self, seconds: float) -> Iterator[None]:
        """Bound what is done inside.

        Raises:
            RanTooLong: it used more than that.
        """
        self._deadline = self.spent() + seconds
        try:
            yield
        finally:
            with self._lock:
                self._deadline = None
            _raise_in(self._ident, None)  # one that was sent and has not arrived is not wanted any more

    def _watch(self) -> None:
        while not self._stop.wait(TICK):
            with self._lock:
                if self._deadline is not None and self.spent() > self._deadline:
                    self._deadline = None
                    _raise_in(self._ident, RanTooLong)


def _raise_in(ident: int, error: type[BaseException] | None) -> None:
    """Raise in another thread at its next step; None takes back what has not been raised yet."""
    what = ctypes.py_object(error) if error is not None else None
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(ident), what)
