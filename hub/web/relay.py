"""The relay by HTTP: one POST a method, JSON both ways, a device's own bearer token."""

from typing import Any

import msgspec
from litestar import Request, Response, post
from litestar.params import FromPath
from litestar.status_codes import HTTP_200_OK

from device.calendars.relayed import Asked, Refusal, refusal_of
from device.model.errors import CalendarError
from device.model.value import Value, decode, encode
from hub.devices.rows import DeviceState
from hub.relay import status_of
from hub.relay_tokens import BadToken, Bearer
from hub.services import Services
from hub.web.parts import parts_of

LONGEST = 256 << 10


@post("/relay/{method:str}", status_code=HTTP_200_OK, include_in_schema=True, exclude_from_csrf=True)
async def relay(request: Request[Any, Any, Any], method: FromPath[str]) -> Response[bytes]:
    """Read or write the calendar of the room that the bearer's token is for.

    Methods: `read`, `changed`, `book`, `extend`, `end`, `check-in`, `busy`. A refusal names one of Doorlight's errors.
    """
    parts = parts_of(request)
    bearer = await _bearer(request, parts.hub)
    if isinstance(bearer, int):
        return _told(Refusal(error="AccessExpired" if bearer == 401 else "AccessDenied"), bearer)
    body = await request.body()
    try:
        asked = decode(body[: LONGEST + 1], Asked) if len(body) <= LONGEST else None
    except (msgspec.DecodeError, UnicodeDecodeError):
        asked = None
    if asked is None:
        return _told(Refusal(error="MalformedAnswer"), 400)
    try:
        return _told(await parts.relay.answer(bearer, method, asked), 200)
    except CalendarError as error:
        return _told(refusal_of(error), status_of(error))


async def _bearer(request: Request[Any, Any, Any], hub: Services) -> Bearer | int:
    """Who comes, or the status for whoever may not."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return 401
    try:
        bearer = hub.tokens.judge(token.strip(), hub.clock.read().now)
    except BadToken:
        return 401
    device = await hub.devices.get(bearer.device)
    if device is None or device.state is not DeviceState.ACTIVE or device.room != bearer.room:
        return 403
    return bearer


def _told(value: Value, status: int) -> Response[bytes]:
    headers = {"Cache-Control": "no-store"}
    return Response(encode(value), status_code=status, media_type="application/json", headers=headers)
