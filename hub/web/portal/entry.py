"""Coming in and going out: signing in, a link that is used once, the second factor, one's own password."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from hub.administrators import second_factor
from hub.administrators.limits import TooOften
from hub.administrators.links import LinkSpent
from hub.administrators.passwords import SHORTEST, Crowded, Unfit
from hub.administrators.registry import AdministratorRefused
from hub.administrators.roles import Role
from hub.administrators.rows import Administrator
from hub.administrators.sign_in import NotYou
from hub.audit import Event
from hub.web.parts import parts_of
from hub.web.portal.forms import FormRefused, form_of
from hub.web.portal.frame import go, local, page, token_cookie
from hub.web.portal.guard import PUBLIC, Asked, may, visitor_of
from hub.web.portal.words import span

_WRONG = "Name, password or code is not right. The code is the one that your app shows now; each is good once."
FAILURES = (NotYou, TooOften, Crowded, Unfit, AdministratorRefused, FormRefused)


@get("/sign-in", opt=PUBLIC, include_in_schema=False)
async def sign_in_page(request: Asked) -> Response[str]:
    """Ask who it is."""
    return _sign_in(request, local(request.query_params.get("next", "/")))


@post("/sign-in", opt=PUBLIC, include_in_schema=False)
async def sign_in(request: Asked) -> Response[Any]:
    """Let somebody in. The session is a new one, whatever the browser held before."""
    form, people = await form_of(request), parts_of(request).portal.people
    name, onward = form.text("name", limit=254), local(form.raw("next") or "/")
    address = address_of(request)
    try:
        who = await people.prove(name, form.raw("password"), form.raw("code", limit=20), address)
    except FAILURES as error:
        status, wrong = _why(error, _WRONG)
        return _sign_in(request, onward, name=name, wrong=wrong, status=status)
    return await signed_in(request, who, onward, "password")


async def signed_in(request: Asked, who: Administrator, onward: str, how: str) -> Redirect:
    """On, signed in; the session before, if there was one, ends."""
    people, before = parts_of(request).portal.people, visitor_of(request)
    token = await people.begin(who, address_of(request), how)
    if before.session is not None:
        await people.sessions.end(before.token)
    return go(onward, cookies=(token_cookie(request, token),))


@post("/sign-out", opt=may(Role.VIEWER, enrolling=True), include_in_schema=False)
async def sign_out(request: Asked) -> Redirect:
    """End the session."""
    visitor, parts = visitor_of(request), parts_of(request)
    if visitor.session is not None:
        await parts.hub.audit.append(Event(actor=visitor.session.who.id, action="administrator.sign-out"))
    await parts.portal.people.sessions.end(visitor.token)
    return go("/sign-in", "You are signed out.")


@get("/welcome/{token:str}", opt=PUBLIC, include_in_schema=False)
async def welcome_page(request: Asked, token: FromPath[str]) -> Response[str]:
    """Show what a link is good for. Looking does not use it up."""
    return await _welcome(request, token)


@post("/welcome/{token:str}", opt=PUBLIC, include_in_schema=False)
async def welcome(request: Asked, token: FromPath[str]) -> Response[Any]:
    """Use a link up: somebody has a password now, and is asked for a second factor next."""
    form, people, address = await form_of(request), parts_of(request).portal.people, address_of(request)
    name, password = form.text("name", limit=254), form.raw("password")
    try:
        who = await people.enter(token, name, _twice(password, form.raw("again")), address)
    except LinkSpent:
        return await _welcome(request, token)
    except FAILURES as error:
        status, wrong = _why(error)
        return await _welcome(request, token, name=name, wrong=wrong, status=status)
    return await signed_in(request, who, "/second-factor", "link")


@get("/second-factor", opt=may(Role.VIEWER, enrolling=True), include_in_schema=False)
async def second_factor_page(request: Asked) -> Response[Any]:
    """Offer a second factor to somebody who has none."""
    who = _me(request)
    if who.enrolled_at is not None or not who.is_local:
        return go("/")
    return await _second_factor(request, who)


@post("/second-factor", opt=may(Role.VIEWER, enrolling=True), include_in_schema=False)
async def enrol(request: Asked) -> Response[Any]:
    """Let it be the second factor, as its code proves."""
    form, who = await form_of(request), _me(request)
    if who.enrolled_at is not None:
        return go("/")
    try:
        await parts_of(request).portal.people.enrol(who, form.raw("code", limit=20), address_of(request))
    except FAILURES as error:
        status, wrong = _why(
            error, "This is not the code that the app shows now. Scan the picture again, then type it."
        )
        return await _second_factor(request, who, wrong=wrong, status=status)
    return await signed_in(request, who, "/", "second factor")


@get("/account", opt=may(Role.VIEWER), include_in_schema=False)
async def account_page(request: Asked) -> Response[str]:
    """One's own account."""
    return page(request, "account.html", shortest=SHORTEST, wrong="")


@post("/account/password", opt=may(Role.VIEWER), include_in_schema=False)
async def change_password(request: Asked) -> Response[Any]:
    """Change one's own password, which signs out everywhere."""
    form, who, people = await form_of(request), _me(request), parts_of(request).portal.people
    try:
        new = _twice(form.raw("password"), form.raw("again"))
        await people.prove(who.name, form.raw("present"), form.raw("code", limit=20), address_of(request))
        await people.change_password(who, new)
    except FAILURES as error:
        status, wrong = _why(error, "The present password or the code is not right.")
        return page(request, "account.html", status, shortest=SHORTEST, wrong=wrong)
    return go("/sign-in", "The password is changed. Sign in with the new one.")


def address_of(request: Asked) -> str:
    """Where somebody comes from."""
    return request.client.host if request.client else "unknown"


def _me(request: Asked) -> Administrator:
    session = visitor_of(request).session
    assert session is not None  # noqa: S101 - the guard has seen to it
    return session.who


def _why(error: Exception, not_you: str = "") -> tuple[int, str]:
    """Status and sentence for a failure."""
    if isinstance(error, NotYou):
        return 422, not_you
    if isinstance(error, TooOften):
        return 429, f"There were too many tries. Try again in {span(error.wait)}."
    if isinstance(error, Crowded):
        return 503, "Many people are signing in at this moment. Try again in some seconds."
    return 422, str(error)


def _twice(password: str, again: str) -> str:
    if password != again:
        raise Unfit("The two passwords differ. Type the same twice.")
    return password


def _sign_in(request: Asked, onward: str, *, name: str = "", wrong: str = "", status: int = 200) -> Response[str]:
    return page(request, "sign_in.html", status, onward=onward, name=name, wrong=wrong, elsewhere="")


async def _welcome(request: Asked, token: str, *, name: str = "", wrong: str = "", status: int = 200) -> Response[str]:
    try:
        link = await parts_of(request).portal.people.links.look(token)
    except LinkSpent:
        return page(request, "link_spent.html", 410)
    return page(request, "welcome.html", status, link=link, name=name, wrong=wrong, shortest=SHORTEST)


async def _second_factor(request: Asked, who: Administrator, *, wrong: str = "", status: int = 200) -> Response[str]:
    secret = await parts_of(request).portal.people.offer(who)
    spelled = secret.reveal()
    groups = [spelled[at : at + 4] for at in range(0, len(spelled), 4)]
    picture = second_factor.picture_of(secret, who.name)
    return page(request, "second_factor.html", status, groups=groups, picture=picture, wrong=wrong)
