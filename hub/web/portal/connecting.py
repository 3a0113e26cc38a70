"""Connecting a calendar: choose the provider and the way, fill in, be tried by the provider, and only then be kept."""

import logging
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

from device.calendars.interface import Connection as Options
from device.calendars.interface import Provider
from device.model.errors import CalendarError, DoorlightError, SettingsError
from hub.administrators.roles import Role
from hub.administrators.visits import Visit, VisitUnknown
from hub.audit import Event
from hub.connections.checking import read_options, rooms_behind
from hub.connections.rows import Connection
from hub.connections.ways import MULTILINE, PROVIDERS, Way, fields_of, rivals_of, told_of, way_of, ways
from hub.switchboard import ConnectionChanged
from hub.web.parts import parts_of
from hub.web.portal.forms import Form, FormRefused, form_of
from hub.web.portal.frame import go, page
from hub.web.portal.guard import Asked, actor_of, may, visitor_of
from hub.web.portal.words import sentence

log = logging.getLogger(__name__)

BACK = "/connections/consent"
_LONGEST = 20_000


@get("/connections/new", opt=may(Role.ADMIN), include_in_schema=False)
async def choose(request: Asked) -> Response[str]:
    """Choose a provider and a way."""
    found: dict[str, list[Way]] = {}
    for way in ways():
        found.setdefault(way.provider, []).append(way)
    return page(request, "connect.html", ways=found, providers=PROVIDERS)


@get("/connections/new/{provider:str}/{kind:str}", opt=may(Role.ADMIN), include_in_schema=False)
async def fill_in(request: Asked, provider: FromPath[str], kind: FromPath[str]) -> Response[str]:
    """Ask for what the way needs."""
    loaded, way = way_of(provider, kind)
    return _form(request, loaded, way, {"name": PROVIDERS.get(provider, provider)})


@post("/connections/new/{provider:str}/{kind:str}", opt=may(Role.ADMIN, fresh=True), include_in_schema=False)
async def connect(request: Asked, provider: FromPath[str], kind: FromPath[str]) -> Response[Any]:
    """Have the provider try it, and keep it if it lets us in; or go to the provider's page first."""
    loaded, way = way_of(provider, kind)
    form = await form_of(request)
    try:
        name, told = form.needed("name", "The name", limit=80), told_by(form, loaded, way)
        options = read_options(loaded, told, fields_of(loaded, way))
        if way.kind.by_browser:
            carried = {"name": name, "provider": provider, "kind": kind, "told": told, "renews": ""}
            return await leave(request, loaded, options, carried)
        return await _keep(request, loaded, way, name, told, options)
    except (CalendarError, SettingsError, FormRefused) as error:
        return _form(request, loaded, way, _shown(form, loaded, way), why_not(error, loaded, way))


@get(BACK, opt=may(Role.ADMIN), include_in_schema=False)
async def back(request: Asked) -> Response[Any]:
    """Somebody comes back from a provider's page. What it granted is tried before it is kept."""
    parts, asked = parts_of(request), request.query_params
    try:
        visit = await parts.portal.visits.back(
            visitor_of(request).token, asked.get("state", "")[:200], actor=actor_of(request)
        )
    except VisitUnknown:
        said = "Nobody left from here for that page lately, or came back already. Begin again."
        return go("/connections/new", said, bad=True)
    carried = visit.carried
    loaded, way = way_of(carried["provider"], carried["kind"])
    answer = {name: value[:4000] for name, value in asked.items() if isinstance(value, str)}
    try:
        granted = await _granted(request, loaded, visit, answer)
        if carried["renews"]:
            return await renewed(request, carried["renews"], loaded, told_of(granted), granted)
        return await _keep(request, loaded, way, carried["name"], told_of(granted), granted)
    except (CalendarError, SettingsError) as error:
        shown = {
            "name": carried["name"],
            **{k: v for k, v in carried["told"].items() if k not in _secrets(loaded, way)},
        }
        return _form(request, loaded, way, shown, why_not(error, loaded, way))


async def leave(request: Asked, provider: Provider, options: Options, carried: dict[str, Any]) -> Response[str]:
    """A page that says where somebody is about to go, and leads there."""
    parts = parts_of(request)
    assert provider.web_flow is not None  # noqa: S101 - only such ways are by browser
    asked = await parts.portal.visits.leave(
        visitor_of(request).token, f"{parts.hub.server.portal}{BACK}", carried, actor=actor_of(request)
    )
    address = provider.web_flow.address(options, asked)
    return page(request, "leave.html", address=address, called=PROVIDERS.get(provider.name, provider.name))


async def renewed(
    request: Asked, connection: str, provider: Provider, told: dict[str, Any], options: Options
) -> Response[Any]:
    """A connection with a new credential, once the provider has accepted it.

    Raises:
        CalendarError: it has not.
        FormRefused: there is no such connection.
    """
    hub = parts_of(request).hub
    made = await hub.connections.get(connection)
    if made is None:
        raise FormRefused("There is no such connection, or not any more.")
    await rooms_behind(provider, options, hub.clock)
    await hub.audit.append(
        Event(actor=actor_of(request), action="connection.renew", objects={"connection": connection})
    )
    await hub.connections.renew(made, told, actor=actor_of(request), without=rivals_of(told, made.provider))
    await hub.board.say(ConnectionChanged(connection=connection))
    return go(f"/connections/{connection}", "The provider accepts the new credential. The old one is deleted here.")


def why_not(error: DoorlightError, provider: Provider, way: Way) -> str:
    """Why the provider, or the form, does not let us in; what may be wrong is named as the form names it."""
    said = sentence(error)
    if isinstance(error, CalendarError) and not isinstance(error, SettingsError):
        names = [field.label for field in fields_of(provider, way) if field.key in way.kind.asks]
        said += f" Check: {', '.join(names)}."
    return said


async def _keep(
    request: Asked, provider: Provider, way: Way, name: str, told: dict[str, Any], options: Options
) -> Response[Any]:
    hub = parts_of(request).hub
    rooms = await rooms_behind(provider, options, hub.clock)
    about = {"provider": way.provider, "kind": way.kind.name}
    await hub.audit.append(Event(actor=actor_of(request), action="connection.add", objects=about))
    made: Connection = await hub.connections.add(name, way.provider, told, actor=actor_of(request))
    await hub.connections.answered(made)
    await hub.board.say(ConnectionChanged(connection=made.id))
    return go(f"/connections/{made.id}", f"Connected. The provider lets us in; it knows {len(rooms)} rooms.")


async def _granted(request: Asked, provider: Provider, visit: Visit, answer: dict[str, str]) -> Options:
    """The options with what the provider's page granted."""
    assert provider.web_flow is not None  # noqa: S101 - only such ways leave
    _, way = way_of(visit.carried["provider"], visit.carried["kind"])
    options = read_options(provider, visit.carried["told"], fields_of(provider, way))
    granted: Options = await provider.web_flow.redeem(options, visit.asked, answer, parts_of(request).hub.clock)
    return granted


def told_by(form: Form, provider: Provider, way: Way) -> dict[str, Any]:
    """What somebody has filled in.

    Raises:
        FormRefused: a field is too long.
    """
    told: dict[str, Any] = {}
    for field in fields_of(provider, way):
        text = form.raw(field.key, limit=_LONGEST)
        value = text.strip() if field.key != "password" else text
        if value:
            told[field.key] = value
    return told


def _shown(form: Form, provider: Provider, way: Way) -> dict[str, str]:
    """What was typed, but for secrets: those are typed again."""
    secret = _secrets(provider, way)
    return {name: value for name, value in form.plain().items() if name not in secret}


def _secrets(provider: Provider, way: Way) -> set[str]:
    return {field.key for field in fields_of(provider, way) if field.secret}


def _form(request: Asked, provider: Provider, way: Way, typed: dict[str, Any], wrong: str = "") -> Response[str]:
    fields = fields_of(provider, way)
    return page(
        request,
        "connect_form.html",
        422 if wrong else 200,
        way=way,
        called=PROVIDERS.get(way.provider, way.provider),
        needed=[field for field in fields if field.key in way.kind.asks],
        more=[field for field in fields if field.key not in way.kind.asks],
        typed=typed,
        wrong=wrong,
        multiline=MULTILINE,
        back=f"{parts_of(request).hub.server.portal}{BACK}",
        renews="",
    )
