"""What the door says in each of its states."""

import pytest
from doors import SCENES, at, greeting, look, room
from kiosk_side import buttons, running, shown

from device.model.door import Theme
from device.model.state import RoomState
from device.wire.panel import RoomShown, TimeShown

SAYS = {
    "free": ["Aurora", "10:42", "Free", "until 13:30", "13:30", "Design review", "Ana Souza"],
    "free-rest-of-day": ["Free", "rest of the day", "Nothing more today"],
    "starting": ["Starts 15:00", "in 4 min", "Sales sync", "Dmitri Łukasz"],
    "check-in": ["Check in", "8 min left", "Sales sync", "Released in 8 min unless you check in"],
    "in-use": ["In use", "until 14:30", "Design review", "Ana Souza", "23 min left", "15:00", "Sales sync"],
    "two-at-once": ["In use", "Design review", "and 1 more meeting now", "Press call", "Lena Ott · tentative"],
    "private": ["In use", "Private meeting", "Reserved"],
    "closed": ["Closed", "opens 8:00"],
    "out-of-service": ["Closed", "Ceiling repair, back on Thursday", "Out of service"],
    "unknown": ["Unknown", "Free at 10:42, not confirmed since", "The calendar does not answer"],
    "never-read": ["Unknown", "The calendar has not been read yet"],
    "cancelled": ["Free", "11:00 Budget round, cancelled 10:38", "2 meetings could not be read"],
    "held": ["Free", "Held until 11:00, not booked in the calendar yet"],
}
OFFERS = {
    "free": ["book-15", "book-30", "book-60", "book-until", "find-room", "language"],
    "starting": ["check-in", "find-room", "language"],
    "check-in": ["check-in", "find-room", "language"],
    "in-use": ["extend-15", "extend-30", "end", "find-room", "language"],
    "closed": ["language"],
    "unknown": ["find-room", "language"],
}


@pytest.mark.parametrize("scene", SAYS)
async def test_the_door_says_what_is_so(scene: str) -> None:
    async with running(greeting(scene)) as (app, _pilot, _machine):
        texts = "\n".join(shown(app))
        assert [text for text in SAYS[scene] if text not in texts] == []


@pytest.mark.parametrize("scene", OFFERS)
async def test_the_door_offers_what_can_be_done(scene: str) -> None:
    async with running(greeting(scene)) as (app, _pilot, _machine):
        assert list(buttons(app)) == OFFERS[scene]


@pytest.mark.parametrize("scene", [scene for scene in SCENES if scene != "off"])
async def test_the_ground_is_that_of_the_state_and_green_only_where_the_word_is_free(scene: str) -> None:
    now, make = SCENES[scene]
    state: RoomState = make(now)
    async with running(greeting(scene)) as (app, _pilot, _machine):
        assert app.screen.has_class(f"-{state.availability.state.value}")
        assert app.screen.has_class("-free") == ("Free" in shown(app))


async def test_help_and_the_broken_hop_are_said_when_the_answer_is_unknown() -> None:
    async with running(greeting("unknown")) as (app, _pilot, _machine):
        texts = shown(app)
        assert "Help: Front desk, extension 1200" in texts
        assert "The calendar does not answer" in texts


async def test_nothing_of_a_private_meeting_is_shown_even_where_the_agent_sent_it() -> None:
    from doors import meeting

    day = (meeting("Severance talk", at(13, 30), at(14, 30), "Ana Souza", private=True),)
    frames = (TimeShown(now=at(14, 7)), look(), RoomShown(state=room(at(14, 7), day)))
    async with running(frames) as (app, _pilot, _machine):
        texts = "\n".join(shown(app))
        assert "Severance" not in texts
        assert "Souza" not in texts
        assert "Private meeting" in texts


@pytest.mark.parametrize("theme", Theme)
async def test_every_theme_draws_every_state(theme: Theme) -> None:
    async with running(greeting("free", look(theme=theme))) as (app, pilot, _machine):
        for scene in ("in-use", "starting", "unknown", "closed"):
            for frame in greeting(scene, look(theme=theme)):
                app._hear(frame)
            await pilot.pause()
            assert app.theme == f"doorlight-{theme.value}"
            assert app.screen.has_class(f"-{scene}")


async def test_at_night_the_theme_is_dark_and_a_touch_wakes_it_for_a_while() -> None:
    async with running(greeting("night")) as (app, pilot, machine):
        assert app.theme == "doorlight-dark-night"
        await pilot.mouse_down(offset=(10, 10))
        await pilot.pause()
        assert app.theme == "doorlight-dark"
        machine.seconds += app.patience.awake
        app.draw()
        assert app.theme == "doorlight-dark-night"


async def test_when_it_is_off_the_glass_is_black_until_somebody_touches_it() -> None:
    async with running(greeting("off")) as (app, pilot, machine):
        assert shown(app) == []
        await pilot.click(offset=(10, 10))
        await pilot.pause()
        assert "Free" in shown(app)
        machine.seconds += app.patience.awake
        app.draw()
        await pilot.pause()
        assert shown(app) == []


async def test_the_touch_that_wakes_the_glass_presses_nothing() -> None:
    async with running(greeting("off")) as (app, pilot, _machine):
        await pilot.click(offset=(10, 27))
        await pilot.pause()
        assert not app.acts.busy
        assert "Free" in shown(app)


async def test_the_next_minute_changes_the_clock_and_what_is_left() -> None:
    async with running(greeting("in-use")) as (app, pilot, machine):
        machine.seconds += 60
        app._tick()
        await pilot.pause()
        assert "14:08" in shown(app)
        assert "22 min left" in shown(app)


async def test_a_faster_clock_is_followed_at_its_own_rate() -> None:
    frames = (TimeShown(now=at(14, 7), rate=60.0), *greeting("in-use")[1:])
    async with running(frames) as (app, pilot, machine):
        machine.seconds += 3
        app._tick()
        await pilot.pause()
        assert "14:10" in shown(app)


async def test_twelve_hours_where_the_room_wants_them() -> None:
    async with running(greeting("in-use", look(hour24=False))) as (app, _pilot, _machine):
        assert "2:07 pm" in shown(app)
        assert "until 2:30 pm" in shown(app)


async def test_the_picture_shifts_by_a_cell_and_comes_back() -> None:
    async with running(greeting("free")) as (app, pilot, _machine):
        header = app.screen.query_one("#header")
        before, seen = header.region, set()
        for _ in range(4):
            app._shift()
            await pilot.pause()
            seen.add(header.region.x - before.x)
        assert seen == {-1, 0, 1}
        assert header.region == before


@pytest.mark.parametrize("language", ["ar"])
async def test_a_language_from_right_to_left_mirrors_the_whole_door(language: str) -> None:
    async with running(greeting("in-use", look(language))) as (app, _pilot, _machine):
        width = app.size.width
        assert app.screen.query_one("#name").region.right == width - 2
        assert app.screen.query_one("#clock").region.x == 2
        assert app.screen.query_one("#word").region.right == width - 2
        assert buttons(app)["language"].region.x == 0
        assert {each.align for each in app.screen.query("#title, #by, #word")} == {"right"}
