"""Styles, script and type of the portal, the same for everybody."""

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from hub.web.portal.frame import statics
from hub.web.portal.guard import PUBLIC

_KINDS = {
    "css": "text/css",
    "js": "text/javascript",
    "woff2": "font/woff2",
    "svg": "image/svg+xml",
    "txt": "text/plain",
}
_FOR_LONG = {"Cache-Control": "public, max-age=31536000, immutable"}
"""Another content has another address."""


@get("/static/{name:str}", opt=PUBLIC, include_in_schema=False, sync_to_thread=False)
def static(name: FromPath[str]) -> Response[bytes]:
    """One of the few files there are."""
    found = statics().get(name)
    if found is None:
        raise NotFoundException
    return Response(found, media_type=_KINDS[name.rpartition(".")[2]], headers=_FOR_LONG)
