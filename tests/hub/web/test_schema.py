"""What the hub says of its routes for machines, and that nothing that fits or does not fit it fells a route."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from browser import Browser, portal
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from seat import PATIENCE

from hub.services import Services

MACHINES = {
    "/health",
    "/ready",
    "/metrics",
    "/relay/{method}",
    "/webhooks/{provider}/{connection}",
    "/webhooks/{provider}/{connection}/lifecycle",
}


def attack(hub: Services, examples: int) -> list[tuple[str, int]]:
    """Send what fits the description and what does not; answers that are the hub's own fault."""
    schema = schemathesis.openapi.from_url(f"{hub.server.portal}/openapi/openapi.json")
    schema.config.generation.update(modes=[GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
    felled: list[tuple[str, int]] = []
    client = httpx.Client(base_url=hub.server.portal, trust_env=False, timeout=PATIENCE)
    for found in schema.get_all_operations():
        operation = found.ok()

        @given(case=operation.as_strategy())
        @settings(
            max_examples=examples,
            deadline=None,
            database=None,
            derandomize=examples < 100,
            suppress_health_check=list(HealthCheck),
        )
        def one(case: Any) -> None:
            status = sent(client, case)
            if status >= 500:
                felled.append((f"{case.method} {case.path}", status))

        one()
    client.close()
    return felled


def sent(client: httpx.Client, case: Any) -> int:
    """Send a case by httpx; the status. What no client could send counts as sent."""
    told = case.as_transport_kwargs(base_url=str(client.base_url))
    body = told.get("data")
    try:
        return client.request(
            told["method"],
            told["url"],
            params=told.get("params"),
            headers=told.get("headers"),
            json=told.get("json"),
            content=body if isinstance(body, bytes | str) else None,
        ).status_code
    except (httpx.InvalidURL, httpx.LocalProtocolError, UnicodeEncodeError, TypeError, ValueError):
        return 0


async def run(tmp_path: Path, examples: int) -> None:
    async with portal(tmp_path) as (hub, _):
        assert await asyncio.to_thread(attack, hub, examples) == []


async def test_the_description_names_the_machines_routes_and_no_page(tmp_path: Path) -> None:
    async with portal(tmp_path) as (hub, _):
        told = await Browser(hub).get("/openapi/openapi.json")
        assert set(told.json()["paths"]) == MACHINES


async def test_nothing_that_is_sent_to_a_machines_route_fells_it(tmp_path: Path) -> None:
    await run(tmp_path, 15)


@pytest.mark.prove
async def test_nothing_that_is_sent_for_long_fells_a_machines_route(tmp_path: Path) -> None:
    await run(tmp_path, 2000)


RUBBISH = (
    b"",
    b"\xff\xfe",
    b"form=%ff&form=%00",
    b"form=" + b"x" * 200_000,
    b"a&&&=;;;%",
    b"room=%ED%A0%80",
)


async def test_rubbish_fells_no_page(tmp_path: Path) -> None:
    from test_guard import filled, handlers

    async with portal(tmp_path) as (hub, anna):
        token = anna.token.encode()
        for path, method, _ in handlers():
            if path == "/sign-out":
                continue
            address = filled(path)
            for body in (*RUBBISH, b"form=" + token + b"&room=%00&name=%00&capacity=x&scope=%00&kind=%00&role=%00"):
                for kind in (
                    "application/x-www-form-urlencoded",
                    "multipart/form-data; boundary=x",
                    "application/json",
                ):
                    answer = await send(anna, hub, method, address, body, kind)
                    assert answer.status_code < 500, (method, path, body[:60], kind, answer.text[:500])
                if method == "GET":
                    break


async def send(anna: Browser, hub: Services, method: str, path: str, body: bytes, kind: str) -> httpx.Response:
    headers = {"origin": hub.server.portal, "content-type": kind, "accept": "text/html"}
    if method == "GET":
        query = "?id=%00&scope=%00&words=%ff&sort=%00&before=99999999999999999999&state=%00&connection=%00&next=%00"
        return await anna.client.get(path + query, headers={"accept": "text/html"})
    return await anna.client.post(path, content=body, headers=headers, timeout=timedelta(seconds=60).total_seconds())
