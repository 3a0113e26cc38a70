"""What changed between two readings of a calendar, told to people who may already be walking there."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from device.model.occurrence import FreeBusy, Occurrence, Response
from device.model.safetext import SafeText
from device.model.value import Value
from device.model.window import Window

NOTICED_FOR = timedelta(minutes=10)
"""How long a change stays on the glass."""


class ChangeKind(StrEnum):
    """What happened to a meeting."""

    ADDED = "added"
    CANCELLED = "cancelled"
    MOVED = "moved"


class Change(Value):
    """One change that somebody may need to know."""

    kind: ChangeKind
    title: SafeText
    private: bool
    was: Window
    noticed_at: datetime
    now: Window | None = None
    """Where it moved to; None where it did not move."""

    def expired(self, now: datetime) -> bool:
        """Whether it has been shown for long enough."""
        return not self.noticed_at <= now < self.noticed_at + NOTICED_FOR


def changes(
    before: Iterable[Occurrence], after: Iterable[Occurrence], *, now: datetime, zone: str, span: Window
) -> tuple[Change, ...]:
    """What became of the meetings within `span` (a local day, as a rule), earliest first.

    A meeting that is over is no news, nor is one that this door booked itself.
    """
    old = {occurrence.id: occurrence for occurrence in before if _counts(occurrence)}
    new = {occurrence.id: occurrence for occurrence in after if _counts(occurrence)}
    found = [
        _change(old.get(key), new.get(key), now, zone)
        for key in old.keys() | new.keys()
        if not (new.get(key) or old[key]).own
    ]
    relevant = (
        change
        for change in found
        if change and change.was.end > now and span.overlaps(change.was.start, change.was.end)
    )
    return tuple(sorted(relevant, key=lambda change: (change.was.start, change.title)))


def _counts(occurrence: Occurrence) -> bool:
    """Whether anybody would walk to it: one that the room declined is as gone as a cancelled one."""
    return not (
        occurrence.cancelled or occurrence.response is Response.DECLINED or occurrence.free_busy is FreeBusy.FREE
    )


def _change(before: Occurrence | None, after: Occurrence | None, now: datetime, zone: str) -> Change | None:
    subject = after or before
    if subject is None:
        return None
    was = (before or subject).bounds(zone)
    became = subject.bounds(zone)
    if before is None:
        kind = ChangeKind.ADDED
    elif after is None:
        kind = ChangeKind.CANCELLED
    elif was != became:
        kind = ChangeKind.MOVED
    else:
        return None
    moved_to = became if kind is ChangeKind.MOVED else None
    return Change(kind=kind, title=subject.title, private=subject.private, was=was, now=moved_to, noticed_at=now)
