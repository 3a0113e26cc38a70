"""A CalDAV server as small as one can be, for what real ones cannot be made to do at the right moment."""

import re
from collections.abc import Awaitable, Callable
from email.utils import formatdate
from itertools import count

from aiohttp import web

Hook = Callable[[web.Request], Awaitable[web.StreamResponse | None]]


class ScriptedDav:
    """One collection at `/rooms/aurora/`. A hook for a method acts before the server does, or answers in its place."""

    def __init__(self) -> None:
        self.members: dict[str, str] = {}
        self.etags: dict[str, str] = {}
        self.modified: dict[str, float] = {}
        self.hooks: dict[str, Hook] = {}
        self.properties = "<D:resourcetype><D:collection/><C:calendar/></D:resourcetype>"
        self.more_responses = ""
        self.seconds = 1_774_600_000.0
        """The server's clock, which stands still until a test moves it."""
        self.methods: list[str] = []
        self._versions = count(1)

    def store(self, name: str, text: str) -> None:
        """Somebody stores a member."""
        self.members[name], self.etags[name] = text, f'"v{next(self._versions)}"'
        self.modified[name] = self.seconds

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        self.methods.append(request.method)
        hook = self.hooks.get(request.method)
        answer = await hook(request) if hook else None
        if answer is not None:
            return answer
        body = await request.text()
        name = request.path.rpartition("/")[2]
        if request.method == "PROPFIND":
            return self._multistatus(_response("/rooms/aurora/", self.properties))
        if request.method == "REPORT":
            return self._multistatus("".join(map(self._event, self.members)) + self.more_responses)
        return self._member(request, name, body)

    def _member(self, request: web.Request, name: str, body: str) -> web.Response:
        there = name in self.members
        if request.method != "PUT" and not there:
            return web.Response(status=404)
        refused = request.headers.get("If-None-Match") == "*" and there
        expected = request.headers.get("If-Match")
        if refused or (expected is not None and expected != self.etags.get(name)):
            return web.Response(status=412)
        if request.method == "GET":
            return web.Response(text=self.members[name], headers={"ETag": self.etags[name]})
        if request.method == "DELETE":
            del self.members[name]
        else:
            self.store(name, body)
        return web.Response(status=204)

    def _event(self, name: str) -> str:
        return _response(
            f"/rooms/aurora/{name}",
            f"<D:getetag>{self.etags[name]}</D:getetag>"
            f"<D:getlastmodified>{formatdate(self.modified[name], usegmt=True)}</D:getlastmodified>"
            f"<C:calendar-data><![CDATA[{self.members[name]}]]></C:calendar-data>",
        )

    def _multistatus(self, responses: str) -> web.Response:
        text = (
            '<?xml version="1.0"?><D:multistatus xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" '
            f'xmlns:S="http://calendarserver.org/ns/">{responses}</D:multistatus>'
        )
        return web.Response(status=207, text=text, content_type="application/xml")


def _response(href: str, properties: str) -> str:
    ok = "<D:status>HTTP/1.1 200 OK</D:status>"
    return f"<D:response><D:href>{href}</D:href><D:propstat><D:prop>{properties}</D:prop>{ok}</D:propstat></D:response>"


def said(text: str, name: str) -> list[str]:
    """The values of a property in an iCalendar text."""
    unfolded = re.sub(r"\r?\n[ \t]", "", text)
    return re.findall(rf"^{name}(?:;[^:\r\n]*)?:([^\r\n]*)", unfolded, re.MULTILINE)
