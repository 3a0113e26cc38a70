"""A window of the room's calendar, all its pages, as the whole truth: `events.list` with every series expanded.

There is no cursor. A sync token cannot be had for a window: it stands for the whole calendar with all its past, an
open series expanded far into the future (facts: providers B4), and asking with it costs what this question costs, one
of the requests that Google counts. The answer to this one is small, since only what a door reads is asked for.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from operator import itemgetter

from device.calendars.google.api import Events
from device.calendars.google.events import Meeting, Reader
from device.calendars.google.shapes import PAGE_FIELDS
from device.calendars.interface import OCCURRENCE_LIMIT, PAGE_LIMIT, Skipped
from device.model.errors import MalformedAnswer
from device.model.window import Window

PAGE = 250
WHOLE_PAGE = 50
"""Where every meeting comes with all its attendees."""


@dataclass(slots=True)
class View:
    """What a window holds now."""

    meetings: list[Meeting] = field(default_factory=list)
    """By start, each once, at most `OCCURRENCE_LIMIT`."""
    skipped: list[Skipped] = field(default_factory=list)
    server_date: datetime | None = None
    truncated: bool = False

    @property
    def unheard(self) -> bool:
        """Whether the room's own answer is missing anywhere."""
        return any(meeting.unheard for meeting in self.meetings)


async def read_view(events: Events, reader: Reader, window: Window, zone: str, *, attendees: bool) -> View:
    """Everything that touches `window` for a room in `zone`.

    Args:
        events: the calendar's.
        reader: puts them into our words.
        window: which.
        zone: the room's.
        attendees: whether to ask for all of them, and not only for the room's own entry.

    Raises:
        MalformedAnswer: the pages do not end.
    """
    view, found = View(), dict[str, tuple[datetime, Meeting]]()
    query = _query(window, attendees=attendees)
    tokens = {""}
    for _ in range(PAGE_LIMIT):
        answer = await events.page(query)
        meetings, skipped, token = reader.page(answer)
        view.server_date = answer.server_date
        view.skipped = (view.skipped + skipped)[:OCCURRENCE_LIMIT]
        for meeting in meetings:
            bounds = meeting.occurrence.bounds(zone)
            if window.overlaps(bounds.start, bounds.end):
                found[meeting.occurrence.id] = bounds.start, meeting
        view.truncated = len(found) > OCCURRENCE_LIMIT  # they come by start, so what follows is later still
        if view.truncated or not token:
            by_start = sorted(found.values(), key=itemgetter(0))
            view.meetings = [meeting for _, meeting in by_start[:OCCURRENCE_LIMIT]]
            return view
        if token in tokens:
            raise MalformedAnswer("the pages go round in a circle")
        tokens.add(token)
        query = query | {"pageToken": token}
    raise MalformedAnswer(f"more than {PAGE_LIMIT} pages")


def _query(window: Window, *, attendees: bool) -> dict[str, str]:
    return {
        "singleEvents": "true",
        "orderBy": "startTime",
        "timeMin": utc(window.start),
        "timeMax": utc(window.end),
        "timeZone": "UTC",
        "maxResults": str(WHOLE_PAGE if attendees else PAGE),
        **({} if attendees else {"maxAttendees": "1"}),
        "fields": PAGE_FIELDS,
    }


def utc(instant: datetime) -> str:
    """An instant as Google takes it, in RFC 3339."""
    return f"{instant.astimezone(UTC).replace(tzinfo=None).isoformat()}Z"
