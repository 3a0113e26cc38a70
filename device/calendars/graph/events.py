"""Graph's events put into our words."""

from datetime import UTC, datetime, timedelta

from device.calendars.graph.shapes import BOOKED, CHECKED_IN, Event, decode_event, decode_page
from device.calendars.http import Answer
from device.calendars.interface import Skipped
from device.model.errors import MalformedAnswer
from device.model.occurrence import FreeBusy, Occurrence, Response
from device.model.safetext import SafeText
from device.model.value import Value
from device.model.window import Dates, Window

_FREE_BUSY = {
    "free": FreeBusy.FREE,
    "tentative": FreeBusy.TENTATIVE,
    "busy": FreeBusy.BUSY,
    "oof": FreeBusy.OUT_OF_OFFICE,
    "workingelsewhere": FreeBusy.ELSEWHERE,
}
_RESPONSE = {
    "organizer": Response.ACCEPTED,
    "accepted": Response.ACCEPTED,
    "tentativelyaccepted": Response.TENTATIVE,
    "declined": Response.DECLINED,
}
_OPEN = frozenset(("normal", "personal"))


class Meeting(Value):
    """An occurrence, and what only this provider needs to know of it."""

    occurrence: Occurrence
    created_at: str
    """As Graph writes it, without its `Z`, so that text compares as time; empty where it did not say."""
    key: str
    """Of the walk-up booking; empty for any other meeting."""
    organized_here: bool
    """Whether the room's own mailbox is its organizer."""

    @property
    def ours(self) -> bool:
        """Whether it stands in this calendar alone, so that no organizer elsewhere has to be told."""
        return bool(self.key) or self.organized_here


class _Words(dict[str, SafeText]):
    """Text made safe, once for each: series and organizers come back all through a page."""

    def __missing__(self, raw: str) -> SafeText:
        safe = self[raw] = SafeText(raw)
        return safe


def read_page(answer: Answer) -> tuple[list[Meeting], list[Skipped], str]:
    """The meetings of one page, those that could not be read, and the link to the next page.

    Raises:
        MalformedAnswer: it is no page of events.
    """
    meetings: list[Meeting] = []
    skipped: list[Skipped] = []
    words = _Words()
    events, link = decode_page(answer)
    for event in events:
        try:
            if isinstance(event, Skipped):
                skipped.append(event)
            else:
                meetings.append(_meeting(event, words))
        except ValueError as error:
            skipped.append(Skipped(id=event.id, why=str(error)))
    return meetings, skipped, link


def read_event(answer: Answer) -> Meeting:
    """The one meeting of an answer.

    Raises:
        MalformedAnswer: it is none.
    """
    event = decode_event(answer.json())
    if isinstance(event, Skipped):
        raise MalformedAnswer(event.why)
    try:
        return _meeting(event, _Words())
    except ValueError as error:
        raise MalformedAnswer(f"a meeting that cannot be read: {error}") from error


def _meeting(event: Event, words: _Words) -> Meeting:
    """The meeting that an event is.

    Raises:
        ValueError: it has no times that can be.
    """
    who = event.organizer.email_address if event.organizer else None
    name = (who.name or "").strip() if who else ""
    subject = (event.subject or "").strip()
    key = came = ""
    if event.single_value_extended_properties:
        key, came = event.mark(BOOKED), event.mark(CHECKED_IN)
    occurrence = Occurrence(
        id=event.id,
        when=_when(event),
        title=words["" if subject == name else subject],  # Exchange's default for rooms puts the name there (A8)
        organizer=words["" if key else name],  # a walk-up is nobody's, and the room is no host
        organizer_address=who.address or "" if who and not key else "",
        free_busy=_FREE_BUSY.get((event.show_as or "busy").lower(), FreeBusy.UNKNOWN),
        response=_RESPONSE.get(_answered(event), Response.NONE),
        cancelled=bool(event.is_cancelled),
        private=(event.sensitivity or "normal").lower() not in _OPEN,
        series=event.series_master_id or "",
        etag=event.etag,
        own=bool(key),
        checked_in_at=_checked_in(came) if came else None,
    )
    return Meeting(
        occurrence=occurrence,
        created_at=(event.created_date_time or "").rstrip("Zz"),
        key=key,
        organized_here=bool(event.is_organizer),
    )


def _answered(event: Event) -> str:
    return (event.response_status.response or "").lower() if event.response_status else ""


def _when(event: Event) -> Window | Dates:
    if event.is_all_day:
        # Midnight in whatever zone was asked for, by design: only the date is meant (A4).
        first, until = event.start.wall().date(), event.end.wall().date()
        if until < first:
            raise ValueError("ends before it starts")
        return Dates(first=first, until=max(until, first + timedelta(days=1)))
    start, end = event.start.instant(), event.end.instant()
    if end < start:
        raise ValueError("ends before it starts")
    return Window(start=start, end=end)


def _checked_in(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
        return at.astimezone(UTC) if at.tzinfo else None
    except (ValueError, OverflowError):
        return None
