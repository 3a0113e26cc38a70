"""The portal in a real Chromium, at the sizes of a phone and of a desktop, light and dark; axe looks at every page.

`DOORLIGHT_PICTURES` names a folder for pictures of every page; without it none are kept.
"""

import os
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from browser import PASSWORD, code_now
from node_tools import node_package
from playwright.async_api import Browser, Page, async_playwright
from running_hub import hub_in_here
from test_first_hour import credential, office, wait_for_beat, waiting_device

from device.emulator.office import Office
from hub.administrators.links import first_link
from hub.services import Services

__all__ = ["office"]

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
SIZES = {"phone": {"width": 390, "height": 844}, "desktop": {"width": 1360, "height": 900}}
SERIOUS = ("serious", "critical")
AXE = "4.14.1"
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine")


@dataclass
class Person:
    """Somebody at a browser."""

    page: Page
    hub: Services
    axe: str
    size: str
    scheme: str
    faults: list[str]
    secret: str = ""

    async def at(self, path: str) -> None:
        await self.page.goto(f"{self.hub.server.portal}{path}")

    async def look(self, name: str) -> None:
        """Let axe look, keep a picture, and see that nothing is cut off at the side."""
        await self.page.evaluate(self.axe)
        found = await self.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        for violation in found["violations"]:
            if violation["impact"] in SERIOUS:
                where = [node["html"][:160] for node in violation["nodes"][:3]]
                self.faults.append(f"{name} ({self.size}, {self.scheme}): {violation['id']}: {where}")
        wide = await self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wide > 0:
            self.faults.append(f"{name} ({self.size}): {wide} pixels too wide")
        if folder := os.environ.get("DOORLIGHT_PICTURES"):
            await self.page.screenshot(path=f"{folder}/{name}-{self.size}-{self.scheme}.png", full_page=True)

    async def press(self, label: str) -> None:
        await self.page.get_by_role("button", name=label, exact=True).click()


@asynccontextmanager
async def person(hub: Services, size: str, scheme: str, *, script: bool = True) -> AsyncIterator[Person]:
    folder = node_package("axe-core", AXE)
    axe = (folder / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
    async with async_playwright() as playwright:
        browser: Browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--no-proxy-server"]
        )
        settings: Any = {"viewport": SIZES[size], "color_scheme": scheme, "java_script_enabled": script}
        context = await browser.new_context(**settings)
        page = await context.new_page()
        somebody = Person(page, hub, axe, size, scheme, [])
        page.on("console", lambda said: somebody.faults.append(said.text) if said.type == "error" else None)
        page.on("dialog", lambda dialog: dialog.accept())
        try:
            yield somebody
        finally:
            await browser.close()


async def come_in(somebody: Person, link: str) -> None:
    page = somebody.page
    await page.goto(link)
    await somebody.look("01-welcome")
    await page.get_by_label("Name").fill("anna")
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.get_by_label("The same password again").fill(PASSWORD)
    await somebody.press("Go on")
    await somebody.look("02-second-factor")
    somebody.secret = (await page.locator("code.secret").inner_text()).replace(" ", "")
    await page.get_by_label("Code from your app").fill(code_now(somebody.hub, somebody.secret))
    await somebody.press("Go on")
    await page.get_by_role("heading", name="Overview").wait_for()


async def connect(somebody: Person, office: Office) -> None:
    page = somebody.page
    await somebody.look("03-overview-new")
    await page.get_by_role("link", name="Connect a calendar").click()
    await somebody.look("04-connect")
    await page.locator('a[href="/connections/new/graph/client-secret"]').click()
    await page.get_by_text("More: other addresses").click()
    await somebody.look("05-connect-form")
    for key, value in credential(office).items():
        await page.locator(f"#{key}").fill(value)
    await somebody.press("Try it and keep it")
    await page.get_by_text("Connected. The provider lets us in").wait_for()
    await somebody.look("06-connection")


async def import_rooms(somebody: Person) -> None:
    page = somebody.page
    await page.get_by_role("link", name="Import rooms").click()
    await page.get_by_label("Time zone of rooms").select_option("Europe/Berlin")
    await somebody.look("07-import")
    await somebody.press("Take over")
    await page.get_by_text("rooms are taken over").wait_for()
    await somebody.look("08-rooms")


async def claim(somebody: Person, code: str, words: tuple[str, ...], office: Office) -> None:
    page = somebody.page
    await somebody.at(f"/claim#{code}")
    assert await page.get_by_label("Code on the glass").input_value() == code
    await somebody.look("09-claim")
    await somebody.press("Go on")
    for number, word in enumerate(words, 1):
        await page.get_by_label(f"Word {number}").fill(word)
    await page.get_by_label("Room", exact=True).select_option(office.default_room.address)
    await somebody.look("10-claim-words")
    await somebody.press("Claim it")
    await page.get_by_text("Claimed. The door shows its room").wait_for()


async def look_around(somebody: Person, door: str) -> None:
    """Every other page there is."""
    page = somebody.page
    await somebody.at("/doors")
    await somebody.look("12-doors")
    await somebody.at("/rooms")
    await page.locator("tbody th a").first.click()
    await somebody.look("13-room")
    for number, path in enumerate(
        (
            "/rooms/settings",
            "/claims",
            "/connections",
            "/keys",
            "/audit",
            "/administrators",
            "/account",
            "/nothing",
            "/",
        ),
        14,
    ):
        await somebody.at(path)
        await somebody.look(f"{number}-{path.strip('/').replace('/', '-') or 'overview'}")
    await somebody.at(door)


@pytest.mark.parametrize(("size", "scheme"), [("desktop", "light"), ("phone", "dark")])
async def test_a_newcomers_first_hour(tmp_path: Path, office: Office, size: str, scheme: str) -> None:
    async with hub_in_here(tmp_path / "hub", office.clock) as hub, person(hub, size, scheme) as somebody:
        link = await first_link(hub)
        assert link
        await come_in(somebody, link)
        await connect(somebody, office)
        await import_rooms(somebody)
        async with waiting_device(tmp_path, hub, office) as (code, words):
            await claim(somebody, code, words, office)
            await wait_for_beat(hub)
            door = re.sub(r"^.*(/doors/)", r"\1", somebody.page.url)
            await somebody.at(door)
            await somebody.press("Fetch its log")
            await somebody.page.get_by_text("Its log is fetched").wait_for()
            await somebody.page.locator(".state.good", has_text="done").wait_for()
            await somebody.look("11-door")
            await look_around(somebody, door)
        expected = [fault for fault in somebody.faults if "404" not in fault]
        assert expected == []


async def test_everything_works_without_a_script(tmp_path: Path, office: Office) -> None:
    async with hub_in_here(tmp_path / "hub", office.clock) as hub:
        link = await first_link(hub)
        assert link
        async with person(hub, "desktop", "light", script=False) as somebody:
            page = somebody.page
            await page.goto(link)
            await page.get_by_label("Name").fill("anna")
            await page.get_by_label("Password", exact=True).fill(PASSWORD)
            await page.get_by_label("The same password again").fill(PASSWORD)
            await somebody.press("Go on")
            secret = (await page.locator("code.secret").inner_text()).replace(" ", "")
            await page.get_by_label("Code from your app").fill(code_now(hub, secret))
            await somebody.press("Go on")
            await page.get_by_role("link", name="Doors", exact=True).click()
            await page.get_by_label("State").select_option("offline")
            await somebody.press("Show")
            assert "state=offline" in page.url


async def test_the_keyboard_alone_reaches_the_content_and_shows_where_it_is(tmp_path: Path) -> None:
    async with hub_in_here(tmp_path / "hub") as hub, person(hub, "desktop", "light") as somebody:
        page = somebody.page
        await somebody.at("/sign-in")
        await page.keyboard.press("Tab")
        skip = page.get_by_role("link", name="Skip to the content")
        assert await skip.evaluate("link => link === document.activeElement && link.getBoundingClientRect().top >= 0")
        await page.keyboard.press("Enter")
        assert await page.evaluate("document.activeElement.id") == "main"
        await page.keyboard.press("Tab")
        assert await page.evaluate("document.activeElement.name") == "name"
        outline = await page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
        assert outline == "3px"
