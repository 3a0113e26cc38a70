"""What doors are told, for the organisation, a site, a floor or a room: values, locks, and where each comes from."""

from typing import Any

from litestar import Response, get, post

from hub.administrators.roles import Role
from hub.audit import Event
from hub.rooms.fields import FIELDS, scope_of, shown
from hub.rooms.registry import RoomRow
from hub.rooms.settings import ORGANISATION, check_scope, origins, scopes_of, settled
from hub.web.parts import parts_of
from hub.web.portal.forms import FormRefused, form_of
from hub.web.portal.frame import go, page
from hub.web.portal.guard import Asked, actor_of, may
from hub.web.portal.links import scope_page
from hub.web.portal.rooms import greet_doors


@get("/rooms/settings", opt=may(Role.VIEWER), include_in_schema=False)
async def settings(request: Asked) -> Response[str]:
    """The settings of one scope, with what it inherits."""
    hub = parts_of(request).hub
    rooms = await hub.rooms.all()
    name = request.query_params.get("scope", ORGANISATION)
    chain = _chain(name, rooms)
    found = {scope.name: scope for scope in await hub.rooms.scopes(chain)}
    above = [found[one] for one in chain[:-1] if one in found]
    inherited = {origin.key: origin for origin in origins(above)}
    return page(
        request,
        "settings.html",
        scope=name,
        chain=chain,
        all_scopes=_all_scopes(rooms),
        fields=FIELDS,
        values={field.key: shown(found.get(name), field.key) for field in FIELDS},
        locks=found[name].locks if name in found else (),
        inherited=inherited,
        locked={lock for scope in above for lock in scope.locks},
    )


@post("/rooms/settings", opt=may(Role.FACILITIES), include_in_schema=False)
async def change(request: Asked) -> Response[Any]:
    """Let a scope say something else. Doors that it concerns are told at once."""
    hub, form = parts_of(request).hub, await form_of(request)
    rooms = await hub.rooms.all()
    name = form.raw("scope")
    chain = _chain(name, rooms)
    above = await hub.rooms.scopes(chain[:-1])
    before = await hub.rooms.scopes([name])
    scope = check_scope(scope_of(name, form.plain(), tuple(form.many("lock")), before[0] if before else None))
    settled([*above, scope])
    await hub.audit.append(
        Event(actor=actor_of(request), action="settings.change", objects={"kind": name.partition(":")[0]}),
        {"scope": name},
    )
    await hub.rooms.put_scope(scope)
    concerned = [row.id for row in rooms if name in scopes_of(row.site, row.floor, row.id)]
    await greet_doors(hub, concerned)
    return go(scope_page(name), f"The settings are changed, for {len(concerned)} rooms.")


def _chain(name: str, rooms: tuple[RoomRow, ...]) -> tuple[str, ...]:
    """The scope and those above it, the furthest first.

    Raises:
        FormRefused: no room is in such a scope.
    """
    if name == ORGANISATION:
        return (ORGANISATION,)
    for row in rooms:
        names = scopes_of(row.site, row.floor, row.id)
        if name in names:
            return names[: names.index(name) + 1]
    raise FormRefused("No room belongs to that place, or not any more.")


def _all_scopes(rooms: tuple[RoomRow, ...]) -> list[str]:
    """The organisation, every site and every floor."""
    found = {ORGANISATION: None}
    for row in rooms:
        found.update(dict.fromkeys(scopes_of(row.site, row.floor, row.id)[:-1]))
    return list(found)
