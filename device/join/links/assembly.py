"""One text of an event, read: its links and dial strings are anchors, and what is labelled belongs to the last of them,
as invitations are laid out; a text with labels alone keeps them for the meeting that the other fields tell of.
"""

from bisect import bisect_right
from typing import NamedTuple

from device.join.links.address import Rule
from device.join.links.candidates import Link
from device.join.links.dialling import Dial, Kind, dials_in
from device.join.links.drafts import Draft
from device.join.links.inquiry import Inquiry
from device.join.links.labels import Means
from device.join.links.passcodes import hear
from device.join.links.reading import Mark, marks_in
from device.join.links.services import Service
from device.join.links.vtc import GATEWAYS, Interop

MOST = 16
"""Meetings of one text that are told apart."""
LABELS_BEFORE, LABELS_AFTER = 1000, 6000
"""Characters around an anchor in which labels are read."""
_NEAR = 600
"""Characters within which an address and the number that it asks for stand together."""
_DIALLED_BY_GATEWAY = (Service.ZOOM, Service.H323)


class Section(NamedTuple):
    """What one text tells."""

    drafts: list[Draft]
    loose: list[Mark]
    """Labels without a meeting in the same text."""


class Assembly:
    """The reading of one text.

    Args:
        text: plain, links of anchors in angle brackets.
        field: what to call it.
        order: the number of the field in the order of trust.
        inquiry: what the event's fields share.
    """

    def __init__(self, text: str, field: str, order: int, inquiry: Inquiry) -> None:
        self._text = text
        self._field = field
        self._order = order
        self._inquiry = inquiry
        self._drafts: list[Draft] = []
        self._pages: list[tuple[int, Interop]] = []

    def section(self) -> Section:
        """Read it."""
        links = self._inquiry.links_in(self._text)
        for link in links:
            self._follow(link)
        starts = [link.start for link in links]
        dials = [dial for dial in dials_in(self._text) if not _inside(dial.start, starts, links)]
        for dial in dials:
            if dial.kind in (Kind.SIP, Kind.H323):
                self._dial(dial)
        marks = [mark for mark in self._marks(dials) if not _inside(mark.start, starts, links)]
        for dial in dials:
            if dial.kind is Kind.GATEWAY:
                self._gate(dial, marks)
        self._interop(marks, [dial for dial in dials if dial.service is None and "@" in dial.text])
        owners = [(_nearest(self._drafts, mark.start), mark) for mark in marks]
        for draft in self._drafts:
            hear(draft, [mark for owner, mark in owners if owner is draft], self._text)
        return Section(drafts=self._drafts, loose=[] if self._drafts else marks)

    def _draft(self, service: Service, key: str, start: int) -> Draft | None:
        """The meeting of this key, new if it is; None where there are too many already."""
        draft = next((one for one in self._drafts if one.service is service and key in one.keys), None)
        if draft is None and len(self._drafts) == MOST:
            self._inquiry.notice(self._field, service.value, Rule.TOO_MANY)
            return None
        if draft is None:
            draft = Draft(service=service, keys={key}, field=self._field, order=(self._order, start))
            self._drafts.append(draft)
        draft.stands_at(start)
        return draft

    def _follow(self, link: Link) -> None:
        found = self._inquiry.follow(link, self._field)
        if isinstance(found, Interop):
            self._pages.append((link.start, found))
        elif found is not None:
            draft = self._draft(found.service, found.match.key, link.start)
            if draft is not None:
                draft.saw(found, self._order)

    def _dial(self, dial: Dial) -> None:
        self._inquiry.notice(self._field, dial.text, None)
        draft = self._dialled_meeting(dial)
        if draft is None:
            service = dial.service or (Service.SIP if dial.kind is Kind.SIP else Service.H323)
            draft = self._draft(service, dial.meeting_id or dial.text.lower(), dial.start)
        if draft is not None:
            draft.dialled_at(dial)

    def _dialled_meeting(self, dial: Dial) -> Draft | None:
        """One with the number that is dialled, else the nearest of that service whose number is not known."""
        if dial.meeting_id is None:
            return None
        same = [draft for draft in self._drafts if draft.meeting_id == dial.meeting_id]
        open_ = [draft for draft in self._drafts if draft.service is dial.service and draft.meeting_id is None]
        return _nearest(same, dial.start) or _nearest(open_, dial.start)

    def _marks(self, dials: list[Dial]) -> list[Mark]:
        """The labelled values around the anchors; without any, those at the beginning."""
        starts = [start for draft in self._drafts for start in draft.starts]
        starts += [start for start, _ in self._pages]
        starts += [dial.start for dial in dials if dial.kind is Kind.GATEWAY or _domain(dial) in GATEWAYS]
        marks: list[Mark] = []
        done = 0
        for start in sorted(starts) or [0]:
            if not self._inquiry.labelled:
                break
            first = max(start - LABELS_BEFORE, done)
            last = min(start + LABELS_AFTER, len(self._text), first + self._inquiry.labelled)
            if last > first:
                marks += marks_in(self._text, first, last)
                self._inquiry.labelled -= last - first
                done = last
        return marks

    def _gate(self, dial: Dial, marks: list[Mark]) -> None:
        """The gateway of an H.323 block goes to the Zoom meeting before it, or to the number that is told after it."""
        draft = _nearest([draft for draft in self._drafts if draft.service in _DIALLED_BY_GATEWAY], dial.start)
        if draft is None and not self._drafts:
            numbers = (mark for mark in marks if mark.means is Means.MEETING_ID)
            number = next((mark.value for mark in numbers if 0 < mark.start - dial.start < _NEAR), None)
            draft = self._draft(dial.service or Service.H323, number, dial.start) if number else None
            if draft is not None:
                draft.meeting_id = number
        if draft is not None and draft.gateway is None:
            draft.gateway = dial.text
            draft.dials.append(dial.start)

    def _interop(self, marks: list[Mark], unexplained: list[Dial]) -> None:
        """Gateways into Teams: what their pages tell, and what is printed."""
        for start, page in self._pages:
            self._open(start, page)
        for mark in marks:
            if mark.means is Means.VTC_ID:
                asking = _asking(mark.start, marks, unexplained)
                self._open(mark.start, Interop(vtc_id=mark.value, vtc_address=asking))
                self._drafts = [one for one in self._drafts if one.service is not Service.SIP or one.sip != asking]
        for dial in unexplained:
            if dial.kind is Kind.PLAIN:
                self._print(dial)

    def _print(self, dial: Dial) -> None:
        """An address without a word of what it is goes to the meeting that it must be of, if any."""
        mine = _nearest([draft for draft in self._drafts if draft.prints(dial.text)], dial.start)
        if mine is not None:
            mine.sip = mine.sip or dial.text
        if _domain(dial) in GATEWAYS:
            draft = _nearest([draft for draft in self._drafts if draft.service is Service.TEAMS], dial.start)
            if draft is not None:
                draft.vtc_address = draft.vtc_address or dial.text

    def _open(self, start: int, interop: Interop) -> None:
        draft = _nearest([draft for draft in self._drafts if draft.service is Service.TEAMS], start)
        if draft is None and (interop.vtc_address or interop.sip):
            draft = self._draft(Service.TEAMS, f"vtc:{interop.vtc_id}", start)
        if draft is not None and draft.vtc_id in (None, interop.vtc_id):
            draft.opens(interop)


def _nearest(drafts: list[Draft], position: int) -> Draft | None:
    """The one that was seen last before `position`; of those after it, the first."""
    before = [(draft.starts[at - 1], draft) for draft in drafts if (at := bisect_right(draft.starts, position))]
    if before:
        return max(before, key=lambda seen: seen[0])[1]
    return min(drafts, key=lambda draft: draft.starts[0], default=None)


def _inside(position: int, starts: list[int], links: list[Link]) -> bool:
    at = bisect_right(starts, position)
    return at > 0 and position < links[at - 1].end


def _domain(dial: Dial) -> str:
    return dial.text.partition("@")[2].lower()


def _asking(position: int, marks: list[Mark], unexplained: list[Dial]) -> str | None:
    """The address that stands before a conference id and asks for it."""
    told = [(mark.start, mark.value) for mark in marks if mark.means is Means.VTC_ADDRESS]
    told += [(dial.start, dial.text) for dial in unexplained]
    near = [(start, text) for start, text in told if 0 < position - start < _NEAR]
    return max(near)[1] if near else None
