"""A Poly system: what it is told, and what it is believed."""

from collections.abc import AsyncIterator
from datetime import timedelta

import msgspec
import pytest
from room_systems import TARGET, collect, opened, poly_options

from device.emulator.rooms.far_side import FarSide, Manner
from device.emulator.rooms.poly import PolySystem
from device.join import Drivers
from device.join.interface import CannotJoin
from device.model.joining import Call, Cause


@pytest.fixture
async def system() -> AsyncIterator[PolySystem]:
    system = PolySystem(FarSide(rings_for=timedelta(milliseconds=80)))
    async with system.web.running():
        yield system
    await system.close()


async def test_sip_is_dialled_where_there_is_an_address_and_h323_where_there_is_none(system: PolySystem) -> None:
    by_ip = msgspec.structs.replace(TARGET, sip="", h323="144.195.19.161##81234567890#123456")
    async with opened(Drivers.POLY, poly_options(system)) as room:
        for target in (TARGET, by_ip):
            attempt = await room.join(target)
            steps = await collect(room, attempt, until=Call.CONNECTED)
            assert [step.call for step in steps] == [Call.DIALING, Call.RINGING, Call.CONNECTED]
            await room.leave(attempt)
    assert system.dialled == [
        {"address": "81234567890.123456@zoomcrc.com", "rate": 0, "dialType": "SIP"},
        {"address": "144.195.19.161##81234567890#123456", "rate": 0, "dialType": "H323"},
    ]


async def test_a_placeholder_in_the_list_is_no_call(system: PolySystem) -> None:
    async with opened(Drivers.POLY, poly_options(system)) as room:
        condition = await room.probe()
    assert (condition.in_call, condition.asleep) == (False, True)


async def test_a_system_that_another_app_has_is_not_dialled(system: PolySystem) -> None:
    system.app_mode = True
    async with opened(Drivers.POLY, poly_options(system)) as room:
        with pytest.raises(CannotJoin) as caught:
            await room.join(TARGET)
    assert caught.value.cause is Cause.APP_MODE
    assert system.dialled == []


async def test_a_session_that_is_over_is_opened_again(system: PolySystem) -> None:
    async with opened(Drivers.POLY, poly_options(system)) as room:
        await room.probe()
        system.forget_sessions()
        assert not (await room.probe()).in_call


async def test_a_wrong_password_is_tried_twice_and_never_a_third_time(system: PolySystem) -> None:
    async with opened(Drivers.POLY, poly_options(system) | {"password": "wrong"}) as room:
        for _ in range(5):
            with pytest.raises(CannotJoin) as caught:
                await room.probe()
            assert caught.value.cause is Cause.SIGN_IN
    assert system.wrong_logins == 2


@pytest.mark.parametrize(("manner", "cause"), [(Manner.BUSY, Cause.DROPPED), (Manner.SILENT, Cause.TIMED_OUT)])
async def test_a_call_that_does_not_come_about_is_a_failure(system: PolySystem, manner: Manner, cause: Cause) -> None:
    system.far_side = FarSide(manner=manner, rings_for=timedelta(milliseconds=20))
    async with opened(Drivers.POLY, poly_options(system) | {"connect_within": "PT0.3S"}) as room:
        steps = await collect(room, await room.join(TARGET))
    assert (steps[-1].call, steps[-1].cause) == (Call.FAILED, cause)
    assert system.connections == {}


async def test_another_certificate_is_not_given_the_password(system: PolySystem) -> None:
    async with opened(Drivers.POLY, poly_options(system) | {"fingerprint": "00" * 32}) as room:
        with pytest.raises(CannotJoin) as caught:
            await room.probe()
    assert caught.value.cause is Cause.CERTIFICATE
    assert system.wrong_logins == 0
