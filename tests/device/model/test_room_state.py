"""What a kiosk shows when nobody vouches for it any longer."""

import pytest
from msgspec.structs import replace
from worlds import at, door, meeting, room

from device.model.availability import Availability, DoorState, Reason
from device.model.clock import ClockTrust
from device.model.freshness import Hop, HopReport
from device.model.requests import Offer
from device.model.safetext import SafeText
from device.model.state import LastKnown, RoomState, unconfirmed

NOON = at(12)


def state(answer: Availability, **more: object) -> RoomState:
    return replace(RoomState(room=room(), as_of=NOON, availability=answer), **more)


def test_free_is_unknown_once_nobody_vouches_for_it() -> None:
    shown = unconfirmed(state(door(NOON, meeting(at(14), at(15))), offers=(Offer.BOOK,)))
    assert (shown.availability.state, shown.availability.reason) == (DoorState.UNKNOWN, Reason.AGENT_SILENT)
    assert shown.last_known == LastKnown(state=DoorState.FREE, at=NOON, until=at(14))
    assert (shown.offers, shown.fresh) == ((), False)
    assert shown.availability.next
    assert shown.broken
    assert (shown.broken.hop, shown.broken.fault) == (Hop.AGENT, "AgentSilent")


def test_what_was_known_is_dated_by_when_it_was_proved() -> None:
    old = state(door(NOON, meeting(at(11), at(14))), fresh=False, confirmed_at=at(11, 10))
    last = unconfirmed(old).last_known
    assert last
    assert (last.state, last.at) == (DoorState.IN_USE, at(11, 10))
    never = unconfirmed(replace(old, confirmed_at=None)).last_known
    assert never
    assert never.at == NOON


def test_a_door_that_knew_nothing_has_no_last_truth() -> None:
    assert unconfirmed(state(door(NOON, clock=ClockTrust.FLOOR))).last_known is None


def test_what_the_agent_last_knew_is_kept() -> None:
    known = LastKnown(state=DoorState.FREE, at=at(10))
    assert unconfirmed(state(door(NOON, clock=ClockTrust.FLOOR), last_known=known)).last_known == known


def test_a_note_on_the_door_needs_nobody_to_vouch_for_it() -> None:
    closed = state(door(NOON, out_of_service=SafeText("Painting")))
    assert unconfirmed(closed) is closed


def test_saying_it_twice_says_it_once() -> None:
    once = unconfirmed(state(door(NOON)))
    assert unconfirmed(once) == once


def test_another_hop_can_be_the_one_that_broke() -> None:
    assert [report.hop for report in unconfirmed(state(door(NOON)), Hop.CLOCK).hops] == [Hop.CLOCK]


@pytest.mark.parametrize("healthy", [True, False])
def test_the_first_hop_that_is_down_is_named(healthy: bool) -> None:
    hops = (HopReport(hop=Hop.NETWORK, healthy=healthy), HopReport(hop=Hop.CALENDAR, healthy=False))
    broken = state(door(NOON), hops=hops).broken
    assert broken == hops[1 if healthy else 0]
    assert state(door(NOON)).broken is None
