"""Two doors booked one time, and the server tells who was first to the second only: who gives way.

Of two in one second either may have been first, and the other need not have seen it when it looked: it believes that
it has the time. So an order by clock and name is not enough. Whoever is the later by it gives way at once; whoever is
the earlier waits for that, and gives way itself if the other stays.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from enum import Enum, auto
from typing import TypeVar

GLANCES, GLANCE = 12, 0.25
"""How often it is looked whether the other gives way, and the seconds in between."""
_T = TypeVar("_T")


class Standing(Enum):
    """Where one booking stands beside one other."""

    AHEAD = auto()
    """It was certainly first."""
    LEVEL = auto()
    """They came in one second, and it is the earlier of the two by an order that all doors see alike."""
    BEHIND = auto()


async def gives_way(there: _T, look: Callable[[], Awaitable[_T]], judge: Callable[[_T], Iterable[Standing]]) -> bool:
    """Whether our booking has to go.

    Args:
        there: what was seen after it was made.
        look: sees it again.
        judge: where ours stands beside each of the others that are there.
    """
    for _ in range(GLANCES):
        standings = set(judge(there))
        if Standing.LEVEL not in standings or Standing.BEHIND in standings:
            return Standing.BEHIND in standings
        await asyncio.sleep(GLANCE)
        there = await look()
    return True
