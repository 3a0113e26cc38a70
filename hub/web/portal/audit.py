"""The audit log: whether it is whole, who did what, and all of it as a file."""

from collections.abc import AsyncIterator

from litestar import Response, get, post
from litestar.response import Stream

from hub.administrators.roles import Role
from hub.audit import Event
from hub.audit.export import exported
from hub.audit.search import PAGE, found
from hub.services import Services
from hub.web.parts import parts_of
from hub.web.portal.frame import page
from hub.web.portal.guard import Asked, actor_of, may


@get("/audit", opt=may(Role.ADMIN), include_in_schema=False)
async def audit(request: Asked) -> Response[str]:
    """The newest entries that fit."""
    return await _page(request)


@post("/audit/verify", opt=may(Role.ADMIN), include_in_schema=False)
async def verify(request: Asked) -> Response[str]:
    """Go through the whole chain now."""
    return await _page(request, verified=True)


@get("/audit/export", opt=may(Role.ADMIN), include_in_schema=False)
async def export(request: Asked) -> Stream:
    """All of it as JSON lines, as `doorlight hub audit` reads them."""
    hub = parts_of(request).hub
    await hub.audit.append(Event(actor=actor_of(request), action="audit.export"))
    headers = {"Content-Disposition": 'attachment; filename="audit.jsonl"'}
    return Stream(_lines(hub), media_type="application/x-ndjson", headers=headers)


async def _lines(hub: Services) -> AsyncIterator[str]:
    async with hub.store.snapshot() as connection:
        async for line in exported(connection):
            yield line + "\n"


async def _page(request: Asked, *, verified: bool = False) -> Response[str]:
    hub, asked = parts_of(request).hub, request.query_params
    before = asked.get("before", "")
    wanted = {name: asked.get(name, "").strip()[:100] for name in ("action", "actor", "words")}
    people = {one.id: one.name for one in await parts_of(request).portal.people.administrators.all()}
    by_name = {name: one for one, name in people.items()}
    actor = by_name.get(wanted["actor"].lower(), wanted["actor"])
    until = int(before) if before.isascii() and before.isdecimal() and len(before) < 18 else None
    entries = await found(hub.store, action=wanted["action"], actor=actor, words=wanted["words"], before=until)
    verdict = await hub.audit.verify() if verified else None
    next_page = entries[-1].seq if len(entries) == PAGE else None
    return page(
        request, "audit.html", entries=entries, people=people, wanted=wanted, verdict=verdict, next_page=next_page
    )
