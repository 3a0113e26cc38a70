"""The pictures show every state there is, in frames that the wire accepts."""

import pytest

from bench.glass.gallery import Job, names, scene
from bench.pictures import main
from device.model.availability import DoorState
from device.model.value import decode, encode
from device.wire.framing import pack, unpack
from device.wire.panel import Fault, FromAgent, RoomShown


@pytest.mark.parametrize("name", names())
def test_a_scene_is_told_in_the_agents_own_frames(name: str) -> None:
    for frame in scene(name).frames:
        assert unpack(pack(frame), FromAgent) == frame


def test_every_state_and_every_fault_has_a_picture() -> None:
    shown = [frame.state for name in names() for frame in scene(name).frames if isinstance(frame, RoomShown)]
    assert {state.availability.state for state in shown} == set(DoorState)
    assert {f"fault-{fault}" for fault in Fault} <= set(names())


def test_a_job_travels_as_a_line() -> None:
    job = Job(scene="free", way="pixels", width=800, height=480, into="/pictures")
    assert decode(encode(job), Job) == job
    assert job.name == "free-pixels-800x480"


def test_an_unknown_state_is_refused_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--states", "open"])
    assert ended.value.code == 2
    assert "no open; there are free," in capsys.readouterr().err
