"""From the office to the glass with nothing pretended between: provider, hub, agent; direct and relayed."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from running_hub import connect_office, hub_in_here
from seat import ROOT

sys.path.append(str(ROOT / "tests" / "device" / "agent"))

from agent_side import Visitor, agent_process, visit, wait_until

from device.agent.hub.identity import own_identity
from device.emulator.office import Office, open_office
from device.emulator.settings_file import write_settings
from device.model.availability import DoorState
from device.model.requests import BookRequested, Offer, Outcome
from device.model.state import RoomState
from device.wire.hub import Route
from device.wire.panel import ActEnded, FaultShown, PairingShown
from hub.services import Services
from hub.switchboard import Claimed, ConnectionChanged


@asynccontextmanager
async def claimed_door(folder: Path, hub: Services, office: Office, room: str) -> AsyncIterator[Visitor]:
    """A device that was claimed for a room by its code, and somebody at its glass."""
    file = folder / "agent.toml"
    write_settings(
        file,
        {
            "hub": {"url": hub.server.device_address, "timeout": 10.0, "ca_bundle": str(office.ca_bundle)},
            "clock": {"source": f"unix:{office.clock_socket}"},
            "paths": {"state": str(folder / "state"), "runtime": str(folder / "run")},
            "polling": {"every": "1h", "with_push": "1h"},
        },
    )
    socket = folder / "run" / "panel.sock"
    async with AsyncExitStack() as stack:
        process = await stack.enter_async_context(agent_process(file))
        async with visit(socket, process) as kiosk:
            shown = await kiosk.until(PairingShown)
            device = await hub.devices.claim(shown.code, own_identity(folder / "state").words, room, "admin")
            await hub.board.say(Claimed(key=device.key))
            while await kiosk.next() is not None:
                pass
        yield await stack.enter_async_context(visit(socket, process))


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    folder = tmp_path / "office"
    folder.mkdir()
    async with open_office("monday", folder) as opened:
        yield opened


def known(state: RoomState) -> bool:
    return state.availability.state is not DoorState.UNKNOWN


@pytest.mark.parametrize("route", list(Route))
async def test_a_meeting_that_somebody_adds_is_on_the_glass_by_the_providers_call(
    tmp_path: Path, office: Office, route: Route
) -> None:
    async with hub_in_here(tmp_path / "hub", office.clock) as hub:
        connection = await connect_office(hub, office, route=route)
        await hub.board.say(ConnectionChanged(connection=connection.id))
        room = office.default_room.address
        async with claimed_door(tmp_path, hub, office, room) as kiosk:
            await kiosk.until_state(lambda state: known(state) and state.availability.state is DoorState.FREE)
            await wait_until(office.tenant_cloud.subscriptions.active)
            office.control.add_meeting(office.default_room.name)
            await kiosk.until_state(lambda state: state.availability.state is DoorState.IN_USE)


async def test_a_server_that_calls_nobody_is_listened_to(tmp_path: Path, office: Office) -> None:
    """Exchange on premises: what its stream tells the hub is on the glass, and what is booked there is in the mailbox;
    the device has read all through the hub, and never had the password.
    """
    async with hub_in_here(tmp_path / "hub", office.clock) as hub:
        connection = await connect_office(hub, office, "exchange")
        await hub.board.say(ConnectionChanged(connection=connection.id))
        room = office.default_room.address
        async with claimed_door(tmp_path, hub, office, room) as kiosk:
            await kiosk.until_state(lambda state: known(state) and state.availability.state is DoorState.FREE)
            await wait_until(lambda: office.ews_edge.subscriptions.hanging)
            kiosk.say(BookRequested(key="k1", minutes=15))
            assert (await kiosk.until(ActEnded)).outcome is Outcome.DONE
            await kiosk.until_state(lambda state: state.availability.state is DoorState.IN_USE)
            office.control.cancel_meeting(office.default_room.name)
            await kiosk.until_state(lambda state: state.availability.state is DoorState.FREE)
        password = office.exchange.password.reveal().encode()
        files = [file for part in ("state", "run") for file in (tmp_path / part).rglob("*") if file.is_file()]
        assert not [file for file in files if password in file.read_bytes()]


async def test_a_booking_at_the_door_is_written_by_the_hub(tmp_path: Path, office: Office) -> None:
    async with hub_in_here(tmp_path / "hub", office.clock) as hub:
        await connect_office(hub, office, route=Route.DIRECT)
        room = office.default_room.address
        async with claimed_door(tmp_path, hub, office, room) as kiosk:
            await kiosk.until_state(lambda state: Offer.BOOK in state.offers)
            kiosk.say(BookRequested(key="k1", minutes=15))
            ended = await kiosk.until(ActEnded)
            assert ended.outcome is Outcome.DONE
            await kiosk.until_state(lambda state: state.availability.state is DoorState.IN_USE)
        written = [event.subject for event in office.tenant_cloud.mailboxes[room].stored()]
        assert "Booked at the door" in written


@pytest.mark.parametrize("canaries", ["[]", '["aurora@office.example"]'])
async def test_access_that_was_not_proved_narrow_is_not_handed_out(
    tmp_path: Path, office: Office, canaries: str
) -> None:
    async with hub_in_here(tmp_path / "hub", office.clock) as hub:
        connection = await connect_office(hub, office, route=Route.DIRECT)
        await hub.connections.change(connection.id, canaries=canaries)
        async with claimed_door(tmp_path, hub, office, "borealis@office.example") as kiosk:
            while (await kiosk.until(FaultShown)).fault != "sign-in":
                pass
            await asyncio.sleep(0)


async def test_a_device_without_a_room_of_its_own_gets_nothing(tmp_path: Path, office: Office) -> None:
    async with hub_in_here(tmp_path / "hub", office.clock) as hub:
        await connect_office(hub, office)
        room = office.default_room.address
        async with claimed_door(tmp_path, hub, office, room) as kiosk:
            await kiosk.until_state(known)
            (device,) = await hub.devices.all()
            assert device.room == room
            answer: Any = await hub.devices.get(device.id)
            assert answer is not None
            await asyncio.sleep(0)
