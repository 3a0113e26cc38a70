"""A Zoom Room by its control API: passcodes that are asked for late, and lines that nothing can be slipped into."""

from collections.abc import AsyncIterator
from datetime import timedelta

import msgspec
import pytest
from room_systems import TARGET, collect, csapi_options, opened

from device.emulator.rooms.csapi import CsapiRoom
from device.emulator.rooms.far_side import FarSide, Manner
from device.join import Drivers
from device.join.interface import CannotJoin
from device.model.joining import Call, Cause


@pytest.fixture
async def room() -> AsyncIterator[CsapiRoom]:
    room = CsapiRoom(FarSide(rings_for=timedelta(milliseconds=20)))
    async with room.running():
        yield room


async def test_the_line_is_the_vendors_and_the_room_confirms(room: CsapiRoom) -> None:
    async with opened(Drivers.ZOOM_ROOMS, csapi_options(room)) as system:
        steps = await collect(system, await system.join(TARGET), until=Call.CONNECTED)
    assert [step.call for step in steps] == [Call.DIALING, Call.CONNECTED]
    assert "zCommand Dial Join meetingNumber: 81234567890 password: s3cret" in room.lines


async def test_a_passcode_that_is_asked_for_late_is_given_late(room: CsapiRoom) -> None:
    room.passcodes["81234567890"] = "right"
    target = msgspec.structs.replace(TARGET, passcode="", dial_passcode="")
    steps = []
    async with opened(Drivers.ZOOM_ROOMS, csapi_options(room)) as system:
        attempt = await system.join(target)
        async for step in system.watch(attempt):
            steps.append((step.call, step.cause))
            if step.call is Call.NEEDS_PASSCODE:
                await system.enter(attempt, "right" if step.cause else "wrong")
            if step.call is Call.CONNECTED:
                break
    assert steps[0] == (Call.DIALING, None)
    assert (Call.NEEDS_PASSCODE, None) in steps
    assert (Call.NEEDS_PASSCODE, Cause.PASSCODE_WRONG) in steps
    assert steps[-1] == (Call.CONNECTED, None)


@pytest.mark.parametrize(("manner", "cause"), [(Manner.UNKNOWN, Cause.REFUSED), (Manner.SILENT, Cause.TIMED_OUT)])
async def test_a_meeting_that_does_not_come_about_is_a_failure(room: CsapiRoom, manner: Manner, cause: Cause) -> None:
    room.far_side = FarSide(manner=manner, rings_for=timedelta(milliseconds=20))
    async with opened(Drivers.ZOOM_ROOMS, csapi_options(room) | {"connect_within": "PT0.4S"}) as system:
        steps = await collect(system, await system.join(TARGET))
    assert (steps[-1].call, steps[-1].cause) == (Call.FAILED, cause)


async def test_nothing_can_be_slipped_into_a_line(room: CsapiRoom) -> None:
    evil = ("x\r\nzCommand Call Leave", "a b", 'q"', "a\x00", "p: 1")
    async with opened(Drivers.ZOOM_ROOMS, csapi_options(room)) as system:
        for passcode in evil:
            target = msgspec.structs.replace(TARGET, passcode=passcode, dial_passcode="")
            await collect(system, await system.join(target), until=Call.CONNECTED)
            with pytest.raises(CannotJoin):
                await system.enter("nobody's", passcode)
    dialled = {line for line in room.lines if "Dial" in line}
    assert dialled == {"zCommand Dial Join meetingNumber: 81234567890"}
    assert "zCommand Call Leave" not in room.lines


async def test_a_wrong_password_is_tried_twice_and_another_host_is_given_none(room: CsapiRoom) -> None:
    async with opened(Drivers.ZOOM_ROOMS, csapi_options(room) | {"password": "wrong"}) as system:
        for _ in range(4):
            with pytest.raises(CannotJoin) as caught:
                await system.probe()
            assert caught.value.cause is Cause.SIGN_IN
    assert room.wrong_logins == 2
    async with opened(Drivers.ZOOM_ROOMS, csapi_options(room) | {"host_key": "SHA256:another"}) as system:
        with pytest.raises(CannotJoin) as caught:
            await system.probe()
    assert caught.value.cause is Cause.CERTIFICATE
    assert room.wrong_logins == 2


async def test_a_connection_that_drops_is_opened_again(room: CsapiRoom) -> None:
    async with opened(Drivers.ZOOM_ROOMS, csapi_options(room)) as system:
        attempt = await system.join(TARGET)
        steps = []
        async for step in system.watch(attempt):
            steps.append(step.call)
            if step.call is Call.CONNECTED:
                await room.drop()
                room.status = "NOT_IN_MEETING"
    assert steps == [Call.DIALING, Call.CONNECTED, Call.ENDED]
