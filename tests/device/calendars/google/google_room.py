"""What the tests of the Google provider share: a room, its settings, and events as Google writes them."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from aiohttp import web
from far_side import FarSide, Handler, json_answer

from device.calendars.google import PROVIDER
from device.calendars.google.options import Options
from device.calendars.interface import AccessToken, RoomCalendar
from device.emulator.google.routes import google_endpoints
from device.model.clock import SystemClock
from device.model.room import Room
from device.model.safetext import SafeText
from device.model.secret import Secret
from device.model.window import Window

_ABOVE = (folder / "shared" / "data" / "google" for folder in Path(__file__).parents)
DATA = next((folder for folder in _ABOVE if folder.is_dir()), Path("nowhere"))
"""Published samples; absent anywhere but where they were collected."""
ROOM = Room(id="aurora@office.example", name=SafeText("Aurora"), zone="Europe/Berlin")
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
WINDOW = Window(start=NOW - timedelta(days=1), end=NOW + timedelta(days=2))
EVENTS = "/calendar/v3/calendars/aurora@office.example/events"


def options(side: FarSide, **changes: Any) -> Options:
    usual: dict[str, Any] = {
        "client_id": "client",
        "client_secret": Secret("s3cret"),
        "refresh_token": Secret("r3fresh"),
        "ca_bundle": side.ca_bundle,
        "timeout": 10.0,
        **google_endpoints(side.url),
    }
    return Options(**(usual | changes))


async def access() -> AccessToken:
    return AccessToken(token=Secret("good"))


@asynccontextmanager
async def open_google(side: FarSide, room: Room = ROOM, **changes: Any) -> AsyncIterator[RoomCalendar]:
    async with PROVIDER.open_room(room, options(side, **changes), access, SystemClock()) as calendar:
        yield calendar


def at(hour: float) -> datetime:
    return NOW.replace(hour=0) + timedelta(hours=hour)


def moment(instant: datetime) -> dict[str, str]:
    return {"dateTime": f"{instant:%Y-%m-%dT%H:%M:%S}Z", "timeZone": "Europe/Berlin"}


def own(answer: str = "accepted") -> dict[str, Any]:
    """The room's own entry among the attendees."""
    return {"email": ROOM.id, "self": True, "resource": True, "responseStatus": answer}


def event(key: str = "one11", begins: float = 10, ends: float = 11, **changes: Any) -> dict[str, Any]:
    """An event of the day of `NOW`, from hour to hour in UTC."""
    usual: dict[str, Any] = {
        "kind": "calendar#event",
        "etag": f'"{key}"',
        "id": key,
        "status": "confirmed",
        "summary": "Budget",
        "created": "2026-11-01T10:00:00.000Z",
        "creator": {"email": "ines@office.example", "displayName": "Inês Carvalho"},
        "organizer": {"email": "ines@office.example", "displayName": "Inês Carvalho"},
        "start": moment(at(begins)),
        "end": moment(at(ends)),
        "attendees": [own()],
        "eventType": "default",
    }
    return {name: value for name, value in (usual | changes).items() if value is not None}


def page(*items: Any, **more: Any) -> dict[str, Any]:
    """A page of events."""
    return {"kind": "calendar#events", "accessRole": "writer", "timeZone": "UTC", "items": list(items), **more}


def error(reason: str, status: int = 403, domain: str = "global") -> dict[str, Any]:
    told = {"domain": domain, "reason": reason, "message": "words"}
    return {"error": {"errors": [told], "code": status, "message": "words"}}


def always(body: Any, status: int = 200, **headers: str) -> Handler:
    """A server with one answer."""

    async def handler(request: web.Request) -> web.StreamResponse:
        return json_answer(body, status, **headers)

    return handler


def in_pages(*pages: list[Any]) -> Handler:
    """Pages that are linked as Google links them."""

    async def handler(request: web.Request) -> web.StreamResponse:
        number = int(request.query.get("pageToken", "0"))
        more = {"nextPageToken": str(number + 1)} if number + 1 < len(pages) else {}
        return json_answer(page(*pages[number], **more))

    return handler


async def sent(request: web.Request) -> Any:
    """The JSON that a request brought."""
    return json.loads(await request.text())
