"""Who may see which page, which forms are taken, and what every answer says of itself."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from browser import Browser, invited, portal
from litestar.handlers import HTTPRouteHandler

from hub.administrators.roles import Role
from hub.server_settings import ServerSettings
from hub.web.headers import headers_of
from hub.web.portal.guard import NOBODY_YET, ROLE
from hub.web.portal.routes import portal_routes

MACHINES = {
    "/health",
    "/ready",
    "/metrics",
    "/relay/{method:str}",
    "/webhooks/{provider:str}/{connection:str}",
    "/webhooks/{provider:str}/{connection:str}/lifecycle",
}
"""Routes that no person uses: they know a device by its token, a provider by its secret, or tell nothing of anybody."""
EXPECTED: dict[str, str] = {}


def handlers() -> list[tuple[str, str, HTTPRouteHandler]]:
    """Every page: path, method, handler."""
    found = []
    for route in portal_routes().routes:
        for handler in getattr(route, "route_handlers", ()):
            found += [(route.path, method, handler) for method in handler.http_methods if method != "OPTIONS"]
    return sorted(found, key=lambda one: one[:2])


def expected() -> dict[tuple[str, str], str]:
    """The matrix, from the table beside this file: method, path, role."""
    lines = Path(__file__).with_name("roles.txt").read_text(encoding="utf-8").splitlines()
    rows = [line.split() for line in lines if line and not line.startswith("#")]
    return {(path, method): role for role, method, path in rows}


def test_every_route_wants_the_role_that_the_table_says() -> None:
    wanted = {
        (path, method): "public" if handler.opt[ROLE] == NOBODY_YET else handler.opt[ROLE].value
        for path, method, handler in handlers()
    }
    assert wanted == expected()


async def test_the_hub_answers_nothing_but_these(tmp_path: Path) -> None:
    from hub.web.app import application

    async with portal(tmp_path) as (hub, _):
        app = application(hub, None)  # type: ignore[arg-type]
        paths = {route.path for route in app.routes}
        assert {path for path in paths if not path.startswith("/openapi")} == MACHINES | {p for p, _, _ in handlers()}


def filled(path: str) -> str:
    """A path with something in its places."""
    return re.sub(r"{\w+:str}", "x", path.replace("{name:str}", "portal.css"))


@pytest.mark.parametrize("who", ["nobody", *Role])
async def test_each_role_gets_its_pages_and_no_others(tmp_path: Path, who: str) -> None:
    async with portal(tmp_path) as (hub, anna):
        browser = (
            Browser(hub) if who == "nobody" else anna if who == Role.ADMIN else await invited(hub, Role(who), "x1")
        )
        await browser.get("/sign-in")
        for path, method, handler in handlers():
            role = handler.opt[ROLE]
            if path == "/sign-out":
                continue
            headers = {"origin": hub.server.portal, "accept": "text/html"}
            fields = {"form": browser.token} if method == "POST" else None
            answer = await browser.client.request(method, filled(path), data=fields, headers=headers)
            to_sign_in = answer.is_redirect and answer.headers["location"].startswith("/sign-in?next=")
            if role == NOBODY_YET or (who != "nobody" and Role(who).includes(role)):
                assert answer.status_code != 403, (method, path, answer.text)
                assert answer.status_code < 500, (method, path, answer.text)
            elif who == "nobody":
                assert to_sign_in, (method, path)
            else:
                assert answer.status_code == 403, (method, path)


def posts() -> list[str]:
    return [path for path, method, _ in handlers() if method == "POST"]


async def test_a_form_from_elsewhere_or_without_its_token_changes_nothing(tmp_path: Path) -> None:
    async with portal(tmp_path) as (hub, anna):
        await anna.get("/account")
        other = Browser(hub)
        await other.get("/sign-in")
        bad: list[tuple[dict[str, str], dict[str, str]]] = [
            ({"origin": "https://evil.example"}, {"form": anna.token}),
            ({"origin": "null"}, {"form": anna.token}),
            ({}, {"form": anna.token}),
            ({"origin": hub.server.portal}, {}),
            ({"origin": hub.server.portal}, {"form": ""}),
            ({"origin": hub.server.portal}, {"form": other.token}),
            ({"origin": hub.server.portal}, {"form": "ü"}),
        ]
        for path in posts():
            for headers, fields in bad:
                answer = await anna.client.post(filled(path), data=fields, headers=headers)
                assert answer.status_code == 403, (path, headers, fields)
        assert (await anna.get("/")).url.path == "/"


def check_headers(answer: httpx.Response) -> None:
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert "camera=()" in answer.headers["permissions-policy"]
    assert "server" not in answer.headers


async def test_every_answer_says_what_a_browser_may_do_with_it(tmp_path: Path) -> None:
    async with portal(tmp_path) as (hub, anna):
        for path in ("/", "/sign-in", "/rooms", "/nothing-here", "/static/nothing", "/health", "/relay/read"):
            answer = await anna.client.get(path, headers={"accept": "text/html"})
            check_headers(answer)
            assert answer.headers["cache-control"] == "no-store"
        style = await anna.client.get("/static/portal.css")
        check_headers(style)
        assert "immutable" in style.headers["cache-control"]
        cookie = (await Browser(hub).get("/sign-in")).headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=lax" in cookie


async def test_no_page_holds_a_script_or_a_style_of_its_own(tmp_path: Path) -> None:
    folder = Path(__file__).parents[3] / "hub" / "web" / "templates"
    for template in folder.glob("*.html"):
        text = template.read_text(encoding="utf-8")
        assert "style=" not in text, template
        assert "<style" not in text, template
        assert " on" + "click" not in text, template
        assert text.count("<script") == (1 if template.name == "frame.html" else 0), template


async def test_by_tls_the_cookie_is_for_this_host_alone_and_the_browser_stays_with_tls(tmp_path: Path) -> None:
    from hub.web.portal.guard import cookie_name

    assert ServerSettings(url="https://doors.example").encrypted
    assert cookie_name(encrypted=True) == "__Host-doorlight"
    message: Any = {"type": "http.response.start", "status": 200, "headers": []}
    await headers_of(encrypted=True)(message, {})
    told = {name.decode().lower(): value.decode() for name, value in message["headers"]}
    assert told["strict-transport-security"].startswith("max-age=31536000")


async def test_a_link_back_leads_nowhere_else(tmp_path: Path) -> None:
    async with portal(tmp_path) as (hub, anna):
        for target in ("https://evil.example", "//evil.example", "/\\evil.example", "javascript:1", "/a\nb"):
            anna.client.cookies.clear()
            await anna.client.get("/sign-in")
            page = await anna.get("/sign-in?" + urlencode({"next": target}))
            assert 'name="next" value="/"' in page.text, target
        del hub
