"""All that a kiosk needs to draw one room: the answer, the day, how fresh it is, and what is offered."""

from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from device.model.availability import Availability, DoorState, Reason
from device.model.changes import Change
from device.model.freshness import Hop, HopReport
from device.model.joining import JoinShown
from device.model.occurrence import Occurrence
from device.model.requests import Hold, Offer
from device.model.room import Room
from device.model.value import Value


class Dim(StrEnum):
    """How bright the panel is, by the room's hours."""

    DAY = "day"
    NIGHT = "night"
    OFF = "off"


class LastKnown(Value):
    """What was true when it could last be proved."""

    state: DoorState
    at: datetime
    until: datetime | None = None


class RoomState(Value):
    """One room at one moment, redacted: drawing it needs no decision and tells no secret."""

    room: Room
    as_of: datetime
    availability: Availability
    day: tuple[Occurrence, ...] = ()
    """What touches the local day of `as_of`, and the first of the next day, by start; cancelled and free ones left
    out.
    """
    confirmed_at: datetime | None = None
    """When the calendar last confirmed it."""
    fresh: bool = True
    """Whether `confirmed_at` is recent enough that nobody needs to read it."""
    hops: tuple[HopReport, ...] = ()
    last_known: LastKnown | None = None
    """Only where the state is UNKNOWN."""
    notices: tuple[Change, ...] = ()
    offers: tuple[Offer, ...] = ()
    book_minutes: tuple[int, ...] = ()
    """The lengths that fit before the next meeting."""
    extend_minutes: tuple[int, ...] = ()
    hold: Hold | None = None
    join: JoinShown | None = None
    """Where the room has a system that joins."""
    skipped: int = 0
    """Meetings that the calendar holds and nobody could read."""
    dim: Dim = Dim.DAY
    good_for: timedelta = timedelta()
    """How long this may be shown without another word from the agent, by a clock that does not step."""

    @property
    def broken(self) -> HopReport | None:
        """The first hop that is down, nearest the glass first."""
        return next((report for report in self.hops if not report.healthy), None)


def unconfirmed(state: RoomState, hop: Hop = Hop.AGENT) -> RoomState:
    """The same room when nobody has vouched for it any longer: Unknown, with what was last known and since when.

    Closed stays closed where a person closed it: a note on the door needs nobody to vouch for it.
    """
    answer = state.availability
    if answer.reason in (Reason.OUT_OF_SERVICE, Reason.AGENT_SILENT):
        return state
    last = state.last_known
    if last is None and answer.state is not DoorState.UNKNOWN:
        proved_at = state.as_of if state.fresh else state.confirmed_at or state.as_of
        last = LastKnown(state=answer.state, at=proved_at, until=answer.until)
    doubt = Availability(
        state=DoorState.UNKNOWN, reason=Reason.AGENT_SILENT, next_change=answer.next_change, next=answer.next
    )
    report = HopReport(hop=hop, healthy=False, at=state.as_of, fault="AgentSilent")
    return msgspec.structs.replace(
        state, availability=doubt, last_known=last, offers=(), join=None, fresh=False, hops=(report, *state.hops)
    )
