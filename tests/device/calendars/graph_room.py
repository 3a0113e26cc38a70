"""What the tests of the Graph provider share: a room, its settings, and events as Graph writes them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from far_side import FarSide

from device.calendars.graph import PROVIDER
from device.calendars.graph.options import Options
from device.calendars.interface import AccessToken, RoomCalendar
from device.model.clock import SystemClock
from device.model.room import Room
from device.model.safetext import SafeText
from device.model.secret import Secret
from device.model.window import Window

DATA = Path(__file__).parents[3].parent / "shared" / "data" / "graph"
"""Published samples; absent anywhere but where they were collected."""
ROOM = Room(id="aurora@office.example", name=SafeText("Aurora"), zone="Europe/Berlin")
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
WINDOW = Window(start=NOW - timedelta(days=1), end=NOW + timedelta(days=2))


def options(side: FarSide, **changes: Any) -> Options:
    usual = {
        "tenant": "tenant",
        "client_id": "client",
        "client_secret": Secret("s3cret"),
        "endpoint": f"{side.url}/v1.0",
        "authority": side.url,
        "ca_bundle": side.ca_bundle,
        "timeout": 10.0,
    }
    return Options(**(usual | changes))


async def access() -> AccessToken:
    return AccessToken(token=Secret("good"))


@asynccontextmanager
async def open_graph(side: FarSide, room: Room = ROOM, **changes: Any) -> AsyncIterator[RoomCalendar]:
    async with PROVIDER.open_room(room, options(side, **changes), access, SystemClock()) as calendar:
        yield calendar


def at(hour: float) -> datetime:
    return NOW.replace(hour=0) + timedelta(hours=hour)


def moment(instant: datetime, zone: str = "UTC") -> dict[str, str]:
    return {"dateTime": f"{instant:%Y-%m-%dT%H:%M:%S}.0000000", "timeZone": zone}


def event(key: str = "1", begins: float = 10, ends: float = 11, **changes: Any) -> dict[str, Any]:
    """An event of the day of `NOW`, from hour to hour in UTC."""
    usual = {
        "@odata.etag": f'W/"{key}"',
        "id": key,
        "subject": "Budget",
        "organizer": {"emailAddress": {"name": "Inês Carvalho", "address": "ines@office.example"}},
        "start": moment(at(begins)),
        "end": moment(at(ends)),
        "isAllDay": False,
        "isCancelled": False,
        "isOrganizer": False,
        "showAs": "busy",
        "sensitivity": "normal",
        "seriesMasterId": None,
        "responseStatus": {"response": "accepted", "time": "2026-11-01T10:00:00Z"},
        "createdDateTime": "2026-11-01T10:00:00.1234567Z",
    }
    return usual | changes


def error(code: str, **inner: Any) -> dict[str, Any]:
    return {"error": {"code": code, "message": "words", "innerError": {"request-id": "r-1", **inner}}}
