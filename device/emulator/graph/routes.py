"""Which path of Graph belongs to which function, and whose permission it needs."""

import re
from collections.abc import Awaitable, Callable

from device.emulator.graph import delta, events, mailbox_settings, places, schedule, subscriptions, users
from device.emulator.graph.calendar_view import list_view
from device.emulator.graph.call import Answer, Call, GraphError
from device.emulator.mailbox import Mailbox
from device.emulator.tenant import Tenant

Handler = Callable[..., Awaitable[Answer]]
"""`(mailbox or tenant, call, *what the path names)`."""

_EVENTS = r"/users/([^/]+)(?:/calendar)?/events"
_VIEW = r"/users/([^/]+)(?:/calendar)?/calendarview"
_CAST = r"(?:microsoft\.)?graph\."

MAILBOX_ROUTES: tuple[tuple[str, str, Handler], ...] = (
    ("GET", _VIEW, list_view),
    ("GET", _VIEW + r"/(?:microsoft\.graph\.)?delta(?:\(\))?", delta.list_changes),
    ("GET", _EVENTS, events.list_events),
    ("POST", _EVENTS, events.create_event),
    ("GET", _EVENTS + r"/([^/]+)", events.get_event),
    ("PATCH", _EVENTS + r"/([^/]+)", events.update_event),
    ("DELETE", _EVENTS + r"/([^/]+)", events.delete_event),
    ("GET", _EVENTS + r"/([^/]+)/instances", events.list_instances),
    ("POST", _EVENTS + r"/([^/]+)/cancel", events.cancel_event),
    ("POST", _EVENTS + r"/([^/]+)/decline", events.decline_event),
    ("POST", _EVENTS + r"/([^/]+)/accept", events.accept_event),
    ("POST", _EVENTS + r"/([^/]+)/tentativelyaccept", events.accept_tentatively),
)
"""Paths below one mailbox; what is in brackets first is the mailbox. Matched without regard to case, as Graph does."""

TENANT_ROUTES: tuple[tuple[str, str, Handler], ...] = (
    ("POST", r"/users/([^/]+)/calendar/(?:microsoft\.graph\.)?getschedule", schedule.get_schedule),
    ("GET", r"/users", users.list_users),
    ("GET", r"/users/([^/]+)", users.get_user),
    ("GET", r"/users/([^/]+)/mailboxsettings", mailbox_settings.get_all),
    ("GET", r"/users/([^/]+)/mailboxsettings/([^/]+)", mailbox_settings.get_one),
    ("GET", rf"/places/{_CAST}room", places.list_rooms),
    ("GET", rf"/places/{_CAST}roomlist", places.list_room_lists),
    ("GET", rf"/places/([^/]+)/{_CAST}roomlist/rooms", places.list_rooms_of),
    ("GET", r"/places/([^/]+)", places.get_place),
    ("GET", r"/subscriptions", subscriptions.list_all),
    ("POST", r"/subscriptions", subscriptions.create),
    ("GET", r"/subscriptions/([^/]+)", subscriptions.get_one),
    ("PATCH", r"/subscriptions/([^/]+)", subscriptions.renew),
    ("DELETE", r"/subscriptions/([^/]+)", subscriptions.delete),
    ("POST", r"/subscriptions/([^/]+)/reauthorize", subscriptions.reauthorise),
)

_WRITES = frozenset(("POST", "PATCH", "DELETE"))


def _compiled(routes: tuple[tuple[str, str, Handler], ...]) -> tuple[tuple[str, re.Pattern[str], Handler], ...]:
    return tuple((method, re.compile(path, re.IGNORECASE), handler) for method, path, handler in routes)


_MAILBOX = _compiled(MAILBOX_ROUTES)
_TENANT = _compiled(TENANT_ROUTES)


async def dispatch(tenant: Tenant, call: Call) -> Answer:
    """The answer to one call.

    Raises:
        GraphError: Graph says no.
    """
    if call.path.lower().startswith("/me/") or call.path.lower() == "/me":
        raise GraphError(400, "BadRequest", "/me request is only valid with delegated authentication flow.")
    for method, pattern, handler in _MAILBOX:
        match = pattern.fullmatch(call.path)
        if match and method == call.method:
            return await handler(mailbox_for(tenant, call, match[1]), call, *match.groups()[1:])
    for method, pattern, handler in _TENANT:
        match = pattern.fullmatch(call.path)
        if match and method == call.method:
            return await handler(tenant, call, *match.groups())
    raise _nowhere(call)


def mailbox_for(tenant: Tenant, call: Call, user: str) -> Mailbox:
    """The mailbox of a user, if it exists and this app may do this to it.

    Raises:
        GraphError: one of these is not so.
    """
    address = tenant.directory.address_of(user)
    if address is None:
        raise GraphError(404, "ErrorInvalidUser", f"The requested user '{user[:80]}' is invalid.")
    if not call.app.may_read(address):
        raise GraphError(403, "ErrorAccessDenied", "Access to OData is disabled.")
    if call.method in _WRITES and not call.app.may_write():
        raise GraphError(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")
    return tenant.mailbox(address)


def _nowhere(call: Call) -> GraphError:
    known = any(pattern.fullmatch(call.path) for _, pattern, _ in (*_MAILBOX, *_TENANT))
    if known:
        return GraphError(405, "Request_BadRequest", "Specified HTTP method is not allowed for the request target.")
    segment = call.path.strip("/").rpartition("/")[2]
    return GraphError(400, "BadRequest", f"Resource not found for the segment '{segment[:80]}'.")
