"""What the panel may not show is not on the card: the only way from a provider's answer into the cache."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec

from device.model.occurrence import Occurrence
from device.model.room import Room, Shown
from device.model.safetext import SafeText

ENDED_FOR = timedelta(minutes=15)
"""A meeting keeps its words for this long after its end; then only its times remain, for the day's strip."""


def redact(occurrence: Occurrence, shown: Shown) -> Occurrence:
    """The occurrence without what the door may not tell."""
    keeps_title = shown is Shown.TITLE and not occurrence.private
    keeps_organizer = shown is not Shown.BUSY and not occurrence.private
    return msgspec.structs.replace(
        occurrence,
        title=occurrence.title if keeps_title else SafeText(""),
        organizer=occurrence.organizer if keeps_organizer else SafeText(""),
        organizer_address="",
    )


def redact_day(occurrences: Iterable[Occurrence], room: Room, now: datetime) -> tuple[Occurrence, ...]:
    """The occurrences as the card and the glass may have them at `now`."""
    return tuple(
        redact(occurrence, Shown.BUSY if _is_over(occurrence, room.zone, now) else room.policy.shown)
        for occurrence in occurrences
    )


def _is_over(occurrence: Occurrence, zone: str, now: datetime) -> bool:
    return occurrence.bounds(zone).end + ENDED_FOR <= now
