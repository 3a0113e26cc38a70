"""Connecting Google and CalDAV by the portal, against the office's Google and a real CalDAV server."""

import re
import ssl
import sys
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import httpx
import pytest
from browser import Browser, portal
from seat import ROOT
from test_first_hour import office

from device.calendars import Providers
from device.calendars.interface import CredentialKind
from device.emulator.google.routes import google_endpoints
from device.emulator.google.workspace import ADMINISTRATOR, WEB_CLIENT
from device.emulator.office import Office
from hub.connections.ways import LABELS, WAYS, fields_of, way_of, ways

sys.path.append(str(ROOT / "tests" / "device" / "calendars"))

from dav_worlds import radicale

__all__ = ["office"]


@pytest.fixture
def dav(tmp_path: Path) -> Iterator[str]:
    folder = tmp_path / "dav"
    folder.mkdir()
    yield from radicale(folder)


def google(office: Office) -> dict[str, str]:
    told = google_endpoints(office.authority)
    return {"name": "Workspace", "ca_bundle": str(office.ca_bundle), **told}


async def send(browser: Browser, way: str, told: dict[str, str]) -> None:
    await browser.get(f"/connections/new/{way}")
    await browser.send(f"/connections/new/{way}", **told)


def test_every_way_and_every_field_has_words() -> None:
    for way in ways():
        assert way.kind.name in WAYS, way
        for field in fields_of(*way_of(way.provider, way.kind.name)):
            assert field.key in LABELS, field


def test_no_way_shows_somebody_a_code_for_another_device() -> None:
    kinds: list[CredentialKind] = [kind for member in Providers for kind in member.load().credentials]
    assert not any("device" in kind.name for kind in kinds)


async def test_google_by_a_service_account_for_the_domain(tmp_path: Path, office: Office) -> None:
    async with portal(tmp_path, office.clock) as (hub, anna):
        endpoints = google_endpoints(office.authority)
        key = office.workspace.service_account(endpoints["token_endpoint"])
        told = google(office) | {"service_account": key, "subject": ADMINISTRATOR}
        await send(anna, "google/domain-wide-delegation", told | {"service_account": "{}"})
        assert anna.page.status_code == 422
        assert "Key of the service account" in anna.page.text
        await send(anna, "google/domain-wide-delegation", told)
        assert "Connected" in anna.page.text, re.findall(r'id="wrong">([^<]+)', anna.page.text)
        (made,) = await hub.connections.all()
        assert "service_account" not in made.options


async def test_google_by_consent_in_the_browser_with_state_and_pkce(tmp_path: Path, office: Office) -> None:
    async with portal(tmp_path, office.clock) as (hub, anna):
        secret = office.workspace.web_secret.reveal()
        told = google(office) | {"client_id": WEB_CLIENT, "client_secret": secret}
        await send(anna, "google/oauth", told)
        found = re.search(r'class="button main" href="([^"]+)"', anna.page.text)
        assert found, re.findall(r'id="wrong">([^<]+)', anna.page.text)
        address = unescape(found[1])
        assert "code_challenge_method=S256" in address
        assert secret not in anna.page.text
        tls = ssl.create_default_context(cafile=str(office.ca_bundle))
        async with httpx.AsyncClient(verify=tls, trust_env=False) as google_page:
            back = (await google_page.get(address)).headers["location"]
        assert back.startswith(f"{hub.server.portal}/connections/consent?")
        forged = re.sub(r"state=[^&]+", "state=forged", back)
        assert "Nobody left from here" in (await anna.get(forged)).text
        await anna.get(back)
        assert "Connected" in anna.page.text, re.findall(r'id="wrong">([^<]+)', anna.page.text)


async def test_caldav_by_name_and_password_stays_relayed(tmp_path: Path, dav: str) -> None:
    async with portal(tmp_path) as (hub, anna):
        async with httpx.AsyncClient(auth=("rooms", "secret"), trust_env=False) as client:
            assert (await client.request("MKCALENDAR", f"{dav}aurora/")).status_code == 201
        told = {"name": "Dav", "url": dav, "username": "rooms", "password": "secret"}
        await send(anna, "caldav/password", told | {"url": "ftp://nowhere"})
        assert anna.page.status_code == 422
        await send(anna, "caldav/password", told)
        assert "Connected" in anna.page.text, re.findall(r'id="wrong">([^<]+)', anna.page.text)
        made = anna.page.url.path
        await anna.get("/rooms/import")
        rooms = re.findall(r'name="room" value="([^"]+)"', anna.page.text)
        assert len(rooms) == 1
        await anna.send("/rooms/import", room=rooms, zone="UTC")
        (room,) = await hub.rooms.all()
        assert (await anna.get("/rooms/room?" + str(httpx.QueryParams({"id": room.id})))).status_code == 200
        await anna.get(made)
        await anna.send(f"{made}/route", route="direct", knowing="1")
        assert "doors stay relayed" in anna.page.text
