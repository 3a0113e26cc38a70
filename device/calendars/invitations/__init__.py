"""Where an event carries its links: one module for each kind of event, each of which makes an `Invitation` of it."""

from typing import Protocol, runtime_checkable

from device.model.invitation import Invitation
from device.model.occurrence import Occurrence


@runtime_checkable
class TellsInvitations(Protocol):
    """What a room's calendar does besides, where it can tell how a meeting is joined."""

    async def invitation(self, occurrence: Occurrence) -> Invitation:
        """All of that one event that may hold a way in, as it stands now. It is read, and never kept.

        Raises:
            OccurrenceGone: it is not there any more, was cancelled or declined, or begins at another time.
        """
        ...
