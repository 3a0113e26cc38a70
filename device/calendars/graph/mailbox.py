"""Requests to one room's mailbox: authorised, with Graph's preferences, and every error told by status and code."""

import re
from collections.abc import Mapping
from urllib.parse import quote, urlencode

import httpx
import msgspec

from device.calendars.graph.options import Options
from device.calendars.http import Answer, Client
from device.calendars.interface import AccessSource
from device.model.errors import (
    AccessDenied,
    AccessExpired,
    CalendarError,
    CalendarUnreachable,
    MalformedAnswer,
    OccurrenceGone,
    RoomNotFound,
)

PREFERENCES = 'outlook.timezone="UTC", outlook.body-content-type="text", IdType="ImmutableId"'
"""On every request: times in UTC, and ids that stay when an item moves (facts: providers A4)."""

_NO_MAILBOX = frozenset(
    (
        "mailboxnotenabledforrestapi",
        "mailboxnotfound",
        "errormailboxnotfound",
        "errornonexistentmailbox",
        "errorinvaliduser",
        "request_resourcenotfound",
        "resourcenotfound",
    )
)
_NO_ITEM = frozenset(("erroritemnotfound", "erroroccurrencenotfound", "errorinvalididmalformed", "errorinvalidid"))


class Mailbox:
    """One room's mailbox. At most two requests run at a time: no more connections does its `Client` keep.

    Every method raises what `RoomCalendar` may raise. `unless` names statuses that the caller judges itself.
    """

    def __init__(self, client: Client, options: Options, address: str, access: AccessSource) -> None:
        self._client = client
        self._access = access
        self._origin = httpx.URL(options.endpoint)
        self._root = f"{options.endpoint.rstrip('/')}/users/{quote(address, safe='@')}"

    async def get(self, path: str, query: Mapping[str, str]) -> Answer:
        """GET below the mailbox."""
        pairs = urlencode(query, quote_via=quote, safe="$(),':")  # Graph wants %20 where a form has +
        return await self._ask("GET", f"{self._root}/{path}?{pairs}", item=path.startswith("events/"))

    async def follow(self, link: str) -> Answer:
        """GET the next page, whose link is opaque but must lead to where the token may go."""
        try:
            target = self._origin.join(link)
        except (httpx.InvalidURL, ValueError) as error:
            raise MalformedAnswer("the next page has no address") from error
        if (target.scheme, target.netloc, target.userinfo) != (self._origin.scheme, self._origin.netloc, b""):
            raise MalformedAnswer("the next page is on another host")
        return await self._ask("GET", str(target))

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
        access = await self._access()
        headers = {"Authorization": f"Bearer {access.token.reveal()}", "Prefer": PREFERENCES}
        content = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            content = msgspec.json.encode(body)
        if etag:
            headers["If-Match"] = etag
        answer = await self._client.request(method, url, headers=headers, content=content)
        if answer.status >= 300 and answer.status not in unless:
            raise refusal(answer, item=item)
        if answer.body:
            answer.require("application/json")  # a proxy's page with status 200 has changed nothing
        return answer


def event_path(event: str) -> str:
    """The path of an event below its mailbox; ids may hold anything that base64 does."""
    return f"events/{quote(event, safe='')}"


def refusal(answer: Answer, *, item: bool) -> CalendarError:
    """What an answer that is no success means, by its status and code and never by its message.

    There is no `SyncTokenExpired` here: we hold no cursor, so a 410 is a fault like others and is asked again slowly.

    Args:
        answer: any that is not 2xx.
        item: whether one event was asked for by its id.
    """
    try:
        answer.raise_for_server()
        if answer.status == 401:
            return AccessExpired("HTTP 401")
        codes, label = _reason(answer)
    except CalendarError as error:
        return error
    if not codes.isdisjoint(_NO_MAILBOX):
        return RoomNotFound(label)
    if answer.status == 403:
        return AccessDenied(label)
    if answer.status == 404:
        return OccurrenceGone(label) if item else RoomNotFound(label)
    if item and (answer.status in (409, 410, 412) or not codes.isdisjoint(_NO_ITEM)):
        return OccurrenceGone(label)
    return CalendarUnreachable(label, cause="server")


def has_code(answer: Answer, code: str) -> bool:
    """Whether an error carries `code`, at whatever depth Graph put it."""
    return code.lower() in _reason(answer)[0]


def _reason(answer: Answer) -> tuple[frozenset[str], str]:
    """The codes of an error in lower case, outermost first, and a line for the log with the number of the request.

    Raises:
        MalformedAnswer: this is no answer of Graph's, so its status is none either.
    """
    plain = answer.json()
    error = plain.get("error") if isinstance(plain, dict) else None
    if not isinstance(error, dict):
        raise MalformedAnswer(f"HTTP {answer.status} without an error of Graph's")
    codes: list[str] = []
    request = answer.headers.get("request-id", "")
    for _ in range(5):
        if isinstance(error.get("code"), str):
            codes.append(error["code"])
        if isinstance(error.get("request-id"), str):
            request = request or error["request-id"]
        error = error.get("innerError") or error.get("innererror")
        if not isinstance(error, dict):
            break
    named = re.sub(r"[^\w.-]", "", codes[0] if codes else "")[:60] or "no code"
    numbered = re.sub(r"[^\w-]", "", request)[:40]
    return frozenset(map(str.lower, codes)), f"HTTP {answer.status} {named}, request {numbered or 'unknown'}"
