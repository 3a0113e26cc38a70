"""Requests to one room's mailbox, of which no more run at a time than Exchange likes."""

from collections.abc import Mapping
from urllib.parse import quote, urlencode

from device.calendars.graph.service import Service
from device.calendars.http import Answer


class Mailbox:
    """One room's mailbox.

    Every method raises what `RoomCalendar` may raise. `unless` names statuses that the caller judges itself.
    """

    def __init__(self, service: Service, address: str) -> None:
        self._service = service
        self._address = address
        self._root = f"{service.root}{mailbox_path(address)}"

    async def get(self, path: str, query: Mapping[str, str]) -> Answer:
        """GET below the mailbox."""
        asked = f"?{pairs(query)}" if query else ""
        return await self._ask("GET", f"{self._root}/{path}{asked}", item=path.startswith("events/"))

    async def follow(self, link: str) -> Answer:
        """GET the next page."""
        return await self._ask("GET", self._service.onward(link))

    async def post(self, path: str, body: object, *, unless: tuple[int, ...] = ()) -> Answer:
        """POST below the mailbox."""
        return await self._ask("POST", f"{self._root}/{path}", body, item=path.startswith("events/"), unless=unless)

    async def patch(self, event: str, body: object, *, etag: str = "", unless: tuple[int, ...] = ()) -> Answer:
        """Change what `body` names of an event, and only if it is still the one of `etag`."""
        return await self._ask("PATCH", f"{self._root}/{event_path(event)}", body, etag=etag, item=True, unless=unless)

    async def delete(self, event: str) -> None:
        """Remove an event."""
        await self._ask("DELETE", f"{self._root}/{event_path(event)}", item=True)

    async def _ask(
        self,
        method: str,
        url: str,
        body: object = None,
        *,
        etag: str = "",
        item: bool = False,
        unless: tuple[int, ...] = (),
    ) -> Answer:
        headers = {"If-Match": etag} if etag else {}
        async with self._service.lanes((self._address,)):
            return await self._service.ask(method, url, body, headers=headers, item=item, unless=unless)


def mailbox_path(address: str) -> str:
    """The path of a mailbox, below the root of Graph or of a batch."""
    return f"/users/{quote(address, safe='@')}"


def event_path(event: str) -> str:
    """The path of an event below its mailbox; ids may hold anything that base64 does."""
    return f"events/{quote(event, safe='')}"


def pairs(query: Mapping[str, str]) -> str:
    """A query as Graph wants it: `%20` where a form has `+`."""
    return urlencode(query, quote_via=quote, safe="$(),':")
