"""One look at a collection: its members of a window, understood, and who among them was first."""

from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import msgspec

from device.calendars.caldav.collection import Events
from device.calendars.caldav.multistatus import Member
from device.calendars.contest import Standing
from device.calendars.ical.event import BOOKED_AT
from device.calendars.ical.reading import Found, Source, read_sources
from device.calendars.ical.text import cut
from device.calendars.interface import Skipped
from device.model.availability import occupies
from device.model.errors import MalformedAnswer
from device.model.occurrence import Occurrence
from device.model.room import Room
from device.model.safetext import SafeText
from device.model.value import Value
from device.model.window import Window

NEVER = datetime.min.replace(tzinfo=UTC)
EVER = Window(start=datetime(1970, 1, 1, tzinfo=UTC), end=datetime(2200, 1, 1, tzinfo=UTC))


class Look(Value):
    """What was there."""

    window: Window
    found: Found
    sources: tuple[Source, ...] = ()
    modified: dict[str, datetime] = msgspec.field(default_factory=dict)
    """When each member was last written, by the server's clock, where it tells."""
    server_date: datetime | None = None

    def name_of(self, uid: str) -> str | None:
        """The member that holds this UID."""
        return next((source.name for source in self.sources if uid in source.pieces.events), None)

    def occurrence(self, identity: str) -> Occurrence | None:
        """The occurrence of that identifier."""
        return next((one for one in self.found.occurrences if one.id == identity), None)

    def rivals(self, room: Room, beside: Occurrence | None = None) -> list[Occurrence]:
        """What keeps the room from somebody else in this window."""
        return [
            one
            for one in self.found.occurrences
            if (beside is None or one.id != beside.id)
            and occupies(one, room.policy)
            and one.bounds(room.zone).start < one.bounds(room.zone).end
        ]

    def standing(self, mine: Occurrence, other: Occurrence) -> Standing:
        """Where `mine` stands: always behind people, and behind another door if that wrote first.

        The server tells to the second when a member was written. All doors see the same words, so of two in one second
        all take the same for the earlier: by the doors' own clocks, which need not agree, and then by name.
        """
        if not other.own:
            return Standing.BEHIND
        (my_second, *mine_by), (its_second, *its_by) = self._written(mine), self._written(other)
        if my_second != its_second:
            return Standing.AHEAD if my_second < its_second else Standing.BEHIND
        return Standing.LEVEL if mine_by < its_by else Standing.BEHIND

    def standings(self, mine: Occurrence, room: Room) -> list[Standing]:
        """The same beside everybody who is there."""
        return [self.standing(mine, other) for other in self.rivals(room, beside=mine)]

    def _written(self, one: Occurrence) -> tuple[datetime, str, str]:
        name = one.id.partition("#")[0]
        source = next((source for source in self.sources if source.name == name), None)
        raws = [raw for raws in source.pieces.events.values() for raw in raws] if source else []
        booked_at = raws[0].line(BOOKED_AT).partition(":")[2] if raws else ""
        return self.modified.get(name, NEVER), booked_at, name


def looked(events: Events, window: Window, zone: str, attendee: str) -> Look:
    """Understand the members of a window. To be run in a thread.

    Raises:
        MalformedAnswer: its series would take far too long to expand.
    """
    sources: list[Source] = []
    skipped: list[Skipped] = []
    for member in events.members:
        try:
            sources.append(source_of(member, attendee))
        except MalformedAnswer as error:
            skipped.append(Skipped(id=SafeText(member.name, limit=100), why=SafeText(str(error))))
    found = read_sources(sources, window, zone)
    written = ((member.name, _date(member.modified)) for member in events.members)
    return Look(
        window=window,
        found=msgspec.structs.replace(found, skipped=(*skipped, *found.skipped)),
        sources=tuple(sources),
        modified={name: date for name, date in written if date is not None},
        server_date=events.server_date,
    )


def source_of(member: Member, attendee: str) -> Source:
    """One member in pieces.

    Raises:
        MalformedAnswer: it is no calendar.
    """
    if member.data is None:
        raise MalformedAnswer("the server did not give it")
    return Source(pieces=cut(member.data, attendee=attendee), name=member.name, etag=member.etag)


def in_member(member: Member, occurrence: Occurrence, zone: str, attendee: str) -> Occurrence | None:
    """The occurrence as it now is in its member, if it still begins when it did."""
    bounds = occurrence.bounds(zone)
    found = read_sources([source_of(member, attendee)], bounds, zone).occurrences
    same: Sequence[Occurrence] = [one for one in found if one.id == occurrence.id]
    return next((one for one in same if one.bounds(zone).start == bounds.start), None)


def only(member: Member, zone: str, attendee: str) -> Occurrence | None:
    """The one occurrence of a member that holds no series."""
    found = read_sources([source_of(member, attendee)], EVER, zone).occurrences
    return found[0] if found else None


def _date(text: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return None
    return date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC)
