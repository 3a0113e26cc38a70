"""Graph as one application's access reaches it: authorised requests, with Graph's preferences, errors told."""

from collections.abc import Iterable, Mapping
from contextlib import AbstractAsyncContextManager

import httpx
import msgspec

from device.calendars.graph.lanes import lanes
from device.calendars.graph.options import Options
from device.calendars.graph.refusal import refusal
from device.calendars.http import Answer, Client
from device.calendars.interface import ANSWER_LIMIT, AccessSource
from device.model.errors import MalformedAnswer

PREFERENCES = 'outlook.timezone="UTC", outlook.body-content-type="text", IdType="ImmutableId"'
"""On every request: times in UTC, and ids that stay when an item moves (facts: providers A4)."""


class Service:
    """Sends requests to one Graph and to no other. It raises what `RoomCalendar` may raise."""

    def __init__(self, client: Client, options: Options, access: AccessSource) -> None:
        self._client = client
        self._access = access
        self._origin = httpx.URL(options.endpoint)
        self._application = (options.endpoint, options.client_id)
        self.root = options.endpoint.rstrip("/")
        """Where Graph is, version and all."""
        self.timeout = options.timeout
        """Seconds for one call as a whole."""

    def lanes(self, mailboxes: Iterable[str]) -> AbstractAsyncContextManager[None]:
        """A place in each of these mailboxes, for the requests that are about them."""
        return lanes(self._application, mailboxes, self.timeout)

    def onward(self, link: str) -> str:
        """The address of the next page, whose link is opaque but must lead to where the token may go.

        Raises:
            MalformedAnswer: it leads elsewhere.
        """
        try:
            target = self._origin.join(link)
        except (httpx.InvalidURL, ValueError) as error:
            raise MalformedAnswer("the next page has no address") from error
        if (target.scheme, target.netloc, target.userinfo) != (self._origin.scheme, self._origin.netloc, b""):
            raise MalformedAnswer("the next page is on another host")
        return str(target)

    def within(self, link: str) -> str:
        """The next page as a batch is asked for it: by its path below `root`.

        Raises:
            MalformedAnswer: it lies elsewhere.
        """
        target = self.onward(link)
        if not target.startswith(f"{self.root}/"):
            raise MalformedAnswer("the next page is no part of this Graph")
        return target.removeprefix(self.root)

    async def ask(
        self,
        method: str,
        url: str,
        body: object = None,
        *,
        headers: Mapping[str, str] | None = None,
        item: bool = False,
        unless: tuple[int, ...] = (),
        limit: int = ANSWER_LIMIT,
    ) -> Answer:
        """One request, and an answer that is a success.

        Args:
            method: of HTTP.
            url: below `root`, or from `onward`.
            body: becomes JSON; None: there is none.
            headers: beside the usual ones.
            item: whether one event is asked for by its id.
            unless: statuses that the caller judges itself.
            limit: bytes of the answer.
        """
        access = await self._access()
        sent = {"Authorization": f"Bearer {access.token.reveal()}", "Prefer": PREFERENCES, **(headers or {})}
        content = None
        if body is not None:
            sent["Content-Type"] = "application/json"
            content = msgspec.json.encode(body)
        answer = await self._client.request(method, url, headers=sent, content=content, limit=limit)
        if answer.status >= 300 and answer.status not in unless:
            raise refusal(answer, item=item)
        if answer.body:
            answer.require("application/json")  # a proxy's page with status 200 has changed nothing
        return answer
