"""Who may see which page, and which forms are ours.

Every route of the portal says what it wants: `opt=may(Role.VIEWER)`, or `opt=PUBLIC`. One that says nothing is for
nobody. Forms and scripts that change something carry the token of the browser they were given to, and come from here.
"""

import hmac
from typing import Any, cast
from urllib.parse import urlsplit

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.handlers.base import BaseRouteHandler

from device.model.value import Value
from hub.administrators.roles import Role
from hub.administrators.rows import Session
from hub.administrators.sessions import form_token
from hub.web.parts import parts_of

Asked = Request[Any, Any, Any]
ROLE = "role"
NOBODY_YET = "nobody yet"
PUBLIC = {ROLE: NOBODY_YET}
"""For pages that are seen before anybody is signed in."""
_SAFE = ("GET", "HEAD", "OPTIONS")


class SignInFirst(Exception):
    """Nobody is signed in, or not lately enough."""

    def __init__(self, *, again: bool = False) -> None:
        super().__init__()
        self.again = again


class EnrolFirst(Exception):
    """There is no second factor yet."""


class NotAllowed(Exception):
    """This role may not."""


class NotOurForm(Exception):
    """The form was not made by this portal for this browser, or the browser forgot. The text is a sentence."""


class Visitor(Value, kw_only=True):
    """Who asks."""

    token: str
    """What the browser holds; empty where it holds nothing yet."""
    session: Session | None = None

    @property
    def form(self) -> str:
        """What forms for this browser carry."""
        return form_token(self.token)


def may(role: Role, *, fresh: bool = False, enrolling: bool = False) -> dict[str, Any]:
    """What a route wants.

    Args:
        role: the least that may.
        fresh: only for those who have lately said who they are.
        enrolling: also for those who have no second factor yet.
    """
    return {ROLE: role, "fresh": fresh, "enrolling": enrolling}


def visitor_of(request: Asked) -> Visitor:
    """Who asks."""
    visitor: Visitor = request.scope["state"]["visitor"]
    return visitor


def actor_of(request: Asked) -> str:
    """Who asks, for the audit log."""
    session = visitor_of(request).session
    assert session is not None  # noqa: S101 - the guard has seen to it
    return session.who.id


def cookie_name(*, encrypted: bool) -> str:
    """The name of the browser's token. With `__Host-` no other host can set it (RFC 6265bis §4.1.3.2)."""
    return "__Host-doorlight" if encrypted else "doorlight"


async def guard(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Find out who asks, and let nobody in who may not.

    Raises:
        SignInFirst, EnrolFirst, NotAllowed, NotOurForm: not like that.
    """
    parts = parts_of(connection)
    name = cookie_name(encrypted=parts.hub.server.encrypted)
    token = connection.cookies.get(name, "")[:100]
    session = await parts.portal.people.sessions.of(token) if token else None
    visitor = Visitor(token=token, session=session)
    connection.scope["state"]["visitor"] = visitor
    wanted = handler.opt.get(ROLE)
    if wanted != NOBODY_YET:
        _judge(session, wanted, handler.opt)
    if connection.scope.get("method") not in _SAFE:
        await _is_ours(cast("Asked", connection), visitor, parts.hub.server.portal)
    if session is not None and handler.opt.get("fresh") and not parts.portal.people.sessions.is_fresh(session):
        raise SignInFirst(again=True)


def _judge(session: Session | None, wanted: object, opt: dict[str, Any]) -> None:
    if not isinstance(wanted, Role):
        raise NotAllowed
    if session is None:
        raise SignInFirst
    if session.who.is_local and session.who.enrolled_at is None and not opt.get("enrolling"):
        raise EnrolFirst
    if not session.who.role.includes(wanted):
        raise NotAllowed


async def _is_ours(request: Asked, visitor: Visitor, portal: str) -> None:
    parts = urlsplit(portal)
    ours, theirs = f"{parts.scheme}://{parts.netloc}".lower(), request.headers.get("origin", "").lower()
    if theirs != ours:
        raise NotOurForm(
            f"This page was opened at {theirs or 'an unknown address'}, and the hub is called {ours}. "
            f"Open the portal at {ours}, or set server.url to how people call it."
        )
    form = await request.form()
    told = form.get("form", "")
    if not visitor.token or not isinstance(told, str) or not hmac.compare_digest(told.encode(), visitor.form.encode()):
        raise NotOurForm("This page was open for too long. Load it anew and send it again.")
