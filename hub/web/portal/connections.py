"""The connected calendars: how each is doing, how far it reaches, which way doors read it, and its end."""

import json
import re
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from device.calendars.interface import Connection as Options
from device.calendars.interface import Reach
from device.model.document import convert
from device.model.errors import CalendarError
from device.wire.hub import Route
from hub.administrators.roles import Role
from hub.audit import Event
from hub.connections.checking import reach_of
from hub.connections.ending import end
from hub.connections.health import troubles
from hub.connections.narrowing import steps_for
from hub.connections.registry import provider_of, secret_fields
from hub.connections.rows import Connection
from hub.connections.subscriptions import SubscriptionBook
from hub.connections.ways import MULTILINE, PROVIDERS, Way, fields_of, rivals_of, way_of, ways
from hub.services import Services
from hub.switchboard import ConnectionChanged
from hub.web.parts import parts_of
from hub.web.portal.connecting import leave, renewed, told_by, why_not
from hub.web.portal.forms import FormRefused, form_of
from hub.web.portal.frame import go, page
from hub.web.portal.guard import Asked, actor_of, may
from hub.web.portal.words import sentence

_MOST_CANARIES = 5


@get("/connections", opt=may(Role.VIEWER), include_in_schema=False)
async def connections(request: Asked) -> Response[str]:
    """Every connection."""
    hub = parts_of(request).hub
    now, found = hub.clock.read().now, await hub.connections.all()
    rooms = await hub.rooms.all()
    shown = [
        (one, troubles(one, hub.vault.status(one.owner), now), sum(row.connection == one.id for row in rooms))
        for one in found
    ]
    return page(request, "connections.html", connections=shown, providers=PROVIDERS)


@get("/connections/{id:str}", opt=may(Role.VIEWER), include_in_schema=False)
async def connection(request: Asked, id: FromPath[str]) -> Response[str]:  # noqa: A002 - the path's own word
    """One connection."""
    hub = parts_of(request).hub
    made = await _made(hub, id)
    rooms = await hub.rooms.of_connection(made.id)
    promises = {one.subscription.room for one in await SubscriptionBook(hub).of_connection(made.id)}
    others = [one for one in await hub.connections.all() if one.id != made.id]
    first = (rooms[0].calendar or rooms[0].id) if rooms else ""
    return page(
        request,
        "connection.html",
        made=made,
        called=PROVIDERS.get(made.provider, made.provider),
        troubles=troubles(made, hub.vault.status(made.owner), hub.clock.read().now),
        key=hub.vault.status(made.owner),
        rooms=rooms,
        promised=len(promises),
        steps=steps_for(made, first),
        others=others,
        kinds=[way for way in ways() if way.provider == made.provider],
        accepted_by=await _name(request, made.reach_accepted),
    )


@post("/connections/{id:str}/check", opt=may(Role.FACILITIES), include_in_schema=False)
async def check(request: Asked, id: FromPath[str]) -> Redirect:  # noqa: A002
    """Ask the provider now."""
    hub = parts_of(request).hub
    made = await _made(hub, id)
    about = {"connection": made.id}
    await hub.audit.append(Event(actor=actor_of(request), action="connection.check", objects=about))
    try:
        async with hub.accounts.use(made.id, "check") as held:
            found = await held.account.rooms()
    except CalendarError as error:
        await hub.connections.failed(made, error)
        return go(f"/connections/{made.id}", sentence(error), bad=True)
    await hub.connections.answered(made)
    return go(f"/connections/{made.id}", f"The provider answers; it knows {len(found)} rooms.")


@post("/connections/{id:str}/reach", opt=may(Role.ADMIN), include_in_schema=False)
async def reach(request: Asked, id: FromPath[str]) -> Redirect:  # noqa: A002
    """Prove how far access to one room reaches: it must open that room, and none of the canaries."""
    hub, form = parts_of(request).hub, await form_of(request)
    made, room = await _made(hub, id), form.raw("room")
    canaries = tuple(dict.fromkeys(re.split(r"[\s,;]+", form.raw("canaries").strip())))[:_MOST_CANARIES]
    if not any(canaries):
        raise FormRefused("Name at least one canary: a calendar that the rooms' access must not reach.")
    if room in canaries:
        raise FormRefused("A canary is a calendar that must not be reached: name another one than the room.")
    about = {"connection": made.id, "canaries": str(len(canaries))}
    await hub.audit.append(Event(actor=actor_of(request), action="connection.prove", objects=about))
    found, _ = await reach_of(hub, made.id, room, canaries)
    await hub.connections.change(made.id, canaries=json.dumps(canaries))
    await hub.connections.proved(made, found.beyond)
    await hub.board.say(ConnectionChanged(connection=made.id))
    return go(f"/connections/{made.id}", _reach_told(found), bad=bool(found.beyond) or not found.own_room)


@post("/connections/{id:str}/route", opt=may(Role.ADMIN, fresh=True), include_in_schema=False)
async def route(request: Asked, id: FromPath[str]) -> Redirect:  # noqa: A002
    """Let doors read the provider themselves, or through this hub."""
    hub, form = parts_of(request).hub, await form_of(request)
    made = await _made(hub, id)
    wanted = Route.DIRECT if form.text("route") == Route.DIRECT.value else Route.RELAYED
    accepted = ""
    if wanted is Route.DIRECT:
        accepted = await _judged(hub, made, knowing=form.ticked("knowing"), by=actor_of(request))
    about = {"connection": made.id, "route": wanted.value, "accepted": "yes" if accepted else "no"}
    await hub.audit.append(Event(actor=actor_of(request), action="connection.route", objects=about))
    await hub.connections.change(made.id, route=wanted.value, reach_accepted=accepted)
    await hub.board.say(ConnectionChanged(connection=made.id))
    said = "Doors read the provider themselves." if wanted is Route.DIRECT else "Doors read through this hub."
    return go(f"/connections/{made.id}", said)


@get("/connections/{id:str}/renew/{kind:str}", opt=may(Role.ADMIN), include_in_schema=False)
async def renew_page(request: Asked, id: FromPath[str], kind: FromPath[str]) -> Response[str]:  # noqa: A002
    """Ask for a new credential."""
    hub = parts_of(request).hub
    made = await _made(hub, id)
    return _renew_form(request, made, _way(made, kind), dict(made.options))


@post("/connections/{id:str}/renew/{kind:str}", opt=may(Role.ADMIN, fresh=True), include_in_schema=False)
async def renew(request: Asked, id: FromPath[str], kind: FromPath[str]) -> Response[Any]:  # noqa: A002
    """Take a new credential in place of the old one, once the provider has accepted it."""
    hub, form = parts_of(request).hub, await form_of(request)
    made = await _made(hub, id)
    way = _way(made, kind)
    provider, held = await hub.connections.open(made, actor=actor_of(request), purpose="renew")
    told = told_by(form, provider, way)
    try:
        whole = {**_held(made, held, told), **told}
        options = convert(whole, provider.options, "")
        if way.kind.by_browser:
            carried = {"name": made.name, "provider": made.provider, "kind": kind, "told": whole, "renews": made.id}
            return await leave(request, provider, options, carried)
        return await renewed(request, made.id, provider, told, options)
    except (CalendarError, FormRefused) as error:
        typed = {**made.options, **{name: value for name, value in form.plain().items() if name in made.options}}
        return _renew_form(request, made, way, typed, why_not(error, provider, way))


@post("/connections/{id:str}/revoke", opt=may(Role.ADMIN, fresh=True), include_in_schema=False)
async def revoke(request: Asked, id: FromPath[str]) -> Redirect:  # noqa: A002
    """End a connection: its promises at the provider end, its key is destroyed, its rooms go to another one or stay."""
    hub, form = parts_of(request).hub, await form_of(request)
    made = await _made(hub, id)
    if form.text("name") != made.name:
        raise FormRefused(f"To revoke it, type its name: {made.name}.")
    successor = form.text("successor")
    if successor and await hub.connections.get(successor) is None:
        raise FormRefused("The connection that is to take the rooms over is gone.")
    about = {"connection": made.id, **({"successor": successor} if successor else {})}
    await hub.audit.append(Event(actor=actor_of(request), action="connection.revoke", objects=about))
    gone = await end(hub, made, successor, actor=actor_of(request))
    said = "Revoked: its key is destroyed, here and for every backup of the database."
    return go("/connections" if gone else f"/connections/{made.id}", said)


async def _judged(hub: Services, made: Connection, *, knowing: bool, by: str) -> str:
    """Who accepts that access reaches beyond rooms; empty where it was proved that it does not.

    Raises:
        FormRefused: it was not proved, and nobody accepts it; or the provider knows no access that runs out.
    """
    rooms = await hub.rooms.of_connection(made.id)
    if not rooms:
        raise FormRefused("Import a room first: its access is looked at before any is handed out.")
    room = rooms[0].calendar or rooms[0].id
    found, ends = await reach_of(hub, made.id, room, made.canaries)
    if not ends:
        raise FormRefused("This provider knows no access that runs out by itself, so doors stay relayed.")
    if made.canaries:
        await hub.connections.proved(made, found.beyond)
    narrow = bool(made.canaries) and not found.beyond and found.own_room
    if not narrow and not knowing:
        raise FormRefused(
            "It is not proved that a room's access reaches that room alone. Narrow it and prove it below, or tick "
            "that you know what a stolen device could read."
        )
    return "" if narrow else by


def _held(made: Connection, held: Options, told: dict[str, Any]) -> dict[str, Any]:
    """What a connection has, secrets and all, but for what ends with the new credential."""
    secrets = {name: getattr(held, name).reveal() for name in secret_fields(type(held))}
    gone = rivals_of(told, made.provider)
    whole = {**made.options, **{name: value for name, value in secrets.items() if value}}
    return {name: value for name, value in whole.items() if name not in gone}


def _reach_told(found: Reach) -> str:
    if not found.own_room:
        return "The access does not open its own room. Check the permission, and give it up to two hours."
    if found.beyond:
        return f"Not narrow: the access also opens {', '.join(found.beyond)}. Go through the steps below."
    return "Proved: the access opens its room, and none of the canaries. It is proved again every day."


def _renew_form(request: Asked, made: Connection, way: Way, typed: dict[str, Any], wrong: str = "") -> Response[str]:
    fields = fields_of(provider_of(made.provider), way)
    return page(
        request,
        "connect_form.html",
        422 if wrong else 200,
        way=way,
        called=made.name,
        needed=[field for field in fields if field.key in way.kind.asks],
        more=[field for field in fields if field.key not in way.kind.asks],
        typed=typed,
        wrong=wrong,
        multiline=MULTILINE,
        back=f"{parts_of(request).hub.server.portal}/connections/consent",
        renews=made.id,
    )


def _way(made: Connection, kind: str) -> Way:
    return way_of(made.provider, kind)[1]


async def _made(hub: Services, name: str) -> Connection:
    found = await hub.connections.get(name)
    if found is None:
        raise FormRefused("There is no such connection, or not any more.")
    return found


async def _name(request: Asked, administrator: str) -> str:
    found = await parts_of(request).portal.people.administrators.get(administrator) if administrator else None
    return found.name if found else administrator
