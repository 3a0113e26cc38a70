"""A newcomer's first hour by forms alone: the link, a calendar, rooms, a device, the door; and what comes after."""

import asyncio
import re
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
from browser import Browser, portal
from seat import PATIENCE, ROOT

sys.path.append(str(ROOT / "tests" / "device" / "agent"))

from agent_side import agent_process, visit

from device.agent.hub.identity import own_identity
from device.emulator.office import Office, open_office
from device.emulator.settings_file import write_settings
from device.wire.panel import PairingShown
from hub.services import Services


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    folder = tmp_path / "office"
    folder.mkdir()
    async with open_office("monday", folder) as opened:
        yield opened


def credential(office: Office) -> dict[str, str]:
    """What an administrator copies from Entra."""
    return {
        "name": "Office",
        "tenant": office.tenant,
        "client_id": office.client_id,
        "client_secret": office.client_secret.reveal(),
        "client_secret_expires": "2030-01-31",
        "endpoint": office.endpoint,
        "authority": office.authority,
        "ca_bundle": str(office.ca_bundle),
    }


async def connect(browser: Browser, office: Office) -> str:
    """Connect the office's tenant; the connection's page."""
    await browser.get("/connections/new/graph/client-secret")
    await browser.send("/connections/new/graph/client-secret", **credential(office))
    assert "Connected" in browser.page.text, browser.page.text
    return browser.page.url.path


async def import_rooms(browser: Browser) -> None:
    await browser.get("/rooms/import")
    rooms = re.findall(r'name="room" value="([^"]+)"', browser.page.text)
    assert len(rooms) > 2
    await browser.send("/rooms/import", room=rooms, zone="Europe/Berlin")
    assert f"{len(rooms)} rooms are taken over" in browser.page.text


@asynccontextmanager
async def waiting_device(folder: Path, hub: Services, office: Office) -> AsyncIterator[tuple[str, tuple[str, ...]]]:
    """A device that nobody has claimed: its code and its words."""
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
            yield shown.code, own_identity(folder / "state").words


async def claim(browser: Browser, code: str, words: tuple[str, ...], room: str) -> str:
    await browser.get("/claim")
    await browser.send("/claim/device", code=f"{code[:4]}-{code[4:]}".lower())
    assert "Is this the device in front of you?" in browser.page.text
    fields = {f"word{number}": word for number, word in enumerate(words, 1)}
    await browser.send("/claim", room=room, **fields)
    assert "Claimed" in browser.page.text, browser.page.text
    return browser.page.url.path


async def wait_for_beat(hub: Services) -> None:
    async with asyncio.timeout(PATIENCE):
        while not any(device.beat for device in await hub.devices.all()):  # noqa: ASYNC110 - another process beats
            await asyncio.sleep(0.1)


async def until_shown(browser: Browser, path: str, wanted: str) -> None:
    async with asyncio.timeout(PATIENCE):
        while wanted not in (await browser.get(path)).text:  # noqa: ASYNC110 - a page is looked at again
            await asyncio.sleep(0.2)


async def test_the_first_hour(tmp_path: Path, office: Office) -> None:
    async with portal(tmp_path, office.clock) as (hub, anna):
        assert "Connect a calendar" in anna.page.text
        made = await connect(anna, office)
        assert "not proved" in (await anna.get(made)).text
        await import_rooms(anna)
        room = office.default_room.address
        async with waiting_device(tmp_path, hub, office) as (code, words):
            door = await claim(anna, code, words, room)
            await until_shown(anna, door, ">online<")
            await until_shown(anna, "/doors", str(office.default_room.room.name))
            await until_shown(anna, door, "It should show</dt><dd>")
            await anna.get(door)
            await anna.post(f"{door}/ask", {"form": anna.token, "kind": "logs"})
            await until_shown(anna, door, ">done<")
            await anna.post(f"{door}/wipe", {"form": anna.token})
            await until_shown(anna, door, "with its signed receipt")
        entries = (await anna.get("/audit")).text
        for action in ("administrator.sign-in", "connection.add", "room.import", "device.claim", "device.order"):
            assert action in entries, action
        await anna.send("/audit/verify")
        assert "The chain is whole" in anna.page.text
        lines = (await anna.get("/audit/export")).text.splitlines()
        assert len(lines) > 10
        assert office.client_secret.reveal() not in "".join(lines)


async def test_a_wrong_credential_is_refused_by_a_sentence_and_nothing_is_kept(tmp_path: Path, office: Office) -> None:
    async with portal(tmp_path, office.clock) as (hub, anna):
        told = credential(office)
        for wrong, said in (
            ({"client_secret": "not-it"}, "AADSTS7000215"),
            ({"client_secret": ""}, "Client secret is missing"),
            ({"tenant": "no tenant!"}, "Tenant"),
            ({"client_secret_expires": "soon"}, "runs out"),
            ({"endpoint": "https://127.0.0.1:9"}, "does not answer"),
        ):
            await anna.get("/connections/new/graph/client-secret")
            answer = await anna.send("/connections/new/graph/client-secret", **told | wrong)
            assert answer.status_code == 422
            assert said in answer.text, (wrong, re.findall(r'id="wrong">([^<]+)', answer.text))
            assert "not-it" not in answer.text
        assert await hub.connections.all() == ()


async def test_direct_is_only_for_access_that_is_proved_narrow_or_knowingly_accepted(
    tmp_path: Path, office: Office
) -> None:
    async with portal(tmp_path, office.clock) as (hub, anna):
        made = await connect(anna, office)
        await import_rooms(anna)
        await anna.get(made)
        await anna.send(f"{made}/route", route="direct")
        assert "It is not proved" in anna.page.text
        rooms = [entry.address for entry in office.rooms]
        await anna.send(f"{made}/reach", room=rooms[0], canaries=rooms[1])
        proved = (await hub.connections.all())[0]
        assert proved.proved_at is not None
        await anna.get(made)
        await anna.send(f"{made}/route", route="direct", knowing="1")
        assert "Doors read the provider themselves" in anna.page.text
        await anna.send(f"{made}/route", route="relayed")
        assert (await hub.connections.all())[0].reach_accepted == ""


async def test_a_connection_is_renewed_and_revoked(tmp_path: Path, office: Office) -> None:
    async with portal(tmp_path, office.clock) as (hub, anna):
        made = await connect(anna, office)
        await import_rooms(anna)
        certificate, private_key = office.certify_app()
        await anna.get(f"{made}/renew/certificate")
        await anna.send(f"{made}/renew/certificate", certificate=certificate, private_key=private_key)
        assert "accepts the new credential" in anna.page.text, anna.page.text
        await anna.send(f"{made}/check")
        assert "The provider answers" in anna.page.text
        await anna.get(made)
        await anna.send(f"{made}/revoke", name="Offic")
        assert "type its name" in anna.page.text
        await anna.send(f"{made}/revoke", name="Office")
        assert "Revoked" in anna.page.text
        await anna.send(f"{made}/check")
        assert "destroyed" in anna.page.text
        assert len(await hub.rooms.all()) > 2


async def test_consent_in_the_browser_comes_back_to_the_browser_that_left(tmp_path: Path, office: Office) -> None:
    async with portal(tmp_path, office.clock) as (hub, anna):
        certificate, private_key = office.certify_app()
        told = credential(office) | {"certificate": certificate, "private_key": private_key}
        del told["client_secret"], told["client_secret_expires"], told["tenant"]
        await anna.get("/connections/new/graph/admin-consent")
        await anna.send("/connections/new/graph/admin-consent", **told)
        found = re.search(r'class="button main" href="([^"]+)"', anna.page.text)
        assert found, anna.page.text
        address = found[1].replace("&amp;", "&")
        import ssl

        import httpx

        tls = ssl.create_default_context(cafile=str(office.ca_bundle))
        async with httpx.AsyncClient(verify=tls, trust_env=False) as entra:
            answer = await entra.get(address)
        back = answer.headers["location"]
        stranger = Browser(hub)
        stranger.name, stranger.secret = anna.name, anna.secret
        await stranger.sign_in()
        assert "Nobody left from here" in (await stranger.get(back)).text
        assert await hub.connections.all() == ()
        await anna.get("/connections/new/graph/admin-consent")
        await anna.send("/connections/new/graph/admin-consent", **told)
        found = re.search(r'class="button main" href="([^"]+)"', anna.page.text)
        assert found
        async with httpx.AsyncClient(verify=tls, trust_env=False) as entra:
            answer = await entra.get(found[1].replace("&amp;", "&"))
        assert "Connected" in (await anna.get(answer.headers["location"])).text
        assert "Nobody left from here" in (await anna.get(answer.headers["location"])).text
