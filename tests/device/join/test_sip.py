"""A SIP room: a real baresip that dials a real SIPp."""

import asyncio
from pathlib import Path

import msgspec
import pytest
from room_systems import TARGET, baresip, collect, free_port, opened, sipp

from device.join import Drivers
from device.join.interface import CannotJoin
from device.model.joining import Call, Cause

BUSY = """<?xml version="1.0" encoding="ISO-8859-1" ?>
<scenario name="busy">
  <recv request="INVITE" crlf="true"/>
  <send><![CDATA[
    SIP/2.0 486 Busy Here
    [last_Via:]
    [last_From:]
    [last_To:];tag=[pid]SIPpTag01[call_number]
    [last_Call-ID:]
    [last_CSeq:]
    Contact: <sip:[local_ip]:[local_port]>
    Content-Length: 0

  ]]></send>
  <recv request="ACK"/>
</scenario>
"""


async def test_the_very_string_is_dialled_and_the_call_is_seen(tmp_path: Path) -> None:
    log = tmp_path / "messages.log"
    heard = ("-sn", "uas", "-trace_msg", "-message_file", str(log))
    async with (
        sipp(tmp_path, *heard) as port,
        baresip(tmp_path, port) as control,
        opened(Drivers.SIP, {"port": control}) as system,
    ):
        attempt = await system.join(TARGET)
        steps = []
        async for step in system.watch(attempt):
            steps.append(step.call)
            if step.call is Call.CONNECTED:
                assert (await system.probe()).in_call
                await system.leave(attempt)
        assert not (await system.probe()).in_call
    assert steps[0] is Call.DIALING
    assert steps[-2:] == [Call.CONNECTED, Call.ENDED]
    assert "INVITE sip:81234567890.123456@zoomcrc.com" in log.read_text()


async def test_a_far_side_that_is_busy_is_told_so(tmp_path: Path) -> None:
    scenario = tmp_path / "busy.xml"
    scenario.write_text(BUSY)
    async with (
        sipp(tmp_path, "-sf", str(scenario)) as port,
        baresip(tmp_path, port) as control,
        opened(Drivers.SIP, {"port": control}) as system,
    ):
        steps = await collect(system, await system.join(TARGET))
    assert (steps[-1].call, steps[-1].cause) == (Call.FAILED, Cause.BUSY)


async def test_where_nobody_answers_the_attempt_has_its_own_end(tmp_path: Path) -> None:
    options = {"connect_within": "PT1S"}
    async with baresip(tmp_path, free_port()) as control, opened(Drivers.SIP, options | {"port": control}) as system:
        steps = await collect(system, await system.join(TARGET))
        assert steps[-1].call is Call.FAILED
        assert steps[-1].cause in (Cause.TIMED_OUT, Cause.DROPPED)
        await asyncio.sleep(0.1)
        assert not (await system.probe()).in_call


async def test_an_address_that_could_end_the_command_is_not_dialled(tmp_path: Path) -> None:
    del tmp_path
    async with opened(Drivers.SIP, {"port": free_port()}) as system:
        for evil in ('a@b.example","token":"x', "a@b.example\r\nhangup", "1:x,@b", "", "a b@c.example"):
            with pytest.raises(CannotJoin):
                system.check(msgspec.structs.replace(TARGET, sip=evil))
