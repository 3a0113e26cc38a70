"""Making a device a door: by the code on its glass and its three words, or by a claim that is written on its card."""

import csv
import io
from typing import Any

from litestar import Response, get, post
from litestar.response import Redirect

from hub.administrators.limits import TooOften, network_of
from hub.administrators.roles import Role
from hub.audit import Event
from hub.devices.fleet import seen
from hub.devices.pairing import CLAIM_LIFE, Pending, Refused
from hub.rooms.table import safe_cell
from hub.switchboard import Claimed
from hub.web.parts import parts_of
from hub.web.portal.entry import address_of
from hub.web.portal.forms import FormRefused, form_of
from hub.web.portal.frame import go, page
from hub.web.portal.guard import Asked, actor_of, may
from hub.web.portal.words import span

MOST_CLAIMS = 1000
"""Seeded claims that are made at once."""


@get("/claim", opt=may(Role.FACILITIES), include_in_schema=False)
async def code_page(request: Asked) -> Response[str]:
    """Ask for the code on the glass."""
    return page(request, "claim.html", room=request.query_params.get("room", ""), code="", wrong="")


@post("/claim/device", opt=may(Role.FACILITIES), include_in_schema=False)
async def device_page(request: Asked) -> Response[str]:
    """Show which device shows this code, and ask for its words and its room."""
    form = await form_of(request)
    code, room = form.text("code", limit=20), form.raw("room")
    try:
        _allow(request)
        pending = await parts_of(request).hub.devices.pending(code)
    except (Refused, TooOften) as error:
        return page(request, "claim.html", _status(error), room=room, code=code, wrong=_wrong(request, error))
    return await _words_page(request, pending, code, room)


@post("/claim", opt=may(Role.FACILITIES), include_in_schema=False)
async def claim(request: Asked) -> Response[Any]:
    """Make the device that shows this code, and these words, the room's."""
    hub, form = parts_of(request).hub, await form_of(request)
    code, room = form.text("code", limit=20), form.raw("room")
    words = tuple(form.text(f"word{number}", limit=40) for number in (1, 2, 3))
    try:
        _allow(request)
        pending = await hub.devices.pending(code)
        if await hub.rooms.get(room) is None:
            return await _words_page(request, pending, code, room, "Choose the room that the device is at.")
        about = {"model": pending.model[:40]}
        await hub.audit.append(Event(actor=actor_of(request), action="device.claim", objects=about), {"room": room})
        device = await hub.devices.claim(code, words, room, actor_of(request))
    except (Refused, TooOften) as error:
        return page(request, "claim.html", _status(error), room=room, code=code, wrong=_wrong(request, error))
    await hub.board.say(Claimed(key=device.key))
    return go(f"/doors/{device.id}", "Claimed. The door shows its room within seconds.")


@get("/claims", opt=may(Role.FACILITIES), include_in_schema=False)
async def claims_page(request: Asked) -> Response[str]:
    """Claims for many cards, and those that are still good."""
    hub = parts_of(request).hub
    rooms = await hub.rooms.all()
    doors = seen(await hub.devices.all(), rooms, hub.clock.read().now)
    with_door = {door.room.id for door in doors if door.room}
    names = {row.id: str(row.name) for row in rooms}
    open_claims = await hub.devices.claims()
    return page(
        request, "claims.html", rooms=rooms, with_door=with_door, claims=open_claims, names=names, life=CLAIM_LIFE
    )


@post("/claims", opt=may(Role.FACILITIES), include_in_schema=False)
async def seed(request: Asked) -> Response[str]:
    """Make a claim for each chosen room: a table that is told only now."""
    hub, form = parts_of(request).hub, await form_of(request)
    chosen = form.many("room")
    if not 0 < len(chosen) <= MOST_CLAIMS:
        raise FormRefused(f"Choose 1 to {MOST_CLAIMS} rooms.")
    rooms = {row.id: row for row in await hub.rooms.all()}
    if unknown := [room for room in chosen if room not in rooms]:
        raise FormRefused(f"There is no room {unknown[0][:80]}, or not any more.")
    about = {"claims": str(len(chosen))}
    await hub.audit.append(Event(actor=actor_of(request), action="device.seed", objects=about))
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(("room", "name", "hub", "claim"))
    for room in chosen:
        told = await hub.devices.seed(room, actor_of(request))
        table.writerow((safe_cell(room), safe_cell(str(rooms[room].name)), hub.server.device_address, told))
    headers = {"Content-Disposition": 'attachment; filename="claims.csv"'}
    return Response(out.getvalue(), media_type="text/csv", headers=headers)


@post("/claims/withdraw", opt=may(Role.FACILITIES), include_in_schema=False)
async def withdraw(request: Asked) -> Redirect:
    """Let the unused claims for a room be good no longer."""
    hub, form = parts_of(request).hub, await form_of(request)
    room = form.raw("room")
    await hub.audit.append(Event(actor=actor_of(request), action="device.withdraw"), {"room": room})
    count = await hub.devices.withdraw(room)
    return go("/claims", f"{count} claims are withdrawn.")


async def _words_page(request: Asked, pending: Pending, code: str, room: str, wrong: str = "") -> Response[str]:
    hub = parts_of(request).hub
    rooms = await hub.rooms.all()
    doors = seen(await hub.devices.all(), rooms, hub.clock.read().now)
    taken = {door.room.id for door in doors if door.room}
    status = 422 if wrong else 200
    shown = {"pending": pending, "code": code, "room": room, "rooms": rooms, "taken": taken, "wrong": wrong}
    return page(request, "claim_words.html", status, **shown)


def _names(request: Asked) -> tuple[str, str]:
    return actor_of(request), network_of(address_of(request))


def _allow(request: Asked) -> None:
    """Pass unless there were too many wrong codes from this person or address.

    Raises:
        TooOften: there were.
    """
    parts = parts_of(request)
    for name in _names(request):
        parts.portal.wrong_codes.look(name, parts.hub.clock.read().elapsed)


def _wrong(request: Asked, error: Exception) -> str:
    if isinstance(error, TooOften):
        return f"There were too many wrong codes. Try again in {span(error.wait)}."
    parts = parts_of(request)
    for name in _names(request):
        parts.portal.wrong_codes.count(name, parts.hub.clock.read().elapsed)
    return str(error)


def _status(error: Exception) -> int:
    return 429 if isinstance(error, TooOften) else 422
