"""How the office's tasks end: cancelled, waited for, and with a failure that nobody saw brought to light."""

import asyncio
from collections.abc import Iterable
from typing import Any


async def end(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """Cancel tasks and wait until they have ended.

    Raises:
        Exception: what one of them had failed with before.
    """
    ending = tuple(tasks)
    for task in ending:
        task.cancel()
    for outcome in await asyncio.gather(*ending, return_exceptions=True):
        if isinstance(outcome, Exception):
            raise outcome
