"""The page in the browser: for its own address only, asking nothing from anywhere else, with buttons that work."""

import asyncio
import json
import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientSession, ClientTimeout, WSServerHandshakeError
from seat import PATIENCE

from device.emulator.console.layout import panel
from device.emulator.session import Session, open_session
from device.emulator.session_knobs import knobs
from device.emulator.web import open_page
from device.emulator.web.server import Page
from device.emulator.world import office_world

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FOREIGN = re.compile(rb"(?:https?:|wss?:)?//[a-z0-9][a-z0-9.-]*\.[a-z]{2,}", re.IGNORECASE)
USED = ("static/css/xterm.css", "static/js/textual.js", "page/page.css", "page/page.js")


@pytest.fixture
async def session() -> AsyncIterator[Session]:
    async with open_session(office_world("monday")) as opened:
        yield opened


@pytest.fixture
async def page(session: Session) -> AsyncIterator[Page]:
    async with open_page(session) as opened:
        yield opened


@pytest.fixture
async def browser() -> AsyncIterator[ClientSession]:
    async with ClientSession(timeout=ClientTimeout(total=PATIENCE)) as client:
        yield client


async def test_the_page_has_a_button_for_every_knob_with_its_explanation(
    session: Session, page: Page, browser: ClientSession
) -> None:
    async with browser.get(page.url) as answer:
        text = await answer.text()
    for knob in knobs(session):
        assert f'data-act="{knob.name}"' in text
        assert knob.label in text
    assert 'aria-live="polite"' in text
    assert '<html lang="en">' in text


async def test_the_page_and_all_that_it_uses_name_no_other_server(page: Page, browser: ClientSession) -> None:
    for name in ("", *USED):
        async with browser.get(page.url + name) as answer:
            assert answer.status == 200
            body = await answer.read()
        own = re.sub(rb"/\*.*?\*/", b"", body, flags=re.DOTALL) if name.endswith(".css") else body
        own = own.replace(b"127.0.0.1", b"").replace(b"http://www.w3.org/", b"")
        assert FOREIGN.findall(own) == [], name


async def test_the_browser_is_told_to_ask_nobody_else(page: Page, browser: ClientSession) -> None:
    async with browser.get(page.url) as answer:
        policy = answer.headers["Content-Security-Policy"]
        assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert policy.startswith("default-src 'none'")
    assert "unsafe-eval" not in policy
    assert not re.search(r"https:|\*", policy)


async def test_a_button_acts_and_the_news_are_read_along(page: Page, browser: ClientSession) -> None:
    origin = {"Origin": page.url.rsplit("/", 2)[0]}
    async with browser.get(page.url + "news") as news:
        first = json.loads((await news.content.readuntil(b"\n\n")).removeprefix(b"data: "))
        assert first["room"] == "Aurora"
        async with browser.post(page.url + "act/add", headers=origin) as acted:
            assert acted.status == 204
        told = json.loads((await news.content.readuntil(b"\n\n")).removeprefix(b"data: "))
        assert "takes Aurora" in told["said"]
    async with browser.post(page.url + "act/nothing", headers=origin) as answer:
        assert answer.status == 404


@pytest.mark.parametrize("origin", [None, "http://evil.example", "null", "http://127.0.0.1:1"])
async def test_another_page_can_press_no_button_and_see_no_door(
    page: Page, browser: ClientSession, origin: str | None
) -> None:
    headers = {} if origin is None else {"Origin": origin}
    async with browser.post(page.url + "act/add", headers=headers) as answer:
        assert answer.status == 403
    with pytest.raises(WSServerHandshakeError) as refused:
        await browser.ws_connect(page.url + "door", headers=headers)
    assert refused.value.status == 403


async def test_another_name_for_this_machine_is_refused(page: Page, browser: ClientSession) -> None:
    for host in ("evil.example", "localhost", "127.0.0.1"):
        async with browser.get(page.url, headers={"Host": host}) as answer:
            assert answer.status == 421


@pytest.mark.parametrize(
    "path", ["/", "/static/js/textual.js", "/wrong/", "/wrong/act/add", "/wrong/door", "/favicon.ico"]
)
async def test_without_the_random_word_there_is_nothing(page: Page, browser: ClientSession, path: str) -> None:
    async with browser.get(page.url.rsplit("/", 2)[0] + path) as answer:
        assert answer.status == 404


@pytest.mark.parametrize("name", ["server.py", "..%2fserver.py", "%2e%2e/server.py", "index.html", "none.css"])
async def test_only_the_pages_own_files_are_given(page: Page, browser: ClientSession, name: str) -> None:
    async with browser.get(f"{page.url}page/{name}") as answer:
        assert answer.status == 404


async def test_it_listens_on_loopback_only(page: Page) -> None:
    port = int(page.url.split(":")[2].split("/")[0])
    listening = Path("/proc/net/tcp").read_text().splitlines()  # noqa: ASYNC240 - not a disk
    assert [line.split()[1] for line in listening if f":{port:04X} 00000000:0000 0A" in line] == [
        f"0100007F:{port:04X}"
    ]


async def test_the_door_is_drawn_over_the_websocket(page: Page, browser: ClientSession) -> None:
    origin = page.url.rsplit("/", 2)[0]
    drawn = b""
    async with browser.ws_connect(page.url + "door?width=100&height=30", headers={"Origin": origin}) as door:
        async with asyncio.timeout(PATIENCE):
            while b"Aurora" not in drawn:
                message = await door.receive()
                assert isinstance(message.data, bytes | str), message
                drawn += message.data if isinstance(message.data, bytes) else message.data.encode()


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here")
async def test_in_a_browser_the_door_shows_and_no_request_leaves_this_machine(session: Session) -> None:
    from playwright.async_api import async_playwright

    async with open_page(session, wanted=panel("7in")) as page, async_playwright() as player:
        chromium = await player.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        try:
            view = await chromium.new_page(viewport={"width": 1200, "height": 900})
            asked: list[str] = []
            complaints: list[str] = []
            view.on("request", lambda request: asked.append(request.url))
            view.on("websocket", lambda socket: asked.append(socket.url))
            view.on("pageerror", lambda error: complaints.append(str(error)))
            await view.goto(page.url)
            await view.wait_for_selector("body.-first-byte", timeout=PATIENCE * 1000)
            await view.click("button[data-act=add]")
            await view.wait_for_function(
                "document.getElementById('said').textContent.includes('takes')", timeout=PATIENCE * 1000
            )
        finally:
            await chromium.close()
    own = page.url.split("//")[1]
    assert [url for url in asked if not url.startswith("data:") and not url.split("//")[1].startswith(own)] == []
    assert any(url.startswith("ws://127.0.0.1:") for url in asked)
    assert complaints == []
