"""Which path of Google's belongs to which function, which scopes open it, and what role on a calendar it needs."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from device.emulator.google import calendars, channels, directory, events, free_busy, listing
from device.emulator.google.call import Answer, Call, GoogleError, not_found
from device.emulator.google.workspace import Role, Workspace
from device.emulator.mailbox import Mailbox

Handler = Callable[..., Awaitable[Answer]]
"""`(workspace, mailbox if the path names one, call, *what else the path names)`."""

CALENDAR = "/calendar/v3"
ADMIN = "/admin/directory/v1"
PEOPLE = "/v1/people"
_ONE = r"/calendars/([^/]+)"

_ALL = frozenset(("calendar",))
_CHANGES = _ALL | {"calendar.events", "calendar.events.owned", "calendar.app.created"}
_READS = _CHANGES | {
    "calendar.readonly",
    "calendar.events.readonly",
    "calendar.events.freebusy",
    "calendar.events.owned.readonly",
    "calendar.events.public.readonly",
}
_BUSY = frozenset(("calendar", "calendar.readonly", "calendar.freebusy", "calendar.events.freebusy"))
_PROPERTIES = frozenset(
    ("calendar", "calendar.readonly", "calendar.calendars", "calendar.calendars.readonly", "calendar.app.created")
)
_LIST = frozenset(("calendar", "calendar.readonly", "calendar.calendarlist", "calendar.calendarlist.readonly"))
_ENTRY = _LIST | {"calendar.app.created"}
_SETTINGS = frozenset(("calendar", "calendar.readonly", "calendar.settings", "calendar.settings.readonly"))
_STOP = _READS | _LIST | _SETTINGS | {"calendar.acls", "calendar.acls.readonly"}
_ROOMS = frozenset(("admin.directory.resource.calendar", "admin.directory.resource.calendar.readonly"))
_USERS = frozenset(("admin.directory.user", "admin.directory.user.readonly", "cloud-platform"))
_PEOPLE = frozenset(("directory.readonly",))


@dataclass(frozen=True, slots=True)
class Route:
    """One method of an API."""

    name: str
    """As Google's own description of the API has it."""
    method: str
    pattern: re.Pattern[str]
    scopes: frozenset[str]
    handler: Handler
    role: Role | None = None
    """What the account must be to the calendar that the path names; None where it names none."""


def _route(name: str, method: str, path: str, scopes: frozenset[str], handler: Handler, role: Role | None) -> Route:
    return Route(name, method, re.compile(path), scopes, handler, role)


_EVENTS, _EVENT = rf"{CALENDAR}{_ONE}/events", rf"{CALENDAR}{_ONE}/events/([^/]+)"
_ENTRIES, _RESOURCES = rf"{CALENDAR}/users/me/calendarList", rf"{ADMIN}/customer/([^/]+)/resources"
ROUTES: tuple[Route, ...] = (
    _route("calendar.events.list", "GET", _EVENTS, _READS, listing.list_events, Role.FREE_BUSY),
    _route("calendar.events.insert", "POST", _EVENTS, _CHANGES, events.insert_event, Role.WRITER),
    _route("calendar.events.watch", "POST", rf"{_EVENTS}/watch", _READS, channels.watch, Role.FREE_BUSY),
    _route("calendar.events.get", "GET", _EVENT, _READS, events.get_event, Role.FREE_BUSY),
    _route("calendar.events.patch", "PATCH", _EVENT, _CHANGES, events.patch_event, Role.WRITER),
    _route("calendar.events.update", "PUT", _EVENT, _CHANGES, events.update_event, Role.WRITER),
    _route("calendar.events.delete", "DELETE", _EVENT, _CHANGES, events.delete_event, Role.WRITER),
    _route("calendar.events.instances", "GET", rf"{_EVENT}/instances", _READS, listing.list_instances, Role.FREE_BUSY),
    _route("calendar.channels.stop", "POST", rf"{CALENDAR}/channels/stop", _STOP, channels.stop, None),
    _route("calendar.freebusy.query", "POST", rf"{CALENDAR}/freeBusy", _BUSY, free_busy.query, None),
    _route("calendar.calendars.get", "GET", rf"{CALENDAR}{_ONE}", _PROPERTIES, calendars.get_calendar, Role.FREE_BUSY),
    _route("calendar.calendarList.list", "GET", _ENTRIES, _LIST, calendars.list_entries, None),
    _route("calendar.calendarList.get", "GET", rf"{_ENTRIES}/([^/]+)", _ENTRY, calendars.get_entry, Role.FREE_BUSY),
    _route(
        "calendar.settings.get",
        "GET",
        rf"{CALENDAR}/users/me/settings/([^/]+)",
        _SETTINGS,
        calendars.get_setting,
        None,
    ),
    _route(
        "directory.resources.calendars.list",
        "GET",
        rf"{_RESOURCES}/calendars",
        _ROOMS,
        directory.list_resources,
        None,
    ),
    _route(
        "directory.resources.buildings.list",
        "GET",
        rf"{_RESOURCES}/buildings",
        _ROOMS,
        directory.list_buildings,
        None,
    ),
    _route("directory.users.list", "GET", rf"{ADMIN}/users", _USERS, directory.list_users, None),
    _route(
        "people.people.searchDirectoryPeople",
        "GET",
        rf"{PEOPLE}:searchDirectoryPeople",
        _PEOPLE,
        directory.search_people,
        None,
    ),
)


def google_endpoints(here: str) -> dict[str, str]:
    """Where Google's servers are, in the words of the provider's settings."""
    return {
        "endpoint": f"{here}{CALENDAR}",
        "token_endpoint": f"{here}/token",
        "consent_endpoint": f"{here}/o/oauth2/v2/auth",
        "directory_endpoint": f"{here}{ADMIN}",
        "people_endpoint": f"{here}/v1",
    }


async def dispatch(workspace: Workspace, call: Call) -> Answer:
    """The answer to one call.

    Raises:
        GoogleError: Google says no.
    """
    for route in ROUTES:
        match = route.pattern.fullmatch(call.path)
        if match is None or route.method != call.method:
            continue
        if not call.grant.allows(route.scopes):
            message = "Request had insufficient authentication scopes."
            raise GoogleError(403, "insufficientPermissions", message)
        if route.role is None:
            return await route.handler(workspace, call, *match.groups())
        mailbox = _mailbox(workspace, call, match[1], route.role)
        return await route.handler(workspace, mailbox, call, *match.groups()[1:])
    raise not_found()


def _mailbox(workspace: Workspace, call: Call, name: str, needed: Role) -> Mailbox:
    """The calendar of an id, if the account may do this with it.

    Raises:
        GoogleError: it may not, or it may not even know that there is one.
    """
    address = name.lower()
    role = workspace.role_of(call.grant.account, address)
    if role is Role.NONE:
        raise not_found()
    if needed is Role.WRITER and not role.writes:
        message = "You need to have writer access to this calendar."
        raise GoogleError(403, "requiredAccessLevel", message, domain="calendar")
    return workspace.tenant.mailboxes[address]
