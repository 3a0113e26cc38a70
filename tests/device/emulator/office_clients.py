"""How tests ask an emulated office: plain HTTP clients, the bodies they send, and the waiting for what must come."""

import asyncio
import ssl
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import msgspec

from device.emulator.directory import App
from device.emulator.office import Office
from device.emulator.scenario import Scenario, load_scenario
from device.model.clock import ClockReading, SystemClock
from device.model.secret import Secret


class StillClock:
    """A machine on which no time passes but what a test lets pass."""

    def __init__(self) -> None:
        self.elapsed = timedelta(hours=1)

    def read(self) -> ClockReading:
        return ClockReading(now=SystemClock().read().now, elapsed=self.elapsed)


def all_of(provider: str, name: str) -> Scenario:
    """A scenario of the product's whose rooms are all reached by one vendor's protocol."""
    plan = load_scenario(name)
    rooms = tuple(msgspec.structs.replace(room, provider=provider) for room in plan.rooms)
    return msgspec.structs.replace(plan, rooms=rooms)


def token_of(office: Office, client_id: str | None = None) -> str:
    """A good token, straight from the desk."""
    app = office.tenant_cloud.apps[client_id or office.client_id]
    return office.tenant_cloud.tokens.issue(app, office.tenant, "https://graph.microsoft.com")


def client_for(office: Office, **headers: str) -> httpx.AsyncClient:
    """A client that trusts the office's authority and stands at a Graph endpoint."""
    context = ssl.create_default_context(cafile=str(office.ca_bundle))
    return httpx.AsyncClient(verify=context, base_url=f"{office.endpoint}/", headers=headers, timeout=10)


ROOM = "users/aurora@office.example"
TODAY = {"startDateTime": "2026-11-23T00:00:00Z", "endDateTime": "2026-11-24T00:00:00Z"}


def moment(text: str, zone: str = "UTC") -> dict[str, str]:
    """A `dateTimeTimeZone` of the scenario's day."""
    return {"dateTime": f"2026-11-23T{text}:00", "timeZone": zone}


def wanted(subject: str = "Walk-up", start: str = "07:55", end: str = "08:25", **more: Any) -> dict[str, Any]:
    """The body of a POST to `events`."""
    return {"subject": subject, "start": moment(start), "end": moment(end), **more}


async def subjects(client: httpx.AsyncClient, room: str = ROOM, **query: str) -> list[str]:
    """The titles of the scenario's day, by start."""
    answer = await client.get(f"{room}/calendarView", params={**TODAY, "$top": "100", **query})
    return [item["subject"] for item in answer.json()["value"]]


def add_app(office: Office, client_id: str, **values: Any) -> App:
    """Another app in the tenant."""
    return office.tenant_cloud.register(App(client_id=client_id, secret=Secret("another"), **values))


async def until(condition: Callable[[], bool], seconds: float = 5) -> None:
    """Wait for a condition, with a bound."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - what is waited for lies in another task, often another program
            await asyncio.sleep(0.005)
