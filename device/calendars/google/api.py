"""Requests to Google's APIs: authorised, charged to one room, and every error told by status and reason."""

import hashlib
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

import msgspec

from device.calendars.google.options import Options
from device.calendars.http import Answer, Client
from device.calendars.interface import AccessSource
from device.model.errors import (
    AccessDenied,
    AccessExpired,
    CalendarBusy,
    CalendarError,
    CalendarUnreachable,
    MalformedAnswer,
    OccurrenceGone,
    RoomNotFound,
)

_BUSY = frozenset(
    (
        "ratelimitexceeded",
        "userratelimitexceeded",
        "userratelimitexceededunreg",
        "quotaexceeded",
        "dailylimitexceeded",
        "concurrentlimitexceeded",
        "variabletermlimitexceeded",
        "rate_limit_exceeded",
        "resource_exhausted",
    )
)
"""Google asks for patience with a 403 as often as with a 429 (facts: providers B6)."""
NOT_ORGANIZER = "forbiddenForNonOrganizer"
NOT_FOR_SERVICE_ACCOUNTS = "forbiddenForServiceAccounts"


class Api:
    """Google's APIs, asked with one access. At most two requests run at a time: no more does its `Client` keep.

    Args:
        client: the line.
        access: gives the token for each request.
        room: to whom the requests are charged: Google counts by account, and rooms share one (`quotaUser`).
    """

    def __init__(self, client: Client, access: AccessSource, room: str = "") -> None:
        self._client = client
        self._access = access
        self._quota = {"quotaUser": hashlib.sha256(room.encode()).hexdigest()[:32]} if room else {}

    async def ask(
        self,
        method: str,
        url: str,
        query: Mapping[str, str] | None = None,
        body: object = None,
        *,
        etag: str = "",
        item: bool = False,
        unless: tuple[int, ...] = (),
    ) -> Answer:
        """Ask; an answer that is no success is raised, unless its status is one that the caller judges itself."""
        access = await self._access()
        headers = {"Authorization": f"Bearer {access.token.reveal()}"}
        content = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            content = msgspec.json.encode(body)
        if etag:
            headers["If-Match"] = etag
        pairs = urlencode({**(query or {}), **self._quota}, quote_via=quote)
        answer = await self._client.request(method, f"{url}?{pairs}", headers=headers, content=content)
        if answer.status >= 300 and answer.status not in unless:
            raise refusal(answer, item=item)
        if answer.body:
            answer.require("application/json")  # a proxy's page with status 200 has changed nothing
        return answer

    async def get(self, url: str, query: Mapping[str, str] | None = None) -> dict[str, Any]:
        """GET what must be a JSON object."""
        plain = (await self.ask("GET", url, query)).json()
        if not isinstance(plain, dict):
            raise MalformedAnswer("JSON that is no object")
        return plain


class Events:
    """The events of one calendar."""

    def __init__(self, api: Api, options: Options, calendar: str) -> None:
        self._api = api
        self._root = f"{calendar_url(options, calendar)}/events"

    async def page(self, query: Mapping[str, str]) -> Answer:
        """One page."""
        return await self._api.ask("GET", self._root, query)

    async def get(self, event: str, query: Mapping[str, str]) -> Answer:
        """One event; those that were cancelled can be had, too."""
        return await self._api.ask("GET", self._at(event), query, item=True)

    async def insert(self, body: object, query: Mapping[str, str]) -> Answer | None:
        """Enter a new one; None where its id was used before."""
        answer = await self._api.ask("POST", self._root, query, body, unless=(409,))
        return None if answer.status == 409 else answer

    async def patch(self, event: str, body: object, query: Mapping[str, str], *, etag: str = "") -> Answer | None:
        """Change what `body` names, and only if it is still the one of `etag`; None where it is not."""
        answer = await self._api.ask("PATCH", self._at(event), query, body, etag=etag, item=True, unless=(412,))
        return None if answer.status == 412 else answer

    async def delete(self, event: str, query: Mapping[str, str], *, etag: str = "") -> Answer | None:
        """Take it out of this calendar, and only if it is still the one of `etag`; None where it is not."""
        answer = await self._api.ask("DELETE", self._at(event), query, etag=etag, item=True, unless=(412,))
        return None if answer.status == 412 else answer

    def _at(self, event: str) -> str:
        return f"{self._root}/{quote(event, safe='')}"


class Denied(AccessDenied):
    """A 403 with its reasons, for the one caller who knows a way round."""

    def __init__(self, label: str, reasons: frozenset[str]) -> None:
        super().__init__(label)
        self._reasons = reasons

    def because(self, reason: str) -> bool:
        """Whether this was a reason."""
        return reason.lower() in self._reasons


def calendar_url(options: Options, calendar: str) -> str:
    """Where a calendar is, by its id."""
    return f"{options.endpoint.rstrip('/')}/calendars/{quote(calendar, safe='@')}"


def refusal(answer: Answer, *, item: bool = False) -> CalendarError:
    """What an answer that is no success means, by its status and reason and never by its message.

    There is no `SyncTokenExpired` here: we hold no cursor, so a 410 about a list is a fault like others.

    Args:
        answer: any that is not 2xx.
        item: whether one event was asked for by its id.
    """
    try:
        answer.raise_for_server()
        if answer.status == 401:
            return AccessExpired("HTTP 401")
        reasons, label = reason_of(answer)
    except CalendarError as error:
        return error
    if not _BUSY.isdisjoint(reasons):
        return CalendarBusy(label, retry_after=answer.retry_after)
    if answer.status == 403:
        return Denied(label, reasons)
    if item and answer.status in (404, 409, 410, 412):
        return OccurrenceGone(label)
    if answer.status == 404:
        return RoomNotFound(label)
    return CalendarUnreachable(label, cause="server")


def reason_of(answer: Answer) -> tuple[frozenset[str], str]:
    """The reasons of an error in lower case, in the older and the newer shape, and a line for the log.

    Raises:
        MalformedAnswer: this is no answer of Google's, so its status is none either.
    """
    plain = answer.json()
    error = plain.get("error") if isinstance(plain, dict) else None
    if not isinstance(error, dict):
        raise MalformedAnswer(f"HTTP {answer.status} without an error of Google's")
    told = [error.get("status")]
    for listed in (error.get("details"), error.get("errors")):
        told += [each.get("reason") for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    reasons = [reason for reason in told if isinstance(reason, str)]
    named = re.sub(r"[^\w.-]", "", reasons[-1] if reasons else "")[:60] or "no reason"
    return frozenset(map(str.lower, reasons)), f"HTTP {answer.status} {named}"
