"""Requests to one room's mailbox: authorised, with Graph's preferences, and every error told by status and code."""

import re
from collections.abc import AsyncIterator, Mapping
from typing import Any, NoReturn
from urllib.parse import quote, urlencode

import httpx
import msgspec

from device.calendars.graph.options import Options
from device.calendars.http import Answer, Client
from device.calendars.interface import PAGE_LIMIT, AccessSource
from device.model.errors import (
    AccessDenied,
    AccessExpired,
    CalendarUnreachable,
    MalformedAnswer,
    OccurrenceGone,
    RoomNotFound,
    SyncTokenExpired,
)

PREFER = 'outlook.timezone="UTC", outlook.body-content-type="text", IdType="ImmutableId"'
"""On every request: times in UTC, and ids that stay when an item moves (facts: providers A4)."""
DUPLICATE = "ErrorDuplicateTransactionId"

_NO_MAILBOX = frozenset(
    (
        "MailboxNotEnabledForRESTAPI",
        "MailboxNotFound",
        "ErrorNonExistentMailbox",
        "ErrorInvalidUser",
        "Request_ResourceNotFound",
        "ResourceNotFound",
    )
)
_NO_ITEM = frozenset(("ErrorItemNotFound", "ErrorInvalidIdMalformed", "ErrorOccurrenceNotFound", "ErrorInvalidId"))
_RESYNC = frozenset(("resyncRequired", "syncStateNotFound", "SyncStateNotFound", "syncStateInvalid"))


class Refused(CalendarUnreachable):
    """Graph will not do this, for a reason of its own: nothing that a door knows a better name for."""

    def __init__(self, detail: str, code: str) -> None:
        super().__init__(detail, cause="server")
        self.code = code


class Mailbox:
    """One room's mailbox. At most two requests run at a time, as many as `Client` keeps connections."""

    def __init__(self, client: Client, options: Options, address: str, access: AccessSource) -> None:
        self._client = client
        self._access = access
        self._root = f"{options.endpoint.rstrip('/')}/users/{quote(address, safe='@')}"
        self._origin = httpx.URL(options.endpoint)

    async def pages(self, path: str, query: Mapping[str, str]) -> AsyncIterator[Answer]:
        """One answer a page; `asend` the link to the next, or an empty one. See `follow`."""
        raise NotImplementedError

    async def get(self, path: str, query: Mapping[str, str]) -> Answer:
        """GET below the mailbox."""
        return await self._ask("GET", self._address(path, query))

    async def follow(self, link: str) -> Answer:
        """GET the next page, whose link is opaque but must lead to where the token may go.

        Raises:
            MalformedAnswer: it leads elsewhere.
        """
        try:
            target = self._origin.join(link)
        except (httpx.InvalidURL, ValueError) as error:
            raise MalformedAnswer("the next page has no address") from error
        if (target.scheme, target.netloc, target.userinfo) != (self._origin.scheme, self._origin.netloc, b""):
            raise MalformedAnswer("the next page is on another host")
        return await self._ask("GET", str(target))

    async def post(self, path: str, body: object) -> Answer:
        """POST below the mailbox."""
        return await self._ask("POST", self._address(path), body=body)
