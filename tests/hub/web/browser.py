"""A person with a browser, as far as the server can tell: cookies kept, forms filled in as they came."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx
import pyotp
from running_hub import hub_in_here

from hub.administrators.links import Links, first_link
from hub.administrators.roles import Role
from hub.services import Services

_OPEN: list[httpx.AsyncClient] = []
PASSWORD = "correct horse battery staple"


class _Fields(HTMLParser):
    """The forms of a page: where each goes, and what it holds already."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, dict[str, str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if tag == "form":
            self.forms.append((told.get("action") or "", {}))
        elif (
            tag == "input"
            and self.forms
            and told.get("name")
            and (told.get("type") not in ("checkbox", "radio") or "checked" in told)
        ):
            self.forms[-1][1][told["name"] or ""] = told.get("value") or ("on" if "checked" in told else "")


class Browser:
    """One browser at one hub."""

    def __init__(self, hub: Services) -> None:
        self.hub = hub
        self.portal = hub.server.portal
        self.client = httpx.AsyncClient(base_url=self.portal, trust_env=False, timeout=30)
        _OPEN.append(self.client)
        self.page = httpx.Response(200)
        self.secret = ""
        self.name = ""

    async def get(self, path: str) -> httpx.Response:
        """Open a page, wherever it leads."""
        self.page = await self.client.get(path, follow_redirects=True, headers={"accept": "text/html"})
        return self.page

    async def send(self, action: str, files: Any = None, **fields: Any) -> httpx.Response:
        """Fill in the form of this page that goes to `action`, and send it."""
        found = _Fields()
        found.feed(self.page.text)
        held = next(held for where, held in found.forms if (where or self.page.url.path).partition("?")[0] == action)
        return await self.post(action, held | fields, files)

    async def post(self, action: str, fields: dict[str, Any], files: Any = None) -> httpx.Response:
        """Send a form as it is."""
        headers = {"origin": self.portal, "referer": str(self.page.url) if self.page._request else self.portal}
        self.page = await self.client.post(action, data=fields, files=files, headers=headers, follow_redirects=True)
        return self.page

    @property
    def token(self) -> str:
        """What forms carry."""
        found = re.search(r'name="form" value="([0-9a-f]+)"', self.page.text)
        assert found, self.page.text
        return found[1]

    def code(self) -> str:
        """What the app shows: the next code, since each is good once."""
        return pyotp.TOTP(self.secret).at(self.hub.clock.read().now, counter_offset=1)

    async def come_in(self, link: str, name: str) -> None:
        """Use a link, and enrol."""
        self.name = name
        await self.get(link)
        await self.send(httpx.URL(link).path, name=name, password=PASSWORD, again=PASSWORD)
        found = re.search(r'class="secret">([A-Z2-7 ]+)<', self.page.text)
        assert found, self.page.text
        self.secret = found[1].replace(" ", "")
        await self.send("/second-factor", code=code_now(self.hub, self.secret))
        assert self.page.status_code == 200, self.page.text

    async def sign_in(self, name: str = "", password: str = PASSWORD, code: str | None = None) -> httpx.Response:
        """Sign in."""
        await self.get("/sign-in")
        said = self.code() if code is None else code
        return await self.send("/sign-in", name=name or self.name, password=password, code=said)


def code_now(hub: Services, secret: str) -> str:
    """What an app shows at the hub's time."""
    return pyotp.TOTP(secret).at(hub.clock.read().now)


@asynccontextmanager
async def portal(folder: Path, clock: Any = None, **more: Any) -> AsyncIterator[tuple[Services, Browser]]:
    """A hub, and the browser of its first administrator, who is signed in."""
    async with hub_in_here(folder / "hub", clock, **more) as hub:
        link = await first_link(hub)
        assert link
        browser = Browser(hub)
        try:
            await browser.come_in(link, "anna")
            yield hub, browser
        finally:
            while _OPEN:
                await _OPEN.pop().aclose()


async def invited(hub: Services, role: Role, name: str) -> Browser:
    """Somebody else, with another role."""
    token = await Links(hub.store, hub.clock).make(role, "test")
    browser = Browser(hub)
    await browser.come_in(f"{hub.server.portal}/welcome/{token}", name)
    return browser
