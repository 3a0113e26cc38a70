"""A RoomOS device: what it is told, what it confirms, and what it may not be made to do; and its emulated twin."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from node_tools import node, node_package
from room_systems import TARGET, collect, opened, roomos_options

from device.emulator.faults import Network
from device.emulator.rooms.codec import Codec
from device.emulator.rooms.far_side import FarSide, Manner
from device.emulator.rooms.xapi import XapiServer
from device.join import Drivers
from device.join.interface import CannotJoin, Target
from device.join.links.services import Service
from device.model.joining import Call, Cause

FAST = timedelta(milliseconds=10)


@pytest.fixture
async def server() -> AsyncIterator[XapiServer]:
    server = XapiServer(Codec(FarSide(rings_for=FAST)))
    async with server.running():
        yield server


@pytest.mark.parametrize(
    ("target", "command"),
    [
        (TARGET, {"command": "Zoom/Join", "MeetingID": "81234567890", "MeetingPasscode": "123456"}),
        (
            Target(service=Service.WEBEX, url="https://acme.webex.com/meet/eva"),
            {"command": "Webex/Join", "Number": "https://acme.webex.com/meet/eva"},
        ),
        (
            Target(service=Service.TEAMS, url="https://teams.microsoft.com/meet/1?p=x"),
            {"command": "MicrosoftTeams/Join", "Url": "https://teams.microsoft.com/meet/1?p=x"},
        ),
        (
            Target(service=Service.GOOGLE_MEET, url="https://meet.google.com/abc-defg-hij"),
            {"command": "WebRTC/Join", "Url": "https://meet.google.com/abc-defg-hij", "Type": "GoogleMeet"},
        ),
        (
            Target(service=Service.TEAMS, sip="123.key@m.webex.com"),
            {"command": "Dial", "Number": "123.key@m.webex.com", "Protocol": "Sip"},
        ),
        (
            Target(service=Service.H323, h323="144.195.19.161##81234567890"),
            {"command": "Dial", "Number": "144.195.19.161##81234567890", "Protocol": "H323"},
        ),
    ],
)
async def test_each_service_is_joined_by_its_own_command(
    server: XapiServer, target: Target, command: dict[str, str]
) -> None:
    async with opened(Drivers.ROOMOS, roomos_options(server)) as system:
        steps = await collect(system, await system.join(target), until=Call.CONNECTED)
    assert server.codec.dialled == [command]
    assert [step.call for step in steps] == [Call.DIALING, Call.RINGING, Call.CONNECTED]


async def test_an_old_device_without_a_command_for_zoom_dials(server: XapiServer) -> None:
    server.codec.commands -= {"Zoom/Join"}
    async with opened(Drivers.ROOMOS, roomos_options(server)) as system:
        await collect(system, await system.join(TARGET), until=Call.CONNECTED)
    assert [one["Number"] for one in server.codec.dialled] == ["81234567890.123456@zoomcrc.com"]


async def test_a_device_that_a_vendors_app_has_is_told_so(server: XapiServer) -> None:
    server.codec.commands -= {"Zoom/Join", "Dial"}
    async with opened(Drivers.ROOMOS, roomos_options(server)) as system:
        with pytest.raises(CannotJoin) as caught:
            await system.join(TARGET)
    assert caught.value.cause is Cause.APP_MODE


@pytest.mark.parametrize(
    ("manner", "cause"),
    [(Manner.BUSY, Cause.BUSY), (Manner.DECLINES, Cause.DECLINED), (Manner.UNKNOWN, Cause.NOT_FOUND)],
)
async def test_a_far_side_that_does_not_answer_is_a_failure_with_its_cause(
    server: XapiServer, manner: Manner, cause: Cause
) -> None:
    server.codec.far_side = FarSide(manner=manner, rings_for=FAST)
    async with opened(Drivers.ROOMOS, roomos_options(server)) as system:
        steps = await collect(system, await system.join(TARGET))
    assert (steps[-1].call, steps[-1].cause) == (Call.FAILED, cause)
    assert Call.CONNECTED not in [step.call for step in steps]


async def test_a_call_that_rings_for_ever_is_given_up_and_hung_up(server: XapiServer) -> None:
    server.codec.far_side = FarSide(manner=Manner.SILENT, rings_for=FAST)
    async with opened(Drivers.ROOMOS, roomos_options(server) | {"connect_within": "PT0.3S"}) as system:
        steps = await collect(system, await system.join(TARGET))
    assert steps[-1].cause is Cause.TIMED_OUT
    assert server.codec.status["Call"] == []


async def test_it_is_woken_before_it_joins(server: XapiServer) -> None:
    async with opened(Drivers.ROOMOS, roomos_options(server)) as system:
        assert (await system.probe()).asleep
        await system.prepare()
        assert not (await system.probe()).asleep


async def test_a_connection_that_drops_in_a_call_costs_the_call_nothing(server: XapiServer) -> None:
    async with opened(Drivers.ROOMOS, roomos_options(server)) as system:
        attempt = await system.join(TARGET)
        steps = []
        async for step in system.watch(attempt):
            steps.append(step.call)
            if step.call is Call.CONNECTED:
                await server.drop()
                asyncio.get_running_loop().call_later(1.5, server.codec.hang_up, 1)
    assert steps == [Call.DIALING, Call.RINGING, Call.CONNECTED, Call.ENDED]


async def test_a_wrong_password_is_tried_twice_and_never_a_third_time(server: XapiServer) -> None:
    async with opened(Drivers.ROOMOS, roomos_options(server) | {"password": "wrong"}) as system:
        for _ in range(6):
            with pytest.raises(CannotJoin) as caught:
                await system.probe()
            assert caught.value.cause is Cause.SIGN_IN
    assert server.wrong_logins == 2


async def test_another_certificate_than_the_approved_one_is_not_given_the_password(server: XapiServer) -> None:
    other = hashlib.sha256(b"another").hexdigest()
    async with opened(Drivers.ROOMOS, roomos_options(server) | {"fingerprint": other}) as system:
        with pytest.raises(CannotJoin) as caught:
            await system.probe()
    assert caught.value.cause is Cause.CERTIFICATE
    assert server.wrong_logins == 0


async def test_without_an_approved_certificate_a_self_signed_one_is_not_believed(server: XapiServer) -> None:
    async with opened(Drivers.ROOMOS, roomos_options(server) | {"fingerprint": ""}) as system:
        with pytest.raises(CannotJoin) as caught:
            await system.probe()
    assert caught.value.cause is Cause.CERTIFICATE


async def test_a_device_that_limits_us_is_told_so(server: XapiServer) -> None:
    server.rate_limited = True
    async with opened(Drivers.ROOMOS, roomos_options(server)) as system:
        with pytest.raises(CannotJoin) as caught:
            await system.probe()
    assert caught.value.cause is Cause.RATE_LIMITED


async def test_keys_are_pressed_once_the_call_stands(server: XapiServer) -> None:
    target, pressed = Target(service=Service.TEAMS, sip="key@t.plcm.vc", tones=",,017920684#"), asyncio.Event()
    server.codec.told.append(lambda _: pressed.set() if server.codec.pressed else None)
    async with opened(Drivers.ROOMOS, roomos_options(server)) as system:
        attempt = await system.join(target)
        watching = asyncio.create_task(collect(system, attempt))
        await asyncio.wait_for(pressed.wait(), 10)
        await system.enter(attempt, "4711")
        await system.leave(attempt)
        await watching
    assert server.codec.pressed == ",,017920684#4711#"


async def test_a_hundred_meetings_a_week_use_up_nothing_of_the_device(server: XapiServer) -> None:
    async with opened(Drivers.ROOMOS, roomos_options(server)) as system:
        for _ in range(60):
            attempt = await system.join(TARGET)
            await collect(system, attempt, until=Call.CONNECTED)
            await system.leave(attempt)
    assert len(server.codec.dialled) == 60


async def test_a_network_that_goes_for_good_is_told_as_a_failure(server: XapiServer) -> None:
    async with opened(Drivers.ROOMOS, roomos_options(server)) as system:
        attempt = await system.join(TARGET)
        server.faults.network = Network.CUT
        steps = await collect(system, attempt)
    assert (steps[-1].call, steps[-1].cause) == (Call.FAILED, Cause.UNREACHABLE)


JSXAPI = """
const jsxapi = require('jsxapi');
const [port, username, password] = process.argv.slice(2);
const xapi = jsxapi.connect(`wss://127.0.0.1:${port}`, { username, password });
xapi.on('error', (error) => { console.error(error); process.exit(1); });
xapi.on('ready', async () => {
  const seen = [];
  xapi.Status.Call.on((call) => seen.push(call.Status || 'gone'));
  console.log(await xapi.Status.Audio.Volume.get());
  await xapi.Config.SystemUnit.Name.set('Aurora');
  console.log(await xapi.Config.SystemUnit.Name.get());
  const failed = await xapi.Command.Dial({}).catch((error) => error.code);
  console.log(failed);
  const { CallId } = await xapi.Command.Dial({ Number: 'a@example.org', Protocol: 'Sip' });
  await new Promise((resolve) => setTimeout(resolve, 300));
  await xapi.Command.Call.Disconnect({ CallId });
  await new Promise((resolve) => setTimeout(resolve, 100));
  console.log(seen.join(' '));
  xapi.close();
});
"""


async def test_ciscos_own_client_for_node_drives_the_emulated_device(server: XapiServer) -> None:
    folder = node_package("jsxapi", "6.0.0")
    printed = await node(folder, JSXAPI, str(server.port), server.username, server.password.reveal())
    volume, name, failed, seen = printed.splitlines()
    assert (volume, name, failed) == ("50", "Aurora", "-32602")
    assert seen == "Dialling Ringing Connected gone"


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
async def test_an_independent_python_client_drives_the_emulated_device(server: XapiServer) -> None:
    xows = pytest.importorskip("xows")
    connected = asyncio.Event()

    async def heard(data: dict[str, object], _: object) -> None:
        if "Connected" in str(data):
            connected.set()

    address = f"wss://127.0.0.1:{server.port}/ws"
    async with xows.XoWSClient(address, server.username, server.password.reveal()) as client:
        await client.subscribe(["Status", "Call"], heard, notify_current_value=True)
        told = await client.xCommand(["Dial"], Number="a@example.org")
        assert told["status"] == "OK"
        assert await client.xGet(["Status", "SystemUnit", "State", "NumberOfActiveCalls"]) == 1
        await asyncio.wait_for(connected.wait(), 10)


async def test_rubbish_from_the_device_ends_in_a_cause_and_not_in_an_exception(
    server: XapiServer, tmp_path: Path
) -> None:
    del tmp_path
    async with opened(Drivers.ROOMOS, roomos_options(server)) as system:
        attempt = await system.join(TARGET)
        for rubbish in ({"Status": 7}, {"Status": {"Call": "x"}}, {"Event": {"CallDisconnect": []}}, {}):
            server.codec._tell(rubbish)
        server.codec._tell({"Status": {"Call": [{"id": [], "Status": {}}]}})
        steps = await collect(system, attempt, until=Call.CONNECTED)
    assert steps[-1].call is Call.CONNECTED
    with suppress(CannotJoin):
        await system.leave(attempt)


def test_a_target_of_another_service_has_no_command() -> None:
    assert msgspec.to_builtins(Target(service=Service.JITSI)) == {"service": "jitsi"}
