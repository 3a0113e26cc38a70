"""Turns the signals that end a program into a cancellation, so that everything is left the way it was entered."""

import asyncio
import signal
from collections.abc import Coroutine
from typing import Any

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


async def until_signalled(work: Coroutine[Any, Any, int]) -> int:
    """The exit code of `work`, or 128 and the signal's number where a signal ended it. A second one changes nothing."""
    task = asyncio.ensure_future(work)
    received: list[signal.Signals] = []

    def receive(number: signal.Signals) -> None:
        if not received:
            task.cancel()
        received.append(number)

    loop = asyncio.get_running_loop()
    for number in _ENDING:
        loop.add_signal_handler(number, receive, number)
    try:
        return await task
    except asyncio.CancelledError:
        if not received:
            raise
        return 128 + received[0]
    finally:
        for number in _ENDING:
            loop.remove_signal_handler(number)
