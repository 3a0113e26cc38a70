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
from device.calendars.http import Answer
from device.calendars.interface import OCCURRENCE_LIMIT, PAGE_LIMIT, Skipped, WindowRead
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

    def told(self, window: Window) -> WindowRead:
        """The same as the interface has it."""
        return WindowRead(
            window=window,
            occurrences=tuple(meeting.occurrence for meeting in self.meetings),
            skipped=tuple(self.skipped),
            server_date=self.server_date,
            truncated=self.truncated,
        )


class Pages:
    """The pages of one window, put together as they come, for a room in `zone`."""

    def __init__(self, window: Window, zone: str) -> None:
        self.view = View()
        """Complete once `take` has found no next page."""
        self._window = window
        self._zone = zone
        self._found: dict[str, tuple[datetime, Meeting]] = {}
        self._links = {""}

    def take(self, answer: Answer) -> str:
        """Take a page in; the link to the next, empty when there is none or enough is known.

        Raises:
            MalformedAnswer: it is no page, or the pages do not end.
        """
        view, found = self.view, self._found
        meetings, skipped, link = read_page(answer)
        view.server_date = answer.server_date
        view.skipped = (view.skipped + skipped)[:OCCURRENCE_LIMIT]
        for meeting in meetings:
            bounds = meeting.occurrence.bounds(self._zone)
            if self._window.overlaps(bounds.start, bounds.end):
                found[meeting.occurrence.id] = bounds.start, meeting
        view.truncated = len(found) > OCCURRENCE_LIMIT  # they come by start, so what follows is later still
        if view.truncated or not link:
            by_start = sorted(found.values(), key=itemgetter(0))
            view.meetings = [meeting for _, meeting in by_start[:OCCURRENCE_LIMIT]]
            return ""
        if link in self._links:
            raise MalformedAnswer("the pages go round in a circle")
        if len(self._links) == PAGE_LIMIT:
            raise MalformedAnswer(f"more than {PAGE_LIMIT} pages")
        self._links.add(link)
        return link


async def read_view(mailbox: Mailbox, window: Window, zone: str) -> View:
    """Everything that touches `window` for a room in `zone`.

    Raises:
        MalformedAnswer: the pages do not end.
    """
    pages = Pages(window, zone)
    link = pages.take(await mailbox.get("calendarView", view_query(window)))
    while link:
        link = pages.take(await mailbox.follow(link))
    return pages.view


def view_query(window: Window, page: int = PAGE) -> dict[str, str]:
    """What to ask a calendar view for."""
    return {
        "startDateTime": utc(window.start),
        "endDateTime": utc(window.end),
        "$select": SELECT,
        "$expand": EXPAND,
        "$orderby": "start/dateTime",
        "$top": str(page),
    }


def utc(instant: datetime) -> str:
    """An instant as Graph takes it in an address."""
    return f"{instant.astimezone(UTC).replace(tzinfo=None).isoformat()}Z"
