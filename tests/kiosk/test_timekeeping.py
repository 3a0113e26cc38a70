"""Time as the agent told it, doubt when the last word is too old, patience with people."""

from datetime import timedelta

import msgspec
import pytest
from doors import at, room
from kiosk_side import Machine

from device.model.availability import DoorState, Reason
from device.model.safetext import SafeText
from device.wire.panel import TimeShown
from kiosk.patience import Patience
from kiosk.presence import Presence
from kiosk.timepiece import Timepiece
from kiosk.vigil import Vigil


def test_there_is_no_time_before_somebody_told_it() -> None:
    assert Timepiece(Machine()).now is None


def test_time_is_counted_on_at_its_rate() -> None:
    machine = Machine()
    piece = Timepiece(machine)
    piece.heard(TimeShown(now=at(10), rate=60))
    machine.seconds += 2
    assert piece.now == at(10, 2)
    assert piece.elapsed == timedelta(minutes=2)


def test_a_jump_of_the_wall_clock_is_none_of_the_elapsed_time() -> None:
    machine = Machine()
    piece = Timepiece(machine)
    piece.heard(TimeShown(now=at(10)))
    machine.seconds += 5
    piece.heard(TimeShown(now=at(18), rate=10))
    machine.seconds += 5
    assert piece.now == at(18) + timedelta(seconds=50)
    assert piece.elapsed == timedelta(seconds=55)


def test_a_word_that_came_before_the_app_counts_from_its_arrival() -> None:
    machine = Machine()
    machine.seconds = 100.0
    piece = Timepiece(machine)
    piece.heard(TimeShown(now=at(10)), 99.5)
    assert piece.now == at(10) + timedelta(seconds=0.5)


@pytest.mark.parametrize(
    ("second", "rate", "seconds"), [(0, 1.0, 60.0), (42, 1.0, 18.0), (59.5, 1.0, 0.5), (0, 60.0, 1.0), (0, 1e6, 0.02)]
)
def test_the_next_minute_is_waited_for_exactly(second: float, rate: float, seconds: float) -> None:
    piece = Timepiece(Machine())
    piece.heard(TimeShown(now=at(10) + timedelta(seconds=second), rate=rate))
    assert piece.wait_for_minute() == pytest.approx(seconds)


@pytest.mark.parametrize("rate", [0.0, -1.0])
def test_a_clock_that_stands_is_looked_at_now_and_then(rate: float) -> None:
    piece = Timepiece(Machine())
    piece.heard(TimeShown(now=at(10), rate=rate))
    assert piece.wait_for_minute() == 60.0


def test_a_state_stands_for_as_long_as_it_is_good() -> None:
    vigil = Vigil()
    state = msgspec.structs.replace(room(at(10)), good_for=timedelta(minutes=2))
    vigil.heard(state, timedelta(seconds=10))
    assert vigil.state(timedelta(seconds=129)) is state
    assert vigil.left(timedelta(seconds=129)) == timedelta(seconds=1)
    doubted = vigil.state(timedelta(seconds=130))
    assert doubted is not None
    assert (doubted.availability.state, doubted.availability.reason) == (DoorState.UNKNOWN, Reason.AGENT_SILENT)
    assert vigil.left(timedelta(seconds=130)) is None


def test_what_was_written_down_is_doubted_from_the_beginning() -> None:
    vigil = Vigil()
    vigil.recalled(room(at(10)))
    doubted = vigil.state(timedelta())
    assert doubted is not None
    assert doubted.availability.state is DoorState.UNKNOWN


def test_a_room_that_a_person_closed_needs_nobody_to_vouch_for_it() -> None:
    vigil = Vigil()
    vigil.recalled(room(at(10), out_of_service=SafeText("Broken")))
    closed = vigil.state(timedelta())
    assert closed is not None
    assert closed.availability.state is DoorState.CLOSED


def test_nothing_was_ever_known() -> None:
    assert Vigil().state(timedelta(days=1)) is None
    assert Vigil().left(timedelta()) is None


def test_a_touch_keeps_the_glass_awake_for_a_while() -> None:
    presence = Presence(Patience(awake=60))
    assert not presence.awake(0)
    presence.touched(10)
    assert presence.awake(69)
    assert not presence.awake(70)


def test_a_language_that_has_run_out_does_not_come_back_with_the_next_visitor() -> None:
    presence = Presence(Patience(language=60))
    presence.choose("de", 0)
    assert presence.language(59) == "de"
    presence.touched(61)
    assert presence.language(61) == ""
