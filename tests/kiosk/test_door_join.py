"""One-touch join at the glass: what is offered, what a press asks for, and what is said of the call."""

from pathlib import Path

import msgspec
import pytest
from doors import at, greeting, room
from kiosk_side import buttons, running, shown, touch
from scripted_agent import agent_at, until

from device.model.joining import (
    Call,
    Cause,
    JoinChoice,
    JoinRequested,
    JoinShown,
    LeaveRequested,
    PasscodeRequested,
)
from device.model.safetext import SafeText
from device.wire.panel import RoomShown
from kiosk.screens.keypad import Keypad
from kiosk.words import words

ZOOM = JoinChoice(revision="r1", label=SafeText("Zoom · 844 3921 ····"))
MEET = JoinChoice(revision="r2", label=SafeText("Google Meet · meet.google.com"))


def joining(**fields: object) -> RoomShown:
    """Aurora in its design review, with a room system."""
    shown = JoinShown(occurrence="Design review", **fields)  # type: ignore[arg-type]
    return RoomShown(state=msgspec.structs.replace(room(at(14, 7)), join=shown))


async def test_a_press_on_join_carries_the_meeting_that_was_drawn(tmp_path: Path) -> None:
    async with agent_at(tmp_path, greeting("in-use")) as agent, running(runtime=tmp_path) as (app, pilot, _machine):
        agent.say(joining(choices=(ZOOM, MEET), cause=Cause.SEVERAL))
        await until(lambda: "join-1" in buttons(app))
        await until(lambda: words("en").causes[Cause.SEVERAL] in shown(app))
        await touch(pilot, app, "join-1")
        await until(lambda: bool(agent.heard))
        (asked,) = agent.heard
        assert asked == JoinRequested(key=asked.key, occurrence="Design review", revision="r2")


async def test_what_the_room_system_said_stands_on_the_glass_with_a_way_out(tmp_path: Path) -> None:
    async with agent_at(tmp_path, greeting("in-use")) as agent, running(runtime=tmp_path) as (app, pilot, _machine):
        agent.say(joining(call=Call.CONNECTED))
        await until(lambda: words("en").calls[Call.CONNECTED] in shown(app))
        await touch(pilot, app, "leave")
        await until(lambda: bool(agent.heard))
        assert agent.heard[0] == LeaveRequested(key=agent.heard[0].key, occurrence="Design review")


async def test_a_passcode_is_typed_at_the_door_and_not_shown(tmp_path: Path) -> None:
    async with agent_at(tmp_path, greeting("in-use")) as agent, running(runtime=tmp_path) as (app, pilot, _machine):
        agent.say(joining(call=Call.NEEDS_PASSCODE))
        await until(lambda: "passcode" in buttons(app))
        await touch(pilot, app, "passcode")
        await until(lambda: isinstance(app.screen, Keypad) and "digit-7" in buttons(app))
        for key in ("digit-4", "digit-7", "erase", "digit-0", "digit-1"):
            await touch(pilot, app, key)
        await pilot.press("1")
        assert not any("4011" in text for text in shown(app))
        await touch(pilot, app, "passcode")
        await until(lambda: bool(agent.heard))
        asked = agent.heard[0]
        assert asked == PasscodeRequested(key=asked.key, occurrence="Design review", passcode="4011")
        assert "4011" not in repr(asked)


@pytest.mark.parametrize("cause", Cause)
async def test_every_cause_has_its_sentence(cause: Cause) -> None:
    async with running(greeting("in-use")) as (app, pilot, _machine):
        app._hear(joining(cause=cause, call=Call.FAILED, choices=(ZOOM,)))
        await pilot.pause()
        assert words("en").causes[cause] in shown(app)
