"""The people of the office as they change meetings: whoever organised one changes it in all its rooms at once."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import cycle
from uuid import uuid4
from zoneinfo import ZoneInfo

import msgspec

from device.emulator.event import Attendee, Event, Person
from device.emulator.mailbox import Mailbox, event_bounds
from device.emulator.tenant import Tenant
from device.model.safetext import SafeText
from device.model.window import Dates, Window

AHEAD = timedelta(hours=36)
"""How far the next meeting is looked for."""
TITLES = (
    "Quick sync",
    "Customer call",
    "Whiteboard session",
    "Interview debrief",
    "Budget check",
    "Travail en binôme",
    "Kurze Abstimmung",
    "打ち合わせ",
)
"""What people call a meeting that they book in passing."""
_TITLE = 40


class NoSuchMeeting(Exception):
    """The room has no meeting that the act could be about; the text says so to people."""


class Meetings:
    """The meetings of all rooms, changed from the outside as their organizers would."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant
        self._titles = cycle(TITLES)
        people = tuple(tenant.directory.people.values()) or (Person(name="Front desk", address="desk@office.example"),)
        self._organizers = cycle(people)

    def current(self, room: str, at: datetime | None = None) -> Event:
        """The running meeting of a room, else its next; `at` another time than now.

        Raises:
            NoSuchMeeting: there is neither.
        """
        mailbox = self.mailbox(room)
        now = at or self._tenant.clock.now
        ahead = [event for event in self._binding(mailbox, now) if not event.all_day]
        for event in ahead:
            if event_bounds(event, mailbox.zone).end > now:
                return event
        raise NoSuchMeeting(f"{mailbox.owner.name} has no meeting now or ahead.")

    def add(
        self, room: str, title: str, lasts: timedelta, *, private: bool = False, at: datetime | None = None
    ) -> Event:
        """Book a room from now, or `at` another time, or from when it is free again."""
        mailbox = self.mailbox(room)
        start = self._free_from(mailbox, at or self._tenant.clock.now)
        event = Event(
            id=mailbox.new_id(),
            when=Window(start=start, end=start + lasts),
            subject=title or next(self._titles),
            organizer=next(self._organizers),
            attendees=(Attendee(person=mailbox.owner, kind="resource", response="accepted"),),
            location=mailbox.owner.name,
            sensitivity="private" if private else "normal",
            uid=str(uuid4()),
            zone=mailbox.zone,
        )
        return mailbox.add(event)

    def move(self, event: Event, by: timedelta) -> None:
        """Move a meeting in all its rooms."""
        for mailbox, copy in self._copies(event):
            if not isinstance(copy.when, Dates):
                when = Window(start=copy.when.start + by, end=copy.when.end + by)
                mailbox.replace(msgspec.structs.replace(copy, when=when))

    def cancel(self, event: Event) -> None:
        """Cancel a meeting in all its rooms. As Exchange Online has it, the copies stay and are marked."""
        for mailbox, copy in self._copies(event):
            subject = f"Canceled: {copy.subject}"
            mailbox.replace(msgspec.structs.replace(copy, cancelled=True, subject=subject, show_as="free"))

    def make_private(self, event: Event) -> None:
        """Mark a meeting private in all its rooms."""
        for mailbox, copy in self._copies(event):
            mailbox.replace(msgspec.structs.replace(copy, sensitivity="private"))

    def mailbox(self, room: str) -> Mailbox:
        """The mailbox of a room, by its short name or its address.

        Raises:
            NoSuchMeeting: there is no such room.
        """
        for address, entry in self._tenant.directory.rooms.items():
            if room in (address, entry.name):
                return self._tenant.mailboxes[address]
        raise NoSuchMeeting(f"There is no room {SafeText(room, limit=_TITLE)}.")

    def _binding(self, mailbox: Mailbox, now: datetime) -> list[Event]:
        found = mailbox.view(Window(start=now, end=now + AHEAD))
        return [
            event for event in found if not event.cancelled and event.response != "declined" and event.show_as != "free"
        ]

    def _free_from(self, mailbox: Mailbox, now: datetime) -> datetime:
        """This minute, or the end of what follows one another without a gap from now."""
        start = now.replace(second=0, microsecond=0)
        for event in self._binding(mailbox, start):
            bounds = event_bounds(event, mailbox.zone)
            if bounds.start <= start < bounds.end:
                start = bounds.end
        return start

    def _copies(self, event: Event) -> Iterator[tuple[Mailbox, Event]]:
        """The same meeting in every room that it is in."""
        for mailbox in self._tenant.mailboxes.values():
            bounds = event_bounds(event, mailbox.zone)
            for copy in mailbox.view(bounds):
                if copy.uid == event.uid and copy.original == event.original:
                    yield mailbox, copy


def title_of(event: Event) -> str:
    """What a meeting is called in a sentence, safe to draw."""
    title = SafeText(event.subject, limit=_TITLE)
    return f"“{title}”" if title else "A meeting without a title"


def hours_of(event: Event, zone: str) -> str:
    """When a meeting takes place, on the wall of a zone."""
    bounds = event_bounds(event, zone)
    first, last = (moment.astimezone(ZoneInfo(zone)) for moment in (bounds.start, bounds.end))
    return f"{first:%H:%M}–{last:%H:%M}"
