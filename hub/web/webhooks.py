"""The providers' calls by HTTP. Whoever calls learns nothing from the answer but that it was taken."""

from typing import Any

from litestar import Request, Response, post
from litestar.params import FromPath
from litestar.status_codes import HTTP_200_OK

from device.calendars.interface import Notification
from hub.web.parts import parts_of
from hub.webhooks import LONGEST, TooMany

_SILENT = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
LONGEST_REPLY = 4096


@post(
    ["/webhooks/{provider:str}/{connection:str}", "/webhooks/{provider:str}/{connection:str}/lifecycle"],
    status_code=HTTP_200_OK,
    exclude_from_csrf=True,
)
async def webhook(
    request: Request[Any, Any, Any], provider: FromPath[str], connection: FromPath[str]
) -> Response[bytes]:
    """A notification of Microsoft Graph, its lifecycle twin, or Google Calendar."""
    length = request.headers.get("content-length", "0")
    if not length.isdecimal() or int(length) > LONGEST:
        return _answer(b"", 413)
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > LONGEST:
            return _answer(b"", 413)
    notification = Notification(
        headers={name.lower(): value for name, value in request.headers.items()},
        query=dict(request.query_params.items()),
        body=bytes(body),
    )
    try:
        reply = await parts_of(request).webhooks.take(provider, connection, notification)
    except TooMany:
        return _answer(b"", 503)
    if reply is None:
        return _answer(b"", 202)
    return _answer(reply.encode()[:LONGEST_REPLY], 200)


def _answer(body: bytes, status: int) -> Response[bytes]:
    return Response(body, status_code=status, media_type="text/plain", headers=_SILENT)
