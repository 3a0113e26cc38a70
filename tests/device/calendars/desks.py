"""People at their desks, who book a room by programs that are not ours: the vendor's own client, or the bare protocol.

A desk looks whether the room is free, writes straight into its calendar, and later sees for itself whether somebody
else stands there as well. Nobody judges between the two, at any of these vendors.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Protocol

import caldav
import exchangelib
import google_auth_httplib2
import httplib2
import httpx
from dav_worlds import WHO, DavWorld
from exchange_trust import trusting
from exchange_worlds import ExchangeWorld
from google.api_core.client_options import ClientOptions
from google.oauth2.credentials import Credentials
from google_worlds import WorkspaceWorld
from googleapiclient.discovery import build
from graph_worlds import OfficeWorld
from story import ROOM

from device.calendars.google.scopes import WRITE
from device.emulator.google.grants import Grant
from device.emulator.google.workspace import ADMINISTRATOR
from device.emulator.office import Office
from device.model.window import Window


class Desk(Protocol):
    """Somebody with the room's calendar open."""

    async def write(self, title: str, when: Window) -> None:
        """Enter a meeting, whatever else is there."""

    async def seen(self, when: Window) -> dict[str, str]:
        """The titles of what is there, by name."""

    async def remove(self, name: str) -> None:
        """Take one away."""


class GraphDesk:
    """The bare protocol of Microsoft Graph."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def write(self, title: str, when: Window) -> None:
        bounds = {"start": _moment(when.start.isoformat()), "end": _moment(when.end.isoformat())}
        (await self._client.post("events", json={"subject": title, **bounds})).raise_for_status()

    async def seen(self, when: Window) -> dict[str, str]:
        asked = {"startDateTime": when.start.isoformat(), "endDateTime": when.end.isoformat()}
        answer = await self._client.get("calendarView", params=asked)
        return {event["id"]: event["subject"] for event in answer.raise_for_status().json()["value"]}

    async def remove(self, name: str) -> None:
        (await self._client.delete(f"events/{name}")).raise_for_status()

    async def move(self, name: str, when: Window) -> None:
        bounds = {"start": _moment(when.start.isoformat()), "end": _moment(when.end.isoformat())}
        (await self._client.patch(f"events/{name}", json=bounds)).raise_for_status()


def _moment(instant: str) -> dict[str, str]:
    return {"dateTime": instant.removesuffix("+00:00"), "timeZone": "UTC"}


@asynccontextmanager
async def graph_desk(world: OfficeWorld) -> AsyncIterator[GraphDesk]:
    """Somebody's program with a token of its own."""
    async with graph_desk_at(world.office, ROOM.id) as desk:
        yield desk


@asynccontextmanager
async def graph_desk_at(office: Office, room: str) -> AsyncIterator[GraphDesk]:
    """The same at any room of an office."""
    app = office.tenant_cloud.apps[office.client_id]
    token = office.tenant_cloud.tokens.issue(app, office.tenant, "https://graph.microsoft.com")
    async with httpx.AsyncClient(
        verify=ssl.create_default_context(cafile=str(office.ca_bundle)),
        base_url=f"{office.endpoint}/users/{room}/",
        headers={"Authorization": f"Bearer {token}"},
        timeout=20,
        trust_env=False,
    ) as client:
        yield GraphDesk(client)


class GoogleDesk:
    """Google's own client, unchanged."""

    def __init__(self, events: Any) -> None:
        self._events = events

    async def write(self, title: str, when: Window) -> None:
        bounds = {name: {"dateTime": getattr(when, name).isoformat()} for name in ("start", "end")}
        await asyncio.to_thread(self._events.insert(calendarId=ROOM.id, body={"summary": title, **bounds}).execute)

    async def seen(self, when: Window) -> dict[str, str]:
        asked = {"timeMin": when.start.isoformat(), "timeMax": when.end.isoformat(), "singleEvents": True}
        page = await asyncio.to_thread(self._events.list(calendarId=ROOM.id, **asked).execute)
        return {event["id"]: event["summary"] for event in page["items"]}

    async def remove(self, name: str) -> None:
        await asyncio.to_thread(self._events.delete(calendarId=ROOM.id, eventId=name).execute)


@asynccontextmanager
async def google_desk(world: WorkspaceWorld) -> AsyncIterator[GoogleDesk]:
    """Somebody's program with a token of its own."""
    office = world.office
    token = office.workspace.grants.access(Grant(account=ADMINISTRATOR, scopes=frozenset(WRITE)))
    line = httplib2.Http(ca_certs=str(office.ca_bundle), timeout=20)
    http = google_auth_httplib2.AuthorizedHttp(Credentials(token), http=line)
    where = ClientOptions(api_endpoint=f"{office.authority}/calendar/v3/")
    service = build("calendar", "v3", http=http, static_discovery=True, cache_discovery=False, client_options=where)
    try:
        yield GoogleDesk(service.events())
    finally:
        line.close()


class DavDesk:
    """The client library `caldav`, unchanged."""

    def __init__(self, calendar: caldav.Calendar) -> None:
        self._calendar = calendar

    async def write(self, title: str, when: Window) -> None:
        await asyncio.to_thread(self._calendar.add_event, dtstart=when.start, dtend=when.end, summary=title)

    async def seen(self, when: Window) -> dict[str, str]:
        found = await asyncio.to_thread(self._calendar.search, start=when.start, end=when.end, event=True)
        return {str(event.url): str(event.icalendar_component["summary"]) for event in found}

    async def remove(self, name: str) -> None:
        event = caldav.Event(client=self._calendar.client, url=name, parent=self._calendar)
        await asyncio.to_thread(event.delete)


@asynccontextmanager
async def dav_desk(world: DavWorld) -> AsyncIterator[DavDesk]:
    """Somebody's program with the same password."""
    with caldav.DAVClient(world.url, username=WHO[0], password=WHO[1]) as client:
        yield DavDesk(caldav.Calendar(client=client, url=world.url))


class ExchangeDesk:
    """The client library `exchangelib`, unchanged."""

    def __init__(self, account: exchangelib.Account) -> None:
        self._account = account

    async def write(self, title: str, when: Window) -> None:
        await asyncio.to_thread(self._write, title, when)

    async def seen(self, when: Window) -> dict[str, str]:
        return await asyncio.to_thread(self._seen, when)

    async def remove(self, name: str) -> None:
        await asyncio.to_thread(lambda: self._account.calendar.get(id=name).delete())

    def _write(self, title: str, when: Window) -> None:
        bounds = {name: exchangelib.EWSDateTime.from_datetime(getattr(when, name)) for name in ("start", "end")}
        exchangelib.CalendarItem(account=self._account, folder=self._account.calendar, subject=title, **bounds).save()

    def _seen(self, when: Window) -> dict[str, str]:
        bounds = (exchangelib.EWSDateTime.from_datetime(bound) for bound in (when.start, when.end))
        return {item.id: item.subject for item in self._account.calendar.view(*bounds).only("subject")}


@asynccontextmanager
async def exchange_desk(world: ExchangeWorld) -> AsyncIterator[ExchangeDesk]:
    """Somebody's program with the same password."""
    office = world.office
    with trusting(str(office.ca_bundle)):
        config = exchangelib.Configuration(
            service_endpoint=office.ews,
            credentials=exchangelib.Credentials(office.exchange.username, office.exchange.password.reveal()),
            auth_type=exchangelib.NTLM if office.exchange.schemes == ("NTLM",) else exchangelib.BASIC,
            version=exchangelib.Version(build=exchangelib.Build(15, 2)),
        )
        account = exchangelib.Account(ROOM.id, config=config, autodiscover=False, access_type=exchangelib.IMPERSONATION)
        yield ExchangeDesk(account)
