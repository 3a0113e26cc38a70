"""The fleet: what is told of a door, sorted and filtered; claims for cards; quarantine, moving, revoking."""

import csv
import io
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

from browser import portal
from hub_side import NOON
from test_first_hour import claim, connect, import_rooms, office, until_shown, visit, wait_for_beat, waiting_device

from device.emulator.office import Office
from device.model.availability import DoorState
from device.model.clock import ClockTrust
from device.wire.hub import Beat, GlassSeen
from device.wire.panel import ScreenGiven, ScreenWanted
from hub.devices.fleet import look
from hub.devices.rows import Device, DeviceState
from hub.web.portal.screenshot import drawn

__all__ = ["office"]


def device(**more: Any) -> Device:
    told = {"id": "d1", "key": "k", "state": DeviceState.ACTIVE, "claimed_at": NOON, "claimed_by": "a", "seen_at": NOON}
    return Device(**told | more)


def beat(**more: Any) -> Beat:
    glass = GlassSeen(state=DoorState.FREE, at=NOON)
    return Beat(**{"told": DoorState.FREE, "glass": glass, "trust": ClockTrust.TRUSTED, "confirmed_at": NOON} | more)


def test_a_door_that_shows_what_it_should_worries_nobody() -> None:
    assert look(device(beat=beat()), None, NOON).status == "good"


def test_each_thing_that_is_wrong_at_a_door_is_told() -> None:
    wrong = {
        "Offline": device(beat=beat(), seen_at=NOON - timedelta(minutes=5)),
        "shows free and should show in-use": device(beat=beat(told=DoorState.IN_USE)),
        "Nothing is on the glass": device(beat=beat(glass=None)),
        "clock": device(beat=beat(trust=ClockTrust.INVALID)),
        "confirmed": device(beat=beat(confirmed_at=NOON - timedelta(hours=1))),
        "85 °C": device(beat=beat(temperature=85.0)),
        "Little room": device(beat=beat(disk_free=1)),
        "Fault: network": device(beat=beat(fault="network")),
        "Quarantined": device(beat=beat(), state=DeviceState.QUARANTINED),
        "not told": device(),
    }
    for text, one in wrong.items():
        found = look(one, None, NOON)
        assert found.status != "good"
        assert any(text in worry.text for worry in found.worries), (text, found.worries)


def test_a_screen_is_drawn_from_its_text_and_nothing_in_it_is_markup() -> None:
    picture = drawn("Aurora\n  <script>alert(1)</script> 明\n")
    assert "<script>" not in picture
    assert 'width="' in picture
    assert "&lt;script&gt;" in picture


async def test_a_device_is_moved_quarantined_and_revoked(tmp_path: Path, office: Office) -> None:
    async with portal(tmp_path, office.clock) as (hub, anna):
        await connect(anna, office)
        await import_rooms(anna)
        first, second = office.rooms[0].address, office.rooms[1].address
        async with waiting_device(tmp_path, hub, office) as (code, words):
            await anna.get("/claim")
            await anna.send("/claim/device", code="BCDFGHJK")
            assert "No device shows this code" in anna.page.text
            await anna.send("/claim/device", code=code)
            await anna.send("/claim", room=first, word1="no", word2="such", word3="words")
            assert "The words on the glass are others" in anna.page.text
            door = await claim(anna, code, words, first)
            await until_shown(anna, door, ">online<")
            await anna.get(door)
            await anna.send(f"{door}/move", room=second)
            assert "has another room" in anna.page.text
            assert (await hub.devices.all())[0].room == second
            await anna.send(f"{door}/quarantine")
            assert (await hub.devices.all())[0].state is DeviceState.QUARANTINED
            await anna.get(door)
            await anna.send(f"{door}/quarantine")
            assert (await hub.devices.all())[0].state is DeviceState.ACTIVE
            await until_shown(anna, door, ">online<")
            for query in ("state=online", "sort=seen&down=1", "words=no-such", "sort=rubbish", "state=offline"):
                assert (await anna.get(f"/doors?{query}")).status_code == 200
            await anna.get(door)
            await anna.send(f"{door}/revoke")
            assert (await hub.devices.all())[0].state is DeviceState.REVOKED


async def test_what_is_on_the_glass_is_fetched_as_text_and_as_a_picture(tmp_path: Path, office: Office) -> None:
    glass = "┌────────────┐\n│ Aurora     │\n│   Free     │\n└────────────┘"
    async with portal(tmp_path, office.clock) as (hub, anna):
        await connect(anna, office)
        await import_rooms(anna)
        async with waiting_device(tmp_path, hub, office) as (code, words):
            door = await claim(anna, code, words, office.default_room.address)
            await wait_for_beat(hub)
            async with visit(tmp_path / "run" / "panel.sock") as kiosk:
                await kiosk.until_state()
                await anna.get(door)
                await anna.post(f"{door}/ask", {"form": anna.token, "kind": "screen"})
                wanted = await kiosk.until(ScreenWanted)
                kiosk.say(ScreenGiven(key=wanted.key, text=glass))
                await until_shown(anna, door, "glass-picture")
        found = re.search(r'src="([^"]+/pictures/[^"]+)"', anna.page.text)
        assert found
        picture = await anna.client.get(found[1])
        assert picture.headers["content-type"].startswith("image/svg+xml")
        assert picture.text.count("<text") == 4
        text = await anna.client.get(found[1].replace("/pictures/", "/reports/"))
        assert text.text == glass


async def test_wrong_codes_are_counted(tmp_path: Path) -> None:
    async with portal(tmp_path) as (_, anna):
        for _ in range(20):
            await anna.get("/claim")
            await anna.send("/claim/device", code="BCDFGHJK")
        assert anna.page.status_code == 422
        await anna.send("/claim/device", code="BCDFGHJK")
        assert anna.page.status_code == 429


async def test_claims_for_many_cards_are_a_table_that_is_told_once(tmp_path: Path, office: Office) -> None:
    async with portal(tmp_path, office.clock) as (hub, anna):
        await connect(anna, office)
        await import_rooms(anna)
        await anna.get("/claims")
        chosen = re.findall(r'name="room" value="([^"]+)" checked', anna.page.text)
        answer = await anna.send("/claims", room=chosen)
        rows = list(csv.DictReader(io.StringIO(answer.text)))
        assert [one["room"] for one in rows] == chosen
        assert len({one["claim"] for one in rows}) == len(chosen)
        page = (await anna.get("/claims")).text
        assert not any(one["claim"] in page for one in rows)
        await anna.send("/claims/withdraw")
        assert "1 claims are withdrawn" in anna.page.text
        assert len(await hub.devices.claims()) == len(chosen) - 1
