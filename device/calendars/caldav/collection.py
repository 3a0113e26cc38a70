"""A calendar collection: its events of a window, whether it changed, and conditional writes to its members."""

from datetime import datetime, timedelta
from urllib.parse import urljoin

from device.calendars.caldav import multistatus
from device.calendars.caldav.multistatus import CALDAV, DAV, CollectionProperties, Member
from device.calendars.caldav.server import Server, refuse
from device.calendars.http import Answer
from device.calendars.interface import ANSWER_LIMIT
from device.model.errors import CalendarUnreachable, OccurrenceGone, RoomNotFound, SyncTokenExpired
from device.model.value import Value
from device.model.window import Window

QUERY_LIMIT = 10 << 20
"""Bytes of one query's answer: a series comes with all its exceptions."""
MARGIN = timedelta(days=1)
"""Servers look at floating times and at days in a zone of their own; so more is asked for, and clipped here."""

_XML = {"Content-Type": 'application/xml; charset="utf-8"'}
_ICALENDAR = {"Content-Type": 'text/calendar; charset="utf-8"'}
_SYNC, _CTAG = "sync:", "ctag:"


class Stale(OccurrenceGone):
    """Somebody wrote the member since it was read (412)."""


class Events(Value):
    """The members that touch a window, as they are stored."""

    members: tuple[Member, ...]
    server_date: datetime | None = None


class Collection:
    """One room's calendar on a server, or a neighbour's."""

    def __init__(self, server: Server, url: str) -> None:
        self._server = server
        self._url = url if url.endswith("/") else f"{url}/"

    async def cursor(self) -> str:
        """Where it is now, for `changed`; empty where the server cannot tell.

        Raises:
            RoomNotFound: it is no calendar.
        """
        properties = await self._properties()
        if properties.sync_token:
            return _SYNC + properties.sync_token
        return _CTAG + properties.ctag if properties.ctag else ""

    async def changed(self, cursor: str) -> bool:
        """Whether anything changed since `cursor`.

        Raises:
            SyncTokenExpired: the server does not know it any more.
        """
        if cursor.startswith(_CTAG):
            return cursor != await self.cursor()
        if not cursor.startswith(_SYNC):
            return True
        answer = await self._report(
            multistatus.sync_collection(cursor.removeprefix(_SYNC)), depth="0", limit=QUERY_LIMIT
        )
        if answer.status in (403, 409, 412) and multistatus.has_condition(answer.body, f"{DAV}valid-sync-token"):
            raise SyncTokenExpired("the server does not know the sync token")
        if answer.status != 207:
            refuse(answer)
        return any(member.name for member in multistatus.members(answer.body))

    async def events(self, window: Window) -> Events:
        """Every event that may touch `window`, and a few beside it."""
        query = multistatus.calendar_query(window.start - MARGIN, window.end + MARGIN)
        answer = await self._report(query, depth="1", limit=QUERY_LIMIT)
        if answer.status != 207:
            refuse(answer)
        found = tuple(multistatus.members(answer.body))
        if any(member.status == 507 for member in found):
            raise CalendarUnreachable("the server gave only a part of it", cause="server")
        return Events(members=tuple(member for member in found if member.name), server_date=answer.server_date)

    async def free_busy(self, window: Window) -> bytes:
        """Its busy times as a VFREEBUSY, for those who may not read it."""
        answer = await self._report(
            multistatus.free_busy_query(window.start, window.end), depth="1", limit=ANSWER_LIMIT
        )
        if answer.status != 200:
            refuse(answer)
        return answer.body

    async def fetch(self, name: str) -> Member:
        """One member as it is now.

        Raises:
            OccurrenceGone: there is none of that name.
        """
        answer = await self._server.request("GET", self._member(name), headers={"Accept": "text/calendar"})
        if answer.status in (404, 410):
            raise OccurrenceGone("the event is not there any more")
        if answer.status != 200:
            refuse(answer)
        return Member(
            name=name,
            etag=answer.headers.get("etag", "").removeprefix("W/"),  # a proxy that compresses weakens it
            modified=answer.headers.get("last-modified", ""),
            data=answer.body,
        )

    async def create(self, name: str, body: bytes) -> bool:
        """Store a new member; False if there is one of that name, or of its UID, already."""
        answer = await self._put(name, body, {"If-None-Match": "*"})
        if answer.status == 412 or multistatus.has_condition(answer.body, f"{CALDAV}no-uid-conflict"):
            return False
        self._check_write(answer)
        return True

    async def replace(self, member: Member, body: bytes) -> None:
        """Store another version of a member.

        Raises:
            Stale: it is not the version that was read any more.
        """
        self._check_write(await self._put(member.name, body, {"If-Match": member.etag} if member.etag else {}))

    async def delete(self, member: Member) -> None:
        """Remove a member; one that is gone already is no error.

        Raises:
            Stale: it is not the version that was read any more.
        """
        condition = {"If-Match": member.etag} if member.etag else {}
        answer = await self._server.request("DELETE", self._member(member.name), headers=condition)
        if answer.status not in (404, 410):
            self._check_write(answer)

    async def _properties(self) -> CollectionProperties:
        answer = await self._server.request(
            "PROPFIND", self._url, headers={"Depth": "0", **_XML}, content=multistatus.COLLECTION_PROPERTIES
        )
        if answer.status != 207:
            refuse(answer)
        properties = multistatus.collection_properties(answer.body)
        if not properties.is_calendar:
            raise RoomNotFound("there is something, and it is no calendar collection")
        return properties

    async def _report(self, query: bytes, *, depth: str, limit: int) -> Answer:
        headers = {"Depth": depth, **_XML}
        return await self._server.request("REPORT", self._url, headers=headers, content=query, limit=limit)

    async def _put(self, name: str, body: bytes, condition: dict[str, str]) -> Answer:
        headers = {**_ICALENDAR, **condition}
        return await self._server.request("PUT", self._member(name), headers=headers, content=body)

    def _check_write(self, answer: Answer) -> None:
        if answer.status == 412:
            raise Stale("the event was changed in between")
        if answer.status == 409:
            raise RoomNotFound("HTTP 409, the calendar is not there")
        if answer.status not in (200, 201, 204):
            refuse(answer)

    def _member(self, name: str) -> str:
        """The URL of a member: always below this collection, whatever the name is."""
        if not name or "/" in name or name in (".", ".."):
            raise OccurrenceGone("no member can be called that")
        return urljoin(self._url, f"./{name}")
