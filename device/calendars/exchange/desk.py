"""Puts blocking questions in threads, within one deadline; what they send comes back to our event loop.

A thread never waits for a socket: it waits for a task of the loop, which is cancelled with the question. So neither a
thread nor a request outlives the call that asked.
"""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import CancelledError, Future
from contextvars import ContextVar
from typing import Any, TypeVar

from device.calendars.exchange.refusals import translated
from device.calendars.http import Answer, deadline
from device.model.errors import CalendarError, CalendarUnreachable

T = TypeVar("T")


class Turn:
    """One question while it is being asked."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._lock = threading.Lock()
        self._sent: Future[Any] | None = None
        self._task: asyncio.Task[Any] | None = None
        self._over = False
        self.answer: Answer | None = None
        """The last that came."""

    def send(self, request: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Have the loop make a request, and wait for what comes of it. Called in the thread.

        Raises:
            CalendarUnreachable: nobody waits for the answer any more.
            CalendarError: what the request raises.
        """
        with self._lock:
            if self._over:
                raise CalendarUnreachable("given up", cause="timeout")
            sent = asyncio.run_coroutine_threadsafe(self._carried_out(request), self._loop)
            self._sent = sent
        try:
            return sent.result()
        except CancelledError as error:
            raise CalendarUnreachable("given up", cause="timeout") from error

    async def _carried_out(self, request: Callable[[], Coroutine[Any, Any, T]]) -> T:
        self._task = asyncio.current_task()
        return await request()

    async def end(self) -> None:
        """Nobody waits any more: send nothing more, cancel what is on its way, and see it end."""
        with self._lock:
            self._over = True
            if self._sent is not None:
                self._sent.cancel()
        if self._task is not None and not self._task.done():
            self._task.cancel()
            await asyncio.wait((self._task,))


_turn: ContextVar[Turn] = ContextVar("turn")


def this_turn() -> Turn:
    """The question that this thread is asking."""
    return _turn.get()


async def ask(question: Callable[[], T], seconds: float, *, item: bool = False) -> T:
    """What a blocking question answers.

    Args:
        question: runs in a thread; may send by `this_turn`.
        seconds: for it as a whole.
        item: whether it is about one meeting by its id, for what its errors mean.

    Raises:
        CalendarError: and nothing else, whatever the library made of a hostile answer.
    """
    turn = Turn(asyncio.get_running_loop())
    _turn.set(turn)
    try:
        async with deadline(seconds):
            return await asyncio.to_thread(question)
    except CalendarError:
        raise
    except Exception as error:  # noqa: BLE001 - exchangelib's errors and what hostile XML does to it: none of ours
        raise translated(error, item=item) from None  # their texts quote requests and answers
    finally:
        await turn.end()
