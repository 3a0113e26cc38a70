"""What the meetings of a room tell of the rules that its mailbox goes by. Graph does not tell those rules themselves.

Exchange's defaults put the organizer's name in place of the subject, take the text and the private mark away, and keep
what was cancelled (facts: providers A8). Each leaves its sign in the meetings that others have invited the room to.
Only counts leave here: never a word of a meeting.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from device.calendars.graph.cures import processing, show_processing
from device.calendars.interface import Ailment, Complaint

FEWEST = 3
"""Meetings from which anything is concluded."""
FEWEST_BODIES, FEWEST_ONLINE = 5, 2
FEWEST_PRIVATE = 20
"""Meetings among which one that is private would be expected."""
SELECT = (
    "id,seriesMasterId,subject,bodyPreview,organizer,isOrganizer,isCancelled,sensitivity,responseStatus,isOnlineMeeting"
)
_DEFAULTS = ("AutomateProcessing", "AddOrganizerToSubject", "DeleteSubject", "DeleteComments", "RemovePrivateProperty")


class _Part(msgspec.Struct, rename="camel", gc=False):
    """A piece of Graph's JSON; what is not named is passed over."""


class _Address(_Part):
    name: str | None = None
    address: str | None = None


class _Recipient(_Part):
    email_address: _Address | None = None


class _Status(_Part):
    response: str | None = None


class Seen(_Part):
    """A meeting, as far as it is a sign."""

    id: str
    series_master_id: str | None = None
    subject: str | None = None
    body_preview: str | None = None
    organizer: _Recipient | None = None
    is_organizer: bool | None = False
    is_cancelled: bool | None = False
    sensitivity: str | None = None
    response_status: _Status | None = None
    is_online_meeting: bool | None = False

    @property
    def named_after_organizer(self) -> bool:
        """Whether its subject is, or begins with, who invited."""
        who = self.organizer.email_address if self.organizer else None
        name = (who.name or "").strip() if who else ""
        return bool(name) and (self.subject or "").strip().startswith(name)

    @property
    def domain(self) -> str:
        """The part after the `@` of who invited."""
        who = self.organizer.email_address if self.organizer else None
        return (who.address or "").rpartition("@")[2].lower() if who else ""

    @property
    def answer(self) -> str:
        """What the room answered, in lower case."""
        return (self.response_status.response or "").lower() if self.response_status else ""


def seen(items: Iterable[Any]) -> Iterator[Seen]:
    """The meetings in a page that can be read."""
    for item in items:
        try:
            yield msgspec.convert(item, Seen)
        except msgspec.ValidationError:
            continue


def complaints(room: str, meetings: Sequence[Seen]) -> Iterator[Complaint]:
    """What these meetings say against the rules of the mailbox `room`. A series counts as one meeting."""
    invited = list({one.series_master_id or one.id: one for one in meetings if not one.is_organizer}.values())
    cancelled = sum(bool(one.is_cancelled) for one in invited)
    if cancelled:
        cure = processing(room, RemoveCanceledMeetings="$true")
        yield _concluded(Ailment.CANCELLED_KEPT, f"{cancelled} of {len(invited)} meetings", cure)
    invited = [one for one in invited if not one.is_cancelled]
    if len(invited) < FEWEST:
        yield from _too_few(room, len(invited))
    else:
        yield from _words(room, invited)
        yield from _privacy(room, invited)
        yield from _answers(room, invited)
    yield from _outside(room, invited)


def _too_few(room: str, count: int) -> Iterator[Complaint]:
    evidence = f"too few to conclude from: {count} of the {FEWEST} invitations that it takes"
    ailments = (
        Ailment.SUBJECT_IS_ORGANIZER,
        Ailment.BODY_REMOVED,
        Ailment.PRIVATE_FLAG_REMOVED,
        Ailment.NOT_ANSWERED,
    )
    for ailment in ailments:
        yield _unseen(ailment, evidence, show_processing(room, *_DEFAULTS))


def _words(room: str, invited: Sequence[Seen]) -> Iterator[Complaint]:
    named = sum(one.named_after_organizer for one in invited)
    if named * 2 > len(invited):
        # Private meetings would be on the wall by their subjects if their mark went on being removed.
        cure = processing(room, DeleteSubject="$false", AddOrganizerToSubject="$false", RemovePrivateProperty="$false")
        yield _concluded(Ailment.SUBJECT_IS_ORGANIZER, f"{named} of {len(invited)} meetings", cure)
    online = [one for one in invited if one.is_online_meeting]
    telling, fewest, kind = (
        (online, FEWEST_ONLINE, "online meetings")
        if len(online) >= FEWEST_ONLINE
        else (invited, FEWEST_BODIES, "meetings")
    )
    if len(telling) >= fewest and not any((one.body_preview or "").strip() for one in telling):
        evidence = f"none of {len(telling)} {kind} has a text"
        yield _concluded(Ailment.BODY_REMOVED, evidence, processing(room, DeleteComments="$false"))


def _privacy(room: str, invited: Sequence[Seen]) -> Iterator[Complaint]:
    if any((one.sensitivity or "").lower() in ("private", "confidential") for one in invited):
        return
    evidence = f"none of {len(invited)} meetings is private"
    if len(invited) >= FEWEST_PRIVATE:
        yield _concluded(Ailment.PRIVATE_FLAG_REMOVED, evidence, processing(room, RemovePrivateProperty="$false"))
    else:
        yield _unseen(Ailment.PRIVATE_FLAG_REMOVED, evidence, show_processing(room, "RemovePrivateProperty"))


def _answers(room: str, invited: Sequence[Seen]) -> Iterator[Complaint]:
    if not any(one.answer in ("accepted", "declined") for one in invited):
        evidence = f"none of {len(invited)} invitations was accepted or declined"
        yield _concluded(Ailment.NOT_ANSWERED, evidence, processing(room, AutomateProcessing="AutoAccept"))


def _outside(room: str, invited: Sequence[Seen]) -> Iterator[Complaint]:
    home = room.rpartition("@")[2].lower() if "@" in room else ""
    outside = [one for one in invited if home and one.domain not in ("", home)]
    if any(one.answer == "accepted" for one in outside):
        return
    accepts = any(one.answer == "accepted" for one in invited)
    if outside and accepts:
        evidence = f"none of {len(outside)} invitations from outside was accepted"
        cure = processing(room, ProcessExternalMeetingMessages="$true")
        yield _concluded(Ailment.EXTERNAL_REFUSED, evidence, cure)
    else:
        evidence = "nothing that was accepted from outside is there to conclude from"
        yield _unseen(Ailment.EXTERNAL_REFUSED, evidence, show_processing(room, "ProcessExternalMeetingMessages"))


def _concluded(ailment: Ailment, evidence: str, cure: str) -> Complaint:
    return Complaint(ailment=ailment, evidence=evidence, cure=cure, sure=False)


def _unseen(ailment: Ailment, evidence: str, cure: str) -> Complaint:
    return Complaint(ailment=ailment, evidence=evidence, cure=cure, seen=False)
