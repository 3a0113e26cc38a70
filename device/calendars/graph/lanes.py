"""How many requests may run for one mailbox at a time, whoever asks: the room's own reader, a batch, an audit.

Exchange lets an application have four at a time in a mailbox (facts: providers A6). Two are kept here, so that a second
process, such as the device at the door, finds room beside this one. A mailbox that some call by its address and some by
its object id counts as two.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from weakref import WeakValueDictionary

from device.calendars.http import deadline

AT_ONCE = 2

_Key = tuple[int, str, str, str]
_gates: WeakValueDictionary[_Key, asyncio.Semaphore] = WeakValueDictionary()
"""By event loop, endpoint, application and mailbox; kept as long as somebody is inside or waits."""


@asynccontextmanager
async def lanes(application: tuple[str, str], mailboxes: Iterable[str], seconds: float) -> AsyncIterator[None]:
    """A place in each of the mailboxes, until left.

    Places are taken in one order, so that two who want several never wait for each other.

    Args:
        application: endpoint and client id.
        mailboxes: their addresses, in whatever case.
        seconds: how long to wait for places.

    Raises:
        CalendarUnreachable: there was none in time.
    """
    async with AsyncExitStack() as held:
        async with deadline(seconds):
            for mailbox in sorted({mailbox.lower() for mailbox in mailboxes}):
                await held.enter_async_context(_gate(application, mailbox))
        yield


def _gate(application: tuple[str, str], mailbox: str) -> asyncio.Semaphore:
    key = (id(asyncio.get_running_loop()), *application, mailbox)
    gate = _gates.get(key)
    if gate is None:
        gate = _gates[key] = asyncio.Semaphore(AT_ONCE)
    return gate
