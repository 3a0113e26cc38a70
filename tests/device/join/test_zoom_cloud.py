"""A Zoom Room through its cloud: an order that was taken is no meeting that was joined."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from room_systems import TARGET, collect, opened, zoom_options

from device.emulator.rooms.far_side import FarSide, Manner
from device.emulator.rooms.zoom import ZoomRoomCloud
from device.join import Drivers
from device.join.interface import CannotJoin, Target
from device.join.links.services import Service
from device.model.joining import Call, Cause


@pytest.fixture
async def cloud() -> AsyncIterator[ZoomRoomCloud]:
    cloud = ZoomRoomCloud(FarSide(rings_for=timedelta(milliseconds=20)))
    async with cloud.web.running():
        yield cloud
    await cloud.close()


async def test_an_order_that_was_taken_and_led_nowhere_is_not_told_as_joined(
    cloud: ZoomRoomCloud, tmp_path: Path
) -> None:
    cloud.far_side = FarSide(manner=Manner.SILENT)
    async with opened(Drivers.ZOOM_CLOUD, zoom_options(cloud, tmp_path) | {"connect_within": "PT0.2S"}) as room:
        steps = await collect(room, await room.join(TARGET))
    assert [step.call for step in steps] == [Call.DIALING, Call.FAILED]
    assert steps[-1].cause is Cause.NOT_CONFIRMED


async def test_what_is_sent_is_what_zoom_asks_for(cloud: ZoomRoomCloud, tmp_path: Path) -> None:
    teams = Target(service=Service.TEAMS, url="https://teams.microsoft.com/meet/1?p=x")
    async with opened(Drivers.ZOOM_CLOUD, zoom_options(cloud, tmp_path)) as room:
        for target in (TARGET, teams):
            attempt = await room.join(target)
            await collect(room, attempt, until=Call.CONNECTED)
            await room.leave(attempt)
    number = {"meeting_number": "81234567890", "force_accept": True, "passcode": "s3cret"}
    guest = {"join_type": "url", "meeting_source_type": "MS_TEAMS", "join_url": teams.url}
    leave = {"method": "zoomroom.meeting_leave"}
    assert cloud.orders == [
        {"method": "zoomroom.meeting_join", "params": number},
        leave,
        {"method": "zoomroom.thirdparty_meeting_join", "params": guest},
        leave,
    ]


async def test_a_token_that_ran_out_is_fetched_once_more(cloud: ZoomRoomCloud, tmp_path: Path) -> None:
    async with opened(Drivers.ZOOM_CLOUD, zoom_options(cloud, tmp_path)) as room:
        await room.probe()
        cloud.expire()
        assert not (await room.probe()).in_call


async def test_a_wrong_secret_and_a_limit_are_told_apart(cloud: ZoomRoomCloud, tmp_path: Path) -> None:
    async with opened(Drivers.ZOOM_CLOUD, zoom_options(cloud, tmp_path) | {"client_secret": "wrong"}) as room:
        with pytest.raises(CannotJoin) as caught:
            await room.probe()
        assert caught.value.cause is Cause.SIGN_IN
        cloud.rate_limited = True
        with pytest.raises(CannotJoin) as caught:
            await room.probe()
        assert caught.value.cause is Cause.RATE_LIMITED
