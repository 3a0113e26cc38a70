"""What all pages share: the frame around them, going elsewhere with a word, and the browser's token."""

import base64
import binascii
import hashlib
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from litestar import Response
from litestar.datastructures import Cookie
from litestar.response import Redirect

from hub.administrators.roles import Role
from hub.administrators.sessions import new_token
from hub.web.parts import parts_of
from hub.web.portal import words
from hub.web.portal.guard import Asked, Visitor, cookie_name

FOLDER = Path(__file__).parents[1]
_SAID = "said"
_LONGEST_WORD = 600
NAVIGATION = (
    ("/", "Overview", Role.VIEWER),
    ("/doors", "Doors", Role.VIEWER),
    ("/rooms", "Rooms", Role.VIEWER),
    ("/connections", "Calendars", Role.VIEWER),
    ("/keys", "Keys", Role.ADMIN),
    ("/administrators", "People", Role.ADMIN),
    ("/audit", "Audit", Role.ADMIN),
)


@cache
def environment() -> jinja2.Environment:
    """The templates; everything that is put into one is escaped."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(words.FILTERS)
    made.globals["static"] = static_address
    return made


@cache
def statics() -> dict[str, bytes]:
    """What the pages need besides: styles, a script, type."""
    return {path.name: path.read_bytes() for path in (FOLDER / "static").iterdir() if path.is_file()}


@cache
def static_address(name: str) -> str:
    """Where such a file is; another address for another content."""
    return f"/static/{name}?v={hashlib.sha256(statics()[name]).hexdigest()[:16]}"


def page(request: Asked, template: str, /, status: int = 200, **shown: Any) -> Response[str]:
    """A page in its frame."""
    visitor: Visitor | None = request.scope["state"].get("visitor")
    cookies = [] if visitor is None else _cookies(request, visitor)
    if visitor is not None and not visitor.token:
        visitor = Visitor(token=cookies[-1].value or "")
    session = visitor.session if visitor else None
    now = parts_of(request).hub.clock.read().now
    text = (
        environment()
        .get_template(template)
        .render(
            path=request.url.path,
            me=session.who if session else None,
            navigation=[entry for entry in NAVIGATION if session and session.who.role.includes(entry[2])],
            can=lambda role: bool(session and session.who.role.includes(Role(role))),
            form=visitor.form if visitor else "",
            said=_read_said(request.cookies.get(_SAID, "")) if visitor else ("", ""),
            now=now,
            **shown,
        )
    )
    return Response(text, media_type="text/html", status_code=status, cookies=cookies)


def go(address: str, said: str = "", *, bad: bool = False, cookies: tuple[Cookie, ...] = ()) -> Redirect:
    """On to another page of ours, which tells what was done, or why not."""
    kept = list(cookies)
    if said:
        told = ("!" if bad else "+") + said[:_LONGEST_WORD]
        value = base64.urlsafe_b64encode(told.encode()).decode()
        kept.append(Cookie(key=_SAID, value=value, path="/", httponly=True, samesite="lax", max_age=60))
    return Redirect(address, status_code=303, cookies=kept)


def token_cookie(request: Asked, token: str) -> Cookie:
    """The browser's token, for as long as the browser is open."""
    encrypted = parts_of(request).hub.server.encrypted
    return Cookie(
        key=cookie_name(encrypted=encrypted), value=token, path="/", httponly=True, samesite="lax", secure=encrypted
    )


def local(address: str) -> str:
    """The address if it is a page of ours, else the first page: nobody is sent elsewhere by a link to us."""
    usable = address.startswith("/") and not address.startswith(("//", "/\\"))
    return address if usable and address.isprintable() and "\\" not in address else "/"


def _cookies(request: Asked, visitor: Visitor) -> list[Cookie]:
    """What is put right at the browser: a word is told once, and every browser has a token."""
    cookies = []
    if request.cookies.get(_SAID):
        cookies.append(Cookie(key=_SAID, value="", path="/", max_age=0, httponly=True, samesite="lax"))
    if not visitor.token:
        cookies.append(token_cookie(request, new_token()))
    return cookies


def _read_said(value: str) -> tuple[str, str]:
    """Kind and text of the word for this page."""
    try:
        told = base64.urlsafe_b64decode(value.encode()).decode()[: _LONGEST_WORD + 1]
    except (ValueError, binascii.Error):
        return "", ""
    return ("bad" if told[:1] == "!" else "good", told[1:]) if told else ("", "")
