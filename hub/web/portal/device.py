"""One device: how it is, what can be asked of it, and what became of that."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from device.wire.hub import DropAccess, OrderKind
from hub.administrators.roles import Role
from hub.audit import Event
from hub.devices.fleet import look
from hub.devices.orders import Asked as AskedOrder
from hub.devices.rows import Device, DeviceState
from hub.services import Services
from hub.switchboard import Greet, Told
from hub.web.parts import parts_of
from hub.web.portal.forms import FormRefused, form_of
from hub.web.portal.frame import go, page
from hub.web.portal.guard import Asked, actor_of, may
from hub.web.portal.screenshot import drawn

ORDERS = {
    OrderKind.IDENTIFY: "It flashes its name on the glass.",
    OrderKind.REFRESH: "It reads its calendar again.",
    OrderKind.RESTART: "It restarts.",
    OrderKind.LOGS: "Its log is fetched.",
    OrderKind.SCREEN: "What is on its glass is fetched.",
}


@get("/doors/{id:str}", opt=may(Role.VIEWER), include_in_schema=False)
async def device_page(request: Asked, id: FromPath[str]) -> Response[str]:  # noqa: A002 - the path's own word
    """Everything that is known of a device."""
    hub = parts_of(request).hub
    device = await _device(hub, id)
    rooms = await hub.rooms.all()
    room = next((row for row in rooms if row.id == device.room), None)
    orders = await hub.orders.of_device(device.id)
    names = {one.id: one.name for one in await parts_of(request).portal.people.administrators.all()}
    door = look(device, room, hub.clock.read().now)
    return page(request, "device.html", door=door, device=device, rooms=rooms, orders=orders, names=names, asks=ORDERS)


@get("/doors/{id:str}/reports/{order:str}", opt=may(Role.VIEWER), include_in_schema=False)
async def report(request: Asked, id: FromPath[str], order: FromPath[str]) -> Response[str]:  # noqa: A002
    """What a device reported, as a text to keep."""
    found = await _order(parts_of(request).hub, id, order)
    headers = {"Content-Disposition": f'attachment; filename="{found.kind.value}-{found.id[:8]}.txt"'}
    return Response(found.text, media_type="text/plain; charset=utf-8", headers=headers)


@get("/doors/{id:str}/pictures/{order:str}", opt=may(Role.VIEWER), include_in_schema=False)
async def picture(request: Asked, id: FromPath[str], order: FromPath[str]) -> Response[str]:  # noqa: A002
    """What was on its glass, as a picture."""
    found = await _order(parts_of(request).hub, id, order)
    if found.kind is not OrderKind.SCREEN or found.state != "done":
        raise FormRefused("This report is no picture of the glass.")
    return Response(drawn(found.text), media_type="image/svg+xml")


@post("/doors/{id:str}/ask", opt=may(Role.FACILITIES), include_in_schema=False)
async def ask(request: Asked, id: FromPath[str]) -> Redirect:  # noqa: A002
    """Ask something of a device that it does at once and that can be done again."""
    hub, form = parts_of(request).hub, await form_of(request)
    device = await _device(hub, id)
    kind = next((kind for kind in ORDERS if kind.value == form.text("kind")), None)
    if kind is None:
        raise FormRefused("There is no such order.")
    await hub.orders.ask(device, kind, actor_of(request))
    return go(_page(device), f"Asked. {ORDERS[kind]}")


@post("/doors/{id:str}/move", opt=may(Role.FACILITIES), include_in_schema=False)
async def move(request: Asked, id: FromPath[str]) -> Redirect:  # noqa: A002
    """Give a device another room."""
    hub, form = parts_of(request).hub, await form_of(request)
    device, room = await _device(hub, id), form.raw("room")
    await _note(request, "device.move", device, {"room": room})
    await hub.devices.move(device.id, room)
    await _drop(hub, device, "moved")
    return go(_page(device), "The device has another room, and is told so.")


@post("/doors/{id:str}/quarantine", opt=may(Role.FACILITIES), include_in_schema=False)
async def quarantine(request: Asked, id: FromPath[str]) -> Redirect:  # noqa: A002
    """Let a device have nothing until somebody has looked, or let it in again."""
    hub, form = parts_of(request).hub, await form_of(request)
    device = await _device(hub, id)
    state = DeviceState.ACTIVE if form.ticked("release") else DeviceState.QUARANTINED
    await _note(request, f"device.{'release' if form.ticked('release') else 'quarantine'}", device)
    await hub.devices.set_state(device.id, state)
    await _drop(hub, device, "quarantined")
    said = "It is let in again." if state is DeviceState.ACTIVE else "It is quarantined, and has dropped its access."
    return go(_page(device), said)


@post("/doors/{id:str}/revoke", opt=may(Role.FACILITIES, fresh=True), include_in_schema=False)
async def revoke(request: Asked, id: FromPath[str]) -> Redirect:  # noqa: A002
    """Let a device never in again: it has to be claimed anew."""
    hub = parts_of(request).hub
    device = await _device(hub, id)
    await _note(request, "device.revoke", device)
    await hub.devices.set_state(device.id, DeviceState.REVOKED)
    await _drop(hub, device, "revoked")
    return go("/doors", "The device is revoked. Its key is good for nothing any more.")


@post("/doors/{id:str}/wipe", opt=may(Role.FACILITIES, fresh=True), include_in_schema=False)
async def wipe(request: Asked, id: FromPath[str]) -> Redirect:  # noqa: A002
    """Have a device forget everything, against its signed receipt."""
    hub = parts_of(request).hub
    device = await _device(hub, id)
    await hub.orders.ask(device, OrderKind.WIPE, actor_of(request))
    return go(_page(device), "Asked to wipe itself. Its receipt appears below once it has done it.")


async def _device(hub: Services, name: str) -> Device:
    """The device called so.

    Raises:
        FormRefused: there is none.
    """
    found = await hub.devices.get(name)
    if found is None:
        raise FormRefused("There is no such device, or not any more.")
    return found


async def _order(hub: Services, device: str, order: str) -> AskedOrder:
    """What was asked of a device.

    Raises:
        FormRefused: nothing was asked under that name.
    """
    found = await hub.orders.get(order)
    if found is None or found.device != device:
        raise FormRefused("There is no such report, or not any more: they are kept for a week.")
    return found


async def _drop(hub: Services, device: Device, reason: str) -> None:
    """Have it forget its access at once, and greet anew."""
    await hub.board.say(Told(device=device.id, word=DropAccess(reason=reason)))
    await hub.board.say(Greet(device=device.id))


async def _note(request: Asked, action: str, device: Device, values: dict[str, Any] | None = None) -> None:
    event = Event(actor=actor_of(request), action=action, objects={"device": device.id})
    await parts_of(request).hub.audit.append(event, values)


def _page(device: Device) -> str:
    return f"/doors/{device.id}"
