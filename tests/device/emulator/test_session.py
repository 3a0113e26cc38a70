"""A session with a real agent: begun, moved to another door, begun anew, and gone without a trace."""

import asyncio
import os
import signal
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from seat import PATIENCE, alive, children_of

from device.emulator.session import Session, open_session
from device.emulator.session_knobs import knobs
from device.emulator.world import office_world, real_world
from device.model.availability import DoorState
from device.model.errors import SettingsError
from device.model.room import Room
from device.model.safetext import SafeText
from device.model.state import RoomState
from device.model.value import decode
from device.wire.panel import LastShown


def shown(session: Session) -> RoomState | None:
    """What the door shows, once it shows this session's room."""
    try:
        state: RoomState = decode((session.runtime / "state.json").read_bytes(), LastShown).state
    except OSError:
        return None
    return state if state.room.id == session.room.id else None


def held_by(folder: Path) -> list[str]:
    """The names in a folder."""
    return [path.name for path in folder.iterdir()]


async def until(so: Callable[[], object]) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(PATIENCE):
        while not so():  # noqa: ASYNC110 - what is waited for happens in other processes
            await asyncio.sleep(0.05)


async def turn(session: Session, name: str) -> str:
    """Turn one knob; what was said."""
    return await next(knob for knob in knobs(session) if knob.name == name).act()


async def test_a_session_begins_changes_doors_and_leaves_nothing_behind() -> None:
    others = set(children_of(os.getpid()))
    async with open_session(office_world("monday")) as session:
        folder = session.folder
        assert folder.stat().st_mode & 0o077 == 0
        await until(lambda: shown(session))
        assert session.room == session.world.first
        said = await turn(session, "room")
        assert str(session.room.name) in said
        assert session.room != session.world.first
        await until(lambda: shown(session))
        below = set(children_of(os.getpid())) - others
        assert below
    assert not folder.exists()
    assert [pid for pid in below if alive(pid)] == []


async def test_what_a_knob_does_is_on_the_glass_soon() -> None:
    async with open_session(office_world("empty")) as session:
        await until(lambda: (state := shown(session)) and state.availability.state is DoorState.FREE)
        said = await turn(session, "add")
        assert "takes" in said
        await until(lambda: (state := shown(session)) and state.availability.state is DoorState.IN_USE)
        await turn(session, "cancel")
        await until(lambda: (state := shown(session)) and state.availability.state is DoorState.FREE)


async def test_the_next_change_is_one_that_the_door_shows() -> None:
    async with open_session(office_world("back-to-back")) as session:
        await until(lambda: shown(session))
        before = shown(session)
        assert before
        for _ in range(3):
            said = await turn(session, "next-change")
            assert said.startswith("It is Tuesday "), said
        await until(lambda: (state := shown(session)) and state.as_of > before.as_of)


async def test_starting_over_gives_a_new_office_at_the_same_door() -> None:
    async with open_session(office_world("monday")) as session:
        await turn(session, "room")
        room, start = session.room.id, session.world.clock.now
        await turn(session, "forward-15")
        await turn(session, "start-over")
        assert session.room.id == room
        assert session.world.clock.now < start + timedelta(minutes=14)
        await until(lambda: shown(session))


async def test_an_agent_that_dies_is_started_again_and_that_is_said() -> None:
    said: list[str] = []
    async with open_session(office_world("empty")) as session:
        session.tell = said.append
        await until(lambda: shown(session))
        for pid in children_of(os.getpid()):
            os.kill(pid, signal.SIGKILL)
        await until(lambda: any("started again" in sentence for sentence in said))
        (session.runtime / "state.json").unlink(missing_ok=True)
        await until(lambda: shown(session))


async def test_settings_that_the_agent_refuses_are_told_and_not_tried_again(tmp_path: Path) -> None:
    said: list[str] = []
    room = Room(id="x", name=SafeText("X"), zone="UTC")
    async with open_session(real_world(room, {"provider": "ics"})) as session:
        session.tell = said.append
        await until(lambda: said)
    assert "The agent does not start:" in said[0]


async def test_a_real_calendar_has_only_the_knobs_that_make_sense(tmp_path: Path) -> None:
    file = tmp_path / "room.ics"
    file.write_bytes(b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nEND:VCALENDAR\r\n")
    room = Room(id="aurora", name=SafeText("Aurora"), zone="Europe/Berlin")
    async with open_session(real_world(room, {"provider": "ics", "path": str(file)})) as session:
        assert [knob.name for knob in knobs(session)] == ["next-change", "forward-5", "forward-15", "speed"]
        await until(lambda: (state := shown(session)) and state.availability.state is DoorState.FREE)


async def test_a_room_that_the_office_has_not_is_refused_and_nothing_is_left(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(SettingsError) as refused:
        async with open_session(office_world("monday", "atlantis")):
            pass
    assert "aurora" in refused.value.hint
    assert held_by(tmp_path) == []


async def test_a_deep_temporary_folder_still_has_room_for_sockets(tmp_path: Path, monkeypatch) -> None:
    deep = tmp_path / ("deep" * 20)
    deep.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(deep))
    async with open_session(office_world("empty")) as session:
        await until(lambda: shown(session))
    assert held_by(deep) == []
