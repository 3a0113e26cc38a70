"""What people do at the door: a press, the waiting, the sentence at the end; dialogs; languages."""

from pathlib import Path

import pytest
from doors import at, greeting, look, room
from kiosk_side import buttons, running, shown, touch
from scripted_agent import agent_at, until

from device.model.requests import BookRequested, CheckInRequested, EndRequested, ExtendRequested, Outcome
from device.model.safetext import SafeText
from device.wire.panel import (
    ActEnded,
    ActStarted,
    FindRoomRequested,
    Neighbour,
    NeighboursShown,
    RetryRequested,
    RoomShown,
)
from kiosk.acts import Phase
from kiosk.patience import Patience
from kiosk.screens.dialog import Dialog
from kiosk.screens.rooms import RoomsScreen
from kiosk.words import LANGUAGES, words

REQUESTS = {
    ("free", "book-30"): BookRequested(key="", minutes=30),
    ("free", "book-until"): BookRequested(key=""),
    ("in-use", "extend-15"): ExtendRequested(key="", occurrence="Design review", minutes=15),
    ("check-in", "check-in"): CheckInRequested(key="", occurrence="Sales sync"),
    ("starting", "check-in"): CheckInRequested(key="", occurrence="Sales sync"),
}


@pytest.mark.parametrize(("scene", "name"), REQUESTS)
async def test_a_press_asks_the_agent_and_ends_in_a_sentence(scene: str, name: str, tmp_path: Path) -> None:
    async with agent_at(tmp_path, greeting(scene)) as agent, running(runtime=tmp_path) as (app, pilot, _machine):
        await until(lambda: name in buttons(app))
        await touch(pilot, app, name)
        await until(lambda: bool(agent.heard))
        asked = agent.heard[0]
        assert type(asked) is type(REQUESTS[scene, name])
        assert asked == type(asked)(**{**_fields(REQUESTS[scene, name]), "key": asked.key})
        assert asked.key
        agent.say(ActStarted(key=asked.key))
        tag = str(asked.__struct_config__.tag)
        await until(lambda: words("en").asking[tag] in shown(app))
        agent.say(ActEnded(key=asked.key, outcome=Outcome.DONE, until=at(15)))
        await until(lambda: words("en").done[tag].format(until="15:00") in shown(app))
        assert name not in buttons(app)


def _fields(value: object) -> dict[str, object]:
    return {name: getattr(value, name) for name in value.__struct_fields__}  # type: ignore[attr-defined]


@pytest.mark.parametrize("outcome", Outcome)
async def test_every_outcome_has_its_sentence(outcome: Outcome) -> None:
    async with running(greeting("free")) as (app, pilot, _machine):
        app.link.send = lambda _frame: True  # type: ignore[method-assign]
        app.acts._send = app.link.send
        await touch(pilot, app, "book-15")
        app._hear(ActEnded(key=app.acts._key, outcome=outcome, until=at(11)))
        await pilot.pause()
        said = words("en").done["book"] if outcome is Outcome.DONE else words("en").outcomes[outcome]
        assert " ".join(shown(app)).endswith(said.format(until="11:00"))


async def test_the_press_is_seen_before_anybody_has_answered(tmp_path: Path) -> None:
    async with agent_at(tmp_path, greeting("free")), running(runtime=tmp_path) as (app, pilot, _machine):
        await until(lambda: "book-15" in buttons(app))
        button = buttons(app)["book-15"]
        await pilot.mouse_down(button)
        assert button.has_class("-pressed")
        await pilot.click(button)
        await pilot.pause()
        assert button.has_class("-asking")
        assert all(each.disabled for each in buttons(app).values())


async def test_a_double_tap_asks_once(tmp_path: Path) -> None:
    async with agent_at(tmp_path, greeting("free")) as agent, running(runtime=tmp_path) as (app, pilot, _machine):
        await until(lambda: "book-15" in buttons(app))
        button = buttons(app)["book-15"]
        await pilot.click(button, times=2)
        await pilot.click(buttons(app).get("book-30", button))
        await until(lambda: bool(agent.heard))
        agent.say(ActEnded(key=agent.heard[0].key, outcome=Outcome.DONE, until=at(11)))
        await until(lambda: app.acts.phase is Phase.ENDED)
        assert len(agent.heard) == 1


async def test_no_answer_is_an_answer_too(tmp_path: Path) -> None:
    patience = Patience(answer=0.05)
    async with (
        agent_at(tmp_path, greeting("free")) as agent,
        running(runtime=tmp_path, patience=patience) as (
            app,
            pilot,
            _machine,
        ),
    ):
        await until(lambda: "book-15" in buttons(app))
        await touch(pilot, app, "book-15")
        await until(lambda: app.acts.phase is Phase.ENDED)
        await pilot.pause()
        assert words("en").no_answer in " ".join(shown(app))
        agent.say(ActEnded(key=agent.heard[0].key, outcome=Outcome.DONE, until=at(11)))
        await until(lambda: "Booked until 11:00" in shown(app))


async def test_the_buttons_come_back_when_the_sentence_has_been_read(tmp_path: Path) -> None:
    patience = Patience(sentence=0.05)
    async with (
        agent_at(tmp_path, greeting("free")) as agent,
        running(runtime=tmp_path, patience=patience) as (
            app,
            pilot,
            _machine,
        ),
    ):
        agent.answer = lambda frame: [ActEnded(key=frame.key, outcome=Outcome.CONFLICT)]
        await until(lambda: "book-15" in buttons(app))
        await touch(pilot, app, "book-15")
        await until(lambda: app.acts.phase is Phase.IDLE and bool(agent.heard))
        await until(lambda: "book-15" in buttons(app))
        assert not buttons(app)["book-15"].disabled


async def test_with_no_agent_a_press_says_that_nothing_was_changed() -> None:
    async with running(greeting("free")) as (app, pilot, _machine):
        await touch(pilot, app, "book-15")
        assert "Nothing was changed" in " ".join(shown(app))


async def test_an_answer_to_somebody_elses_act_is_not_shown() -> None:
    async with running(greeting("free")) as (app, pilot, _machine):
        app._hear(ActStarted(key="other"))
        app._hear(ActEnded(key="other", outcome=Outcome.DONE, until=at(11)))
        await pilot.pause()
        assert app.acts.phase is Phase.IDLE
        assert "book-15" in buttons(app)


async def test_to_end_a_meeting_is_asked_once_more(tmp_path: Path) -> None:
    async with agent_at(tmp_path, greeting("in-use")) as agent, running(runtime=tmp_path) as (app, pilot, _machine):
        await until(lambda: "end" in buttons(app))
        await touch(pilot, app, "end")
        assert isinstance(app.screen, Dialog)
        assert "End this meeting now?" in shown(app)
        assert "Design review" in shown(app)
        assert agent.heard == []
        await touch(pilot, app, "end")
        await until(lambda: bool(agent.heard))
        assert isinstance(agent.heard[0], EndRequested)
        assert agent.heard[0].occurrence == "Design review"


async def test_what_was_not_meant_to_end_goes_on() -> None:
    async with running(greeting("in-use")) as (app, pilot, _machine):
        await touch(pilot, app, "end")
        await touch(pilot, app, "close")
        assert "In use" in shown(app)
        assert not app.acts.busy


async def test_a_dialog_that_nobody_touches_goes_away() -> None:
    async with running(greeting("in-use"), patience=Patience(dialog=0.2)) as (app, pilot, _machine):
        await touch(pilot, app, "end")
        await until(lambda: not isinstance(app.screen, Dialog))
        await pilot.pause()
        assert "In use" in shown(app)


async def test_escape_leaves_a_dialog_and_nothing_else() -> None:
    async with running(greeting("in-use")) as (app, pilot, _machine):
        await touch(pilot, app, "end")
        await pilot.press("escape")
        await pilot.pause()
        assert "In use" in shown(app)
        await pilot.press("escape")
        await pilot.pause()
        assert "In use" in shown(app)


async def test_the_other_rooms_are_listed_the_free_ones_first(tmp_path: Path) -> None:
    rooms = (
        Neighbour(name=SafeText("Corona"), capacity=12),
        Neighbour(name=SafeText("Dune"), known=False),
        Neighbour(name=SafeText("Borealis"), place=SafeText("2nd floor"), capacity=6, free=True, free_until=at(15)),
        Neighbour(name=SafeText("Ember"), free=True, capacity=1),
    )
    async with agent_at(tmp_path, greeting("in-use")) as agent, running(runtime=tmp_path) as (app, pilot, _machine):
        agent.answer = lambda frame: [NeighboursShown(key=frame.key, rooms=rooms)]
        await until(lambda: "find-room" in buttons(app))
        await touch(pilot, app, "find-room")
        await until(lambda: "Borealis" in shown(app))
        assert isinstance(agent.heard[0], FindRoomRequested)
        texts = [text for text in shown(app) if text]
        assert [name for name in texts if name in {"Borealis", "Corona", "Dune", "Ember"}] == [
            "Borealis",
            "Ember",
            "Dune",
            "Corona",
        ]
        assert {"2nd floor · 6 seats", "until 15:00", "1 seat", "rest of the day", "not known", "in use"} <= set(texts)


async def test_a_list_of_rooms_that_never_comes_is_not_awaited_for_ever(tmp_path: Path) -> None:
    async with (
        agent_at(tmp_path, greeting("in-use")),
        running(runtime=tmp_path, patience=Patience(answer=0.05)) as (
            app,
            pilot,
            _machine,
        ),
    ):
        await until(lambda: "find-room" in buttons(app))
        await touch(pilot, app, "find-room")
        assert isinstance(app.screen, RoomsScreen)
        await until(lambda: words("en").no_answer in shown(app))


async def test_that_no_other_room_is_free_is_said(tmp_path: Path) -> None:
    async with agent_at(tmp_path, greeting("in-use")) as agent, running(runtime=tmp_path) as (app, pilot, _machine):
        agent.answer = lambda frame: [NeighboursShown(key=frame.key, rooms=())]
        await until(lambda: "find-room" in buttons(app))
        await touch(pilot, app, "find-room")
        await until(lambda: "No other room is free now" in shown(app))


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_visitor_chooses_a_language_and_it_returns_by_itself(language: str) -> None:
    async with running(greeting("free", look("en"))) as (app, pilot, machine):
        await touch(pilot, app, "language")
        assert words(language).name in " ".join(shown(app))
        await touch(pilot, app, language)
        assert words(language).states["free"] in shown(app)  # type: ignore[index]
        machine.seconds += app.patience.language - 1
        app.draw()
        assert words(language).states["free"] in shown(app)  # type: ignore[index]
        machine.seconds += 1
        app.draw()
        await pilot.pause()
        assert "Free" in shown(app)


async def test_a_touch_keeps_a_visitors_language() -> None:
    async with running(greeting("free", look("en"))) as (app, pilot, machine):
        await touch(pilot, app, "language")
        await touch(pilot, app, "de")
        machine.seconds += app.patience.language - 1
        await pilot.mouse_down(offset=(1, 1))
        machine.seconds += app.patience.language - 1
        app.draw()
        assert "Frei" in shown(app)


async def test_everything_can_be_done_with_a_keyboard(tmp_path: Path) -> None:
    async with agent_at(tmp_path, greeting("free")) as agent, running(runtime=tmp_path) as (app, pilot, _machine):
        await until(lambda: "book-15" in buttons(app))
        assert app.focused is None
        await pilot.press("tab")
        assert app.focused is buttons(app)["book-15"]
        assert app.screen.has_class("-keys")
        await pilot.press("right")
        assert app.focused is buttons(app)["book-30"]
        await pilot.press("left", "enter")
        await until(lambda: bool(agent.heard))
        assert agent.heard[0].minutes == 15


async def test_a_touch_takes_the_keyboards_mark_away() -> None:
    async with running(greeting("free")) as (app, pilot, _machine):
        await pilot.press("tab")
        await pilot.mouse_down(offset=(1, 1))
        await pilot.pause()
        assert not app.screen.has_class("-keys")


@pytest.mark.parametrize(
    "keys", ["ctrl+q", "ctrl+c", "ctrl+p", "ctrl+z", "ctrl+d", "ctrl+backslash", "f1", "q", "escape"]
)
async def test_no_other_key_does_anything(keys: str) -> None:
    async with running(greeting("free")) as (app, pilot, _machine):
        before = shown(app)
        await pilot.press(keys)
        await pilot.pause()
        assert app.is_running
        assert len(app.screen_stack) == 1
        assert shown(app) == before


async def test_a_try_again_reaches_the_agent(tmp_path: Path) -> None:
    async with agent_at(tmp_path, greeting("fault")) as agent, running(runtime=tmp_path) as (app, pilot, _machine):
        await until(lambda: "retry" in buttons(app))
        await touch(pilot, app, "retry")
        await until(lambda: bool(agent.heard))
        assert isinstance(agent.heard[0], RetryRequested)


async def test_what_ends_while_a_dialog_is_open_is_seen_behind_it() -> None:
    async with running(greeting("in-use")) as (app, pilot, _machine):
        await touch(pilot, app, "language")
        app._hear(RoomShown(state=room(at(14, 31))))
        await touch(pilot, app, "close")
        assert "Free" in shown(app)
