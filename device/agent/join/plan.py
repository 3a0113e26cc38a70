"""A meeting made ready to be joined: what its invitation leads to, each way bound to the meeting as it stands."""

import asyncio
import hashlib

import msgspec

from device.agent.access import Access
from device.calendars.interface import RoomCalendar
from device.calendars.invitations import TellsInvitations
from device.join.interface import CannotJoin, RoomSystem, Target
from device.join.links import ways_in
from device.join.policy import JoinPolicy
from device.join.targets import label, targets
from device.model.joining import Cause, JoinChoice
from device.model.occurrence import Occurrence
from device.model.safetext import SafeText
from device.model.value import Value
from device.model.window import Window


class Plan(Value):
    """What could be joined, by revision; or why nothing can."""

    targets: dict[str, Target]
    cause: Cause | None = None

    def choices(self, *, private: bool) -> tuple[JoinChoice, ...]:
        """As the door may show them; of a private meeting the service alone."""
        return tuple(
            JoinChoice(
                revision=revision,
                label=SafeText(label(target).partition(" · ")[0]) if private else label(target),
            )
            for revision, target in self.targets.items()
        )


class Planner:
    """Reads invitations, each for the one meeting that is next, and keeps none."""

    def __init__(self, calendar: RoomCalendar, access: Access, system: RoomSystem, policy: JoinPolicy) -> None:
        self._calendar, self._access, self._system, self._policy = calendar, access, system, policy

    async def plan(self, occurrence: Occurrence, bounds: Window) -> Plan:
        """What the calendar says now.

        Raises:
            OccurrenceGone: the meeting is not there any more, or not at that time.
            CalendarError: the calendar does not tell.
        """
        calendar = self._calendar
        if not isinstance(calendar, TellsInvitations):
            return Plan(targets={}, cause=Cause.CALENDAR)
        invitation = await self._access.using(lambda: calendar.invitation(occurrence))
        found, cause = targets(await asyncio.to_thread(ways_in, invitation), self._policy)
        able: dict[str, Target] = {}
        for target in found:
            try:
                self._system.check(target)
            except CannotJoin as error:
                cause = error.cause
            else:
                able[revision_of(occurrence.id, bounds, target)] = target
        return Plan(targets=able, cause=None if able else cause)


def revision_of(occurrence: str, bounds: Window, target: Target) -> str:
    """What a press must carry: another start, end, link or passcode is another revision."""
    told = (occurrence, bounds.start.isoformat(), bounds.end.isoformat(), msgspec.json.encode(target).decode())
    return hashlib.sha256("\0".join(told).encode()).hexdigest()[:24]
