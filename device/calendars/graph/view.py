"""A window of the room's calendar, all its pages, as the whole truth: Graph's calendar view.

There is no cursor. Graph's delta cannot select fields, freezes its window, gives occurrences without their words and
may pass over a deleted one (facts: providers A5), so it could only say "look again", at the price of a look.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from operator import itemgetter

from device.calendars.graph.events import Meeting, read_page
from device.calendars.graph.mailbox import Mailbox
from device.calendars.graph.shapes import EXPAND, SELECT
from device.calendars.interface import OCCURRENCE_LIMIT, PAGE_LIMIT, Skipped
from device.model.errors import MalformedAnswer
from device.model.window import Window

PAGE = 100


@dataclass(slots=True)
class View:
    """What a window holds now."""

    meetings: list[Meeting] = field(default_factory=list)
    """By start, each once, at most `OCCURRENCE_LIMIT`."""
    skipped: list[Skipped] = field(default_factory=list)
    server_date: datetime | None = None
    truncated: bool = False


async def read_view(mailbox: Mailbox, window: Window, zone: str) -> View:
    """Everything that touches `window` for a room in `zone`.

    Raises:
        MalformedAnswer: the pages do not end.
    """
    view, found = View(), dict[str, tuple[datetime, Meeting]]()
    links = {""}
    link = ""
    for _ in range(PAGE_LIMIT):
        answer = await (mailbox.follow(link) if link else mailbox.get("calendarView", _query(window)))
        meetings, skipped, link = read_page(answer)
        view.server_date = answer.server_date
        view.skipped = (view.skipped + skipped)[:OCCURRENCE_LIMIT]
        for meeting in meetings:
            bounds = meeting.occurrence.bounds(zone)
            if window.overlaps(bounds.start, bounds.end):
                found[meeting.occurrence.id] = bounds.start, meeting
        view.truncated = len(found) > OCCURRENCE_LIMIT  # they come by start, so what follows is later still
        if view.truncated or not link:
            by_start = sorted(found.values(), key=itemgetter(0))
            view.meetings = [meeting for _, meeting in by_start[:OCCURRENCE_LIMIT]]
            return view
        if link in links:
            raise MalformedAnswer("the pages go round in a circle")
        links.add(link)
    raise MalformedAnswer(f"more than {PAGE_LIMIT} pages")


def _query(window: Window) -> dict[str, str]:
    return {
        "startDateTime": utc(window.start),
        "endDateTime": utc(window.end),
        "$select": SELECT,
        "$expand": EXPAND,
        "$orderby": "start/dateTime",
        "$top": str(PAGE),
    }


def utc(instant: datetime) -> str:
    """An instant as Graph takes it in an address."""
    return f"{instant.astimezone(UTC).replace(tzinfo=None).isoformat()}Z"
