"""The agent gone, silent, back, or talking rubbish: what the glass makes of it, over a real socket."""

from datetime import timedelta
from pathlib import Path

import msgspec
from doors import PAIRING, at, greeting, look, room
from kiosk_side import running, shown
from scripted_agent import agent_at, until

from device.model.state import RoomState
from device.wire.framing import MAX_FRAME
from device.wire.panel import Fault, FaultShown, PairingShown, RoomShown, TimeShown
from kiosk.patience import Patience
from kiosk.screens.door import DoorScreen
from kiosk.screens.fault import FaultScreen
from kiosk.screens.pairing import PairingScreen


def _good_for(seconds: float) -> RoomState:
    return msgspec.structs.replace(room(at(10, 42)), good_for=timedelta(seconds=seconds))


async def test_before_the_first_word_the_door_says_that_it_is_starting() -> None:
    async with running() as (app, _pilot, _machine):
        assert "This door is starting" in shown(app)


async def test_the_last_truth_stays_while_it_is_good_with_a_small_mark(tmp_path: Path) -> None:
    async with agent_at(tmp_path, greeting("free")) as agent, running(runtime=tmp_path) as (app, pilot, machine):
        await until(lambda: "Free" in shown(app))
        assert "Connecting again …" not in shown(app)
        await agent.stop()
        await until(lambda: "Connecting again …" in shown(app))
        assert "Free" in shown(app)
        machine.seconds += 299
        app.draw()
        assert "Free" in shown(app)
        machine.seconds += 1
        app.draw()
        await pilot.pause()
        assert "Unknown" in shown(app)
        assert "Free at 10:42, not confirmed since" in shown(app)
        assert "This door's own service does not answer" in shown(app)


async def test_doubt_comes_by_itself_when_the_last_word_is_too_old() -> None:
    frames = (TimeShown(now=at(10, 42)), look(), RoomShown(state=_good_for(0.3)))
    async with running(frames) as (app, _pilot, machine):
        assert "Free" in shown(app)
        machine.seconds += 0.3
        await until(lambda: "Unknown" in shown(app))


async def test_a_faster_clock_makes_the_last_word_old_sooner() -> None:
    frames = (TimeShown(now=at(10, 42), rate=60.0), look(), RoomShown(state=_good_for(300)))
    async with running(frames) as (app, pilot, machine):
        machine.seconds += 4.9
        app.draw()
        assert "Free" in shown(app)
        machine.seconds += 0.2
        app.draw()
        await pilot.pause()
        assert "Unknown" in shown(app)


async def test_the_agent_comes_back_and_the_doubt_goes(tmp_path: Path) -> None:
    async with agent_at(tmp_path, greeting("free")) as agent, running(runtime=tmp_path) as (app, _pilot, machine):
        await until(lambda: "Free" in shown(app))
        await agent.stop()
        machine.seconds += 400
        await until(lambda: not app.link.up)
        app.draw()
        await until(lambda: "Unknown" in shown(app))
        await agent.start()
        await until(lambda: "Free" in shown(app))
        assert "Connecting again …" not in shown(app)


async def test_what_the_agent_left_behind_is_shown_as_not_confirmed() -> None:
    async with running((TimeShown(now=at(10, 58)), look())) as (app, pilot, _machine):
        app.scene.recall(room(at(10, 42)))
        app.draw()
        await pilot.pause()
        assert "Unknown" in shown(app)
        assert "Free at 10:42, not confirmed since" in shown(app)


async def test_rubbish_on_the_socket_is_hung_up_on_and_the_door_stays(tmp_path: Path) -> None:
    async with agent_at(tmp_path, greeting("free")) as agent, running(runtime=tmp_path) as (app, _pilot, _machine):
        for rubbish in (
            b"{}\n",
            b"not json\n",
            b'{"type":"act-ended","key":1}\n',
            b"\xff\xfe\n",
            b"x" * MAX_FRAME + b"xx\n",
        ):
            await until(lambda: agent.kiosks == 1 and app.link.up)
            agent.write(rubbish)
            await until(lambda: not app.link.up)
            assert "Free" in shown(app)


async def test_a_room_takes_the_place_of_a_fault_and_a_fault_that_of_a_room(tmp_path: Path) -> None:
    async with agent_at(tmp_path, greeting("fault")) as agent, running(runtime=tmp_path) as (app, pilot, _machine):
        await until(lambda: isinstance(app.screen, FaultScreen) and app.link.up)
        agent.say(RoomShown(state=room(at(10, 42))))
        await until(lambda: isinstance(app.screen, DoorScreen))
        agent.say(PAIRING)
        await until(lambda: isinstance(app.screen, PairingScreen))
        agent.say(FaultShown(fault=Fault.HUB))
        await until(lambda: isinstance(app.screen, FaultScreen))
        await pilot.pause()
        assert "The Doorlight hub does not answer" in " ".join(shown(app))
        agent.say(RoomShown(state=room(at(10, 42))))
        await until(lambda: isinstance(app.screen, DoorScreen))
        await pilot.pause()
        assert "Free" in shown(app)


async def test_every_fault_has_its_sentence_and_hint() -> None:
    async with running(greeting("fault")) as (app, pilot, _machine):
        for fault in Fault:
            app._hear(FaultShown(fault=fault))
            await pilot.pause()
            sentence, hint = app.scene.speech.words.faults[fault]
            texts = " ".join(shown(app))
            assert sentence in texts
            assert hint in texts
            assert ("Try again" in texts) == (fault is not Fault.STARTING)


async def test_pairing_shows_the_code_the_words_and_the_network() -> None:
    async with running(greeting("pairing")) as (app, pilot, _machine):
        texts = " ".join(shown(app))
        assert "BCDF GHJK" in texts
        assert "hub.office.example/pair" in texts
        assert "maple river stone" in texts
        assert "Connected" in texts
        assert app.screen.query_one("#picture").region.area > 0
        app._hear(msgspec.structs.replace(PAIRING, online=False))
        await pilot.pause()
        assert "No connection yet" in shown(app)


async def test_an_address_too_long_for_a_code_is_still_written() -> None:
    long = PairingShown(code="BCDFGHJK", url=f"https://hub.example/{'x' * 120}", words=("a", "b", "c"), online=True)
    async with running((TimeShown(now=at(10)), look(), long)) as (app, _pilot, _machine):
        assert "BCDF GHJK" in shown(app)


async def test_signs_of_life_are_sent_after_a_paint_and_not_too_often(tmp_path: Path) -> None:
    async with agent_at(tmp_path, greeting("free")) as agent, running(runtime=tmp_path) as (app, pilot, machine):
        await until(lambda: agent.painted == 1)
        for _ in range(5):
            app.draw()
            await pilot.pause()
        assert agent.painted == 1
        machine.seconds += app.patience.painted
        app.draw()
        await until(lambda: agent.painted == 2)


async def test_the_kiosk_says_nothing_to_the_agent_that_nobody_asked_for(tmp_path: Path) -> None:
    async with (
        agent_at(tmp_path, greeting("free")) as agent,
        running(runtime=tmp_path, patience=Patience()) as (
            _app,
            pilot,
            _machine,
        ),
    ):
        await until(lambda: agent.painted == 1)
        await pilot.pause()
        assert agent.heard == []


async def test_a_frame_that_cannot_be_drawn_does_not_silence_the_next(tmp_path: Path) -> None:
    nowhere = msgspec.structs.replace(look(), zone="No/Where")
    async with agent_at(tmp_path, greeting("free")) as agent, running(runtime=tmp_path) as (app, _pilot, _machine):
        await until(lambda: "Free" in shown(app))
        agent.say(nowhere)
        agent.say(look(), TimeShown(now=at(14, 7)), RoomShown(state=room(at(14, 7))))
        await until(lambda: "In use" in shown(app))
