"""Who may use the portal: inviting, roles, a new password and second factor, and the end."""

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from hub.administrators.links import LINK_LIFE, address_of
from hub.administrators.roles import Role
from hub.administrators.rows import Administrator
from hub.audit import Event
from hub.web.parts import parts_of
from hub.web.portal.forms import Form, FormRefused, form_of
from hub.web.portal.frame import go, page
from hub.web.portal.guard import Asked, actor_of, may


@get("/administrators", opt=may(Role.ADMIN), include_in_schema=False)
async def administrators(request: Asked) -> Response[str]:
    """Everybody who may."""
    return page(request, "administrators.html", people=await parts_of(request).portal.people.administrators.all())


@post("/administrators/invite", opt=may(Role.ADMIN, fresh=True), include_in_schema=False)
async def invite(request: Asked) -> Response[str]:
    """Make a link for somebody new. It is shown only now."""
    parts, role = parts_of(request), _role(await form_of(request))
    await _note(request, "administrator.invite", {"role": role.value})
    token = await parts.portal.people.links.make(role, actor_of(request))
    return page(
        request, "link.html", address=address_of(parts.hub.server.portal, token), role=role, who=None, life=LINK_LIFE
    )


@post("/administrators/{id:str}/role", opt=may(Role.ADMIN, fresh=True), include_in_schema=False)
async def set_role(request: Asked, id: FromPath[str]) -> Redirect:  # noqa: A002 - the path's own word
    """Let somebody do more or less."""
    who, role = await _who(request, id), _role(await form_of(request))
    await _note(request, "administrator.role", {"administrator": who.id, "role": role.value})
    await parts_of(request).portal.people.administrators.set_role(who.id, role)
    return go("/administrators", f"{who.name} has the role {role.value}, and signs in anew.")


@post("/administrators/{id:str}/reset", opt=may(Role.ADMIN, fresh=True), include_in_schema=False)
async def reset(request: Asked, id: FromPath[str]) -> Response[str]:  # noqa: A002
    """Make a link by which somebody sets password and second factor anew. Until it is used, the old ones hold."""
    parts, who = parts_of(request), await _who(request, id)
    await _note(request, "administrator.reset-link", {"administrator": who.id})
    token = await parts.portal.people.links.make(who.role, actor_of(request), administrator=who.id)
    address = address_of(parts.hub.server.portal, token)
    return page(request, "link.html", address=address, role=who.role, who=who, life=LINK_LIFE)


@post("/administrators/{id:str}/remove", opt=may(Role.ADMIN, fresh=True), include_in_schema=False)
async def remove(request: Asked, id: FromPath[str]) -> Redirect:  # noqa: A002
    """Let somebody in no more."""
    people, who = parts_of(request).portal.people, await _who(request, id)
    await _note(request, "administrator.remove", {"administrator": who.id})
    await people.administrators.remove(who.id)
    await people.forget(who, actor_of(request))
    return go("/administrators", f"{who.name} is signed out and can come in no more.")


async def _who(request: Asked, name: str) -> Administrator:
    found = await parts_of(request).portal.people.administrators.get(name)
    if found is None:
        raise FormRefused("There is no such person, or not any more.")
    return found


def _role(form: Form) -> Role:
    try:
        return Role(form.text("role"))
    except ValueError as error:
        raise FormRefused("Choose a role: viewer, facilities or admin.") from error


async def _note(request: Asked, action: str, about: dict[str, str]) -> None:
    await parts_of(request).hub.audit.append(Event(actor=actor_of(request), action=action, objects=about))
