"""What the tests of the Graph provider share: a room, its settings, and events as Graph writes them."""

import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from aiohttp import web
from far_side import FarSide, Handler, far_side, json_answer

from device.calendars.graph import PROVIDER
from device.calendars.graph.options import Options
from device.calendars.interface import AccessToken, CalendarAccount, RoomCalendar
from device.model.clock import Clock, ClockReading, SystemClock
from device.model.room import Room
from device.model.safetext import SafeText
from device.model.secret import Secret
from device.model.window import Window

_ABOVE = (folder / "shared" / "data" / "graph" for folder in Path(__file__).parents)
DATA = next((folder for folder in _ABOVE if folder.is_dir()), Path("no-samples"))
"""Published samples; absent anywhere but where they were collected."""
ROOM = Room(id="aurora@office.example", name=SafeText("Aurora"), zone="Europe/Berlin")
TENANT = "6f0c2d7e-5b1a-4c39-9e55-0d0a51b0d001"
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


class Standing:
    """A clock that stands at `NOW`."""

    def read(self) -> ClockReading:
        return ClockReading(now=NOW, elapsed=timedelta())


def token(**claims: Any) -> str:
    """An access token in the shape of Entra's."""
    parts = ({"typ": "JWT", "alg": "none"}, {"tid": TENANT, **claims})
    encoded = (base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts)
    return f"{'.'.join(encoded)}.canary-of-a-token"


def signing_in(handler: Handler, **claims: Any) -> Handler:
    """Entra, which gives access to everybody, and `handler` for all else."""

    async def answer(request: web.Request) -> web.StreamResponse:
        here = f"https://{request.host}/{request.path.split('/')[1]}/oauth2/v2.0"
        if request.path.endswith("/.well-known/openid-configuration"):
            return json_answer(
                {"issuer": here, "authorization_endpoint": f"{here}/authorize", "token_endpoint": f"{here}/token"}
            )
        if request.path.endswith("/oauth2/v2.0/token"):
            return json_answer({"token_type": "Bearer", "expires_in": 3599, "access_token": token(**claims)})
        return await handler(request)

    return answer


@asynccontextmanager
async def open_hub(
    handler: Handler, folder: Path, clock: Clock | None = None, **changes: Any
) -> AsyncIterator[tuple[CalendarAccount, FarSide]]:
    """The hub half, against a far side that signs everybody in and answers the rest with `handler`."""
    claims = changes.pop("claims", {})
    assert PROVIDER.open_account is not None
    async with (
        far_side(signing_in(handler, **claims), folder) as side,
        PROVIDER.open_account(options(side, **changes), clock or Standing()) as account,
    ):
        yield account, side


def asked(side: FarSide) -> list[str]:
    """What was asked of Graph, Entra left out."""
    calls = (request for request in side.seen if request.path.startswith("/v1.0"))
    return [f"{request.method} {request.path.removeprefix('/v1.0')}" for request in calls]


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
