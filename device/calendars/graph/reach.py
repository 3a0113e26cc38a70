"""How far an access token reaches: it must open its own room, and no canary."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from device.calendars.graph.mailbox import Mailbox
from device.calendars.graph.service import Service
from device.calendars.graph.view import utc
from device.calendars.interface import Reach
from device.model.errors import AccessDenied

_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
_QUESTION = {
    "startDateTime": utc(_LONG_AGO),
    "endDateTime": utc(_LONG_AGO + timedelta(minutes=1)),
    "$select": "id",
    "$top": "1",
}
"""A minute in which nobody's calendar holds anything: the right to ask is proven, and nothing is read."""


async def read_reach(service: Service, mailbox: str, canaries: Sequence[str]) -> Reach:
    """What `service`'s access opens of these.

    Raises:
        RoomNotFound: one of them is no mailbox, and so proves nothing.
    """
    own = await _opens(service, mailbox)
    return Reach(own_room=own, beyond=tuple([canary for canary in canaries if await _opens(service, canary)]))


async def _opens(service: Service, mailbox: str) -> bool:
    try:
        await Mailbox(service, mailbox).get("calendarView", _QUESTION)
    except AccessDenied:
        return False
    return True
