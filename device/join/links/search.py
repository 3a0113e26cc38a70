"""All ways into one event, from all that it says: the calendar's own fields before the location before the body.

Two targets are two ways, for a person to choose between; one that is told of twice is one. Whatever stands in an
invitation, nothing is raised, nothing is asked of the network, and the work is bounded.
"""

import re
from html import unescape

from device.join.links.assembly import Assembly
from device.join.links.drafts import Draft
from device.join.links.entries import entry_draft
from device.join.links.inquiry import Inquiry, Noticed
from device.join.links.labels import Means
from device.join.links.page import LONGEST, MOST_TAGS, is_page, read_page
from device.join.links.passcodes import hear
from device.join.links.reading import Mark
from device.join.links.recognition import Declared
from device.join.links.services import Service
from device.join.links.ways import WayIn
from device.model.invitation import Invitation, Piece
from device.model.value import Value

MOST_FIELDS = 64
MOST_WAYS = 16
LONGEST_ALL = 160_000
"""Characters of all fields together that are read."""
_BY_NUMBER = re.compile(r"&#(?:x[0-9a-f]{1,6}|[0-9]{1,7});", re.IGNORECASE)
"""Characters by number: a mail program may have escaped a page once more."""
_ESCAPED = (("\\/", "/"), ("\\u0026", "&"), ("\\n", "\n"), ("\\r", "\n"))
"""What stays of JSON and of iCalendar where somebody pasted them as text."""
_DIALLED_ONLY = (Service.SIP, Service.H323)


class Look(Value):
    """The outcome of looking through an event."""

    ways: tuple[WayIn, ...]
    noticed: tuple[Noticed, ...] = ()


def ways_in(invitation: Invitation, declared: Declared | None = None) -> tuple[WayIn, ...]:
    """The ways into an event, the most trusted first.

    Args:
        invitation: what the event says.
        declared: hosts of one's own, by the service that runs there.
    """
    return look(invitation, declared).ways


def look(invitation: Invitation, declared: Declared | None = None) -> Look:
    """The ways into an event, and all that was looked at."""
    return _Search(declared or {}).look(invitation)


class _Search:
    """One event's search."""

    def __init__(self, declared: Declared) -> None:
        self._inquiry = Inquiry(declared)
        self._drafts: list[Draft] = []
        self._tags = MOST_TAGS

    def look(self, invitation: Invitation) -> Look:
        """Read field after field, then bring together what belongs together."""
        entries = invitation.entries[:MOST_FIELDS]
        for order, entry in enumerate(entries):
            draft = entry_draft(entry, order, self._inquiry)
            if draft is not None:
                self._take(draft)
        loose = self._read(invitation.pieces[:MOST_FIELDS], len(entries))
        self._join_halves()
        self._join_teams(len(entries))
        self._join_dialled()
        self._hear(loose)
        ordered = sorted(self._drafts, key=lambda draft: draft.order)
        if invitation.location_first:
            ordered = _typed_first(ordered, len(entries))
        return Look(ways=tuple(draft.way() for draft in ordered[:MOST_WAYS]), noticed=tuple(self._inquiry.noticed))

    def _read(self, pieces: tuple[Piece, ...], before: int) -> list[list[Mark]]:
        """Read the texts; the labels of those that name no meeting come back."""
        left = LONGEST_ALL
        loose = []
        for order, piece in enumerate(pieces, before):
            text = self._plain(piece, min(left, LONGEST))
            left -= min(left, LONGEST, len(piece.text))
            section = Assembly(text, piece.field, order, self._inquiry).section()
            for draft in section.drafts:
                self._take(draft)
            loose.append(section.loose)
        return loose

    def _plain(self, piece: Piece, longest: int) -> str:
        """The text of a field, as a person reads it; of longer ones the beginning."""
        if piece.html or (is_page(piece.text) and "<http" not in piece.text):
            page = read_page(piece.text, longest, lines=not piece.html, most=self._tags)
            self._tags -= page.tags
            text = page.text
        else:
            text = piece.text[:longest]
            if "\\" in text:
                for escaped, sign in _ESCAPED:
                    text = text.replace(escaped, sign)
        return _BY_NUMBER.sub(lambda sign: unescape(sign[0]), text) if "&#" in text else text

    def _take(self, draft: Draft) -> None:
        """Keep a meeting, or add what it tells to the same one that is there."""
        known = next((one for one in self._drafts if one.same_as(draft)), None)
        if known is None:
            self._drafts.append(draft)
        else:
            known.absorb(draft)

    def _join_halves(self) -> None:
        """What only dials goes to the one meeting of its service that has an address and no other number."""
        for half in [draft for draft in self._drafts if not draft.url and draft.service not in _DIALLED_ONLY]:
            wholes = [draft for draft in self._drafts if draft.url and draft.may_be(half)]
            if len(wholes) == 1:
                wholes[0].absorb(half)
                self._drafts.remove(half)

    def _join_teams(self, entries: int) -> None:
        """A thread in the calendar's own field and a short link in the body are two names of one Teams meeting.

        Where there are more, nobody can tell which belongs to which, and a person is asked.
        """
        teams = [draft for draft in self._drafts if draft.service is Service.TEAMS]
        threads = [draft for draft in teams if draft.meeting_id is None]
        if len(teams) == 2 and len(threads) == 1:
            thread = threads[0]
            short = next(draft for draft in teams if draft is not thread)
            if thread.order[0] < entries <= short.order[0]:
                thread.absorb(short, address=False)
                self._drafts.remove(short)

    def _join_dialled(self) -> None:
        """An address that only dials goes to the meeting that it certainly belongs to."""
        for dialled in [draft for draft in self._drafts if draft.service in _DIALLED_ONLY]:
            address = dialled.sip or dialled.h323 or ""
            others = [draft for draft in self._drafts if draft.service not in _DIALLED_ONLY]
            answering = [draft for draft in others if draft.answers_to(address)]
            if len(answering) == 1:
                answering[0].absorb(dialled)
                self._drafts.remove(dialled)

    def _hear(self, loose: list[list[Mark]]) -> None:
        """Labels without a meeting are those of the only one there is, or of the one whose number they tell."""
        for marks in filter(None, loose):
            numbers = {mark.value for mark in marks if mark.means is Means.MEETING_ID}
            named = [draft for draft in self._drafts if draft.meeting_id in numbers]
            meant = named or self._drafts
            if len(meant) == 1:
                hear(meant[0], marks)


def _typed_first(drafts: list[Draft], entries: int) -> list[Draft]:
    """What a person typed into the location, before entries of other services."""
    services = {draft.service for draft in drafts if draft.order[0] < entries}
    typed = [draft for draft in drafts if draft.field == "location" and draft.service not in services]
    return [*typed, *(draft for draft in drafts if draft not in typed)]
