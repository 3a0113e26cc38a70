"""What the glass is told: the state, its offers, and the next moment at which either may be another."""

from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest
from agent_side import NOON, at, room

from device.agent.knowledge import Confirmed, Knowledge
from device.agent.room_state import Showing, showing
from device.calendars.interface import Skipped, WindowRead
from device.model.availability import DoorState, Reason
from device.model.changes import ChangeKind
from device.model.clock import ClockReading, ClockTrust
from device.model.door import Night
from device.model.errors import CalendarUnreachable, CredentialRefused
from device.model.freshness import Hop
from device.model.occurrence import FreeBusy, Occurrence, Response
from device.model.requests import Hold, Offer
from device.model.room import CheckInPolicy, OpenHours, Room
from device.model.safetext import SafeText
from device.model.state import Dim, RoomState
from device.model.window import Dates, Window, window_around

CHECK_IN = CheckInPolicy()


def meeting(key: str, begins: str, ends: str, day: int = 23, **more: Any) -> Occurrence:
    usual: dict[str, Any] = {
        "id": key,
        "when": Window(start=at(begins, day), end=at(ends, day)),
        "title": SafeText(f"Meeting {key}"),
        "organizer": SafeText("Inês"),
        "organizer_address": "ines@office.example",
        "etag": f"etag-{key}",
    }
    return Occurrence(**(usual | more))


class Scene:
    """A room whose calendar was read at some time, looked at now or later."""

    def __init__(self, *meetings: Occurrence, of: Room | None = None, read_at: datetime = NOON) -> None:
        self.known = Knowledge(of or room())
        self.elapsed = timedelta(hours=1)
        self.read_at = read_at
        self.read(*meetings)

    def read(self, *meetings: Occurrence, after: timedelta = timedelta(), **more: Any) -> None:
        reading = self.reading(self.read_at + after)
        window = window_around(self.read_at, self.known.room.zone)
        self.known.answered(WindowRead(window=window, occurrences=meetings, **more), reading)

    def reading(self, now: datetime, trust: ClockTrust = ClockTrust.TRUSTED) -> ClockReading:
        return ClockReading(now=now, elapsed=self.elapsed + (now - self.read_at), trust=trust)

    def showing(self, now: datetime | None = None, *, trust: ClockTrust = ClockTrust.TRUSTED, **more: Any) -> Showing:
        usual: dict[str, Any] = {"writable": True, "night": Night(), "neighbours": False}
        return showing(self.known, self.reading(now or self.read_at, trust), **(usual | more))

    def state(self, now: datetime | None = None, **more: Any) -> RoomState:
        return self.showing(now, **more).state


def test_a_free_room_offers_the_lengths_that_fit_before_the_next_meeting() -> None:
    state = Scene(meeting("1", "12:40", "14:00")).state()

    assert state.availability.state is DoorState.FREE
    assert state.book_minutes == (15, 30)
    assert state.offers == (Offer.BOOK,)


def test_the_lengths_that_fit_end_before_closing_time() -> None:
    closing = room(hours=(OpenHours(opens="08:00", closes="12:20"),))

    assert Scene(of=closing).state().book_minutes == (15,)


def test_a_length_that_just_fits_is_offered_until_its_minute_is_over() -> None:
    scene = Scene(meeting("1", "12:30", "14:00"))

    assert scene.state(NOON + timedelta(seconds=59)).book_minutes == (15, 30)
    assert scene.state(NOON + timedelta(seconds=60)).book_minutes == (15,)
    assert scene.showing().next_look == NOON + timedelta(minutes=1)


def test_a_gap_that_no_length_fits_can_be_booked_as_a_whole() -> None:
    state = Scene(meeting("1", "12:12", "14:00")).state()

    assert state.book_minutes == ()
    assert state.offers == (Offer.BOOK,)


@pytest.mark.parametrize(
    "scene",
    [
        Scene(of=room(bookable=False)),
        Scene(of=room(out_of_service=SafeText("Painters"))),
        Scene(meeting("1", "12:05", "14:00")),
    ],
)
def test_nothing_is_booked_where_it_is_not_wanted(scene: Scene) -> None:
    assert Offer.BOOK not in scene.state().offers


def test_a_calendar_that_can_only_be_read_offers_nothing_to_write() -> None:
    scene = Scene(meeting("1", "11:30", "12:30"), of=room(check_in=CHECK_IN))

    assert scene.state(writable=False, neighbours=True).offers == (Offer.FIND_ROOM,)


def test_a_running_meeting_can_be_ended_and_made_longer_as_far_as_the_next() -> None:
    state = Scene(meeting("1", "11:30", "12:30"), meeting("2", "12:50", "13:00")).state()

    assert state.offers == (Offer.EXTEND, Offer.END)
    assert state.extend_minutes == (15,)


def test_a_meeting_that_another_follows_directly_can_only_be_ended() -> None:
    assert Scene(meeting("1", "11:30", "12:30"), meeting("2", "12:30", "13:00")).state().offers == (Offer.END,)


def test_a_free_or_declined_meeting_is_in_nobodys_way() -> None:
    scene = Scene(
        meeting("1", "11:30", "12:30"),
        meeting("2", "12:30", "13:00", free_busy=FreeBusy.FREE),
        meeting("3", "12:30", "13:00", response=Response.DECLINED),
    )

    assert scene.state().extend_minutes == (15, 30)


def test_an_all_day_meeting_is_not_ended_at_a_door() -> None:
    day = NOON.date()

    state = Scene(meeting("1", "00:00", "00:00", when=Dates(first=day, until=day + timedelta(days=1)))).state()

    assert state.availability.state is DoorState.IN_USE
    assert state.offers == ()


def test_a_meeting_from_an_old_reading_is_shown_and_not_touched() -> None:
    scene = Scene(meeting("1", "11:30", "13:30"))

    state = scene.state(NOON + timedelta(minutes=30), neighbours=True)

    assert state.availability.reason is Reason.OCCUPIED_UNCONFIRMED
    assert not state.fresh
    assert state.offers == (Offer.FIND_ROOM,)


@pytest.mark.parametrize(
    ("now", "offered"), [("11:49", False), ("11:50", True), ("12:05", True), ("12:10", True), ("12:30", False)]
)
def test_people_check_in_from_ten_minutes_before_until_it_is_released(now: str, offered: bool) -> None:
    scene = Scene(meeting("1", "12:00", "12:30"), of=room(check_in=CHECK_IN), read_at=at(now))

    assert (Offer.CHECK_IN in scene.state().offers) == offered


@pytest.mark.parametrize(
    "exempt",
    [
        meeting("1", "12:05", "12:30", checked_in_at=NOON),
        meeting("1", "12:05", "12:30", own=True),
        meeting("1", "12:05", "18:30"),
    ],
)
def test_whoever_needs_no_check_in_is_offered_none(exempt: Occurrence) -> None:
    assert Offer.CHECK_IN not in Scene(exempt, of=room(check_in=CHECK_IN)).state().offers


def test_private_meetings_lose_their_words_and_all_lose_what_only_writing_needs() -> None:
    state = Scene(meeting("1", "11:30", "12:30", private=True), meeting("2", "12:40", "13:00")).state()

    private, other = state.day
    assert (private.title, private.organizer) == ("", "")
    assert (other.title, other.organizer) == ("Meeting 2", "Inês")
    assert {one.organizer_address for one in state.day} == {""}
    assert {one.etag for one in state.day} == {""}


def test_the_day_holds_todays_meetings_and_the_first_of_tomorrow() -> None:
    state = Scene(
        meeting("y", "09:00", "10:00", day=22),
        meeting("1", "09:00", "10:00"),
        meeting("gone", "10:00", "11:00", cancelled=True),
        meeting("free", "10:00", "11:00", free_busy=FreeBusy.FREE),
        meeting("t2", "10:00", "11:00", day=24),
        meeting("t1", "08:00", "09:00", day=24),
        meeting("night", "23:30", "23:59"),
    ).state()

    assert [one.id for one in state.day] == ["1", "night", "t1"]


def test_a_meeting_keeps_its_words_for_a_quarter_of_an_hour_after_its_end() -> None:
    scene = Scene(meeting("1", "11:00", "11:50"), meeting("2", "15:00", "16:00"))

    assert scene.state(at("12:04")).day[0].title == "Meeting 1"
    assert scene.state(at("12:05")).day[0].title == ""


def test_unknown_says_what_was_last_known_and_since_when() -> None:
    scene = Scene(meeting("1", "15:00", "16:00"))
    scene.known.failed(CalendarUnreachable("no route", cause="network"))

    state = scene.state(NOON + timedelta(minutes=6))

    assert state.availability.state is DoorState.UNKNOWN
    assert state.last_known is not None
    assert (state.last_known.state, state.last_known.at) == (DoorState.FREE, NOON)
    assert state.broken is not None
    assert state.broken.hop is Hop.NETWORK


def test_a_refused_credential_is_the_hop_that_is_down() -> None:
    scene = Scene()
    scene.known.failed(CredentialRefused())

    state = scene.state()

    assert state.broken is not None
    assert (state.broken.hop, state.broken.fault) == (Hop.ACCESS, "CredentialRefused")


def test_a_clock_that_is_not_believed_is_the_first_hop_that_is_down() -> None:
    state = Scene(meeting("1", "11:00", "13:00")).state(trust=ClockTrust.INVALID)

    assert state.availability.reason is Reason.CLOCK_UNTRUSTED
    assert state.broken is not None
    assert state.broken.hop is Hop.CLOCK
    assert state.confirmed_at is None
    assert state.last_known is None


def test_age_is_counted_by_the_clock_that_does_not_step() -> None:
    scene = Scene(meeting("1", "15:00", "16:00"))
    stepped_back = ClockReading(now=NOON - timedelta(hours=1), elapsed=scene.elapsed + timedelta(minutes=10))

    state = showing(scene.known, stepped_back, writable=True, night=Night()).state

    assert state.availability.state is DoorState.UNKNOWN
    assert state.confirmed_at == NOON - timedelta(hours=1, minutes=10)


def test_it_is_good_until_its_next_change_and_a_little() -> None:
    state = Scene(meeting("1", "12:03", "13:00")).state()

    assert timedelta(minutes=3) <= state.good_for <= timedelta(minutes=3, seconds=30)


def test_changes_of_others_are_noticed_for_ten_minutes() -> None:
    scene = Scene(meeting("1", "15:00", "16:00"), meeting("2", "17:00", "18:00", private=True))

    scene.read(meeting("1", "15:30", "16:00"), after=timedelta(minutes=1))

    notices = scene.state(NOON + timedelta(minutes=2)).notices
    assert [(one.kind, one.title) for one in notices] == [(ChangeKind.MOVED, "Meeting 1"), (ChangeKind.CANCELLED, "")]
    assert scene.showing(NOON + timedelta(minutes=2)).next_look <= NOON + timedelta(minutes=11)
    scene.read(meeting("1", "15:30", "16:00"), after=timedelta(minutes=11))
    assert scene.state(NOON + timedelta(minutes=11)).notices == ()


def test_what_this_door_did_itself_is_no_news() -> None:
    running = meeting("1", "11:30", "12:30")
    scene = Scene(running)

    scene.known.accepted(msgspec.structs.replace(running, when=Window(start=at("11:30"), end=at("12:45"))))
    scene.known.accepted(meeting("2", "13:00", "13:30", own=True))
    scene.read(meeting("1", "11:30", "12:45"), meeting("2", "13:00", "13:30", own=True), after=timedelta(minutes=1))

    assert scene.state(NOON + timedelta(minutes=1)).notices == ()


def test_the_first_reading_after_a_long_silence_is_no_news() -> None:
    scene = Scene(meeting("1", "15:00", "16:00"))

    scene.read(meeting("2", "15:00", "16:00"), after=timedelta(hours=3))

    assert scene.state(NOON + timedelta(hours=3)).notices == ()


@pytest.mark.parametrize(
    ("clock", "off", "dim"),
    [("19:59", True, Dim.DAY), ("20:00", True, Dim.OFF), ("20:00", False, Dim.NIGHT), ("06:29", True, Dim.OFF)],
)
def test_the_panel_is_dimmed_by_the_rooms_own_night(clock: str, off: bool, dim: Dim) -> None:
    night = Night(dim_from="20:00", dim_until="06:30", off=off)

    assert Scene(read_at=at(clock)).state(night=night).dim is dim


def test_a_room_in_use_at_night_is_dim_and_not_dark() -> None:
    scene = Scene(meeting("1", "21:00", "22:00"), read_at=at("21:30"))

    assert scene.state(night=Night(dim_from="20:00", dim_until="06:30", off=True)).dim is Dim.NIGHT


def test_a_hold_is_shown_and_nothing_else_can_be_booked_meanwhile() -> None:
    scene = Scene()
    scene.known.held(Hold(key="press", start=NOON, end=NOON + timedelta(minutes=30), made_at=NOON))

    state = scene.state()

    assert state.hold is not None
    assert Offer.BOOK not in state.offers
    assert scene.showing().next_look <= NOON + timedelta(minutes=30)


def test_meetings_that_nobody_could_read_are_counted() -> None:
    scene = Scene()
    scene.read(skipped=(Skipped(id="x", why="no start"),))

    assert scene.state().skipped == 1


def test_an_identifier_that_is_no_text_costs_its_own_meeting_alone() -> None:
    state = Scene(meeting("\ud800", "12:30", "13:00"), meeting("1", "15:00", "16:00")).state()

    assert [one.id for one in state.day] == ["1"]
    assert state.skipped == 1


def test_a_card_that_fails_is_the_last_hop_and_makes_nothing_untrue() -> None:
    scene = Scene()
    scene.known.card_fault = "CardFull"

    state = scene.state()

    assert state.availability.state is DoorState.FREE
    assert (state.hops[-1].hop, state.hops[-1].fault) == (Hop.AGENT, "CardFull")


def test_every_edge_at_which_the_state_changes_is_looked_at() -> None:
    """Minute by minute through a day: between two looks, nothing that is told differs."""
    scene = Scene(
        meeting("1", "09:00", "10:00"),
        meeting("2", "10:00", "10:30"),
        meeting("3", "14:07", "15:00"),
        of=room(
            check_in=CheckInPolicy(opens_before=timedelta(minutes=5)),
            hours=(OpenHours(opens="08:00", closes="18:00"),),
        ),
        read_at=at("07:00"),
    )
    scene.known.fresh_for = timedelta(days=1)
    night = Night(dim_from="17:30", dim_until="07:30")
    at_look = scene.showing(at("07:00"), night=night)
    for minutes in range(12 * 60):
        now = at("07:00") + timedelta(minutes=minutes)
        shown = scene.showing(now, night=night)
        if now < at_look.next_look:
            assert _told(shown.state) == _told(at_look.state), f"{now} differs before {at_look.next_look}"
        else:
            at_look = shown


def _told(state: RoomState) -> RoomState:
    return msgspec.structs.replace(state, as_of=NOON, good_for=timedelta(), hops=())


def test_what_was_confirmed_before_a_restart_is_believed_by_age() -> None:
    before = Scene(meeting("1", "11:30", "13:00"))
    after = Knowledge(room())
    from device.agent.cache_file import Cached

    cached = Cached(room=after.room.id, window=before.known.window, occurrences=before.known.redacted(NOON))
    after.remember(cached, Confirmed(now=NOON, elapsed=before.elapsed))

    state = showing(after, before.reading(NOON + timedelta(minutes=2)), writable=True, night=Night()).state

    assert state.availability.state is DoorState.IN_USE
    assert state.fresh
