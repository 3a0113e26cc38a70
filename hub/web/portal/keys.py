"""Keys: which key locks which connection, who holds it, how it is doing."""

from litestar import Response, get, post
from litestar.response import Redirect

from hub.administrators.roles import Role
from hub.connections.rows import TENANT
from hub.vault.owner import Owner
from hub.web.parts import parts_of
from hub.web.portal.forms import FormRefused, form_of
from hub.web.portal.frame import go, page
from hub.web.portal.guard import Asked, actor_of, may


@get("/keys", opt=may(Role.ADMIN), include_in_schema=False)
async def keys(request: Asked) -> Response[str]:
    """Every key, counted now."""
    hub = parts_of(request).hub
    proof = await hub.vault.proof()
    names = {one.owner: one.name for one in await hub.connections.all()}
    shown = [(key, names.get(key.owner), hub.vault.status(key.owner)) for key in proof.keys]
    return page(request, "keys.html", proof=proof, keys=shown, tenant=TENANT)


@post("/keys/rotate", opt=may(Role.ADMIN, fresh=True), include_in_schema=False)
async def rotate(request: Asked) -> Redirect:
    """A new key for a connection, and everything sealed anew under it."""
    hub, form = parts_of(request).hub, await form_of(request)
    made = await hub.connections.get(form.text("connection"))
    if made is None:
        raise FormRefused("There is no such connection, or not any more.")
    done = await hub.vault.rotate(Owner(tenant=TENANT, connection=made.id), actor=actor_of(request))
    if done is None:
        raise FormRefused("This connection has no key to rotate.")
    return go("/keys", f"{made.name} has a new key; {done.resealed} secrets are sealed anew.")
